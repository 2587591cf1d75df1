// Writes fhir-resources/COVERAGE.md and prints what is missing.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { faultLine } from '../../src/engine/model/faults.js'
import { loadKnowledge, PROJECT_ROOT } from '../../src/knowledge-files/load-knowledge.js'
import { recordedPass } from '../clinical-cases/recorded.js'
import { readCases } from '../clinical-cases/runner.js'
import { conditionCoverage } from './condition-coverage.js'
import { conditionGapLines, coveragePage, gapLines, tally } from './coverage-page.js'
import { coverageOf } from './coverage.js'
import { localReading } from './local-codes.js'

const loaded = loadKnowledge()
const { files } = loaded.knowledge
const cases = readCases()
const coverage = coverageOf(loaded, cases)
const asked = conditionCoverage((await recordedPass()).recording)
writeFileSync(join(PROJECT_ROOT, 'fhir-resources/COVERAGE.md'), coveragePage(coverage, asked, localReading(files), files))
const lines = [`Accounted for: ${tally(coverage.points)} rows.`, `Conditions answered yes by some case and no by another: ${asked.conditions.filter(({ answers }) => answers.has('yes') && answers.has('no')).length} of ${asked.conditions.length}.`, ...gapLines(coverage.gaps), ...conditionGapLines(asked), ...loaded.faults.faults.map(fault => `Knowledge fault: ${faultLine(fault)}`)]
process.stdout.write(`${lines.join('\n')}\n`)
