import type { ActivityDefinition, Library } from 'fhir/r4.js'
import { documentsOf, isLeaflet } from '../engine/knowledge/leaflets.js'
import { urlOf } from '../engine/model/canonical.js'
import { ofType, type KnowledgeFile } from '../engine/model/knowledge-file.js'
import type { KnowledgeNames } from '../engine/model/names.js'

/** The leaflets of the knowledge, and who hands them out. */
export interface Leaflets {
  byId: ReadonlyMap<string, Library>
  /** Id of the leaflet that an activity hands out, by the id of the activity. */
  ofActivity: (activity: string) => string | undefined
}

/** Finds the leaflets among the resources. */
export function leafletsIn(files: readonly KnowledgeFile[], names: KnowledgeNames): Leaflets {
  const leaflets = ofType<Library>(files, 'Library').flatMap(({ resource }) => (isLeaflet(resource, names) ? [resource] : []))
  const byActivity = new Map(
    ofType<ActivityDefinition>(files, 'ActivityDefinition').flatMap(({ resource }) => {
      const handedOut = leaflets.find(({ url }) => documentsOf(resource).some(canonical => urlOf(canonical) === url))
      return handedOut ? [[resource.id ?? '', handedOut.id] as const] : []
    }),
  )
  return { byId: new Map(leaflets.map(leaflet => [leaflet.id ?? '', leaflet] as const)), ofActivity: activity => byActivity.get(activity) }
}
