/** What an author who wrote a word may have meant: `did you mean …`, or all there are. */
export function nearest(word: string, known: readonly string[]): string {
  const [best] = known.map(name => ({ name, steps: distance(word.toLowerCase(), name.toLowerCase()) })).sort((a, b) => a.steps - b.steps)
  if (best && best.steps <= Math.ceil(word.length / 3)) return `did you mean ${best.name}`
  return `known are ${known.join(', ')}`
}

/** How many letters must be put in, left out or changed to make one word of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (const [index, letter] of one.split('').entries()) {
    const next = [index + 1]
    for (let column = 1; column <= other.length; column++) {
      const change = (row[column - 1] ?? 0) + (other[column - 1] === letter ? 0 : 1)
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
