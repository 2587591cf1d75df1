import type { FhirResource } from 'fhir/r4.js'
import type { BundleEntry } from './read-bundle.js'

/** A resource with the prefetch key under which it came. */
export interface Kept {
  key: string
  resource: FhirResource
}

/**
 * One version of each record: of several with the same id the latest, by version number, then by last change, else the
 * one that came first; none where a deletion is later. Resources without an id are all kept.
 */
export function latestVersions(entries: readonly { key: string; entry: BundleEntry }[]): Kept[] {
  const byReference = new Map<string, Kept>()
  const nameless: Kept[] = []
  for (const {
    key,
    entry: { resource },
  } of entries) {
    if (!resource) continue
    const reference = referenceOf(resource)
    if (reference === undefined) nameless.push({ key, resource })
    else {
      const before = byReference.get(reference)
      if (!before || isLater(resource, before.resource)) byReference.set(reference, { key, resource })
    }
  }
  for (const { entry } of entries) {
    if (entry.deleted === undefined) continue
    const { deleted, at } = entry
    const kept = byReference.get(deleted)
    if (kept && !(Date.parse(at ?? '') < Date.parse(kept.resource.meta?.lastUpdated ?? ''))) byReference.delete(deleted)
  }
  return [...nameless, ...byReference.values()]
}

/** `Type/id` of a resource; undefined where it has no id. */
export const referenceOf = ({ resourceType, id }: FhirResource): string | undefined =>
  id === undefined ? undefined : `${resourceType}/${id}`

/** What the reply calls a resource: `Type/id`, or the type alone. */
export const nameOf = (resource: FhirResource): string => referenceOf(resource) ?? resource.resourceType

function isLater({ meta: one }: FhirResource, { meta: other }: FhirResource): boolean {
  const [version, otherVersion] = [Number(one?.versionId), Number(other?.versionId)]
  if (version !== otherVersion && !Number.isNaN(version) && !Number.isNaN(otherVersion)) return version > otherVersion
  return Date.parse(one?.lastUpdated ?? '') > Date.parse(other?.lastUpdated ?? '')
}
