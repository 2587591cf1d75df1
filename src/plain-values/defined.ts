/** The members that have a value, in their order: what is not known stays out of an object, rather than in it as undefined. */
export function defined<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const known: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(members)) if (value !== undefined) known[name] = value
  return known as { [Name in keyof T]?: Exclude<T[Name], undefined> }
}
