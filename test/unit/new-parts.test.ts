// `columna new` of a part: what it writes is whole, whatever guideline it goes into, and nothing that was there is lost.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { columna } from '../support/columna.js'

const home = mkdtempSync(join(tmpdir(), 'columna-new-'))
const begun = join(home, 'begun')
beforeAll(async () => {
  await columna('new', 'guideline', begun)
})
afterAll(() => rmSync(home, { recursive: true }))

/** The guideline that `columna new guideline` writes, in a folder of its own. */
function fresh(): string {
  const folder = mkdtempSync(join(home, 'fresh-'))
  cpSync(begun, folder, { recursive: true })
  return folder
}

const adding = (folder: string, ...words: string[]) => columna('new', ...words, '--knowledge', folder)
const textOf = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8')

/** A check finds nothing but the words that are an author's to write. */
async function expectOnlyPlaceholders(folder: string): Promise<void> {
  const { code, out } = await columna('check', folder, '--json')
  const { faults, warnings } = JSON.parse(out) as { faults: object[]; warnings: { code: string }[] }
  expect([code, faults, [...new Set(warnings.map(each => each.code))]]).toEqual([0, [], ['PLACEHOLDER_LEFT']])
}

/** What an author does then: nothing is at fault, and each case is answered as it expects. */
async function expectSound(folder: string, cases: number): Promise<void> {
  expect(await columna('render', folder)).toMatchObject({ code: 0 })
  await expectOnlyPlaceholders(folder)
  expect(await columna('cases', '--knowledge', folder)).toMatchObject({ code: 0, out: `${cases} cases, all as expected.\n` })
}

describe('each part is sound when it is rendered', () => {
  test('a recommendation, behind what its plan says already', async () => {
    const folder = fresh()
    writeFileSync(join(folder, 'knowledge/example.yaml'), `# Ours.\n${textOf(folder, 'knowledge/example.yaml')}`)
    const { code, out } = await adding(folder, 'recommendation', 'offer-training', '--json')
    expect([code, JSON.parse(out)]).toEqual([
      0,
      {
        folder,
        written: ['clinical-cases/EX-2/offer-training.yaml'],
        changed: ['knowledge/terminology.yaml', 'knowledge/example.yaml'],
      },
    ])
    const topic = textOf(folder, 'knowledge/example.yaml')
    for (const kept of ['# Ours.', 'id: recommend-to-adults', 'isAdult: {']) expect(topic).toContain(kept)
    expect(topic).toContain('source: document#adults')
    expect(topic).toMatch(/offer-training-facts:[^]*uses: example\n/)
    await expectSound(folder, 6)
  })

  test('a plan with its first recommendation and its service, in a file of its own', async () => {
    const folder = fresh()
    expect(await adding(folder, 'plan', 'follow-up')).toMatchObject({
      code: 0,
      out: expect.stringContaining('wrote knowledge/follow-up.yaml\n'),
    })
    expect(await adding(folder, 'recommendation', 'and-another', '--plan', 'follow-up', '--topic', 'elsewhere')).toMatchObject({ code: 0 })
    expect(textOf(folder, 'knowledge/elsewhere.yaml')).toMatch(/^facts:\n/)
    await expectSound(folder, 9)
  })

  test('a service and a questionnaire', async () => {
    const folder = fresh()
    expect(await adding(folder, 'service', 'example-again', '--plan', 'example')).toMatchObject({ code: 0 })
    expect(await adding(folder, 'questionnaire', 'before-visit', '--topic', 'example')).toMatchObject({ code: 0 })
    await expectSound(folder, 3)
    expect(readdirSync(join(folder, 'fhir-resources/Questionnaire'))).toEqual(['before-visit.json'])
  })

  test('with texts in each language of the guideline', async () => {
    const folder = fresh()
    const json = textOf(folder, 'knowledge.json')
    writeFileSync(join(folder, 'knowledge.json'), json.replace(/"languages": \[\s*"en"\s*\]/, '"languages": ["en", "da"]'))
    for (const words of [
      ['plan', 'tilbud'],
      ['questionnaire', 'skema'],
      ['service', 'tjeneste', '--plan', 'tilbud'],
    ])
      expect(await adding(folder, ...words)).toMatchObject({ code: 0 })
    expect(await columna('render', folder)).toMatchObject({ code: 0 })
    const { out } = await columna('check', folder, '--json')
    const { faults } = JSON.parse(out) as { faults: { file: string }[] }
    expect(faults.filter(({ file }) => /tilbud|skema|tjeneste/.test(file))).toEqual([])
    expect(faults.length).toBeGreaterThan(0)
  })
})

/** Each file of a folder with what it holds. */
const contentsOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => [path, readFileSync(path, 'utf8')])

describe('nothing is written', () => {
  test.each<[string, string[], RegExp]>([
    ['for an id that the knowledge uses', ['plan', 'example'], /^COLUMNA_ID_TAKEN: example stands under plans of knowledge\/example\.yaml/],
    ['for an action that the plan has', ['recommendation', 'recommend-to-adults'], /^COLUMNA_ID_TAKEN: recommend-to-adults is an action/],
    ['for a service that there is', ['service', 'example'], /^COLUMNA_ID_TAKEN: There is a service example/],
    ['for what is no id', ['questionnaire', 'Before Visit'], /^COLUMNA_USAGE: Before Visit is no id/],
    ['for a file outside', ['questionnaire', 'visit', '--topic', '../visit'], /^COLUMNA_USAGE: \.\.\/visit is no id/],
    [
      'for a source that there is not',
      ['recommendation', 'a', '--source', 'x#y'],
      /^COLUMNA_USAGE: There is no source x#y; there are document#adults/,
    ],
    [
      'for a grade that there is not',
      ['recommendation', 'a', '--grade', 'must'],
      /^COLUMNA_USAGE: There is no grade must; there are should/,
    ],
    ['for a point that is none', ['recommendation', 'a', '--point', '../x'], /^COLUMNA_USAGE: \.\.\/x is no decision point/],
    ['for a plan that there is not', ['service', 'a', '--plan', 'b'], /^COLUMNA_USAGE: Say with --plan which plan is meant: example/],
    ['into what all files share', ['questionnaire', 'a', '--topic', 'shared'], /^COLUMNA_USAGE: shared\.yaml says what all files share/],
  ])('%s', async (_, words, told) => {
    const before = contentsOf(begun)
    expect(await adding(begun, ...words)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(told) })
    expect(contentsOf(begun)).toEqual(before)
  })

  test('over cases that are there', async () => {
    const folder = fresh()
    cpSync(join(folder, 'clinical-cases/EX-1/age.yaml'), join(folder, 'clinical-cases/EX-1/more.yaml'))
    const before = textOf(folder, 'knowledge/example.yaml')
    const asked = await adding(folder, 'recommendation', 'more', '--point', 'EX-1')
    expect(asked).toMatchObject({ code: 2, err: expect.stringMatching(/^COLUMNA_FILE_EXISTS: .*EX-1\/more\.yaml/) })
    expect(textOf(folder, 'knowledge/example.yaml')).toBe(before)
  })

  test('into a folder without a source', async () => {
    expect(await adding(home, 'plan', 'a')).toMatchObject({ code: 2, err: expect.stringMatching(/^COLUMNA_SOURCE_MISSING: /) })
  })
})
