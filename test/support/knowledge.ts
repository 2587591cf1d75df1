import { loadKnowledge, type LoadedKnowledge } from '../../src/knowledge-files/load-knowledge.js'

let loaded: LoadedKnowledge | undefined

/** The knowledge and services of this repository, compiled once a process, since that takes seconds. @throws Error that names their faults. */
export function testKnowledge(): LoadedKnowledge {
  loaded ??= loadKnowledge()
  loaded.faults.throwIfAny()
  return loaded
}
