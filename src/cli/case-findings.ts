import { join, relative } from 'node:path'
import { CaseError } from '../cases/case-error.js'
import { coverageOf, decisionPointFile, unaskedAnswers, type CoveredPoint } from '../cases/coverage.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { CASE_PLACES } from './case-places.js'
import { caseFolderOf, writtenCases } from './read-cases.js'

/** What is wrong with the cases beside a knowledge, and where it is mended. */
export interface CaseFinding {
  code: 'CASE_INVALID' | 'CASE_MISSING'
  /** From the folder of the knowledge. */
  file: string
  /** FHIR path of the decision point; empty where a file of cases is wrong. */
  element: string
  message: string
}

/** Every file of cases that cannot be read; where all can, every rule that some action speaks for and that no case answers yes, no or cannot tell. */
export function caseFindings(folder: string, loaded: LoadedKnowledge): CaseFinding[] {
  const place = caseFolderOf(folder)
  const invalid: CaseFinding[] = []
  const written = place === undefined ? undefined : readable(place, error => invalid.push(invalidCase(relative(folder, place), error)))
  if (invalid.length > 0) return invalid
  const { points } = coverageOf(loaded, written?.cases ?? [], written?.coverage)
  const unasked = points.filter(point => point.kind === 'R' && point.actions.length > 0 && unaskedAnswers(point).length > 0)
  const at = placesOfPoints(loaded)
  return place === undefined
    ? withoutCases(unasked, at)
    : unasked.map(point => ({ code: 'CASE_MISSING', ...at(point.code), message: missingCase(point, relative(folder, place)) }))
}

/** The cases of a folder but for what is not as its language asks, which is told. */
function readable(place: string, failed: (error: CaseError) => void): ReturnType<typeof writtenCases> | undefined {
  try {
    return writtenCases(place, failed)
  } catch (error) {
    if (!(error instanceof CaseError)) throw error
    failed(error)
    return undefined
  }
}

const invalidCase = (place: string, { where, said }: CaseError): CaseFinding => ({
  code: 'CASE_INVALID',
  file: join(place, where),
  element: '',
  message: said,
})

function missingCase(point: CoveredPoint, place: string): string {
  const answers = unaskedAnswers(point)
  const words = answers.map(answer => answer.replace('-', ' ')).join(' or ')
  const reason = answers.includes('cannot-tell') ? ', or say under neverOpen in coverage.yaml why it is never open' : ''
  return `No case answers ${point.code} with ${words}; write ${answers.length > 1 ? 'one of each' : 'one'} in ${join(place, point.code)}/${reason}.`
}

/** One finding for all rules of a knowledge that has no cases at all. */
function withoutCases([first, ...others]: readonly CoveredPoint[], at: PlaceOfPoint): CaseFinding[] {
  if (first === undefined) return []
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return [
    { code: 'CASE_MISSING', ...at(first.code), message: `No case asks for ${first.code}${more}: there is no ${CASE_PLACES.join(' or ')}.` },
  ]
}

type PlaceOfPoint = (code: string) => Pick<CaseFinding, 'file' | 'element'>

/** Where a decision point is described. */
function placesOfPoints(loaded: LoadedKnowledge): PlaceOfPoint {
  const found = decisionPointFile(loaded)
  const codes = found?.resource.concept?.map(({ code }) => code) ?? []
  return code => ({ file: found?.file ?? '', element: `CodeSystem.concept[${codes.indexOf(code)}]` })
}
