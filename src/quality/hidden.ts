/** A count as a reader may see it; undefined where it is hidden. */
export type Count = number | undefined

/** Smallest count that is shown: fewer people could be recognised. */
export const SMALLEST_SHOWN = 5

/** A count of its own, from which nothing else that is shown can be subtracted. */
export const alone = (count: number): Count => (count < SMALLEST_SHOWN ? undefined : count)

/**
 * A whole and its parts, so that no part that is hidden can be found out from what is shown: with one that is too small the
 * smallest of the others is hidden, and all are where what is hidden is none together.
 */
export function wholeWithParts(whole: number, parts: readonly number[]): { whole: Count; parts: Count[] } {
  const shownWhole = alone(whole)
  if (shownWhole === undefined) return { whole: undefined, parts: parts.map(() => undefined) }
  const shown = parts.map(alone)
  const hidden = (): number[] => parts.filter((_, index) => shown[index] === undefined)
  // Of none of the parts that are hidden may it be known what the others are together.
  while (hidden().length > 0 && hidden().length < parts.length && (hidden().length === 1 || sum(hidden()) === 0))
    shown[smallestShown(shown)] = undefined
  return { whole: shownWhole, parts: shown }
}

const smallestShown = (shown: readonly Count[]): number => shown.indexOf(Math.min(...shown.map(count => count ?? Infinity)))

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)

/** Something that was counted. */
export type Counted<T> = T & { count: number }

/**
 * Those of some counts that may be shown, the largest first: what is left out is none, or enough that their total tells of nobody. Whether
 * anything is left out is told nowhere, since from none the total would be known.
 */
export function largest<T>(counted: readonly Counted<T>[]): Counted<T>[] {
  const listed = counted.filter(({ count }) => count >= SMALLEST_SHOWN).sort((one, other) => other.count - one.count)
  let rest = sum(counted.map(({ count }) => count)) - sum(listed.map(({ count }) => count))
  while (rest > 0 && rest < SMALLEST_SHOWN) {
    const smallest = listed.pop()
    if (!smallest) break
    rest += smallest.count
  }
  return listed
}

/** A part of a whole, where neither it nor what is left tells of few; undefined where it is hidden. */
export const share = (part: Count, whole: Count): Count =>
  part === undefined || whole === undefined || whole === 0 ? undefined : part / whole
