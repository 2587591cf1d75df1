/**
 * A function that remembers what it answered to each text, as long as it lives itself; the other arguments must follow
 * from the text. Undefined is no answer and is not remembered. Only for texts of the knowledge, never for what a client sent.
 */
export function memoised<Others extends unknown[], Result>(
  compute: (text: string, ...others: Others) => Result,
): (text: string, ...others: Others) => Result {
  const known = new Map<string, Result>()
  return (text, ...others) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const result = compute(text, ...others)
    if (result !== undefined) known.set(text, result)
    return result
  }
}

/** A function that makes its answer when it is first asked, and gives the same one ever after. */
export function lazily<Result extends object>(make: () => Result): () => Result {
  let made: Result | undefined
  return () => (made ??= make())
}
