import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import fc from 'fast-check'
import { namesUnder } from '../../src/engine/model/names.js'
import {
  importResources,
  readSource,
  renderSource,
  SECTIONS,
  toYaml,
  type Placed,
  type TextFile,
} from '../../src/knowledge-source/index.js'
import type { JsonObject } from '../../src/plain-values/json.js'
import { columna } from '../support/columna.js'

const ROOT = new URL('../../', import.meta.url)

interface Folder {
  profile: Parameters<typeof renderSource>[1]
  placed: Placed[]
  shared: TextFile[]
}

/** The resources of a knowledge folder, and what its source shares. */
function folderAt(path: string): Folder {
  const at = (name: string) => new URL(`${path}${name}`, ROOT)
  const { canonicalBase, languages } = JSON.parse(readFileSync(at('knowledge.json'), 'utf8')) as {
    canonicalBase: string
    languages: [string, ...string[]]
  }
  const folders = readdirSync(at('fhir-resources'), { withFileTypes: true }).filter(entry => entry.isDirectory())
  const placed = folders.flatMap(({ name }) =>
    readdirSync(at(`fhir-resources/${name}`)).map(file => ({
      folder: name,
      resource: JSON.parse(readFileSync(at(`fhir-resources/${name}/${file}`), 'utf8')) as JsonObject,
    })),
  )
  return { profile: { names: namesUnder(canonicalBase, 'org.example'), languages }, placed, shared: [] }
}

const COLUMNA: Folder = {
  ...folderAt(''),
  shared: [{ file: 'knowledge/shared.yaml', text: readFileSync(new URL('knowledge/shared.yaml', ROOT), 'utf8') }],
}
const OTHER = folderAt('test/other-guideline/')

/** What resources are once they were written as a source in one file and made FHIR again. */
function thereAndBack(resources: readonly Placed[], { profile, shared }: Folder): { yaml: string; again: JsonObject[]; faults: unknown[] } {
  const sections = new Map<string, Map<string, ReturnType<typeof importResources>[number]['written']>>()
  for (const { section, id, written } of importResources(resources, resources, readSource(shared).shared, profile))
    sections.set(section, (sections.get(section) ?? new Map<string, never>()).set(id, written))
  const yaml = toYaml(sections)
  const { resources: rendered, faults } = renderSource([...shared, { file: 'knowledge/all.yaml', text: yaml }], profile)
  return { yaml, again: rendered.map(({ resource }) => resource), faults }
}

const withoutMark = ({ meta: _, ...rest }: JsonObject): JsonObject => rest
const byId = (resources: readonly JsonObject[]): JsonObject[] =>
  resources.map(withoutMark).sort((a, b) => `${a['resourceType']}/${a['id']}`.localeCompare(`${b['resourceType']}/${b['id']}`))

const SMALL: Folder = {
  profile: { names: namesUnder('https://example.org/fhir', 'org.example'), languages: ['da', 'en'] },
  placed: [],
  shared: [],
}

/** What a source of one file makes, and what is wrong with it. */
const rendered = (text: string) => {
  const { resources, faults } = renderSource([{ file: 'knowledge/a.yaml', text }], SMALL.profile)
  return {
    resources: resources.map(({ resource }) => withoutMark(resource)),
    faults: faults.map(({ line, message }) => `${line}: ${message}`),
  }
}

describe('the source of the knowledge', () => {
  test.each([
    ['the knowledge of this repository', COLUMNA],
    ['the guideline of another field and language', OTHER],
  ])('says all of %s: written and made FHIR again, every resource is the same; hardly anything stands as FHIR has it', (_, folder) => {
    const { again, faults, yaml } = thereAndBack(folder.placed, folder)
    expect(faults).toEqual([])
    expect(byId(again)).toEqual(byId(folder.placed.map(({ resource }) => resource)))
    expect((yaml.match(/^\s*(- )?fhir:/gm) ?? []).length).toBeLessThan(10)
  })

  test('keeps odd resources whole, whatever their words cannot say', () => {
    const text = fc.constantFrom(
      'a',
      '# b: c',
      'no',
      '01',
      '2016-01-01',
      '- x',
      'fhir',
      'is',
      'da',
      ' lead',
      'two\nlines',
      '/a\\.b/',
      '{{ %x }}',
      '',
    )
    const json = fc.letrec<{ value: unknown }>(tie => ({
      value: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.boolean(),
        fc.integer(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(ELEMENTS, tie('value'), { maxKeys: 4 }),
      ),
    })).value
    const resource = fc.record({
      type: fc.constantFrom(
        'PlanDefinition',
        'Library',
        'ActivityDefinition',
        'Questionnaire',
        'ValueSet',
        'CodeSystem',
        'NamingSystem',
        'Basic',
      ),
      elements: fc.dictionary(ELEMENTS, json, { maxKeys: 8 }),
    })
    fc.assert(
      fc.property(resource, ({ type, elements }) => {
        const odd: JsonObject = { resourceType: type, id: 'odd', ...elements }
        const { again, faults } = thereAndBack([{ folder: type, resource: odd }], SMALL)
        expect(faults).toEqual([])
        expect(again.map(withoutMark)).toEqual([withoutMark(odd)])
      }),
      { numRuns: 200 },
    )
  })
})

