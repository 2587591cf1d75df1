// Every case in the folders beside this file: a patient, a day, and what the real services must and must not say.
import { decisionPoints } from '../../src/cases/coverage.js'
import { LISTED_UNDER, type FoundCase } from '../../src/cases/format.js'
import { faultsOfCase, places } from '../../src/cases/record.js'
import { cases, language, loaded } from '../support/cases.js'
import { keepCase, type KeptCase } from '../support/keep-cases.js'
import { recording } from '../support/recorded.js'

/** The answers that `npm test` recorded before; without a record each case is answered when its turn comes. */
const recorded = recording()
const folders = [...new Set(cases.map(({ about }) => about))]
const inFolder = (about: string) => cases.filter(each => each.about === about)

const rules = new Set(
  decisionPoints(loaded)
    .filter(({ kind }) => kind === 'R')
    .map(({ code }) => code),
)

const answerTo = (each: FoundCase, isFirstOfFile = false): KeptCase | Promise<KeptCase> =>
  recorded?.cases[cases.indexOf(each)] ?? keepCase(each, isFirstOfFile)

const isRule = (about: string): boolean => rules.has(about)

describe.each(folders)('%s', about => {
  test.each(inFolder(about).map(each => [each.case.name, each] as const))('%s', async (_name, each) => {
    expect(faultsOfCase(each, await answerTo(each), recorded?.places ?? places(loaded), language)).toEqual([])
  })
})

const files = [...new Set(cases.map(({ file }) => file))]

test.each(files)('the first case of %s gets the same answer when the service reads the FHIR server itself', async file => {
  const { answered, fromFhirServer } = await answerTo(
    cases.find(each => each.file === file)!,
    true,
  )
  expect(fromFhirServer).toEqual(answered)
})

test('every case has a name of its own', () => {
  const names = cases.map(({ about, case: { name } }) => `${about}: ${name}`)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

test('every rule has at least three cases, among them a yes and a no', () => {
  const lacking = folders.filter(isRule).filter(about => {
    const answers = inFolder(about).map(({ case: { answer } }) => answer)
    return answers.length < 3 || !answers.includes('yes') || !answers.includes('no')
  })
  expect(lacking).toEqual([])
})

test('a case about a rule says of that rule what its answer is', () => {
  const silent = ({ about, case: each }: FoundCase) => !each[LISTED_UNDER[each.answer]]?.includes(about)
  expect(
    cases
      .filter(({ about }) => isRule(about))
      .filter(silent)
      .map(({ file, case: { name } }) => `${file}: ${name}`),
  ).toEqual([])
})
