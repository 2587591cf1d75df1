// The first page: what a visitor with a browser meets, and what a program is told at the same address.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readBuiltApps } from '../../src/browser-apps/built-apps.js'
import { TOUR as tour } from '../../src/demo/tour.js'
import { demoPeople } from '../../src/demo/people.js'
import type { Listening } from '../support/listen.js'
import { startTestService, TEST_NOW, testKnowledge } from '../support/service.js'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

/** As if the programs were built. */
const BUILT = { ...readBuiltApps('/nowhere'), filesOf: () => ({ script: '/assets/any.js' }) }

let service: Listening
const read = async (language: string, at = service) => (await fetch(`${at.url}/?lang=${language}`, { headers: { accept: BROWSER } })).text()

beforeAll(async () => {
  service = await startTestService({ tour, apps: BUILT, demonstrationFhirServer: 'http://localhost:3001/fhir' })
})

afterAll(() => service.close())

test('a program is told where the services are', async () => {
  for (const accept of ['*/*', 'application/json']) {
    const answer = await fetch(service.url, { headers: { accept } })
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await answer.json()).toMatchObject({ discovery: '/cds-services' })
  }
})

describe.each(['da', 'en'] as const)('in %s', language => {
  test('six patients are one click from the workbench', async () => {
    const page = await read(language)
    const links = [...page.matchAll(/href="\/workbench\/[^"#]*#demo=([\w-]+)&amp;service=([\w-]+)"/g)].map(([, id, of]) => [id, of])
    expect(links).toEqual(tour.patients.map(({ id, service: of }) => [id, of]))
    expect(links).toHaveLength(6)
    for (const { title } of tour.patients) expect(page).toContain(title[language])
    expect(page.match(/<script/g)).toBeNull()
  })
})

test('the patients are of the demonstration, and the services of the knowledge', () => {
  const people = new Set(demoPeople(TEST_NOW).flatMap(({ resourceType, id }) => (resourceType === 'Patient' ? [id] : [])))
  expect(tour.patients.filter(({ id }) => !people.has(id))).toEqual([])
  expect(tour.patients.filter(each => !testKnowledge().services.has(each.service))).toEqual([])
})

test('what it links of this service is there', async () => {
  const page = await read('da')
  const paths = [...new Set([...page.matchAll(/href="(\/[^"#]*)/g)].map(([, path = '']) => path))].filter(
    path => !path.startsWith('/assets'),
  )
  expect(paths).toEqual(expect.arrayContaining(['/workbench/', '/consultation/', '/start-back/', '/guidelines', '/cds-services']))
  const answers = await Promise.all(paths.map(async path => [path, (await fetch(`${service.url}${path}`)).status]))
  expect(answers.filter(([, status]) => status !== 200)).toEqual([])
})

test('outside the demonstration there are no patients, and nothing unbuilt is offered', async () => {
  const plain = await startTestService({ about: 'low back pain' })
  const page = await read('en', plain)
  await plain.close()
  expect(page).toContain('It covers: low back pain.')
  expect(page).not.toMatch(/#demo=|\/workbench|Demonstration\./)
})
