import type { RequestGroupAction } from 'fhir/r4.js'
import { EXTENSION, extensionOf } from '../model/extensions.js'
import { cardWords, type CardWords } from './card-words.js'

/** Strength with its direction, and the certainty behind it, in words; undefined where nothing is graded. */
export function gradeOf(action: RequestGroupAction, language: string): string | undefined {
  const words = cardWords(language)
  const strength = conceptText(action, EXTENSION.strength)
  if (strength === undefined) return undefined
  const quality = conceptText(action, EXTENSION.quality)
  const parts = [strength, ...against(action, strength, words), quality === undefined ? words.notGraded : `${quality} ${words.quality}`]
  return parts.join(', ')
}

/** What a reader calls a grade: its text, else its display, else its code, so that none is ever left out. */
function conceptText(action: RequestGroupAction, url: string): string | undefined {
  const { text, coding } = extensionOf(action, url)?.valueCodeableConcept ?? {}
  return text ?? coding?.at(-1)?.display ?? coding?.at(-1)?.code
}

/** The word of a direction other than for, unless the strength's own words say it. */
function against(action: RequestGroupAction, strength: string, words: CardWords): string[] {
  const codes = (extensionOf(action, EXTENSION.direction)?.valueCodeableConcept?.coding ?? []).map(({ code }) => code)
  const isSaid = strength
    .toLowerCase()
    .split(/\P{L}+/u)
    .includes(words.against)
  return codes.includes('against') && !isSaid ? [words.against] : []
}
