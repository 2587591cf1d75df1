import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from '@jest/globals'
import { runColumna } from '../../src/cli/run-columna.js'
import { columna, columnaIn } from '../support/columna.js'

/** A guideline that is not about backs, with its cases. */
const GUIDELINE = fileURLToPath(new URL('../other-guideline', import.meta.url))
const REQUEST = fileURLToPath(new URL('../support/other-guideline-request.json', import.meta.url))

const home = mkdtempSync(join(tmpdir(), 'columna-cli-'))
afterAll(() => rmSync(home, { recursive: true }))

/** The guideline anew, in a folder of its own. */
function anew(name: string): string {
  const folder = join(home, name)
  cpSync(GUIDELINE, folder, { recursive: true })
  return folder
}

/** The guideline anew, with one text of its plan and cases changed. */
function changed(name: string, file: string, from: string | RegExp, to: string): string {
  const text = readFileSync(join(GUIDELINE, file), 'utf8')
  const other = text.replace(from, to)
  if (other === text) throw new Error(`${file} does not hold ${String(from)}`)
  return written(name, file, other)
}

/** The guideline anew, with this in one of its files. */
function written(name: string, file: string, text: string): string {
  const folder = anew(name)
  writeFileSync(join(folder, file), text)
  return folder
}

const PLAN = 'fhir-resources/PlanDefinition/influensa.json'
const CASES = 'clinical-cases/FLU-1/age.yaml'
const wrongCase = changed('wrong-case', CASES, 'does not recommend: [FLU-1]\n    cards: 0', 'recommends: [FLU-1]\n    cards: 1')
const otherService = changed('other-service', CASES, 'service: influensa', 'service: influenza')
const ageInWords = changed('age-in-words', CASES, 'age: 65', 'age: old')
const emptySource = changed('empty-source', CASES, 'age: 65', 'age: 66')
mkdirSync(join(emptySource, 'knowledge'))
const misspelt = changed('misspelt', PLAN, '%patient.birthDate <=', '%patient.birthDat <=')

