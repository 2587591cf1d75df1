import type { CardWords } from './card-words.js'

/** How a list of names is written. */
export interface NamesLimits {
  /** Characters that the list may have, at least some thirty. */
  room: number
  /** Names of a longer list; all that fit unless given. */
  most?: number
  /** How a name is written; as it is unless given. */
  write?: (name: string) => string
}

/**
 * Names as a list in words that keeps within its room: as many whole names as fit, and how many others there are. Where
 * not even the first fits, that is cut.
 */
export function namesWithin(
  names: readonly string[],
  words: Pick<CardWords, 'and' | 'others'>,
  { room, most = names.length, write = name => name }: NamesLimits,
): string {
  const written = (count: number, list = names): string => {
    const others = list.length - count
    return inWords([...list.slice(0, count).map(write), ...(others > 0 ? [words.others(others)] : [])], words.and)
  }
  // One name more than usual is named, rather than called one other.
  for (let count = names.length > most + 1 ? most : names.length; count > 0; count--)
    if (lengthOf(written(count)) <= room) return written(count)
  const [first = '', ...others] = names
  const tooLong = lengthOf(written(1)) + lengthOf(ELLIPSIS) - room
  const cut = Array.from(first).slice(0, -tooLong).join('').trimEnd() + ELLIPSIS
  return names.length === 0 ? '' : written(1, [cut, ...others])
}

const ELLIPSIS = '…'

const lengthOf = (text: string): number => Array.from(text).length

const inWords = (parts: readonly string[], and: string): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${and} ${parts.at(-1) ?? ''}`
