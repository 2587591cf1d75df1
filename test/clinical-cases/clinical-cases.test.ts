// Every case in the folders beside this file: a patient, a day, and what the real services must and must not say.
import { LISTED_UNDER } from './case-format.js'
import { differences } from './compare.js'
import { decisionPoints } from '../coverage/coverage.js'
import { answerCase, knowledge, readCases, type FoundCase } from './runner.js'

const cases = readCases()
const folders = [...new Set(cases.map(({ about }) => about))]
const inFolder = (about: string) => cases.filter(each => each.about === about)

const rules = new Set(decisionPoints(knowledge()).filter(({ kind }) => kind === 'R').map(({ code }) => code))

const isRule = (about: string): boolean => rules.has(about)

describe.each(folders)('%s', about => {
  test.each(inFolder(about).map(({ case: each }) => [each.name, each] as const))('%s', async (_name, each) => {
    const { cards, faults, notUsable } = await answerCase(each)
    expect([...differences(each, cards), ...faults]).toEqual([])
    expect(notUsable).toEqual(each['not usable'] ?? [])
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

test('a case about a rule says of that rule what its answer is', () => {
  const silent = ({ about, case: each }: FoundCase) => !each[LISTED_UNDER[each.answer]]?.includes(about)
  expect(cases.filter(({ about }) => isRule(about)).filter(silent).map(({ file, case: { name } }) => `${file}: ${name}`)).toEqual([])
})
