import { FindingsKeeper } from '../engine/knowledge/kept-findings.js'
import { readKept, writeKept } from './kept-knowledge.js'
import { loadKnowledge } from './load-knowledge.js'

/** What there was to prepare. */
export interface Prepared {
  /** Whether an earlier run had done it, and nothing has changed since. */
  wasPrepared: boolean
  /** Faults and warnings; with any the knowledge is checked at each start. */
  findings: number
}

/**
 * Checks the knowledge of a folder in full and keeps what was found out for the next start: the syntax trees of its
 * expressions, its search templates, and that it is sound, where it is.
 * @throws CdsError CDS_KNOWLEDGE_INVALID when the folder holds neither knowledge nor services.
 */
export function prepareKnowledge(folder: string, isSettingTaken: (name: string) => boolean): Prepared {
  const before = readKept()
  if (before !== undefined && loadKnowledge(folder, { isSettingTaken, kept: before }).isSound) return { wasPrepared: true, findings: 0 }
  const keeper = new FindingsKeeper()
  const { digest, faults } = loadKnowledge(folder, { isSettingTaken, kept: undefined, keeper })
  const findings = faults.faults.length + faults.warnings.length
  writeKept({ sound: findings === 0 ? digest : '', findings: keeper.kept() })
  return { wasPrepared: false, findings }
}
