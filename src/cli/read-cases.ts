import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { coverageWords, type CoverageWords } from '../cases/coverage-words.js'
import { casesOf, type CaseFile, type FoundCase } from '../cases/format.js'
import { caseLanguage } from '../cases/language.js'
import { caseRunner, type CaseRunner } from '../cases/run.js'
import { caseVocabulary, type CaseVocabulary } from '../cases/vocabulary.js'
import { loadKnowledge, PROJECT_ROOT } from '../knowledge-files/load-knowledge.js'
import { CASE_PLACES } from './case-places.js'
import { CliError } from './cli-error.js'

/** The cases of a guideline with all that is needed to answer them. */
export interface CaseFolder {
  /** Folder of the cases. */
  folder: string
  runner: CaseRunner
  /** In the order of folder and file names. */
  cases: readonly FoundCase[]
  coverage: CoverageWords
}

/**
 * Reads the knowledge of a folder, and the cases beside it.
 * @param loaded that knowledge, where it is compiled already.
 * @throws CdsError when the knowledge has a fault, CliError when there are no cases, Error when they are not as their language asks.
 */
export function readCases(knowledge = PROJECT_ROOT, folder = casesBeside(knowledge), loaded = loadKnowledge(knowledge)): CaseFolder {
  loaded.faults.throwIfAny()
  const vocabulary = caseVocabulary(readYaml(join(folder, 'vocabulary.yaml')) as Partial<CaseVocabulary> | undefined)
  return {
    folder,
    runner: caseRunner(loaded, caseLanguage(vocabulary, loaded.knowledge.files)),
    cases: casesIn(folder, Object.keys(vocabulary.expects)),
    coverage: coverageWords(readYaml(join(folder, 'coverage.yaml')) as Partial<CoverageWords> | undefined),
  }
}

const holdsFolders = (place: string): boolean =>
  existsSync(place) && readdirSync(place, { withFileTypes: true }).some(entry => entry.isDirectory())

function casesBeside(knowledge: string): string {
  const found = CASE_PLACES.map(place => join(knowledge, place)).find(holdsFolders)
  if (found === undefined)
    throw new CliError(
      'COLUMNA_CASES_MISSING',
      `There are no cases beside the knowledge: ${knowledge} has no folder ${CASE_PLACES.join(' or ')} with a folder for each decision point.`,
    )
  return found
}

/** What a file holds; undefined where there is none, or nothing in it. */
const readYaml = (path: string): unknown => (existsSync(path) ? ((parse(readFileSync(path, 'utf8')) as unknown) ?? undefined) : undefined)

/** Every case of the folders within a folder. */
function casesIn(folder: string, expects: readonly string[]): FoundCase[] {
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
  return folders.flatMap(about =>
    readdirSync(join(folder, about))
      .filter(name => name.endsWith('.yaml'))
      .sort()
      .flatMap(name =>
        casesOf(readYaml(join(folder, about, name)) as CaseFile, expects).map(each => ({ about, file: `${about}/${name}`, case: each })),
      ),
  )
}
