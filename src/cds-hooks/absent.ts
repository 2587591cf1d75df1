/** Whether a member of a request is absent: it is not there, or it is null, which means the same everywhere. */
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

/** Whether a member says "none": absent, or the empty text that some clients send for it. */
export const isNone = (value: unknown): value is null | undefined | '' => isAbsent(value) || value === ''

/** An object without its absent members, so that nobody further in meets a null. */
export function withoutAbsent(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isAbsent(value)))
}
