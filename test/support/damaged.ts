/** What no intake would let pass: of each kind of value another. */
const ODD: readonly unknown[] = ['x', 7, true, ['x', 'y'], [true, false], { odd: 'x' }, null, '2026-02-31']

/** Elements without which a record could not be found at all. */
const KEPT = new Set(['resourceType', 'id', 'linkId', 'questionnaire', 'system', 'url', 'status'])

/** A copy in which one in seven values deep within is another one. */
export function damaged<T>(value: T, name: string, turn: { at: number }): T {
  if (Array.isArray(value)) return value.map(each => damaged(each, name, turn) as unknown) as T
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, damaged(each as unknown, key, turn)])) as T
  turn.at += 1
  return KEPT.has(name) || turn.at % 7 > 0 ? value : (ODD[(turn.at / 7) % ODD.length] as T)
}