/** Names of elements that have words, so that words meet what they do not expect. */
const ELEMENTS = fc.constantFrom(
  'title',
  '_title',
  'description',
  '_description',
  'extension',
  'url',
  'action',
  'condition',
  'trigger',
  'code',
  'coding',
  'topic',
  'documentation',
  'library',
  'relatedArtifact',
  'type',
  'dataRequirement',
  'concept',
  'designation',
  'property',
  'compose',
  'include',
  'filter',
  'item',
  'answerOption',
  'enableWhen',
  'uniqueId',
  'dynamicValue',
  'language',
  'status',
  'name',
  'linkId',
  'expression',
  'valueExpression',
  'valueString',
  'text',
  'odd',
)

describe('what an author wrote wrongly', () => {
  const plan = (lines: string): string => `plans:\n  p:\n    language: da\n${lines}`

  test.each([
    ['a word that there is not', plan('    titel: T'), '4: There is no word titel here; did you mean title.'],
    ['a section that there is not', 'plan:\n  p: {}', '1: There is no plan here; did you mean plans.'],
    ['a word of an action', plan('    actions:\n    - id: a\n      wen:\n      - x'), '6: There is no word wen here; did you mean when.'],
    ['an id that stands twice', 'plans:\n  p: { title: A }\n  p: { title: B }', '3: Map keys must be unique'],
    ['a tab', 'plans:\n\tp: {}', '2: Tabs are not allowed as indentation; indent with blanks'],
    ['a word with nothing behind it', plan('    title:'), '4: Nothing stands behind title: write something, or leave the word out.'],
    ['a language that there is not', plan('    title: { da: A, sv: B }'), '4: sv is no language of this knowledge; they are da, en.'],
    ['a grade that shared.yaml does not have', plan('    actions:\n    - grade: weak'), '5: There is no grade weak; known are .'],
    [
      'a fact without an expression',
      'facts:\n  f:\n    facts:\n      isOld: { da: Gammel }',
      '4: The expression is missing: write it behind the word is.',
    ],
    [
      'an alias',
      plan('    title: &t T\n    about: *t'),
      '5: *t stands for something else: write it out, so that each place can be read alone.',
    ],
    ['FHIR that a word says too', plan('    title: T\n    fhir: { title: U }'), '5: A word beside it says title already.'],
  ])('is told with its line: %s', (_, text, fault) => {
    expect(rendered(text).faults).toContain(fault)
  })

  test('an id in two files is told with both places', () => {
    const files = ['a', 'b'].map(name => ({ file: `knowledge/${name}.yaml`, text: 'plans:\n  p: { title: T }\n' }))
    expect(renderSource(files, SMALL.profile).faults.map(({ file, message }) => `${file} ${message}`)).toEqual([
      'knowledge/b.yaml p is written twice: here and in knowledge/a.yaml:2.',
    ])
  })

  test('when only the page shows a card is a condition like any other', () => {
    const text =
      'plans:\n  p:\n    title: T\n    actions:\n      - id: a\n        shown-on-page-when: { da: Andet leder, en: Another leads, is: "%other" }\n'
    const { resources, faults } = rendered(text)
    expect(faults).toEqual([])
    const [plan] = resources as { action: { extension: object[] }[] }[]
    expect(plan?.action[0]?.extension).toMatchObject([
      {
        url: SMALL.profile.names.extension.shownOn,
        valueExpression: { description: 'Andet leder', language: 'text/fhirpath', expression: '%other' },
      },
    ])
    const placed = resources.map(resource => ({ folder: 'PlanDefinition', resource }))
    expect(thereAndBack(placed, SMALL).yaml).not.toContain('fhir:')
  })

  test('what YAML may take for something else is the text that stands there', () => {
    const { resources, faults } = rendered(
      'code-systems:\n  c:\n    version: 2016.10\n    date: 2016-01-01\n    title: no\n    codes: { on: "yes", 007: James, off: true }',
    )
    expect(faults).toEqual([])
    expect(resources[0]).toMatchObject({
      version: '2016.10',
      date: '2016-01-01',
      title: 'no',
      concept: [
        { code: 'on', display: 'yes' },
        { code: '007', display: 'James' },
        { code: 'off', display: 'true' },
      ],
    })
  })

  test('a fact is found in the file where it was written', () => {
    const text = 'facts:\n  f:\n    facts:\n      one: "1"\n      two: { da: To, is: "2" }\n'
    const { resources } = renderSource([{ file: 'knowledge/a.yaml', text }], SMALL.profile)
    const lines = [0, 1].map(index => resources[0]?.placeOf(`Library.extension[${index}] (name)`).line)
    expect(lines).toEqual([4, 5])
  })

  test('an element is found in the file where it was written', () => {
    const text = plan(
      '    title: { da: T, en: T }\n    actions:\n    - id: a\n      when:\n      - Altid.: "true"\n      grade: g\n      lines:\n      - id: b\n        page:\n        - title: P\n',
    )
    const { resources } = renderSource([{ file: 'knowledge/a.yaml', text }], SMALL.profile)
    const lineOf = (element: string) => resources[0]?.placeOf(element).line
    expect([
      lineOf('PlanDefinition._title.extension[0]'),
      lineOf('PlanDefinition.action[0].condition[0].expression'),
      lineOf('PlanDefinition.action[0].action[0].id'),
      lineOf('PlanDefinition.action[0].action[0].action[0].title'),
      lineOf('PlanDefinition.action[0] (a)'),
      lineOf('PlanDefinition.action[0].condition[0] (what] is. odd['),
      lineOf('PlanDefinition.nothing'),
      lineOf('$'),
    ]).toEqual([4, 8, 11, 13, 6, 8, 2, 2])
  })
})

