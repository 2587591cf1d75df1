import type { Kind } from './seen-paths.js'

/** Texts and further parts in a row. */
export type Written = readonly (string | Part)[]

/** A part of a made expression. */
export interface Part {
  kind: Kind
  /** Types that its items may be of; empty where nobody knows. */
  types: readonly string[]
  written: Written
  /** What fhirpath.js is asked in its place, where it has another answer to the same on purpose or by a fault. */
  asked?: Written
  /** The same with its sides changed. */
  mirrored?: Written
}

/** A part of texts and parts. */
export const made = (kind: Kind, types: readonly string[], ...written: Written): Part => ({ kind, types, written })

/** The text of a part. @param whose the text that fhirpath.js is asked, or that of the part. */
export const textOf = (part: Part, whose: 'asked' | 'written' = 'written'): string =>
  (part[whose] ?? part.written).map(each => (typeof each === 'string' ? each : textOf(each, whose))).join('')

/** A part that something may stand behind: signs, numbers and dates are written in parentheses. */
export const grouped = (part: Part): Part => (/^[-+@\d]/.test(textOf(part)) ? made(part.kind, part.types, '(', part, ')') : part)

/** Most texts that are tried. */
const MOST_TRIES = 500

/** The shortest expression found that still shows what the given one shows. */
export function shrinkExpression(part: Part, stillShows: (smaller: Part) => boolean): Part {
  let [smallest, tries] = [part, 0]
  for (let found: Part | undefined = part; found;) {
    smallest = found
    found = undefined
    for (const next of smallerParts(smallest)) {
      if (textOf(next).length >= textOf(smallest).length) continue
      if ((tries += 1) > MOST_TRIES) return smallest
      if (!stillShows(next)) continue
      found = next
      break
    }
  }
  return smallest
}

/** What a part may be made smaller to: one of its own parts, nothing, or itself with a smaller one of the same kind. */
function* smallerParts(part: Part): Generator<Part> {
  for (const each of part.written) if (typeof each !== 'string') yield each
  yield made(part.kind, part.types, '{}')
  for (const each of part.written) {
    if (typeof each === 'string') continue
    for (const smaller of smallerParts(each)) if (smaller.kind === each.kind) yield withPart(part, each, smaller)
  }
}

/** A part with another in the place of one. */
function withPart(part: Part, one: Part, other: Part): Part {
  const changed = (written: Written): Written => written.map(each => (each === one ? other : each))
  return {
    ...part,
    written: changed(part.written),
    ...(part.asked && { asked: changed(part.asked) }),
    ...(part.mirrored && { mirrored: changed(part.mirrored) }),
  }
}
