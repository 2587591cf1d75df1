/** A text that is the same for values with the same content, and that is read off without looking into them. */
export function shallowKey(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  if (hasOwnText(value)) return JSON.stringify(value)
  let members = 0
  let texts = 0
  for (const name in value) {
    members += 1
    const member = (value as Record<string, unknown>)[name]
    if (typeof member === 'string') texts += name.length * 31 + member.length * 17 + member.charCodeAt(member.length - 1)
  }
  return `{${members} ${texts}`
}

/**
 * The same text for values with the same content, in whatever order their members stand.
 * @param known texts of what was looked at before.
 */
export function contentKey(value: unknown, known: Map<object, string>): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  const before = known.get(value)
  if (before !== undefined) return before
  const key = Array.isArray(value)
    ? `[${value.map(each => contentKey(each, known)).join()}]`
    : hasOwnText(value)
      ? JSON.stringify(value)
      : `{${Object.entries(value)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, each]) => `${JSON.stringify(name)}:${contentKey(each, known)}`)
          .join()}}`
  known.set(value, key)
  return key
}

/** Whether a value says itself how it is written, as the engine's own do. */
const hasOwnText = (value: object): boolean => typeof (value as { toJSON?: unknown }).toJSON === 'function'
