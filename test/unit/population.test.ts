import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { FhirResource } from 'fhir/r4.js'
import { callService } from '../../src/calls/call-service.js'
import { decisionPointsOf } from '../../src/cases/run.js'
import { memoryFhirReader } from '../../src/cases/memory-fhir-server.js'
import { demoPeople } from '../../src/demo/people.js'
import { namedOwner } from '../../src/patient-data/ownership.js'
import { entriesIn } from '../../src/patient-data/read-bundle.js'
import { patientAsker } from '../../src/population/ask-patient.js'
import { askedOf, requirementsOf, typesRead, usualServices } from '../../src/population/asked.js'
import { inputFiles, lineNumbers, linesOf, piecesOf } from '../../src/population/input-files.js'
import { Lane } from '../../src/population/lane.js'
import { linkLines } from '../../src/population/link-lines.js'
import { patientsIn } from '../../src/population/patient-lines.js'
import { bucketOf, type RunPlan } from '../../src/population/plan.js'
import { askPopulation, type PopulationOptions } from '../../src/population/ask-population.js'
import { measurePopulation } from '../../src/population/measure-population.js'
import type { Progress } from '../../src/population/run.js'
import { sortPiece } from '../../src/population/sort-lines.js'
import { readKnowledgeSettings } from '../../src/settings.js'
import { testEnvironment, testKnowledge, TEST_NOW } from '../support/service.js'
import { writeSyntheticExport } from '../support/synthetic-people.js'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'columna-population-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const newFolder = (name: string): string => mkdtempSync(join(home, `${name}-`))

/** A folder of files whose lines are given. */
function exported(files: Readonly<Record<string, readonly string[]>>): string {
  const folder = newFolder('input')
  for (const [name, lines] of Object.entries(files)) writeFileSync(join(folder, name), lines.map(line => `${line}\n`).join(''))
  return folder
}

const silent: Progress = { begin: () => undefined, add: () => undefined, end: () => undefined }

const SMALL_GUIDELINE = fileURLToPath(new URL('../other-guideline', import.meta.url))

/** A run of a small guideline, which reads nothing but when a patient was born. */
const defaults = (options: Partial<PopulationOptions> & Pick<PopulationOptions, 'input' | 'output'>): PopulationOptions => ({
  knowledge: SMALL_GUIDELINE,
  services: [],
  plans: [],
  now: TEST_NOW.toISOString(),
  timeZone: 'Europe/Copenhagen',
  withDrafts: true,
  settingsFor: ({ settings }) => readKnowledgeSettings(settings, {}),
  part: { index: 0, count: 1 },
  workersFor: () => 0,
  progress: silent,
  bucketBytes: 20_000,
  ...options,
})

const run = (options: Parameters<typeof defaults>[0]) => askPopulation(defaults(options))

/** All that a run wrote, by file, but for what it was begun with. */
const written = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter(name => !/^(manifest|reports$)/.test(name))
      .map(name => [name, readFileSync(join(folder, name), 'utf8')]),
  )

interface Answered {
  patient: string
  speaks: { action: string; points: string[]; indicator: string; onPage?: true; service?: string }[]
}

const answersIn = (folder: string): Answered[] =>
  Object.entries(written(folder))
    .filter(([name]) => name.startsWith('patients'))
    .flatMap(([, text]) => text.split('\n').filter(line => line !== ''))
    .map(line => JSON.parse(line) as Answered)

