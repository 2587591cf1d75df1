import type { CompiledAction } from '../engine/knowledge/compiled.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import { LISTED_UNDER, type FoundCase } from './format.js'

/** Decision points that each file of the knowledge's source speaks for, by the topic that names the file. */
export function pointsByTopic({ plans }: Pick<Knowledge, 'plans'>): ReadonlyMap<string, ReadonlySet<string>> {
  const byTopic = new Map<string, ReadonlySet<string>>()
  for (const { resource, actions } of plans) {
    const topic = SOURCE_FILE.exec(resource.meta?.source ?? '')?.[1]
    const points = actions.flatMap(pointsOf)
    if (topic !== undefined && points.length > 0) byTopic.set(topic, new Set([...(byTopic.get(topic) ?? []), ...points]))
  }
  return byTopic
}

const SOURCE_FILE = /([^/]+)\.yaml$/

const pointsOf = ({ points, actions }: CompiledAction): string[] => [...points, ...actions.flatMap(pointsOf)]

/** Those of some cases that ask for a decision point among these. */
export const casesAbout = (cases: readonly FoundCase[], points: ReadonlySet<string>): FoundCase[] =>
  cases.filter(({ case: each }) => Object.values(LISTED_UNDER).some(list => each[list]?.some(point => points.has(point))))
