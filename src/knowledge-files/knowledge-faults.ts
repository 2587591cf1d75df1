import type { KnowledgeProfile } from '../engine/knowledge/profile.js'
import type { FaultList } from '../engine/model/faults.js'
import { faultsOfShape } from './r4-shape.js'
import { loadKnowledge } from './load-knowledge.js'

/**
 * Every fault and warning of the knowledge in a folder: all that a start tells, then its shape against R4. For authoring
 * and tests.
 * @param profile what it is held to; what its knowledge.json says unless given.
 */
export function knowledgeFaults(folder: string, profile?: KnowledgeProfile): Pick<FaultList, 'faults' | 'warnings'> {
  const { knowledge, faults } = loadKnowledge(folder, { ...(profile && { profile }) })
  const findings = faults.judgedBy(knowledge.profile)
  for (const { file, resource } of knowledge.files) {
    for (const { path, message } of faultsOfShape(resource)) findings.add('SHAPE_INVALID', file, path, message)
  }
  return faults
}