describe('what a patient is told', () => {
  const people = demoPeople(TEST_NOW) as FhirResource[]
  const subjectOf = (resource: FhirResource) => {
    const owner = namedOwner(resource)
    return owner.kind === 'patient' ? owner.id : undefined
  }

  test('is what the services of the chart say, card by card, and on pages', async () => {
    const loaded = testKnowledge()
    const environment = testEnvironment()
    const services = usualServices(loaded)
    expect(services.sort()).toEqual(['low-back-pain-patient-view', 'start-back-risk'])
    const ask = patientAsker(askedOf({ services, plans: [] }, loaded), loaded, {
      question: { services, plans: [] },
      now: TEST_NOW.toISOString(),
      timeZone: environment.timeZone,
      settings: environment.knowledgeSettings as Record<string, boolean | string>,
      withDrafts: true,
      part: { index: 0, count: 1 },
    })
    const ids = people.filter(({ resourceType }) => resourceType === 'Patient').map(({ id = '' }) => id)
    let cards = 0
    for (const id of ids) {
      const own = people.filter(each => subjectOf(each) === id)
      const { speaks, undecided } = ask(
        id,
        own.flatMap(each => entriesIn(each) ?? []),
      ).line
      expect(undecided).toBeUndefined()
      for (const service of services) {
        const asked = loaded.services.get(service)
        if (!asked) throw new Error(service)
        const request = {
          hook: 'patient-view',
          hookInstance: '7b1f9a52-6a2c-4c1e-9d53-0f4c0f6f2a10',
          context: { patientId: id, userId: 'Practitioner/nobody' },
          fhirServer: 'https://ehr.example.org/fhir',
          prefetch: {},
        }
        const { response } = await callService(asked, request, 'da', { ...environment, reader: memoryFhirReader(own) })
        const said = speaks.filter(each => each.service === service)
        const onCards = said.filter(({ onPage }) => !onPage)
        expect({ id, cards: onCards.map(({ points, indicator }) => ({ points, indicator })).sort(byText) }).toEqual({
          id,
          cards: response.cards.map(card => ({ points: decisionPointsOf(card), indicator: card.indicator })).sort(byText),
        })
        const listed = new Set(onCards.flatMap(({ points }) => points))
        const elsewhere = said.filter(({ onPage }) => onPage).flatMap(({ points }) => points)
        expect([...new Set(elsewhere.filter(point => !listed.has(point)))].sort()).toEqual([...decisionPointsOf(response)].sort())
        cards += onCards.length
      }
    }
    expect(cards).toBeGreaterThan(20)
  })

  test('rests on types that are read of every patient, and on no others', () => {
    const loaded = testKnowledge()
    const types = typesRead(requirementsOf({ services: usualServices(loaded), plans: [] }, loaded), {
      now: TEST_NOW.toISOString(),
      timeZone: 'Europe/Copenhagen',
    })
    expect(types).toEqual(expect.arrayContaining(['Condition', 'Patient', 'QuestionnaireResponse']))
    // Roles are those of the user, and nobody asks here.
    expect(types).not.toContain('PractitionerRole')
  })
})

const byText = (one: object, other: object): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)

