/** The name that was meant by one that is not known: of the known ones the nearest, where one is near enough to be a slip of the hand. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  const most = Math.min(MOST_SLIPS, Math.ceil(written.length / 4))
  const near = known.flatMap(name => {
    if (Math.abs(name.length - written.length) > most) return []
    const slips = slipsBetween(written.toLowerCase(), name.toLowerCase())
    return slips <= most ? [{ name, slips }] : []
  })
  return near.sort((one, other) => one.slips - other.slips)[0]?.name
}

const MOST_SLIPS = 3

/** How many letters have to be put in, left out or changed to get from one word to the other. */
function slipsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, letter] of one.split('').entries()) {
    const next = [index + 1]
    for (const [at, wanted] of other.split('').entries())
      next.push(Math.min((row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1, (row[at] ?? 0) + (letter === wanted ? 0 : 1)))
    row = next
  }
  return row.at(-1) ?? 0
}
