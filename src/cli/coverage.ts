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
import { caseOptions, readCases, type CaseFolder } from './read-cases.js'

/** Answers all cases, then writes what covers the knowledge and tells what is missing. */
export async function coverKnowledge(words: readonly string[]): Promise<number> {
  const { knowledge, folder } = caseOptions(words)
  const found = readCases(knowledge, folder)
  process.stdout.write(writeCoverage(knowledge, found, await recordCases(found.runner, found.cases)))
  return 0
}

/**
 * Writes fhir-resources/COVERAGE.md and the record of the cases of a knowledge folder, and tells what is missing.
 * @param recording the answers to all cases of the folder.
 */
export function writeCoverage(
  knowledge: string,
  { runner: { loaded, language }, cases, coverage: words }: CaseFolder,
  recording: Recording,
): string {
  const coverage = coverageOf(loaded, cases)
  const asked = conditionCoverage(recording)
  writeFileSync(join(knowledge, CASE_RECORD), `${JSON.stringify(caseRecordOf(coverage, cases, recording, language), null, 2)}\n`)
  writeFileSync(
    join(knowledge, 'fhir-resources/COVERAGE.md'),
    coveragePage(coverage, asked, localReading(loaded.knowledge, words), loaded.knowledge, words),
  )
  const bothWays = asked.conditions.filter(({ answers }) => answers.has('yes') && answers.has('no')).length
  const lines = [
    `Accounted for: ${tally(coverage.points)} rows.`,
    `Conditions answered yes by some case and no by another: ${bothWays} of ${asked.conditions.length}.`,
    ...gapLines(coverage.gaps),
    ...conditionGapLines(asked, words),
  ]
  return `${lines.join('\n')}\n`
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