describe('a run', () => {
  const input = () => {
    const folder = newFolder('input')
    writeSyntheticExport(folder, { patients: 300, beside: 1, withBackProblem: 0 })
    return folder
  }

  test('answers each patient once, whatever is done at the same time, and leaves nothing half done', async () => {
    const from = input()
    const output = newFolder('output')
    const summary = await run({ input: from, output })
    expect(summary).toMatchObject({ patients: 300, spokenFor: expect.any(Number), undecided: 0, skipped: {} })
    const answers = answersIn(output)
    expect(new Set(answers.map(({ patient }) => patient)).size).toBe(300)
    expect(answers).toHaveLength(300)
    expect(answers.filter(({ speaks }) => speaks.length > 0)).toHaveLength(summary.spokenFor)
    expect(summary.byPoint).toEqual({ 'FLU-1': summary.spokenFor })
    expect(summary.spokenFor).toBeGreaterThan(50)
    expect(existsSync(join(output, 'work'))).toBe(false)
  })

  test('that fails at any moment goes on where it was: the same bytes as without, and no patient is asked again', async () => {
    const from = input()
    const whole = newFolder('output')
    await run({ input: from, output: whole })
    const broken = newFolder('output')
    let attempts = 0
    for (let isDone = false; !isDone && attempts < 100; attempts += 1) {
      let left = 2
      const failing: Progress = {
        ...silent,
        add: () => {
          left -= 1
          if (left < 0) throw new Error('the machine went down')
        },
      }
      const before = readdirSync(broken).filter(name => name.startsWith('patients') && name.endsWith('.ndjson'))
      const kept = before.map(name => readFileSync(join(broken, name), 'utf8'))
      // What a killed process had begun to write.
      if (existsSync(join(broken, 'work', 'lane-0'))) appendFileSync(join(broken, 'work', 'lane-0', 'bucket-0000'), 'p1\t0\t0\t{"half')
      if (existsSync(join(broken, 'work', 'sorted.json'))) rmSync(join(broken, 'work', 'lane-0', 'bucket-0000'), { force: true })
      isDone = await run({ input: from, output: broken, progress: failing }).then(
        () => true,
        () => false,
      )
      expect(before.map(name => readFileSync(join(broken, name), 'utf8'))).toEqual(kept)
    }
    expect(attempts).toBeGreaterThan(4)
    expect(written(broken)).toEqual(written(whole))
  })

  test('is finished once: asked for again, it tells what came of it', async () => {
    const [from, output] = [input(), newFolder('output')]
    const summary = await run({ input: from, output })
    const before = written(output)
    expect(await run({ input: from, output, now: undefined })).toEqual(summary)
    expect(written(output)).toEqual(before)
  })

  test('refuses to go on with other choices, and names them', async () => {
    const [from, output] = [input(), newFolder('output')]
    await run({ input: from, output })
    await expect(run({ input: from, output, now: '2026-04-01T10:00:00Z' })).rejects.toThrow(/begun with something else: --now\./)
    await expect(run({ input: from, output, settingsFor: () => ({ season: 'winter' }) })).rejects.toThrow('the settings of the knowledge')
    appendFileSync(join(from, 'Patient.000.ndjson'), '{"resourceType":"Patient","id":"late"}\n')
    await expect(run({ input: from, output })).rejects.toThrow('the files of the input')
  })

  test('in parts on several machines answers what one machine does', async () => {
    const [from, whole, parted] = [input(), newFolder('output'), newFolder('output')]
    await run({ input: from, output: whole })
    const summaries = []
    for (const index of [0, 1, 2]) summaries.push(await run({ input: from, output: parted, part: { index, count: 3 } }))
    expect(summaries.every(({ patients }) => patients > 50)).toBe(true)
    expect(answersIn(parted).sort(byText)).toEqual(answersIn(whole).sort(byText))
  })

  test.each([
    ['services', { services: ['nothing'] }, 'There is no service nothing. There are influensa.'],
    ['plans', { plans: ['nothing'] }, 'There is no plan nothing.'],
    ['input', { input: '/nowhere' }, 'There is no folder /nowhere.'],
  ])('says what is wrong with %s', async (_, wrong, words) => {
    await expect(run({ input: input(), output: newFolder('output'), ...wrong })).rejects.toThrow(words)
  })

  test('wants bulk files, and unpacked ones', async () => {
    await expect(run({ input: newFolder('empty'), output: newFolder('output') })).rejects.toThrow('There is no .ndjson file')
    const packed = newFolder('packed')
    writeFileSync(join(packed, 'Patient.ndjson.gz'), '')
    await expect(run({ input: packed, output: newFolder('output') })).rejects.toThrow('Patient.ndjson.gz in')
  })
})

