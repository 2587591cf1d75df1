import type { SentCoding } from '../expression/functions/value-set-test.js'

/** Most spellings of systems, names and near misses that are remembered, each by itself; charts repeat few of them many times. */
export const MOST_REMEMBERED = 256

/** Most characters of a system or code that is remembered; no code is that long, and what a client sends must not pile up. */
export const LONGEST_REMEMBERED = 128

/** Whether a value may be remembered: short, and compared by what it says. */
export const isShort = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'number' || (typeof value === 'string' && value.length <= LONGEST_REMEMBERED)

const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/g

/** Text as nearly all codes and systems are written: nothing in it that is not seen. */
const PLAINLY_SEEN = /^[!-~]+$/

/** A text without blanks at its ends, hard ones and those without width among them. */
export const trimmed = (text: string): string => (PLAINLY_SEEN.test(text) ? text : text.replace(INVISIBLE, '').trim())

/** Most characters of a code or system that are looked at: none of ours is nearly as long, so what is longer is none either way. */
const LONGEST_WRITTEN = 2_048

/** The code that was sent, also as a number; undefined for anything that is none. */
export function codeOf({ code }: SentCoding): string | undefined {
  if (typeof code === 'number') return Number.isSafeInteger(code) && code >= 0 ? String(code) : undefined
  return typeof code === 'string' ? trimmed(code.slice(0, LONGEST_WRITTEN)) || undefined : undefined
}

/** The system that was sent; an empty one, or one that is no text, is none. */
export function systemOf({ system }: SentCoding): string | undefined {
  return typeof system === 'string' ? trimmed(system.slice(0, LONGEST_WRITTEN)) || undefined : undefined
}
