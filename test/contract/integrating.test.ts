// Every example of docs/integrating.md is sent, and its answer compared; its tables are held against what they tell of.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { createDemoFhirServer } from '../../src/demo/fhir-server.js'
import { demoPeople } from '../../src/demo/people.js'
import { CdsError, ERROR_CODES } from '../../src/errors.js'
import { isPublishable } from '../../src/cds-hooks/prefetch-template.js'
import { differences, examplesIn, type DocumentedExample } from '../support/documented-examples.js'
import { SERVICES } from '../support/hook-requests.js'
import { listen, type Listening } from '../support/listen.js'
import { startTestService, testKnowledge, TEST_NOW } from '../support/service.js'

const DOCUMENT = readFileSync(new URL('../../docs/integrating.md', import.meta.url), 'utf8')
const DEMONSTRATION = 'http://localhost:3001/fhir'
const examples = examplesIn(DOCUMENT)

let service: Listening
let patients: Listening
const authorizations: (string | undefined)[] = []

beforeAll(async () => {
  const people = createDemoFhirServer({ resources: demoPeople(TEST_NOW), now: () => TEST_NOW })
  patients = await listen((request, response) => {
    authorizations.push(request.headers.authorization)
    people(request, response)
  })
  service = await startTestService()
})

afterAll(() => Promise.all([service.close(), patients.close()]))

async function send({ method, path, headers, body }: DocumentedExample): Promise<{ status: number; contentType: string; body: unknown }> {
  const request = method === 'GET' ? supertest(service.url).get(path) : supertest(service.url).post(path)
  const answer = await request.set(headers).send(body?.replaceAll(DEMONSTRATION, patients.url))
  const text = JSON.stringify(answer.body).replaceAll(patients.url, DEMONSTRATION)
  return {
    status: answer.status,
    contentType: (answer.headers['content-type'] as string).split(';')[0] ?? '',
    body: JSON.parse(text) as unknown,
  }
}

// In the order of the document: feedback is about cards that were answered before.
test.each(examples.map(example => [`${example.heading}: ${example.method} ${example.path}`, example] as const))(
  'the document tells what is answered: %s',
  async (_, example) => {
    const { status, contentType, body } = await send(example)
    expect({ status, contentType, differences: differences(example.answer.body, body) }).toEqual({
      status: example.answer.status,
      contentType: example.answer.contentType,
      differences: [],
    })
  },
)

test('the examples call every service, by prefetch and with a token that the FHIR server gets', async () => {
  expect(new Set(examples.flatMap(({ path }) => /^\/cds-services\/([^/]+)$/.exec(path)?.[1] ?? []))).toEqual(new Set(SERVICES))
  const withToken = examples.find(({ body }) => body?.includes('fhirAuthorization'))
  authorizations.length = 0
  await send(withToken!)
  expect(new Set(authorizations)).toEqual(new Set(['Bearer a-token-of-your-server']))
})

describe('a comparison of answers', () => {
  test.each<[string, unknown, unknown, string[]]>([
    ['a text cut short', 'The beginning…', 'The beginning and the end', []],
    ['a text that begins otherwise', 'The beginning…', 'An end', ['']],
    ['a list with more', [1, '…'], [1, 2], []],
    ['a list without more', [1, '…'], [1], [' has 1 entries']],
    ['an entry too many', [1], [1, 2], [' has 2 entries']],
    ['a member that is not shown', { a: 1 }, { a: 1, b: 2 }, ['.b is not shown']],
    ['members left out', { a: 1, '…': '…' }, { a: 1, b: 2 }, []],
    ['a member that is not there', { a: 1 }, {}, ['.a']],
  ])('finds what differs: %s', (_, shown, actual, found) => {
    expect(differences(shown, actual)).toEqual(found)
  })
})

/** The rows of the table whose first header is `name`, as cells without marks. */
function tableOf(name: string): string[][] {
  const lines = DOCUMENT.split('\n')
  const start = lines.findIndex(line => line.startsWith(`| ${name} |`))
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines
    .slice(start, end)
    .filter(line => !line.startsWith('|---'))
    .map(line =>
      line
        .slice(1, -1)
        .split('|')
        .map(cell => cell.trim().replace(/^[`*]+|[`*]+$/g, '')),
    )
}

test('the table of keys says which service needs which', () => {
  const [[, , ...ids] = [], ...rows] = tableOf('key')
  expect(ids).toEqual(SERVICES)
  const requirementsOf = (id: string) =>
    testKnowledge()
      .services.get(id)
      ?.requirements.filter(({ template }) => isPublishable(template)) ?? []
  const told = Object.fromEntries(
    ids.map((id, column) => [
      id,
      Object.fromEntries(rows.flatMap(([key = '', , ...cells]) => (cells[column] === '–' ? [] : [[key, cells[column]]]))),
    ]),
  )
  const real = Object.fromEntries(
    SERVICES.map(id => [
      id,
      Object.fromEntries(requirementsOf(id).map(({ key, essential }) => [key, essential ? 'essential' : 'optional'])),
    ]),
  )
  expect(told).toEqual(real)
})

test('the catalogue of errors has every code with its status and meaning, and a remedy', () => {
  const codes = JSON.parse(readFileSync(new URL('../../fhir-resources/CodeSystem/error.json', import.meta.url), 'utf8')) as {
    concept: { code: string; designation: { language: string; value: string }[] }[]
  }
  const meanings = new Map(
    codes.concept.map(({ code, designation }) => [code, designation.find(({ language }) => language === 'en')?.value]),
  )
  const [, ...rows] = tableOf('code')
  expect(rows.map(row => row.slice(0, 3))).toEqual(
    ERROR_CODES.map(code => [code, String(new CdsError(code, '').status), meanings.get(code)]),
  )
  for (const [code, , , remedy] of rows) expect([code, remedy]).toEqual([code, expect.stringMatching(/\w{3}/)])
})

test('its links lead somewhere', () => {
  const anchors = new Set(
    [...DOCUMENT.matchAll(/^#+ (.*)$/gm)].map(
      ([, title = '']) =>
        `#${title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-')}`,
    ),
  )
  const links = [...DOCUMENT.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link)
  expect(links.filter(link => link.startsWith('#') && !anchors.has(link))).toEqual([])
  for (const link of links.filter(each => !each.startsWith('#')))
    expect(() => readFileSync(new URL(link, new URL('../../docs/', import.meta.url)))).not.toThrow()
  expect(links.length).toBeGreaterThan(5)
})

test('the README leads to it', () => {
  expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain('](docs/integrating.md)')
})