describe('lines that cannot be used', () => {
  const patient = (id: string) => JSON.stringify({ resourceType: 'Patient', id, birthDate: '1940-01-01' })

  test('are told by file and line, without anything of them, and cost no other patient', async () => {
    const output = newFolder('output')
    const input = exported({
      'Patient.000.ndjson': [patient('one'), '{"resourceType":"Patient","id":"secret-', '', patient('two'), '"secret"', patient('three')],
      'Patient.001.ndjson': [
        '{"resourceType":"Patient","birthDate":"1950-01-01"}',
        '{"resourceType":"Bundle","type":"batch"}',
        `${patient('four')}\r`,
      ],
      // As some programs begin a file.
      'Patient.002.ndjson': [`\uFEFF${patient('five')}`],
    })
    const summary = await run({ input, output })
    expect(
      answersIn(output)
        .map(({ patient: id }) => id)
        .sort(),
    ).toEqual(['five', 'four', 'one', 'three', 'two'])
    expect(summary.skipped).toEqual({ 'not-json': 1, 'not-fhir': 1, 'patient-unclear': 1, bundle: 1 })
    const faults = readFileSync(join(output, 'faults.ndjson'), 'utf8')
    expect(
      faults
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as { file: string; line: number; code: string })
        .map(({ file, line, code }) => `${file}:${line} ${code}`),
    ).toEqual([
      'Patient.000.ndjson:2 not-json',
      'Patient.000.ndjson:5 not-fhir',
      'Patient.001.ndjson:1 patient-unclear',
      'Patient.001.ndjson:2 bundle',
    ])
    expect(faults).not.toMatch(/secret|1950/)
  })

  test('a patient of whom the export has records alone is told, and not asked', async () => {
    const output = newFolder('output')
    const files = {
      'Patient.ndjson': [patient('one')],
      'Condition.ndjson': [condition({ reference: 'Patient/gone' }), condition({ reference: 'Patient/gone' })],
    }
    const summary = await run({ input: exported(files), output, knowledge: withConditions() })
    expect(answersIn(output).map(({ patient: id }) => id)).toEqual(['one'])
    expect(summary.skipped).toEqual({ 'patient-unknown': 2 })
    expect(JSON.parse(readFileSync(join(output, 'faults.ndjson'), 'utf8'))).toMatchObject({ file: 'Condition.ndjson', line: 1, lines: 2 })
  })

  const condition = (subject: object): string => JSON.stringify({ resourceType: 'Condition', subject })
})

/** The small guideline as another folder. @param changed what stands in some of its files, by their name. */
function smallGuideline(changed: (text: string) => string, more: Readonly<Record<string, object>> = {}): string {
  const folder = newFolder('knowledge')
  const write = (name: string, text: string): void => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  for (const name of [
    'knowledge.json',
    'cds-services/influensa.json',
    'fhir-resources/CodeSystem/decision-point.json',
    'fhir-resources/PlanDefinition/influensa.json',
  ])
    write(name, changed(readFileSync(join(SMALL_GUIDELINE, name), 'utf8')))
  for (const [name, resource] of Object.entries(more)) write(name, JSON.stringify(resource))
  return folder
}

/** The small guideline, which asks for the patient's conditions too. */
const withConditions = (): string =>
  smallGuideline(text =>
    text
      .replace('- 65 years"', '- 65 years and %Condition.count() >= 0"')
      .replace('"trigger": [', '"input": [{ "type": "Condition" }],\n      "trigger": ['),
  )

