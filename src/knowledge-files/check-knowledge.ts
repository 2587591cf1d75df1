import { FindingsKeeper } from '../engine/knowledge/kept-findings.js'
import { faultLine } from '../engine/model/faults.js'
import { CdsError } from '../errors.js'
import { readKept, type KeptKnowledge } from './kept-knowledge.js'
import { loadKnowledge } from './load-knowledge.js'

/** What a check of the knowledge in a folder found; it can be copied from thread to thread. */
export interface KnowledgeCheck {
  /** Digest of the files that were read; empty where there were none. */
  digest: string
  /** A line a fault. Without any the knowledge may be served. */
  faults: readonly string[]
  /** What was found out, so that whoever loads these very files need not; absent where the code keeps it already. */
  kept?: KeptKnowledge
}

/** Parses and checks all knowledge of a folder: seconds of work, unless it is that which the build saw. */
export function checkKnowledge(folder?: string): KnowledgeCheck {
  const keeper = new FindingsKeeper()
  try {
    const { digest, faults, isSound } = loadKnowledge(folder, { kept: readKept(), keeper })
    if (isSound) return { digest, faults: [] }
    const isWhole = faults.faults.length + faults.warnings.length === 0
    return { digest, faults: faults.faults.map(faultLine), kept: { sound: isWhole ? digest : '', findings: keeper.kept() } }
  } catch (error) {
    if (error instanceof CdsError) return { digest: '', faults: [error.message] }
    throw error
  }
}
