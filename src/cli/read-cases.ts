import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { CaseError } from '../cases/case-error.js'
import { coverageWords, type CoverageWords } from '../cases/coverage-words.js'
import { casesOf, type CaseFile, type FoundCase } from '../cases/format.js'
import { caseLanguage } from '../cases/language.js'
import { caseRunner, type CaseRunner } from '../cases/run.js'
import { caseVocabulary, type CaseVocabulary } from '../cases/vocabulary.js'
import { loadKnowledge, PROJECT_ROOT } from '../knowledge-files/load-knowledge.js'
import { CASE_PLACES, casePaths } from './case-places.js'
import { CliError } from './cli-error.js'

/** The cases of a guideline, as they are written. */
interface WrittenCases {
  /** Folder of the cases. */
  folder: string
  /** In the order of folder and file names. */
  cases: readonly FoundCase[]
  coverage: CoverageWords
  vocabulary: CaseVocabulary
}

/** The cases of a guideline with all that is needed to answer them. */
export interface CaseFolder extends Omit<WrittenCases, 'vocabulary'> {
  runner: CaseRunner
}

/**
 * Reads the knowledge of a folder, and the cases beside it.
 * @param loaded that knowledge, where it is compiled already.
 * @throws CdsError when the knowledge has a fault, CliError when there are no cases, CaseError when they are not as their language asks.
 */
export function readCases(knowledge = PROJECT_ROOT, folder = casesBeside(knowledge), loaded = loadKnowledge(knowledge)): CaseFolder {
  loaded.faults.throwIfAny()
  const { vocabulary, ...written } = writtenCases(folder)
  return { ...written, runner: caseRunner(loaded, caseLanguage(vocabulary, loaded.knowledge.files)) }
}

/**
 * Reads the cases of a folder, whatever the knowledge is.
 * @param failed hears of each file of cases that is not as its language asks, which is left out; thrown unless given.
 * @throws CaseError when the words of the guideline are not as they must be.
 */
export function writtenCases(folder: string, failed: OnFailed = rethrow): WrittenCases {
  const vocabulary = readFrom(folder, 'vocabulary.yaml', written => caseVocabulary(written as Partial<CaseVocabulary> | undefined))
  return {
    folder,
    vocabulary,
    cases: casesIn(folder, Object.keys(vocabulary.expects), failed),
    coverage: readFrom(folder, 'coverage.yaml', written => coverageWords(written as Partial<CoverageWords> | undefined)),
  }
}

const holdsFolders = (place: string): boolean =>
  existsSync(place) && readdirSync(place, { withFileTypes: true }).some(entry => entry.isDirectory())

/** The folder of the cases of a knowledge; undefined where there is none. */
export const caseFolderOf = (knowledge: string): string | undefined => casePaths(knowledge).find(holdsFolders)

function casesBeside(knowledge: string): string {
  const found = caseFolderOf(knowledge)
  if (found === undefined)
    throw new CliError(
      'COLUMNA_CASES_MISSING',
      `There are no cases beside the knowledge: ${knowledge} has no folder ${CASE_PLACES.join(' or ')} with a folder for each decision point.`,
    )
  return found
}

/** What a file says in its language; where there is no such file, what nothing says. @throws CaseError that names the file. */
function readFrom<T>(folder: string, file: string, read: (written: unknown) => T): T {
  const path = join(folder, file)
  try {
    return read(existsSync(path) ? ((parse(readFileSync(path, 'utf8')) as unknown) ?? undefined) : undefined)
  } catch (error) {
    throw new CaseError(file, error)
  }
}

type OnFailed = (error: CaseError) => void

const rethrow: OnFailed = error => {
  throw error
}

/** Every case of the folders within a folder. */
const casesIn = (folder: string, expects: readonly string[], failed: OnFailed): FoundCase[] =>
  caseFiles(folder).flatMap(({ about, file }) => {
    try {
      return readFrom(folder, file, written => casesOf(written as CaseFile | undefined, expects)).map(each => ({ about, file, case: each }))
    } catch (error) {
      failed(error as CaseError)
      return []
    }
  })

/** The files of the folders within a folder, each with the folder that it is in. */
const caseFiles = (folder: string): { about: string; file: string }[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap(about =>
      readdirSync(join(folder, about))
        .filter(name => name.endsWith('.yaml'))
        .sort()
        .map(name => ({ about, file: `${about}/${name}` })),
    )
