/** The url of a canonical, without its version. */
export const urlOf = (canonical: string): string => canonical.split('|', 1)[0] ?? canonical

interface Versioned {
  version?: string
}

/** What a canonical names: the same url and, where the canonical says one, the same version. */
export function namedByCanonical<R extends Versioned | { resource: Versioned }>(
  byUrl: ReadonlyMap<string, R>,
  canonical: string,
): R | undefined {
  const found = byUrl.get(urlOf(canonical))
  const wanted = canonical.split('|')[1]
  const version = found && ('resource' in found ? found.resource.version : found.version)
  return wanted === undefined || wanted === version ? found : undefined
}
