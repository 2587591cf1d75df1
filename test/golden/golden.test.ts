import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import supertest from 'supertest'
import { faultsOfResponse } from '../support/check-response.js'
import { prefetchedCall, SERVICES } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

// Whole answers, compared byte for byte. A changed golden file changes what a clinician reads, so it is rewritten
// only on purpose, by GOLDEN=accept, and read before it is committed.

const FOLDER = new URL('./', import.meta.url)
const LANGUAGES = ['da', 'en'] as const
const ACCEPTS = process.env.GOLDEN === 'accept' && process.env.CI === undefined

/** Synthetic people, by what they show. */
const PEOPLE: Readonly<Record<string, string>> = {
  'start-back-low': 'a low risk of a long course',
  'start-back-medium': 'a medium risk of a long course',
  'start-back-high': 'a high risk of a long course',
  'not-asked-yet': 'a form that was not asked for yet',
  'start-back-incomplete': 'a form that is not filled in completely',
  'start-back-stale': 'a form that was filled in too long ago',
  'red-flag-cauda-equina': 'signs of cauda equina syndrome',
  'red-flag-fracture': 'signs of a fracture',
  'red-flag-cancer': 'signs of serious disease',
  'changed-urination': 'changed urination that nobody asked further about',
  'recent-pain': 'recent pain without red flags',
  'root-affection': 'pain that comes from a nerve root',
  'no-back-problem': 'no back problem',
}

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

const fileOf = (person: string) => new URL(`${person}.json`, FOLDER)

/** What both services answer about a person, in both languages. */
async function answersAbout(person: string): Promise<string> {
  const answers: Record<string, Record<string, unknown>> = {}
  for (const id of SERVICES) {
    for (const language of LANGUAGES) {
      const { status, body } = await supertest(service.url)
        .post(`/cds-services/${id}`)
        .set('accept-language', language)
        .send(prefetchedCall(person, id))
      expect(status).toBe(200)
      expect(faultsOfResponse(body, { patientId: person })).toEqual([])
      answers[id] = { ...answers[id], [language]: body as unknown }
    }
  }
  return `${JSON.stringify(answers, null, 2)}\n`
}

test.each(Object.entries(PEOPLE))('the answers about %s are those that were read and accepted: %s', async person => {
  const answers = await answersAbout(person)
  if (ACCEPTS) writeFileSync(fileOf(person), answers)
  if (!existsSync(fileOf(person)))
    throw new Error(`There is no golden file for ${person}. Read what the service answers, then write it with GOLDEN=accept.`)
  expect(answers).toBe(readFileSync(fileOf(person), 'utf8'))
})

test('each golden file belongs to a person', () => {
  const files = readdirSync(FOLDER).filter(name => name.endsWith('.json'))
  expect(files.toSorted()).toEqual(
    Object.keys(PEOPLE)
      .map(person => `${person}.json`)
      .toSorted(),
  )
})
