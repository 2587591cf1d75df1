import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { manualOf } from '../../src/cli/manual.js'
import { pagesWithCommands } from '../../src/cli/run-columna.js'
import { columna, columnaIn } from '../support/columna.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const GUIDELINE = join(ROOT, 'test/other-guideline')
const PAGES = pagesWithCommands()

/** What is told of a command that goes well. */
const PROGRESS = /^(\(waits for a change\)|(sorted|asked) [\d.]+ of .+)\n/gm

/** Commands whose examples need a process, a store or an installed package, and where they are done. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  prepare: 'test/package/check-package.ts',
  record: 'test/store/record-contract.test.ts',
  serve: 'test/package/check-package.ts',
}

test('docs/cli.md is what the commands say of themselves (npm run manual)', () => {
  expect(readFileSync(join(ROOT, 'docs/cli.md'), 'utf8')).toBe(manualOf(PAGES))
})

test('every example is of its command, and what is done elsewhere is a command that is done there', () => {
  expect(PAGES.flatMap(({ page: { name, examples } }) => examples.filter(({ words }) => words.split(' ')[0] !== name))).toEqual([])
  const named = Object.entries(ELSEWHERE).filter(([name, file]) => readFileSync(join(ROOT, file), 'utf8').includes(name))
  expect(named.map(([name]) => name)).toEqual(Object.keys(ELSEWHERE))
  expect(Object.keys(ELSEWHERE).filter(name => !PAGES.some(({ page }) => page.name === name))).toEqual([])
})

describe('the examples of the manual', () => {
  const home = mkdtempSync(join(tmpdir(), 'columna-manual-'))
  const [mine, requests] = [join(home, 'my-guideline'), join(home, 'recorded')]
  beforeAll(async () => {
    for (const name of ['my-guideline', 'old-guideline', 'new-guideline', 'measured-guideline'])
      cpSync(GUIDELINE, join(home, name), { recursive: true })
    mkdirSync(requests)
    for (const place of [home, requests]) cpSync(join(ROOT, 'test/support/other-guideline-request.json'), join(place, 'request.json'))
    writeExport(join(home, 'export'))
    addMeasure(join(home, 'measured-guideline'))
    await columna('import', '--knowledge', mine, '--into', 'flu')
    await columna('render', '--knowledge', mine)
    const git = (...words: string[]) => execFileSync('git', ['-C', mine, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words])
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message', 'first')
  })
  afterAll(() => rmSync(home, { recursive: true }))

  /** The words of an example as a shell hands them on, with its files and folders where this test has them; the first is the command. */
  const wordsOf = (written: string): string[] =>
    [...written.matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, word = ''], place) => quoted ?? (place > 0 && isPlace(word) ? join(home, word) : word),
    )
  const isPlace = (word: string): boolean => /^(my|old|new|fresh)-guideline$|^(recorded|export|answers|figures)$|\.(json|tgz)$/.test(word)

  const examples = PAGES.filter(({ page: { name } }) => !(name in ELSEWHERE)).flatMap(({ page }) => page.examples)

  test.each(examples.map(({ words }) => [words]))('columna %s', async written => {
    const [asked = '', into] = written.split(' > ')
    // Each begins a run of its own.
    for (const name of ['answers', 'figures']) rmSync(join(home, name), { recursive: true, force: true })
    const knowledgeFolder = /^(population|measure) /.test(asked) ? join(home, 'measured-guideline') : undefined
    const surroundings = { signal: AbortSignal.abort(), ...(knowledgeFolder !== undefined && { knowledgeFolder }) }
    const { code, out, err } = await columnaIn(surroundings, ...wordsOf(asked))
    if (into !== undefined) writeFileSync(join(home, into), out)
    expect({ code, err: err.replace(PROGRESS, '') }).toEqual({ code: 0, err: '' })
  })
})

/** A tiny bulk export. */
function writeExport(folder: string): void {
  mkdirSync(folder)
  const people = ['1950-01-01', '1990-01-01'].map((birthDate, index) => ({ resourceType: 'Patient', id: `p${index}`, birthDate }))
  writeFileSync(join(folder, 'Patient.ndjson'), people.map(each => `${JSON.stringify(each)}\n`).join(''))
}

/** A measure of the name that an example gives, which the guideline does not bring. */
function addMeasure(folder: string): void {
  const put = (type: string, id: string, resource: object) => {
    mkdirSync(join(folder, 'fhir-resources', type), { recursive: true })
    writeFileSync(
      join(folder, 'fhir-resources', type, `${id}.json`),
      JSON.stringify({ resourceType: type, id, status: 'active', ...resource }),
    )
  }
  put('Library', 'added', {
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'logic-library' }] },
    parameter: ['periodStart', 'periodEnd'].map(name => ({ name, use: 'in', type: 'date' })),
  })
  const population = (code: string, expression: string) => ({
    code: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/measure-population', code }] },
    criteria: { language: 'text/fhirpath', expression },
  })
  put('Measure', 'start-back-within-14-days', {
    library: ['Library/added'],
    scoring: { coding: [{ code: 'proportion' }] },
    group: [
      {
        id: 'all',
        population: [
          population('initial-population', '%patient.birthDate <= %periodEnd'),
          population('denominator', 'true'),
          population('numerator', '%patient.birthDate <= %periodEnd - 65 years'),
        ],
      },
    ],
  })
}