describe('what a command answers to the shell', () => {
  test.each<[number, string, string[], RegExp]>([
    [0, 'all is good', ['check', GUIDELINE], /^The knowledge has no faults and 2 warning/m],
    [0, 'the manual', ['--help'], /^Usage: columna/],
    [0, 'the page of a command, with an example', ['cases', '--help'], /Examples:\n.*\n {4}columna cases /],
    [1, 'a case that is not answered as it expects', ['cases', '--knowledge', wrongCase], /4 cases, 1 not as expected\.\n$/],
    [1, 'no case of that name', ['cases', '--knowledge', GUIDELINE, 'nobody'], /^0 cases, none has this name/],
    [1, 'a fault of the knowledge', ['check', misspelt], /: ELEMENT_UNKNOWN|: NAME_UNKNOWN|: EXPRESSION_INVALID/],
  ])('%i: %s', async (code, _, words, told) => {
    const { out, ...answer } = await columna(...words)
    expect({ ...answer, out }).toMatchObject({ code, err: '', out: expect.stringMatching(told) })
  })

  test.each<[string, string[], RegExp]>([
    ['no such command', ['chekc'], /^COLUMNA_USAGE: unknown command 'chekc'\n.*check/],
    ['no such option', ['check', '--every'], /^COLUMNA_USAGE: unknown option '--every'/],
    ['no word that must be there', ['explain'], /^COLUMNA_USAGE: missing required argument/],
    ['a pattern that is none', ['cases', '--knowledge', GUIDELINE, '('], /^COLUMNA_USAGE: The pattern is no regular expression/],
    ['a folder without cases', ['cases', '--knowledge', home], /^COLUMNA_CASES_MISSING: /],
    ['a folder without knowledge', ['check', join(home, 'nowhere')], /^COLUMNA_FILE_UNREADABLE: .*nowhere must hold/],
    ['knowledge with a fault', ['cases', '--knowledge', misspelt], /^CDS_KNOWLEDGE_INVALID: .*\n {2}fhir-resources/],
    ['a topic that is not there', ['cases', '--knowledge', GUIDELINE, '--topic', 'flu'], /^COLUMNA_TOPIC_UNKNOWN: /],
    ['a case of no service', ['cases', '--knowledge', otherService], /^COLUMNA_CASE_INVALID: FLU-1.age\.yaml: .*; known are influensa\./],
    ['a case with an age in words', ['cases', '--knowledge', ageInWords], /^COLUMNA_CASE_INVALID: FLU-1.age\.yaml: .*'old' is no age/],
    ['no source', ['render', GUIDELINE], /^COLUMNA_SOURCE_MISSING: /],
    ['a source without a file, which would take all away', ['render', emptySource], /^COLUMNA_SOURCE_MISSING: /],
    ['a file that is not there', ['explain', join(home, 'no.json'), '--knowledge', GUIDELINE], /^COLUMNA_FILE_UNREADABLE: ENOENT/],
    ['a file of no JSON', ['explain', join(GUIDELINE, CASES), '--knowledge', GUIDELINE], /^COLUMNA_FILE_UNREADABLE: .* holds no JSON/],
    ['no folder for a population', ['population', '--input', home], /^COLUMNA_USAGE: Give --input,/],
    ['no such part', ['population', '--input', home, '--output', home, '--part', '8/8'], /^COLUMNA_USAGE: --part expects/],
    ['no period', ['measure', '--input', home, '--output', home, '--from', '2026-02-30'], /^COLUMNA_USAGE: Give --from and --to,/],
    ['a day that is none', ['explain', REQUEST, '--knowledge', GUIDELINE, '--now', 'today'], /^COLUMNA_USAGE: --now expects/],
    ['a day that no year has', ['explain', REQUEST, '--knowledge', GUIDELINE, '--now', '2026-02-31'], /^COLUMNA_USAGE: --now expects/],
    ['no export', ['population', '--input', '/nowhere', '--output', '/nowhere/out'], /^COLUMNA_FILE_UNREADABLE: There is no folder/],
  ])('2 and a code, on the stream of errors: %s', async (_, words, told) => {
    const { err, ...answer } = await columna(...words)
    expect(answer).toEqual({ code: 2, out: '' })
    expect(err).toMatch(told)
  })

  test('what goes wrong is JSON too where JSON was asked for', async () => {
    const { code, out, err } = await columna('cases', '--json', '--knowledge', home)
    expect([code, JSON.parse(out)]).toEqual([2, { error: expect.objectContaining({ code: 'COLUMNA_CASES_MISSING', details: [] }) }])
    expect(err).toMatch(/^COLUMNA_CASES_MISSING: /)
  })

  test('the folder that the environment names is worked on unless another is said', async () => {
    const here = await columnaIn({ knowledgeFolder: GUIDELINE }, 'cases')
    const there = await columnaIn({ knowledgeFolder: GUIDELINE }, 'cases', '--knowledge', wrongCase)
    expect([here.code, there.code]).toEqual([0, 1])
  })
})

describe('on a terminal', () => {
  const onTerminal = { isTTY: true, hasColors: true }

  test('it tells how far it is and takes that away again; a pipe hears nothing of it', async () => {
    const { out, err } = await columnaIn(onTerminal, 'cases', '--knowledge', GUIDELINE)
    expect(err).toContain('\r\u001B[K2 of 4 cases')
    expect(err.endsWith('\r\u001B[K')).toBe(true)
    expect(out).toBe('4 cases, all as expected.\n')
    expect((await columna('cases', '--knowledge', GUIDELINE)).err).toBe('')
  })

  test('it speaks in colours, unless the terminal has none or nobody wants any (NO_COLOR)', async () => {
    const coloured = await columnaIn(onTerminal, 'check', GUIDELINE)
    const plain = await columnaIn({ isTTY: true, hasColors: false }, 'check', GUIDELINE)
    const piped = await columnaIn({ isTTY: false, hasColors: true }, 'check', GUIDELINE)
    expect(['\u001B[33mwarning:', '\u001B[32mThe knowledge has no faults'].filter(each => !coloured.out.includes(each))).toEqual([])
    expect([plain.out, piped.out].filter(out => out.includes('\u001B') || !out.startsWith('warning: '))).toEqual([])
  })
})

