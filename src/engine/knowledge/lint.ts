import type { FaultList } from '../model/faults.js'
import { checkConditions } from './check-conditions.js'
import { checkPlaceholders } from './check-placeholders.js'
import { checkRepeatedActions } from './check-repeated.js'
import { checkUnusedFacts, checkUnusedValueSets } from './check-unused.js'
import type { Knowledge } from './compile-knowledge.js'

/** Tells of what can be served and is hardly meant so, in knowledge that has no faults. */
export function lintKnowledge(knowledge: Knowledge, faults: FaultList): void {
  checkUnusedFacts(knowledge, faults)
  checkUnusedValueSets(knowledge, faults)
  checkConditions(knowledge, faults)
  checkRepeatedActions(knowledge, faults)
  checkPlaceholders(knowledge, faults)
}
