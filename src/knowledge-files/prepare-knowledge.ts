import { ExpressionKeeper } from '../engine/knowledge/kept-expressions.js'
import { readKept, writeKept } from './kept-knowledge.js'
import { loadKnowledge } from './load-knowledge.js'

/**
 * Checks the knowledge of a folder in full and keeps what was found out for the next start: the syntax trees of its
 * expressions, and that it is sound, where it is. Answers in a sentence what was done.
 * @throws CdsError CDS_KNOWLEDGE_INVALID when the folder holds neither knowledge nor services.
 */
export function prepareKnowledge(folder: string, isSettingTaken: (name: string) => boolean): string {
  const before = readKept()
  if (before !== undefined && loadKnowledge(folder, { isSettingTaken, kept: before }).isSound) return 'The knowledge is prepared already.'
  const keeper = new ExpressionKeeper()
  const { digest, faults } = loadKnowledge(folder, { isSettingTaken, kept: undefined, keeper })
  const findings = faults.faults.length + faults.warnings.length
  writeKept({ sound: findings === 0 ? digest : '', expressions: keeper.kept() })
  return findings === 0
    ? 'The knowledge is prepared.'
    : `The knowledge is prepared, but will be checked at each start, for there is something to tell of it: run columna check (${findings}).`
}
