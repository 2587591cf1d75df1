import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { conditionCoverage } from '../cases/condition-coverage.js'
import { conditionGapLines, coveragePage, gapLines, tally } from '../cases/coverage-page.js'
import { coverageOf, type Coverage } from '../cases/coverage.js'
import { localReading } from '../cases/local-codes.js'
import type { FoundCase } from '../cases/format.js'
import type { CaseLanguage } from '../cases/language.js'
import { faultsOfCase, recordCases, type Recording } from '../cases/record.js'
import { CASE_RECORD, type CaseRecord } from '../knowledge-files/case-record.js'
import type { Outcome } from './command-page.js'
import { readCases, type CaseFolder } from './read-cases.js'
import type { Teller } from './teller.js'

/** What covers a knowledge, and what is missing. */
interface Covered {
  record: CaseRecord
  /** Each a line. */
  tally: string[]
  missing: string[]
}

/** Answers all cases, then writes what covers the knowledge and tells what is missing. Answers 1 where anything is. */
export async function coverKnowledge(knowledge: string, folder: string | undefined, teller: Teller): Promise<Outcome> {
  const found = readCases(knowledge, folder)
  const recording = await recordCases(found.runner, found.cases, (done, of) => teller.progress(`${done} of ${of} cases`))
  const { record, tally: counts, missing } = writeCoverage(knowledge, found, recording)
  teller.tell(...counts, ...missing)
  teller.tellJson({ ...record, missing })
  return missing.length === 0 ? 0 : 1
}

/**
 * Writes fhir-resources/COVERAGE.md and the record of the cases of a knowledge folder, and answers what covers it and what is missing.
 * @param recording the answers to all cases of the folder.
 */
export function writeCoverage(
  knowledge: string,
  { runner: { loaded, language }, cases, coverage: words }: CaseFolder,
  recording: Recording,
): Covered {
  const coverage = coverageOf(loaded, cases, words)
  const asked = conditionCoverage(recording)
  const record = caseRecordOf(coverage, cases, recording, language)
  writeFileSync(join(knowledge, CASE_RECORD), `${JSON.stringify(record, null, 2)}\n`)
  writeFileSync(
    join(knowledge, 'fhir-resources/COVERAGE.md'),
    coveragePage(coverage, asked, localReading(loaded.knowledge, words), loaded.knowledge, words),
  )
  const bothWays = asked.conditions.filter(({ answers }) => answers.has('yes') && answers.has('no')).length
  return {
    record,
    tally: [
      `Accounted for: ${tally(coverage.points)} rows.`,
      `Conditions answered yes by some case and no by another: ${bothWays} of ${asked.conditions.length}.`,
    ],
    missing: [...gapLines(coverage.gaps), ...conditionGapLines(asked, words)],
  }
}

/** What the pages tell of the cases: how many answered as expected, and how many ask for each decision point. */
function caseRecordOf({ points }: Coverage, cases: readonly FoundCase[], recording: Recording, language: CaseLanguage): CaseRecord {
  const isAsExpected = (each: FoundCase, index: number): boolean => {
    const recorded = recording.cases[index]
    return recorded !== undefined && faultsOfCase(each, recorded, recording.places, language).length === 0
  }
  return {
    cases: cases.length,
    asExpected: cases.filter(isAsExpected).length,
    points: Object.fromEntries(
      points.map(({ code, cases: { yes, no, 'cannot-tell': cannotTell } }) => [
        code,
        { yes: yes.length, no: no.length, cannotTell: cannotTell.length },
      ]),
    ),
  }
}
