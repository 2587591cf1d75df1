// Bodies that were made to cost far more time than their size tells. None holds the service longer than a real chart of that size.
import { request } from 'node:http'
import { hookCall, prefetchedCall, prefetchOf, type ServiceId } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

const BYTES = 1_900_000
/**
 * Processor time of the whole process, in milliseconds, with room for a busy machine: 250 are promised on a machine of its
 * own. What is answered all the same would take from 4 s to many minutes without its limit.
 */
const MOST_MS = 1_500
const PERSON = 'recent-pain'
const VIEW = 'low-back-pain-patient-view'
const SIGN = 'low-back-pain-order-sign'
const RISK = 'start-back-risk'

let service: Listening

beforeAll(async () => {
  service = await startTestService({ deadlineMs: 450 })
  // First calls, so that what follows measures the bodies and not the start.
  for (const id of [VIEW, SIGN, RISK] as const) for (let time = 0; time < 3; time += 1) await post(`/cds-services/${id}`, JSON.stringify(prefetchedCall(PERSON, id)))
})

afterAll(() => service.close())

interface Answer {
  status: number
  text: string
}

function post(path: string, body: string, { url } = service): Promise<Answer> {
  const bytes = Buffer.from(body)
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': bytes.length } }, incoming => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve({ status: incoming.statusCode ?? 0, text }))
    })
    outgoing.on('error', reject).end(bytes)
  })
}

/** As many pieces as fill the body, separated by commas. */
function many(piece: (index: number) => string): string {
  const pieces: string[] = []
  for (let size = 0, index = 0; size < BYTES; index += 1) {
    pieces.push(piece(index))
    size += (pieces.at(-1) ?? '').length + 1
  }
  return pieces.join(',')
}

const full = (unit: string): string => unit.repeat(BYTES / unit.length)

/** A legal call whose prefetch holds a text of ours under one key. */
const withKey = (id: ServiceId, key: string, json: string): string => JSON.stringify(prefetchedCall(PERSON, id, { prefetch: { [key]: '@' } })).replace('"@"', () => json)
const bundle = (entries: string): string => `{"resourceType":"Bundle","type":"searchset","entry":[${entries}]}`
const condition = (members: string, id = 'c'): string => `{"resource":{"resourceType":"Condition","id":"${id}","subject":{"reference":"Patient/${PERSON}"},${members}}}`
const form = (members: string): string => bundle(`{"resource":{"resourceType":"QuestionnaireResponse","id":"q","status":"completed","authored":"2026-03-28","subject":{"reference":"Patient/${PERSON}"},${members}}}`)
const withOrders = (entries: string): string => JSON.stringify(hookCall(PERSON, SIGN, { prefetch: prefetchOf(PERSON, SIGN) })).replace('"type":"collection","entry":[', start => `${start}${entries},`)

const call = (id: ServiceId) => `/cds-services/${id}`
const START_BACK = 'https://columna.example.org/fhir/Questionnaire/start-back'