describe('JSON that was edited', () => {
  const folder = mkdtempSync(join(tmpdir(), 'columna-import-'))
  const at = (file: string) => join(folder, file)
  const source = (title: string) =>
    [
      '# Written by hand.',
      'plans:',
      '  flu:',
      "    version: '1'",
      `    title: ${title} # as on the cover`,
      '  other:',
      "    version: '1'",
      '    title: Another',
      '',
    ].join('\n')
  const write = (file: string, text: string) => {
    mkdirSync(dirname(at(file)), { recursive: true })
    writeFileSync(at(file), text)
  }
  const run = async (words: string[]) => (await columna('import', '--knowledge', folder, ...words)).code
  const plan = (id: string) => JSON.parse(readFileSync(at(`fhir-resources/PlanDefinition/${id}.json`), 'utf8')) as JsonObject

  beforeAll(async () => {
    write('knowledge.json', JSON.stringify({ canonicalBase: 'https://example.org/fhir', languages: ['en'] }))
    write('knowledge/flu.yaml', source('Influenza'))
    await columna('render', folder)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('is taken over into the file that made it: what it does not change stays as it is written, comments too', async () => {
    write('fhir-resources/PlanDefinition/flu.json', JSON.stringify({ ...plan('flu'), title: 'Flu' }))
    expect(await run([])).toBe(0)
    expect(readFileSync(at('knowledge/flu.yaml'), 'utf8')).toBe(source('Flu'))
  })

  test('and has to be told a place where nothing made it', async () => {
    const fresh = { ...plan('other'), id: 'fresh', url: 'https://example.org/fhir/PlanDefinition/fresh', meta: undefined }
    write('fhir-resources/PlanDefinition/fresh.json', JSON.stringify(fresh))
    expect(await run([])).toBe(1)
    expect(await run(['--into', 'new'])).toBe(0)
    expect(parse(readFileSync(at('knowledge/new.yaml'), 'utf8'))).toMatchObject({ plans: { fresh: { title: 'Another' } } })
  })
})

describe('the page for authors', () => {
  const page = readFileSync(new URL('knowledge/README.md', ROOT), 'utf8')

  test('tells of every section and every word of an action', () => {
    const sections = SECTIONS.map(({ name }) => name)
    const words = [
      'point',
      'on',
      'when',
      'says',
      'grade',
      'source',
      'override',
      'lines',
      'page',
      'suggests',
      'below',
      'evidence',
      'background',
    ]
    expect([...sections, ...words].filter(name => !page.includes(`\`${name}\``))).toEqual([])
  })
})