describe('columna check reads the cases', () => {
  const POINTS = 'fhir-resources/CodeSystem/decision-point.json'
  const findingsOf = async (folder: string) => {
    const { code, out } = await columna('check', folder, '--json')
    const { warnings } = JSON.parse(out) as { warnings: { code: string; file: string; element: string; message: string }[] }
    return { code, cases: warnings.filter(each => each.code.startsWith('CASE_')) }
  }
  const ofPoint = { code: 'CASE_MISSING', file: POINTS, element: 'CodeSystem.concept[0]' }

  test('a rule that no case answers in some way is told at its decision point, and why it is never open is believed', async () => {
    const incomplete = changed('incomplete', CASES, /\n {2}- name: Fødselsdatoen er ukjent[^]*/, '')
    const excepted = changed('excepted', CASES, /\n {2}- name: Fødselsdatoen er ukjent[^]*/, '')
    writeFileSync(join(excepted, 'clinical-cases/coverage.yaml'), 'neverOpen: { FLU-1: the age of everybody is known }\n')
    expect([await findingsOf(incomplete), await findingsOf(excepted)]).toEqual([
      {
        code: 0,
        cases: [{ ...ofPoint, message: expect.stringMatching(/^No case answers FLU-1 with cannot tell; .* clinical-cases.FLU-1/) }],
      },
      { code: 0, cases: [] },
    ])
  })

  test('cases that cannot be read are told in place of what they may answer', async () => {
    const unreadable = changed('unreadable', CASES, 'answer: no', 'anser: no')
    expect(await findingsOf(unreadable)).toEqual({
      code: 0,
      cases: [{ code: 'CASE_INVALID', file: CASES, element: '', message: expect.stringMatching(/^'Under 65' says anser; known are /) }],
    })
    const empty = written('empty-file', CASES, '# nothing yet')
    expect((await findingsOf(empty)).cases).toMatchObject([{ code: 'CASE_INVALID', message: 'cases: a list of cases is missing.' }])
  })

  test('a guideline without cases is told once', async () => {
    const bare = anew('bare')
    rmSync(join(bare, 'clinical-cases'), { recursive: true })
    expect((await findingsOf(bare)).cases).toMatchObject([{ ...ofPoint, message: expect.stringMatching(/^No case asks for FLU-1: /) }])
  })
})

