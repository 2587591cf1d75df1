import type { FhirResource } from 'fhir/r4.js'
import type { BundleEntry } from './read-bundle.js'

/** What came with a call under one prefetch key. */
export interface KeyedEntries {
  key: string
  entries: readonly BundleEntry[]
}

/** A resource with the prefetch key under which it came. */
export interface Kept {
  key: string
  resource: FhirResource
}

/**
 * One version of each record: of several with the same id the latest, by version number, then by last change, else the
 * one that came first; none where a deletion is later. Resources without an id are all kept, before the others.
 */
export function latestVersions(keyed: readonly KeyedEntries[]): Kept[] {
  const versions = new Versions()
  for (const { key, entries } of keyed) for (const { resource } of entries) if (resource) versions.add({ key, resource })
  for (const { entries } of keyed) for (const entry of entries) if (entry.deleted !== undefined) versions.remove(entry)
  return versions.latest()
}

class Versions {
  private readonly nameless: Kept[] = []
  /** In the order of the first version of each. */
  private readonly named: Kept[] = []
  /** Places of the named ones, by type and id. */
  private readonly places = new Map<string, Map<string, number>>()
  private readonly deleted = new Set<Kept>()

  add(version: Kept): void {
    const { resourceType, id } = version.resource
    if (id === undefined) {
      this.nameless.push(version)
      return
    }
    const places = this.placesOf(resourceType)
    const place = places.get(id)
    const before = place === undefined ? undefined : this.named[place]
    if (place === undefined || !before) places.set(id, this.named.push(version) - 1)
    else if (isLater(version.resource, before.resource)) this.named[place] = version
  }

  remove({ deleted, at }: BundleEntry & { deleted: string }): void {
    const [type = '', id = ''] = deleted.split('/')
    const kept = this.named[this.places.get(type)?.get(id) ?? -1]
    if (kept && !(Date.parse(at ?? '') < Date.parse(kept.resource.meta?.lastUpdated ?? ''))) this.deleted.add(kept)
  }

  latest(): Kept[] {
    const named = this.deleted.size === 0 ? this.named : this.named.filter(kept => !this.deleted.has(kept))
    return this.nameless.length === 0 ? named : [...this.nameless, ...named]
  }

  private placesOf(type: string): Map<string, number> {
    const before = this.places.get(type)
    if (before) return before
    const places = new Map<string, number>()
    this.places.set(type, places)
    return places
  }
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
