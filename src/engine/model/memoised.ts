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

/** A function that remembers what it made of each thing, as long as that lives; the other arguments must follow from the thing. */
export function madeOnce<Key extends object, Others extends unknown[], Made extends object>(
  make: (key: Key, ...others: Others) => Made,
): (key: Key, ...others: Others) => Made {
  const known = new WeakMap<Key, Made>()
  return (key, ...others) => {
    const before = known.get(key)
    if (before) return before
    const made = make(key, ...others)
    known.set(key, made)
    return made
  }
}

/** The same for what is put into words, once a language; the languages are those of the knowledge. */
export function madeOncePerLanguage<Key extends object, Others extends unknown[], Made extends object>(
  make: (key: Key, language: string, ...others: Others) => Made,
): (key: Key, language: string, ...others: Others) => Made {
  const languagesOf = madeOnce((_: Key) => new Map<string, Made>())
  return (key, language, ...others) => {
    const byLanguage = languagesOf(key)
    const before = byLanguage.get(language)
    if (before) return before
    const made = make(key, language, ...others)
    byLanguage.set(language, made)
    return made
  }
}
