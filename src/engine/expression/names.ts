import { RE2JS } from 're2js'

/** Whether a name is one of those meant. */
export type NameTest = (name: string) => boolean

/**
 * Names by patterns, without regard to case: one of `wanted` must be found in the name and none of `unwanted`.
 * @throws Error when a text is not a regular expression that runs in linear time.
 */
export function nameTest(wanted: readonly string[], unwanted: readonly string[]): NameTest {
  const [found, barred] = [wanted, unwanted].map(patterns =>
    patterns.map(pattern => RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL)),
  )
  const isAny = (patterns: readonly RE2JS[] = [], name: string) => patterns.some(pattern => pattern.test(name))
  return name => isAny(found, name) && !isAny(barred, name)
}