describe('a population is measured', () => {
  const population = (code: string, expression: string) => ({
    code: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/measure-population', code }] },
    criteria: { language: 'text/fhirpath', expression },
  })
  const parameter = (name: string) => ({ name, use: 'in', type: 'date' })
  const logicLibrary = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'logic-library' }] }
  const measured = () =>
    smallGuideline(text => text, {
      'fhir-resources/Library/period.json': {
        resourceType: 'Library',
        id: 'period',
        status: 'active',
        type: logicLibrary,
        parameter: [parameter('periodStart'), parameter('periodEnd')],
      },
      'fhir-resources/Measure/old.json': {
        resourceType: 'Measure',
        id: 'old',
        status: 'active',
        library: ['Library/period'],
        scoring: { coding: [{ code: 'proportion' }] },
        group: [
          {
            id: 'all',
            population: [
              population('initial-population', '%patient.birthDate <= %periodEnd'),
              population('denominator', 'true'),
              population('denominator-exclusion', "%patient.gender = 'male'"),
              population('numerator', '%patient.birthDate <= %periodEnd - 65 years'),
            ],
          },
        ],
      },
    })
  const born = (id: string, birthDate: string | undefined, gender: string) =>
    JSON.stringify({ resourceType: 'Patient', id, birthDate, gender })
  const input = () =>
    exported({
      'Patient.ndjson': [
        born('old', '1950-01-01', 'female'),
        born('young', '1990-01-01', 'female'),
        born('man', '1950-01-01', 'male'),
        born('unborn', '2026-02-01', 'female'),
        born('unknown', undefined, 'female'),
      ],
    })
  const measure = (output: string, more: object = {}) => {
    const { services: _, plans: __, ...options } = defaults({ input: input(), output, knowledge: measured() })
    return measurePopulation({ ...options, measures: [], period: { start: '2025-01-01', end: '2025-12-31' }, ...more })
  }

  test('each patient as far as they belong, and all of them in a report', async () => {
    const output = newFolder('output')
    const { patients, reports } = await measure(output)
    expect(patients).toBe(5)
    expect(JSON.parse(readFileSync(join(output, 'reports', 'old.json'), 'utf8'))).toEqual(reports[0])
    expect(reports).toMatchObject([{ resourceType: 'MeasureReport', type: 'summary', period: { start: '2025-01-01', end: '2025-12-31' } }])
    const [group] = reports[0]?.group ?? []
    expect(group?.population?.map(({ count }) => count)).toEqual([3, 3, 1, 1])
    expect([group?.measureScore?.value, group?.extension?.[0]?.valueInteger]).toEqual([0.5, 1])
    const lines = answersIn(output) as unknown as { patient: string; measures: object; cannotTell?: string[] }[]
    expect(Object.fromEntries(lines.map(({ patient, ...line }) => [patient, line]))).toEqual({
      old: { measures: { old: { all: ['initial-population', 'denominator', 'numerator'] } } },
      young: { measures: { old: { all: ['initial-population', 'denominator'] } } },
      man: { measures: { old: { all: ['initial-population', 'denominator', 'denominator-exclusion'] } } },
      unborn: { measures: {} },
      unknown: { measures: {}, cannotTell: ['old'] },
    })
  })

  test('by measures that there are', async () => {
    await expect(measure(newFolder('output'), { measures: ['new'] })).rejects.toThrow('There is no measure new. There are old.')
  })
})

describe('records find their patient', () => {
  /** The lines of each patient after sorting, as the types and ids of their records. */
  function sorted(files: Readonly<Record<string, readonly FhirResource[]>>): { patients: Record<string, string[]>; faults: string } {
    const input = exported(Object.fromEntries(Object.entries(files).map(([name, all]) => [name, all.map(each => JSON.stringify(each))])))
    const plan: RunPlan = {
      input,
      output: newFolder('output'),
      files: inputFiles(input),
      knowledge: SMALL_GUIDELINE,
      buckets: 4,
      types: ['Condition', 'MedicationRequest', 'Patient'],
      referredTypes: ['Medication'],
      question: { services: [], plans: [] },
      now: TEST_NOW.toISOString(),
      timeZone: 'UTC',
      settings: {},
      withDrafts: true,
      part: { index: 0, count: 1 },
    }
    const folder = join(plan.output, 'lane-0')
    const lane = new Lane(folder)
    piecesOf(plan.files).forEach(piece => sortPiece(piece, plan, lane))
    lane.note('sorted')
    for (let bucket = 0; bucket < plan.buckets; bucket += 1) linkLines(bucket, plan, [folder], lane)
    lane.note('linked')
    const all = Array.from({ length: plan.buckets }, (_, bucket) => patientsIn(bucket, [folder])).flat()
    const names = (lines: readonly { bytes: Buffer }[]) =>
      lines.map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as FhirResource).map(({ resourceType, id }) => `${resourceType}/${id}`)
    return {
      patients: Object.fromEntries(all.map(([patient, lines]) => [patient, names(lines)] as const).sort()),
      faults: existsSync(join(folder, 'faults')) ? readFileSync(join(folder, 'faults'), 'utf8') : '',
    }
  }

  const condition = (id: string, subject: object | undefined): FhirResource => ({ resourceType: 'Condition', id, subject }) as FhirResource
  const person = (id: string, value: string): FhirResource => ({ resourceType: 'Patient', id, identifier: [{ system: 'urn:x', value }] })

  test('by a reference in any form, wherever it stands', () => {
    const { patients, faults } = sorted({
      'Condition.ndjson': [
        condition('relative', { reference: 'Patient/a' }),
        condition('absolute', { reference: 'https://ehr.example.org/fhir/Patient/a' }),
        condition('versioned', { reference: 'Patient/a/_history/3' }),
        condition('of-b', { reference: 'Patient/b' }),
        condition('group', { reference: 'Group/a' }),
        condition('nobody', undefined),
      ],
      'Patient.ndjson': [person('a', '1'), person('b', '2')],
    })
    expect(patients).toEqual({
      a: ['Condition/relative', 'Condition/absolute', 'Condition/versioned', 'Patient/a'],
      b: ['Condition/of-b', 'Patient/b'],
    })
    expect(faults.match(/patient-unclear/g)).toHaveLength(2)
  })

  test('by an identifier alone, where one patient has it', () => {
    const { patients, faults } = sorted({
      'Condition.ndjson': ['1', '2', '3'].map(value => condition(`of-${value}`, { identifier: { system: 'urn:x', value } })),
      'Patient.ndjson': [person('a', '1'), person('b', '2'), person('c', '2')],
    })
    expect(patients).toEqual({ a: ['Condition/of-1', 'Patient/a'], b: ['Patient/b'], c: ['Patient/c'] })
    expect([faults.match(/patient-unclear/g)?.length, faults.match(/patient-unknown/g)?.length]).toEqual([1, 1])
  })

  test('and what they refer to for their code comes along', () => {
    const order = (id: string, patient: string): FhirResource => ({
      resourceType: 'MedicationRequest',
      id,
      status: 'active',
      intent: 'order',
      subject: { reference: `Patient/${patient}` },
      medicationReference: { reference: 'https://ehr.example.org/fhir/Medication/m/_history/2' },
    })
    const { patients, faults } = sorted({
      'Medication.ndjson': [
        { resourceType: 'Medication', id: 'm' },
        { resourceType: 'Medication', id: 'unused' },
      ],
      'MedicationRequest.ndjson': [order('one', 'a'), order('two', 'a'), order('three', 'b')],
      'Patient.ndjson': [person('a', '1'), person('b', '2')],
    })
    expect(patients).toEqual({
      a: ['Medication/m', 'MedicationRequest/one', 'MedicationRequest/two', 'Patient/a'],
      b: ['Medication/m', 'MedicationRequest/three', 'Patient/b'],
    })
    expect(faults).toBe('')
  })
})

