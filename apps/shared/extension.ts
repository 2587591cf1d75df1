/**
 * The member of an extension that ends so, such as `decision-points`; what stands before it is the knowledge's own name.
 * What it holds is as docs/integrating.md says.
 */
export function memberOf<Member>(extension: Readonly<Record<string, unknown>> | undefined, end: string): Member | undefined {
  const [, found] = Object.entries(extension ?? {}).find(([name]) => name.endsWith(`.${end}`)) ?? []
  return found as Member | undefined
}
