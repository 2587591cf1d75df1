import type { CompiledAction, LocalizedTemplate } from '../knowledge/compiled.js'
import { EXTENSION, extensionOf } from '../model/extensions.js'
import { inLanguage } from '../model/localized.js'
import { madeOncePerLanguage } from '../model/memoised.js'
import { PAGE } from '../model/names.js'
import { templateIn } from './render-text.js'

/** What an action is, whoever it is applied to. */
export interface ActionDescription {
  id: string
  /** Its title, else how its text begins; `…` stands for what is computed. */
  title?: string
  /** Decision points that it speaks for. */
  points?: readonly string[]
  /** Where it is shown with all below it, if that is not the card. */
  shownOn?: 'page'
  grade?: { strength?: string; direction?: string; quality?: string }
  /** The first section that it rests on. */
  source?: { document?: string; section?: string; year?: string }
}

/** Describes an action in a language, from the knowledge alone; made once. */
export const describeAction = madeOncePerLanguage((action: CompiledAction, language): ActionDescription => {
  const { id, texts, points, isOnlyOnPage } = action
  const title = [texts.title, texts.textEquivalent, texts.description].flatMap(text => outline(text, language) ?? []).at(0)
  const grade = gradeOf(action)
  const source = sourceOf(action, language)
  return {
    id,
    ...(title !== undefined && { title }),
    ...(points.length > 0 && { points }),
    ...(isOnlyOnPage && { shownOn: PAGE }),
    ...(grade && { grade }),
    ...(source && { source }),
  }
})

/** Most characters of a title; a text that stands for one ends there. */
const LONGEST_TITLE = 160

function outline(texts: LocalizedTemplate, language: string): string | undefined {
  const text = templateIn(texts, language)
    ?.map(part => (typeof part === 'string' ? part : '…'))
    .join('')
    .trim()
  if (!text) return undefined
  return text.length > LONGEST_TITLE ? `${text.slice(0, LONGEST_TITLE - 1)}…` : text
}

function gradeOf({ resource }: CompiledAction): ActionDescription['grade'] {
  const codeOf = (url: string) => extensionOf(resource, url)?.valueCodeableConcept?.coding?.[0]?.code
  const [strength, direction, quality] = [EXTENSION.strength, EXTENSION.direction, EXTENSION.quality].map(codeOf)
  if (strength === undefined && direction === undefined && quality === undefined) return undefined
  return {
    ...(strength !== undefined && { strength }),
    ...(direction !== undefined && { direction }),
    ...(quality !== undefined && { quality }),
  }
}

function sourceOf({ sources }: CompiledAction, language: string): ActionDescription['source'] {
  const source = sources.find(each => each !== undefined)
  if (!source) return undefined
  const [document, section] = [inLanguage(source.document, language), inLanguage(source.section, language)]
  return {
    ...(document !== undefined && { document }),
    ...(section !== undefined && { section }),
    ...(source.year !== '' && { year: source.year }),
  }
}
