/**
 * The language of clinical cases, for whoever answers those of their own guideline in their own tests. Reading files is
 * theirs: what `vocabulary.yaml` and the files of cases hold is given as it was parsed.
 */
export { caseVocabulary, PLAIN_VOCABULARY, type CaseVocabulary } from './vocabulary.js'
export { caseLanguage, type CaseLanguage } from './language.js'
export { casesOf, type CaseFile, type ClinicalCase, type FoundCase, type Given } from './format.js'
export { caseRunner, type Answered, type CaseRunner } from './run.js'
export { faultsOfCase, recordCases, runCases, type RecordedCase, type Recording } from './record.js'
export { casesAbout, pointsByTopic } from './topic.js'
export { differences } from './compare.js'
export { coverageOf, type Coverage } from './coverage.js'
export { conditionCoverage, type ConditionCoverage } from './condition-coverage.js'
export { loadKnowledge, type LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