describe('files are read in pieces', () => {
  test.each([1, 7, 64, 10_000])('of %d bytes: each line once, with its place', size => {
    const lines = ['first', '', 'third is longer than others', 'x', 'ends without a newline']
    const folder = newFolder('input')
    writeFileSync(join(folder, 'a.ndjson'), lines.join('\n'))
    const read = piecesOf(inputFiles(folder), size).flatMap(piece =>
      [...linesOf(join(folder, 'a.ndjson'), piece)].map(({ offset, bytes }) => [offset, bytes?.toString('utf8')] as const),
    )
    expect(read.map(([, text]) => text)).toEqual(lines)
    expect(
      lineNumbers(
        join(folder, 'a.ndjson'),
        read.map(([offset]) => offset),
      ),
    ).toEqual([1, 2, 3, 4, 5])
  })

  test('and a line that is longer than any record is left out, not held', () => {
    const folder = newFolder('input')
    writeFileSync(join(folder, 'a.ndjson'), `${'x'.repeat(18_000_000)}\nshort\n`)
    const read = [...linesOf(join(folder, 'a.ndjson'), { start: 0, end: 18_000_007 })]
    expect(read.map(({ offset, bytes }) => [offset, bytes?.toString('utf8')])).toEqual([
      [0, undefined],
      [18_000_001, 'short'],
    ])
  })
})

test('patients are spread evenly over parts and buckets', () => {
  const counts = new Map<string, number>()
  for (let patient = 0; patient < 8_000; patient += 1)
    for (const index of [0, 1]) {
      const bucket = bucketOf(`p${patient}`, { buckets: 8, part: { index, count: 2 } })
      if (bucket !== undefined) counts.set(`${index}/${bucket}`, (counts.get(`${index}/${bucket}`) ?? 0) + 1)
    }
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(8_000)
  expect(counts.size).toBe(16)
  expect(Math.max(...counts.values()) / Math.min(...counts.values())).toBeLessThan(1.4)
})