describe('columna cases', () => {
  test('tells of a case that is wrong what each condition of its points answered, and with --answers of all', async () => {
    const { out } = await columna('cases', '--knowledge', wrongCase)
    expect(out).toMatch(/^FLU-1\/age\.yaml: Under 65\n( {2}- .*\n)+ {2}no {11}FLU-1 \(influensa\/action-1\)\n {4}no {11}\(a condition/)
    expect(out).not.toContain('Fylt 65')
    const all = await columna('cases', '--knowledge', GUIDELINE, '--answers', '--json')
    expect(JSON.parse(all.out)).toMatchObject({
      count: 4,
      wrong: [],
      cases: [
        { asked: [{ point: 'FLU-1', answer: 'yes', conditions: [{ answer: 'yes' }] }] },
        { asked: [{ answer: 'no' }] },
        { asked: [{ answer: 'yes' }] },
        { asked: [{ answer: 'cannot-tell', conditions: [{ answer: 'cannot-tell' }] }] },
      ],
    })
  })
})

describe('columna explain', () => {
  const asked = ['explain', REQUEST, '--knowledge', GUIDELINE]

  test('tells the card, and the answer of each condition', async () => {
    const { code, out } = await columna(...asked, '--now', '2026-10-01', '--facts')
    expect(code).toBe(0)
    expect(out).toBe(
      [
        'influensa on 2026-10-01: 1 card(s)',
        '  Influensavaksine',
        '    yes          Tilby influensavaksine (født …) (FLU-1; action-1)',
        '      card: info: Tilby influensavaksine (født 17. mai 1956)',
        '      yes          %patient.birthDate <= today() - 65 years',
        '                   from Patient/kari',
        '',
      ].join('\n'),
    )
  })

  test('of what does not apply it tells how much there is, and with --all why', async () => {
    expect((await columna(...asked, '--now', '2016-10-01')).out).toContain('    1 more that do not apply (--all tells them)\n')
    expect((await columna(...asked, '--now', '2016-10-01', '--all')).out).toMatch(/ {4}no {11}Tilby .*\n {6}no card: The answer is no/)
  })
})

describe('columna new', () => {
  const fresh = join(home, 'fresh')

  test('writes a guideline without a fault, whose words are still to be written, whose cases are answered as they expect, and whose FHIR is what it says', async () => {
    expect((await columna('new', 'guideline', fresh)).code).toBe(0)
    expect(await columna('check', fresh)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^warning: .*PLACEHOLDER_LEFT[^]*\nThe knowledge has no faults and 7 warning\(s\)\.\n/),
    })
    expect(await columna('cases', '--knowledge', fresh)).toMatchObject({ code: 0, out: '3 cases, all as expected.\n' })
    expect(await columna('render', '--check', fresh)).toMatchObject({ code: 0 })
  })

  test.each<[string, string[], RegExp]>([
    ['writes nothing over', ['guideline', fresh], /^COLUMNA_FILE_EXISTS: .*knowledge\.json/],
    ['knows nothing else to begin with', ['flowchart', home], /^COLUMNA_USAGE: There is no flowchart/],
    ['asks for an address', ['guideline', join(home, 'none'), '--canonical', 'here'], /^COLUMNA_USAGE: --canonical expects/],
  ])('%s', async (_, words, told) => {
    expect(await columna('new', ...words)).toMatchObject({ code: 2, err: expect.stringMatching(told) })
  })
})

describe('columna diff', () => {
  const later = changed('later', PLAN, '65 years', '67 years')
  const otherWords = changed('other-words', PLAN, 'Tilby influensavaksine', 'Tilby vaksine')

  test('says which card goes, in which cases', async () => {
    const { code, out } = await columna('diff', GUIDELINE, later)
    expect([code, out]).toEqual([
      1,
      [
        'A card goes: Tilby influensavaksine (født 23. juni 1961) (info, FLU-1)',
        '  in 2:',
        '    FLU-1/age.yaml: Fylt 65',
        '    FLU-1/age.yaml: Fylt 65 etter sesongen',
        '',
        '4 asked of both, 2 answered otherwise.',
        '',
      ].join('\n'),
    ])
    expect((await columna('diff', later, GUIDELINE)).out).toMatch(/^A card comes: /)
  })

  test('and what of a card changes, in recorded requests too', async () => {
    const requests = join(home, 'requests')
    mkdirSync(requests)
    cpSync(REQUEST, join(requests, 'kari.json'))
    const words = ['--requests', requests, '--now', '2026-10-01', '--only', 'nobody']
    const { code, out } = await columna('diff', GUIDELINE, otherWords, ...words)
    expect([code, out]).toEqual([
      1,
      [
        'A card changes: Tilby vaksine (født 17. mai 1956) (info, FLU-1)',
        '  summary: Tilby influensavaksine (født 17. mai 1956) -> Tilby vaksine (født 17. mai 1956)',
        '  suggestions: Tilby influensavaksine (født 17. mai 1956): Pasienten er over 65 år. -> Tilby vaksine (født 17. mai 1956): Pasienten er over 65 år.',
        '  in 1:',
        '    kari.json',
        '',
        '1 asked of both, 1 answered otherwise.',
        '',
      ].join('\n'),
    ])
  })

  test('and what neither can be asked, which is not taken for unchanged', async () => {
    const requests = join(home, 'requests-that-fail')
    mkdirSync(requests)
    writeFileSync(join(requests, 'of-nobody.json'), JSON.stringify({ hook: 'patient-view' }))
    const { code, out } = await columna('diff', GUIDELINE, otherWords, '--requests', requests, '--only', 'nobody')
    const [old = '', now = '', ...more] = out.split('\n')
    expect([code, more]).toEqual([
      1,
      ['  in 1:', '    of-nobody.json', '', '1 asked of both, none answered otherwise, 1 that could not be compared.', ''],
    ])
    expect(old).toMatch(/^the old knowledge cannot be asked: ./)
    expect(now).toBe(old.replace('old', 'new'))
  })

  test('the old knowledge may be a commit of the repository that holds the folder', async () => {
    const folder = changed('kept', PLAN, '65 years', '66 years')
    const git = (...words: string[]) => execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words])
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message', 'first')
    expect(await columna('diff', 'HEAD', folder)).toMatchObject({ code: 0, out: '4 asked of both, none answered otherwise.\n' })
    cpSync(join(GUIDELINE, PLAN), join(folder, PLAN))
    expect(await columna('diff', 'HEAD', folder)).toMatchObject({ code: 1, out: expect.stringMatching(/^A card comes: /) })
    expect(await columna('diff', 'nowhere', folder)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^COLUMNA_FILE_UNREADABLE: Git cannot tell/),
    })
  })
})

