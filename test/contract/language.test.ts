import type { ActivityDefinition } from 'fhir/r4.js'
import supertest from 'supertest'
import { localized } from '../../src/engine/model/localized.js'
import { prefetchedCall, searchset, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService, testKnowledge } from '../support/service.js'

const ID = 'start-back-risk'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

async function card(
  acceptLanguage: string | undefined,
  prefetch: Json = {},
): Promise<{ summary: string; detail: string; language: string | undefined }> {
  const request = supertest(service.url).post(`/cds-services/${ID}`)
  if (acceptLanguage !== undefined) request.set('accept-language', acceptLanguage)
  const { body, headers } = await request.send(prefetchedCall('start-back-high', ID, { prefetch }))
  const [first] = (body as { cards: { summary: string; detail: string }[] }).cards
  return { summary: first?.summary ?? '', detail: first?.detail ?? '', language: headers['content-language'] as string | undefined }
}

const DANISH = /^STarT Back høj risiko/
const ENGLISH = /^STarT Back high risk/

test.each<[string | undefined]>([
  [undefined],
  ['da'],
  ['da-DK'],
  ['*'],
  ['de'],
  ['sv, nb;q=0.5'],
  ['en;q=0'],
  ['da, en'],
  ['en;q=0.3, da;q=0.9'],
  ['not a language !!'],
  [''],
])('cards are Danish for Accept-Language %s', async header => {
  const { summary, language } = await card(header)
  expect(summary).toMatch(DANISH)
  expect(language).toBe('da')
})

test.each(['en', 'en-GB', 'en-US,en;q=0.9', 'EN', 'de, en;q=0.5', 'en, da', 'da;q=0.1, en'])(
  'cards are English for Accept-Language %s',
  async header => {
    const { summary, language } = await card(header)
    expect(summary).toMatch(ENGLISH)
    expect(language).toBe('en')
  },
)

test('what could not be read is said in the language of the reply', async () => {
  const failed = { encounters: searchset([{ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] }]) }
  expect((await card('en', failed)).detail).toMatch(/Could not be read and is not taken into account: \S/)
  expect((await card('da', failed)).detail).toMatch(/Kunne ikke læses og er ikke medregnet: \S/)
})

test('every draft names its code in both languages', () => {
  const drafts = testKnowledge()
    .knowledge.files.map(({ resource }) => resource)
    .filter(({ resourceType }) => resourceType === 'ActivityDefinition') as ActivityDefinition[]
  const wordsOf = ({ id, language = '', code }: ActivityDefinition) => ({
    id,
    languages: [...localized(code?.text, code?._text, language).keys()],
  })
  expect(drafts.length).toBeGreaterThan(20)
  expect(
    drafts
      .filter(({ code }) => code?.text !== undefined)
      .map(wordsOf)
      .filter(({ languages }) => languages.join() !== 'da,en'),
  ).toEqual([])
})