test.each<[string, string, () => string, number, string]>([
  // Told from the bytes, before anything is parsed.
  ['lists within lists', call(RISK), () => full('['), 400, 'CDS_NESTED_TOO_DEEP'],
  ['objects within objects', call(RISK), () => full('{"a":'), 400, 'CDS_NESTED_TOO_DEEP'],
  ['objects of nothing', call(RISK), () => `{"hook":[${many(() => '{}')}]}`, 400, 'CDS_BODY_TOO_COSTLY'],
  ['zeros', `${call(RISK)}/feedback`, () => `{"feedback":[${many(() => '0')}]}`, 400, 'CDS_BODY_TOO_COSTLY'],
  ['an object of many members', call(RISK), () => `{${many(index => `"k${index}":0`)}}`, 400, 'CDS_BODY_TOO_COSTLY'],
  ['a context of many members', call(RISK), () => JSON.stringify(prefetchedCall(PERSON, RISK)).replace('"context":{', start => `${start}${many(index => `"k${index}":0`)},`), 400, 'CDS_BODY_TOO_COSTLY'],
  ['a record of many members', call(VIEW), () => withKey(VIEW, 'conditions', bundle(condition(many(index => `"_k${index}":0`)))), 400, 'CDS_BODY_TOO_COSTLY'],
  // Told when it is looked at.
  ['a fhirServer of slashes', call(RISK), () => JSON.stringify(prefetchedCall(PERSON, RISK, { fhirServer: `http://h/${full('/')}x` })), 400, 'CDS_REQUEST_INVALID'],
  ['a user of slashes', call(RISK), () => JSON.stringify(prefetchedCall(PERSON, RISK, { context: { patientId: PERSON, userId: full('a/') } })), 400, 'CDS_CONTEXT_INVALID'],
  ['many selections', call('low-back-pain-order-select'), () => JSON.stringify(prefetchedCall(PERSON, 'low-back-pain-order-select')).replace('"selections":[', start => `${start}${many(index => `"Task/${index}"`)},`), 400, 'CDS_CONTEXT_INVALID'],
  ['many drafts', call(SIGN), () => withOrders(many(() => '{"resource":{"resourceType":"Task"}}')), 400, 'CDS_CONTEXT_INVALID'],
  ['many records', call(VIEW), () => withKey(VIEW, 'conditions', bundle(many(index => `{"resource":{"resourceType":"Condition","id":"${index}"}}`))), 400, 'CDS_BODY_TOO_COSTLY'],
  // Answered all the same.
  ['a questionnaire of slashes', call(RISK), () => withKey(RISK, 'startBackResponses', form(`"questionnaire":"http://h/${full('/')}x"`)), 200, ''],
  ['a reference of number signs', call(VIEW), () => withKey(VIEW, 'conditions', bundle(`{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Condition","id":"d"}},${condition(`"encounter":{"reference":"${full('/#')}\\n"}`)}`)), 200, ''],
  ['a code system of slashes', call(VIEW), () => withKey(VIEW, 'conditions', bundle(condition(`"code":{"coding":[{"system":"${full('/')}x","code":"M54.5"}]}`))), 200, ''],
  ['one diagnosis in very many code systems', call(VIEW), () => withKey(VIEW, 'conditions', bundle(condition(`"code":{"coding":[${many(index => `{"system":"s${index}","code":"M54.${index}"}`)}]}`))), 200, 'has more codings than are read'],
  ['one diagnosis in very many codes', call(VIEW), () => withKey(VIEW, 'conditions', bundle(condition(`"code":{"coding":[${many(index => `{"code":"M54.${index}"}`)}]}`))), 200, 'has more codings than are read'],
  ['values that are none', call(VIEW), () => withKey(VIEW, 'conditions', bundle(condition(`"note":[${many(index => String(100_000_000 + index))}]`))), 200, 'Condition.note[0]'],
  ['an element with a long name', call(VIEW), () => withKey(VIEW, 'conditions', bundle(condition(`"${full('a')}":0`))), 200, ''],
  ['elements of very many names that nobody knows', call(VIEW), () => withKey(VIEW, 'conditions', bundle(many(index => condition(Array.from({ length: 900 }, (_, at) => `"k${index}x${at}":"0"`).join(','), `k${index}`)))), 200, ''],
  ['a diagnosis in one long text', call(VIEW), () => withKey(VIEW, 'conditions', bundle(condition(`"code":{"text":"${full('\\u00e6')}"}`))), 200, ''],
  ['a diagnosis in one long text of dashes', call(VIEW), () => withKey(VIEW, 'conditions', bundle(condition(`"code":{"text":"–${full('\\\\')}"}`))), 200, ''],
  ['a diagnosis in wide characters', call(VIEW), () => withKey(VIEW, 'conditions', bundle(condition(`"code":{"text":"${'–'.repeat(BYTES / 3)}"}`))), 200, ''],
  ['patients of hosts in other scripts', call(VIEW), () => withKey(VIEW, 'conditions', bundle(Array.from({ length: 1_000 }, (_, index) => `{"resource":{"resourceType":"Condition","id":"c${index}","subject":{"reference":"http://${'\u00e6\u0327'.repeat(430)}${index}/Patient/${PERSON}"}}}`).join(','))), 200, ''],
  ['orders by long names', call(SIGN), () => withOrders(Array.from({ length: 900 }, (_, index) => `{"resource":{"resourceType":"MedicationRequest","id":"d${index}","status":"draft","intent":"order","subject":{"reference":"Patient/${PERSON}"},"medicationCodeableConcept":{"text":"${`${index} morfin mr `.repeat(135)}"}}}`).join(',')), 200, ''],
  ['orders by very many codes', call(SIGN), () => withOrders(Array.from({ length: 520 }, (_, index) => `{"resource":{"resourceType":"MedicationRequest","id":"d${index}","status":"draft","intent":"order","subject":{"reference":"Patient/${PERSON}"},"medicationCodeableConcept":{"coding":[${Array.from({ length: 99 }, (__, at) => `{"system":"s${at}","code":"N02A${index}x${at}"}`).join(',')}]}}}`).join(',')), 200, ''],
  ['a form of very many items', call(RISK), () => withKey(RISK, 'startBackResponses', form(`"questionnaire":"${START_BACK}","item":[${many(index => `{"linkId":"z${index}","answer":[{"valueInteger":1}]}`)}]`)), 200, 'it has more items than any form'],
])('%s', async (_, path, makeBody, status, told) => {
  const body = makeBody()
  expect(Buffer.byteLength(body)).toBeGreaterThan(BYTES * 0.9)
  expect(Buffer.byteLength(body)).toBeLessThan(2_050_000)
  const before = process.cpuUsage()
  const answer = await post(path, body)
  const { user, system } = process.cpuUsage(before)
  expect(answer.status).toBe(status)
  expect(answer.text).toContain(told)
  expect((user + system) / 1_000).toBeLessThan(MOST_MS)
})

test('a real chart of the limit is answered', async () => {
  const entries: string[] = []
  for (let size = 0; size < 3_800_000; size += (entries.at(-1) ?? '').length) {
    entries.push(condition(`"clinicalStatus":{"coding":[{"code":"resolved"}]},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"J06.9","display":"Akut infektion i øvre luftveje"}],"text":"Forkølelse"},"recordedDate":"2019-0${1 + entries.length % 9}-11","note":[{"text":"${'Set i konsultationen. '.repeat(10)}"}]`, `c${entries.length}`))
  }
  const body = withKey(RISK, 'conditions', bundle(entries.join(',')))
  expect(Buffer.byteLength(body)).toBeGreaterThan(3_800_000)
  const patient = await startTestService({ deadlineMs: 30_000 })
  const { status, text } = await post(call(RISK), body, patient)
  await patient.close()
  expect(status).toBe(200)
  expect(text).not.toContain('org.columna.undecided')
})
