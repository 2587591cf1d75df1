import type { Fault } from '../engine/model/faults.js'
import { faultsOfShape } from './r4-shape.js'
import { loadKnowledge } from './load-knowledge.js'

/** Every fault of the knowledge in a folder: all that stops a start, then its shape against R4. For authoring and tests. */
export function knowledgeFaults(folder: string): readonly Fault[] {
  const { knowledge, faults } = loadKnowledge(folder)
  for (const { file, resource } of knowledge.files) {
    for (const { path, message } of faultsOfShape(resource)) faults.add('SHAPE_INVALID', file, path, message)
  }
  return faults.faults
}
