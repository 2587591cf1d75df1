// Every case in the folders beside this file: a patient, a day, and what the real services must and must not say.
import { differences } from './compare.js'
import { conditionCoverage } from './condition-coverage.js'
import { ALWAYS_THE_SAME_ANSWER } from './coverage-exceptions.js'
import { answerCase, readCases, type FoundCase } from './runner.js'

const cases = readCases()
const folders = [...new Set(cases.map(({ about }) => about))]
const inFolder = (about: string) => cases.filter(each => each.about === about)

/** Decision points that are scope or definition: they open other rules and stand on no card. */
const SCOPE = new Set(['LBP-01', 'LBP-02'])

const isRule = (about: string): boolean => /^(LBP|RN)-\d+$/.test(about) && !SCOPE.has(about)

describe.each(folders)('%s', about => {
  test.each(inFolder(about).map(({ case: each }) => [each.name, each] as const))('%s', async (_name, each) => {
    const { cards, faults } = await answerCase(each)
    expect([...differences(each, cards), ...faults]).toEqual([])
  })
})

const files = [...new Set(cases.map(({ file }) => file))]

test.each(files)('the first case of %s gets the same answer when the service reads the FHIR server itself', async file => {
  const each = cases.find(found => found.file === file)!.case
  expect(await answerCase(each, 'FHIR server')).toEqual(await answerCase(each, 'prefetch'))
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

/** The word under which a case names its decision point when it stands for an answer. */
const EXPECTED_UNDER = { yes: 'recommends', no: 'does not recommend', 'cannot-tell': 'cannot tell' } as const

test('a case about a rule says of that rule what its answer is', () => {
  const silent = ({ about, case: each }: FoundCase) => !each[EXPECTED_UNDER[each.answer]]?.includes(about)
  expect(cases.filter(({ about }) => isRule(about)).filter(silent).map(({ file, case: { name } }) => `${file}: ${name}`)).toEqual([])
})

describe('conditions of the knowledge', () => {
  test('each is answered yes by some case and no by another', async () => {
    const covered = await conditionCoverage(cases)
    const never = covered.flatMap(({ place, answers }) => ['yes', 'no'].filter(wanted => !answers.has(wanted)).map(wanted => `${place}: ${wanted}`))
    if (process.env.CASE_COVERAGE) {
      const neverOpen = covered.filter(({ answers }) => !answers.has('cannot-tell'))
      process.stdout.write(`${covered.length} conditions, of which ${neverOpen.length} are never cannot-tell:\n${neverOpen.map(({ place, description }) => `  ${place}: ${description}`).join('\n')}\n`)
    }
    expect(never.sort()).toEqual(Object.keys(ALWAYS_THE_SAME_ANSWER).sort())
  }, 600_000)
})
