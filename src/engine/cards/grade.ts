import type { Coding, RequestGroupAction } from 'fhir/r4.js'
import { EXTENSION, extensionOf } from '../model/extensions.js'
import { isGraded } from '../model/grading.js'
import { inLanguage } from '../model/localized.js'
import type { Terminology } from '../terminology/terminology.js'
import { BUDGET } from './budget.js'
import { cardWords, type CardWords } from './card-words.js'

/** What a grade is put into words with. */
export interface GradeContext {
  language: string
  terminology: Pick<Terminology, 'designation'>
}

/** Strength with its direction, and the certainty behind it, for the line that tells where a card comes from; nothing where nothing is graded. */
export function gradeParts(action: RequestGroupAction, context: GradeContext): string[] {
  const strength = strengthOf(action, context, false)
  if (strength === undefined) return []
  const { quality: ofEvidence, notGraded, notStated } = cardWords(context.language)
  const quality = wordOf(action, EXTENSION.quality)
  const absent = isGraded(codingsOf(action, EXTENSION.strength)) ? notStated : notGraded
  return [withSmallInitial(strength), quality === undefined ? absent : `${withSmallInitial(quality)} ${ofEvidence}`]
}

/**
 * Strength and certainty in short words, such as `(weak for, low)`; undefined where nothing is graded. Where both do not
 * fit, the certainty is left to the page; the direction never is.
 */
export function gradeTag(action: RequestGroupAction, context: GradeContext): string | undefined {
  const strength = strengthOf(action, context, true)
  if (strength === undefined) return undefined
  const quality = shortWordOf(action, EXTENSION.quality, 'short', context) ?? wordOf(action, EXTENSION.quality)
  const whole = `(${[strength, ...(quality === undefined ? [] : [quality])].join(', ')})`
  return whole.length <= BUDGET.tag ? whole : `(${strength})`
}

/** The strength in words, which say when it advises against something. */
function strengthOf(action: RequestGroupAction, context: GradeContext, isShort: boolean): string | undefined {
  const long = wordOf(action, EXTENSION.strength)
  if (long === undefined) return undefined
  const words = cardWords(context.language)
  const own = isShort ? (shortWordOf(action, EXTENSION.strength, 'short', context) ?? long) : long
  if (!isAgainst(action) || says(own, words)) return own
  return shortWordOf(action, EXTENSION.strength, 'short-against', context) ?? `${own}${isShort ? '' : ','} ${words.against}`
}

const isAgainst = (action: RequestGroupAction): boolean => codingsOf(action, EXTENSION.direction).some(({ code }) => code === 'against')

/** Whether words say "against" themselves. */
const says = (text: string, { against }: CardWords): boolean =>
  text
    .toLowerCase()
    .split(/\P{L}+/u)
    .includes(against)

const codingsOf = (action: RequestGroupAction, url: string): readonly Coding[] =>
  extensionOf(action, url)?.valueCodeableConcept?.coding ?? []

/** What a reader calls a grade: its text, else its display, else its code, so that none is ever left out. */
function wordOf(action: RequestGroupAction, url: string): string | undefined {
  const { text, coding } = extensionOf(action, url)?.valueCodeableConcept ?? {}
  return text ?? coding?.at(-1)?.display ?? coding?.at(-1)?.code
}

function shortWordOf(
  action: RequestGroupAction,
  url: string,
  use: 'short' | 'short-against',
  { language, terminology }: GradeContext,
): string | undefined {
  const words = codingsOf(action, url).flatMap(({ system, code }) => terminology.designation(system, code, use) ?? [])
  const last = words.at(-1)
  return last && inLanguage(last, language)
}

/** Words of a list in the middle of a line; names in capitals stay. */
const withSmallInitial = (text: string): string => (/^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text)
