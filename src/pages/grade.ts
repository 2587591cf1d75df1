import type { Coding, PlanDefinitionAction } from 'fhir/r4.js'
import { EXTENSION, extensionOf } from '../engine/model/extensions.js'
import { isGraded } from '../engine/model/grading.js'
import type { PageContext } from './page-context.js'

/** How strongly a document recommends something, and how certain its evidence is, in words. */
export interface Grade {
  /** Such as "weak recommendation for" or "must not"; what the statement is where it recommends nothing. */
  strength: string
  /** What that means to a reader. */
  meaning: string | undefined
  /** Which way a recommendation points; undefined where the statement recommends nothing. */
  direction: 'for' | 'against' | undefined
  isStrong: boolean
  /** Whether the document grades its recommendations, also where it does not tell the certainty. */
  isGraded: boolean
  certainty: Certainty | undefined
  /** Words of the section in which statements of this kind stand by themselves. */
  section: string | undefined
}

/** How certain evidence is. */
export interface Certainty {
  words: string
  meaning: string | undefined
  /** Of four. */
  dots: number
}

/** The codes of http://terminology.hl7.org/CodeSystem/evidence-quality, least certain first. */
const LEVELS = ['very-low', 'low', 'moderate', 'high']

const codingsOf = (action: PlanDefinitionAction, url: string): Coding[] => extensionOf(action, url)?.valueCodeableConcept?.coding ?? []

/** The grade of an action; undefined where it states none. */
export function gradeOf(action: PlanDefinitionAction, context: PageContext): Grade | undefined {
  const codings = codingsOf(action, EXTENSION.strength)
  const exact = codings.at(-1)
  if (!exact) return undefined
  const { terminology, names, say } = context
  const isAgainst = codingsOf(action, EXTENSION.direction).some(({ code }) => code === 'against')
  const isRecommendation = exact.system !== names.statements
  const against = isAgainst ? say(terminology.designation(exact.system, exact.code, 'short-against')) : undefined
  return {
    strength: (against && withCapital(against)) ?? say(terminology.display(exact.system, exact.code)) ?? exact.display ?? exact.code ?? '',
    meaning: say(terminology.definition(exact.system, exact.code)),
    direction: isRecommendation ? (isAgainst ? 'against' : 'for') : undefined,
    isStrong: codings.some(({ code }) => code === 'strong'),
    isGraded: isGraded(codings),
    certainty: certaintyOf(codingsOf(action, EXTENSION.quality)[0], context),
    section: say(terminology.designation(exact.system, exact.code, 'section')),
  }
}

const withCapital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** A level of certainty in words and dots; undefined for what is no such level. */
export function certaintyOf(coding: Coding | undefined, { terminology, say }: PageContext): Certainty | undefined {
  const { system, code = '' } = coding ?? {}
  const level = LEVELS.indexOf(code)
  if (level < 0) return undefined
  return { words: say(terminology.display(system, code)) ?? code, meaning: say(terminology.definition(system, code)), dots: level + 1 }
}