describe('columna export', () => {
  const exported = (file: string, ...words: string[]) => columna('export', '--knowledge', GUIDELINE, '--output', join(home, file), ...words)
  const member = (file: string, path: string) =>
    JSON.parse(execFileSync('tar', ['-xOzf', join(home, file), path], { encoding: 'utf8' })) as object

  test('writes what other tools read of a package, the same bytes each time', async () => {
    expect(await exported('one.tgz', '--json', '--package-version', '1.2.3')).toMatchObject({ code: 0 })
    await exported('two.tgz', '--package-version', '1.2.3')
    expect(readFileSync(join(home, 'one.tgz')).equals(readFileSync(join(home, 'two.tgz')))).toBe(true)
    expect(member('one.tgz', 'package/package.json')).toMatchObject({
      name: 'no.example.vaksine.knowledge',
      version: '1.2.3',
      canonical: 'https://vaksine.example.no/fhir',
      fhirVersions: ['4.0.1'],
      dependencies: { 'hl7.fhir.r4.core': '4.0.1' },
    })
    expect(member('one.tgz', 'package/.index.json')).toMatchObject({
      'index-version': 2,
      files: [
        {
          filename: 'CodeSystem-decision-point.json',
          resourceType: 'CodeSystem',
          url: 'https://vaksine.example.no/fhir/CodeSystem/decision-point',
        },
        { filename: 'PlanDefinition-influensa.json', id: 'influensa' },
      ],
    })
    expect(member('one.tgz', 'package/PlanDefinition-influensa.json')).toMatchObject({ id: 'influensa' })
    expect(member('one.tgz', 'package/other/cds-services/influensa.json')).toMatchObject({ id: 'influensa' })
  })

  test.each([
    ['a name without a dot', ['--name', 'flu']],
    ['a version that is none', ['--package-version', 'first']],
  ])('refuses %s', async (_, words) => {
    expect(await exported('none.tgz', ...words)).toMatchObject({ code: 2, err: expect.stringMatching(/^COLUMNA_USAGE: /) })
  })
})

test('a change of the knowledge is waited for, and it is asked again, until the signal', async () => {
  const folder = changed('watched', CASES, 'age: 64', 'age: 63')
  const ending = new AbortController()
  const told: string[] = []
  const out = {
    write: (text: string) => {
      told.push(text)
      if (told.length === 1) writeFileSync(join(folder, CASES), readFileSync(join(folder, CASES), 'utf8').replace('age: 63', 'age: 66'))
      else ending.abort()
    },
  }
  const code = await runColumna(['cases', '--watch', '--knowledge', folder], {
    out,
    err: { write: () => undefined },
    knowledgeFolder: undefined,
    signal: ending.signal,
  })
  expect([code, told.length, told[0], told[1]?.split('\n').at(-2)]).toEqual([
    1,
    2,
    '4 cases, all as expected.\n',
    '4 cases, 1 not as expected.',
  ])
})
