import { request } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import supertest, { type Response } from 'supertest'
import { CdsError, ERROR_CODES } from '../../src/errors.js'
import type { LetIn, RequestHead } from '../../src/trust/calling-client.js'
import { hookCall, patientView, prefetchedCall, prefetchOf, type Json } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { openConnection, rawRequest } from '../support/raw-connection.js'
import { startTestService } from '../support/service.js'

const CALL = '/cds-services/start-back-risk'
const BODY_LIMIT = 200_000

let service: Listening

beforeAll(async () => {
  service = await startTestService({ bodyLimit: BODY_LIMIT })
})

afterAll(() => service.close())

const post = (path: string) => supertest(service.url).post(path).set('content-type', 'application/json')

const bytesTo = (path: string, bytes: Buffer) =>
  post(path)
    .serialize(body => body as string)
    .send(bytes)

/** Posts a body in pieces, without a word of how long it will be. @returns what is answered, as text. */
async function postInPieces(path: string, pieces: readonly Buffer[]): Promise<string> {
  const outgoing = request(`${service.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' } })
  const answer = new Promise<string>((resolve, reject) => {
    outgoing.on('response', incoming => void textOf(incoming).then(resolve, reject)).on('error', reject)
  })
  outgoing.flushHeaders()
  for (const piece of pieces) await new Promise(written => outgoing.write(piece, written))
  outgoing.end()
  return answer
}

/** Every refusal has this form. */
function expectRefusal({ status, headers, body, text }: Response, expected: number, code: string): void {
  expect({ status, type: headers['content-type'] as string }).toEqual({ status: expected, type: 'application/fhir+json; charset=utf-8' })
  const { resourceType, issue } = body as { resourceType: string; issue: Json[] }
  expect(resourceType).toBe('OperationOutcome')
  for (const each of issue) {
    expect(each).toMatchObject({ severity: 'error', code: expect.stringMatching(/^[a-z-]+$/) as string })
    expect(each.details).toMatchObject({
      coding: [{ system: 'https://columna.example.org/fhir/CodeSystem/error', code }],
      text: expect.stringMatching(/\S/) as string,
    })
    expect(each.diagnostics).toMatch(/\S/)
  }
  expect(text).not.toMatch(/<html|node_modules|\bat \S+:\d+|\.ts\b|\.js\b/)
  expect(headers['access-control-allow-origin']).toBe('*')
}

describe('401: a client that is not let in', () => {
  const heads: RequestHead[] = []
  /** Stands for a check of tokens, which takes its time. */
  const letIn: LetIn = async head => {
    heads.push(head)
    await new Promise(setImmediate)
    if (head.headers.authorization !== 'Bearer known') throw new CdsError('CDS_CLIENT_REFUSED', 'Nobody can tell who calls.')
    return { nameIn: () => 'a client' }
  }
  let guarded: Listening

  beforeAll(async () => {
    guarded = await startTestService({ letIn })
  })

  afterAll(() => guarded.close())

  beforeEach(() => {
    heads.length = 0
  })

  test.each(['', '/feedback', '/$explain'])('is answered before anything of the body of a POST is looked at: %s', async path => {
    const response = await supertest(guarded.url).post(`${CALL}${path}`).set('content-type', 'text/plain').send('{{{')
    expectRefusal(response, 401, 'CDS_CLIENT_REFUSED')
    expect(response.headers['www-authenticate']).toBe('Bearer')
    expect(heads).toHaveLength(1)
  })

  test.each(['PlanDefinition', 'ActivityDefinition'])('may not $apply a %s', async type => {
    expectRefusal(await supertest(guarded.url).post(`/fhir/${type}/x/$apply`).send({}), 401, 'CDS_CLIENT_REFUSED')
  })

  test('may not discover, but sees whether the service lives and what it knows', async () => {
    expectRefusal(await supertest(guarded.url).get('/cds-services'), 401, 'CDS_CLIENT_REFUSED')
    for (const path of ['/', '/health/live', '/health/ready', '/fhir/metadata', '/fhir/PlanDefinition'])
      await supertest(guarded.url).get(path).expect(200)
    await supertest(guarded.url).options(CALL).expect(204)
    expect(heads).toHaveLength(1)
  })

  test('is told by its headers and by the path that it called', async () => {
    await supertest(guarded.url)
      .post(`${CALL}?a=b`)
      .set('authorization', 'Bearer known')
      .send(prefetchedCall('not-asked-yet', 'start-back-risk'))
      .expect(200)
    expect(heads).toEqual([
      {
        method: 'POST',
        path: CALL,
        headers: expect.objectContaining({ authorization: 'Bearer known' }) as object,
        address: expect.stringMatching(/127\.0\.0\.1$|^::1$/) as string,
      },
    ])
  })

  test('and a check that fails is a fault of ours, not a client that is let in', async () => {
    const broken = await startTestService({ letIn: () => Promise.reject(new Error('no keys')) })
    expectRefusal(await supertest(broken.url).get('/cds-services'), 500, 'CDS_INTERNAL')
    await broken.close()
  })
})

describe('400: a body that cannot be a call', () => {
  test.each<[string, string]>([
    ['half an object', '{"hook": "patient-view"'],
    ['a comment', '{"hook": "patient-view" /* a */}'],
    ['a trailing comma', '{"hook": "patient-view",}'],
    ['nothing but white space', ' '],
    ['a word', 'null'],
    ['a number', '7'],
    ['a text', '"patient-view"'],
  ])('%s', async (_, body) => {
    expectRefusal(await post(CALL).send(body), 400, 'CDS_BODY_NOT_JSON')
  })

  test('a list', async () => {
    expectRefusal(await post(CALL).send('[]'), 400, 'CDS_REQUEST_INVALID')
  })

  test('no body at all', async () => {
    expectRefusal(await post(CALL), 400, 'CDS_REQUEST_INVALID')
  })

  test('gzip that is none', async () => {
    expectRefusal(await post(CALL).set('content-encoding', 'gzip').send('{"a":1}'), 400, 'CDS_REQUEST_INVALID')
  })

  test('gzip without its end', async () => {
    const packed = gzipSync(JSON.stringify(patientView('a')))
    expectRefusal(await bytesTo(CALL, packed.subarray(0, -12)).set('content-encoding', 'gzip'), 400, 'CDS_REQUEST_INVALID')
  })

  test('nothing, in pieces', async () => {
    expect(await postInPieces(CALL, [])).toContain('CDS_REQUEST_INVALID')
  })

  test('more than was announced', async () => {
    const connection = await openConnection(service.url)
    connection.write(rawRequest('POST', CALL, { body: '{"hook":"patient-view"}', length: 8 }))
    const statuses = (await connection.closed).match(/^HTTP\/1.1 \d+/gm)
    expect([...new Set(statuses)]).toEqual(['HTTP/1.1 400'])
  })

  test('a path with a broken escape', async () => {
    expectRefusal(await post('/cds-services/%E0%A4%A').send({}), 400, 'CDS_REQUEST_INVALID')
  })
})

describe('404', () => {
  test.each([
    'not-there',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '%2e%2e',
    'start-back-risk%00',
    'START-BACK-RISK',
  ])('a service that is not there: %s', async id => {
    expectRefusal(await post(`/cds-services/${id}`).send(patientView('a')), 404, 'CDS_SERVICE_UNKNOWN')
    expectRefusal(await post(`/cds-services/${id}/feedback`).send({ feedback: [{}] }), 404, 'CDS_SERVICE_UNKNOWN')
    expectRefusal(await post(`/cds-services/${id}/$explain`).send(patientView('a')), 404, 'CDS_SERVICE_UNKNOWN')
  })

  test.each(['/not-there', '/cds-services/a/b/c', '/favicon.png', '/..%2fetc%2fpasswd', '/cds-hooks'])(
    'a path that is not there: %s',
    async path => {
      expectRefusal(await supertest(service.url).get(path), 404, 'CDS_PATH_UNKNOWN')
      expectRefusal(await post(path).send({}), 404, 'CDS_PATH_UNKNOWN')
    },
  )
})

describe('405', () => {
  test.each<['get' | 'put' | 'delete' | 'patch' | 'post', string, string]>([
    ['post', '/cds-services', 'GET, HEAD, OPTIONS'],
    ['get', CALL, 'POST, OPTIONS'],
    ['put', CALL, 'POST, OPTIONS'],
    ['delete', CALL, 'POST, OPTIONS'],
    ['patch', `${CALL}/feedback`, 'POST, OPTIONS'],
    ['get', `${CALL}/feedback`, 'POST, OPTIONS'],
    ['put', '/fhir/PlanDefinition/start-back', 'GET, HEAD, OPTIONS'],
    ['delete', '/fhir/PlanDefinition/start-back', 'GET, HEAD, OPTIONS'],
    ['post', '/fhir/PlanDefinition', 'GET, HEAD, OPTIONS'],
    ['get', '/fhir/PlanDefinition/start-back/$apply', 'POST, OPTIONS'],
    ['get', '/fhir/ActivityDefinition/follow-up-contact/$apply', 'POST, OPTIONS'],
  ])('names the methods that are answered: %s %s', async (method, path, allow) => {
    const response = await supertest(service.url)[method](path)
    expectRefusal(response, 405, 'CDS_METHOD_NOT_ALLOWED')
    expect(response.headers.allow).toBe(allow)
  })
})

describe('413: a body larger than the limit', () => {
  const large = JSON.stringify({ ...patientView('a'), filler: 'x'.repeat(BODY_LIMIT) })

  test('as it is', async () => {
    expectRefusal(await post(CALL).send(large), 413, 'CDS_BODY_TOO_LARGE')
  })

  test('as it comes, where its size was not announced', async () => {
    const piece = Buffer.from(large.slice(0, BODY_LIMIT / 4))
    expect(await postInPieces(CALL, [piece, piece, piece, piece, Buffer.from('"')])).toContain('CDS_BODY_TOO_LARGE')
  })

  test('once it is unpacked', async () => {
    const packed = gzipSync(large)
    expect(packed.length).toBeLessThan(BODY_LIMIT / 10)
    expectRefusal(
      await post(CALL)
        .set('content-encoding', 'gzip')
        .serialize(body => body as string)
        .send(packed),
      413,
      'CDS_BODY_TOO_LARGE',
    )
  })
})

describe('415: a body that is not JSON by its own account', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data', 'application/jsonp'])(
    '%s',
    async type => {
      expectRefusal(
        await supertest(service.url).post(CALL).set('content-type', type).send('hook=patient-view'),
        415,
        'CDS_MEDIA_TYPE_UNSUPPORTED',
      )
    },
  )

  test('no type at all', async () => {
    expectRefusal(await supertest(service.url).post(CALL), 415, 'CDS_MEDIA_TYPE_UNSUPPORTED')
  })

  test('an unknown encoding or character set', async () => {
    for (const encoding of ['compress', 'gzip, gzip'])
      expectRefusal(await post(CALL).set('content-encoding', encoding).send('{}'), 415, 'CDS_MEDIA_TYPE_UNSUPPORTED')
    for (const charset of ['klingon', 'utf-16', 'iso-8859-1'])
      expectRefusal(
        await supertest(service.url).post(CALL).set('content-type', `application/json; charset=${charset}`).send('{}'),
        415,
        'CDS_MEDIA_TYPE_UNSUPPORTED',
      )
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=utf8',
    'application/json; charset="utf-8"',
    'application/json; charset=UTF8; x=y',
    'application/json; x=y; charset = "UTF_8"',
    'application/fhir+json',
    'application/json+fhir',
    'APPLICATION/JSON',
  ])('not for %s', async type => {
    const body = JSON.stringify(prefetchedCall('no-back-problem', 'start-back-risk'))
    await supertest(service.url).post(CALL).set('content-type', type).send(body).expect(200)
  })
})

test('412 when data that no answer can do without is missing, naming each prefetch key', async () => {
  const response = await post(CALL).send(patientView('start-back-high'))
  expectRefusal(response, 412, 'CDS_DATA_MISSING')
  for (const key of ['patient', 'conditions', 'consultationResponses', 'startBackResponses'])
    expect(response.text).toContain(`Prefetch key ${key}:`)
  for (const key of ['observations', 'encounters', 'episodesOfCare']) expect(response.text).not.toContain(key)
})

test.each<[string, (body: string) => Buffer]>([
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['X-GZIP', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('a packed body is read: %s', async (encoding, pack) => {
  const packed = pack(JSON.stringify(prefetchedCall('no-back-problem', 'start-back-risk')))
  await post(CALL)
    .set('content-encoding', encoding)
    .serialize(body => body as string)
    .send(packed)
    .expect(200)
})

describe('what is written in a body is read', () => {
  const SIGN = '/cds-services/low-back-pain-order-sign'

  /** A call that orders a medicine by a name that nobody knows, which a card says in the same words. */
  const ordering = (text: string): string => {
    const order = { resourceType: 'MedicationRequest', id: 'd', status: 'draft', intent: 'order', medicationCodeableConcept: { text } }
    const call = hookCall('recent-pain', 'low-back-pain-order-sign', { prefetch: prefetchOf('recent-pain', 'low-back-pain-order-sign') })
    return JSON.stringify(call).replace('"type":"collection","entry":[', start => `${start}{"resource":${JSON.stringify(order)}},`)
  }
  /** The same JSON in ASCII. */
  const escaped = (json: string) => json.replace(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

  test.each<[string, string]>([
    ['in ASCII', 'Smertepulver nr. 9'],
    ['in Danish', 'Smertepulver på bærbasis nr. 9'],
    ['with one dash', 'Smertepulver — nr. 9'],
    ['with characters of two units', 'Smertepulver 😀 nr. 9'],
    ['in wide characters', 'Λ—Ω😀'.repeat(10)],
  ])('%s, by whatever spelling', async (_, text) => {
    const json = ordering(text)
    const answer = await bytesTo(SIGN, Buffer.from(json)).expect(200)
    expect(answer.text).toContain(`'${text}'`)
    const inAscii = await bytesTo(SIGN, Buffer.from(escaped(json))).expect(200)
    expect(inAscii.text).toBe(answer.text)
    const marked = await bytesTo(SIGN, Buffer.from(`\uFEFF${json}`)).expect(200)
    expect(marked.text).toBe(answer.text)
    const bytes = Buffer.from(json)
    const within = bytes.indexOf(text) + 1
    expect(
      await postInPieces(
        SIGN,
        [0, within, within + 1, within + 2].map((from, index, all) => bytes.subarray(from, all[index + 1])),
      ),
    ).toBe(answer.text)
  })

  test('and a byte that is no UTF-8 stands for a character that nobody can read', async () => {
    const bytes = Buffer.from(ordering('Smertepulver ?'))
    bytes[bytes.indexOf('Smertepulver ?') + 13] = 0xff
    const { text } = await bytesTo(SIGN, bytes).expect(200)
    expect(text).toContain("'Smertepulver \uFFFD'")
  })
})

test('every code that a refusal can have is explained in the knowledge', async () => {
  const { body } = await supertest(service.url).get('/fhir/CodeSystem/error').expect(200)
  const { url, concept } = body as { url: string; concept: { code: string }[] }
  expect(url).toBe('https://columna.example.org/fhir/CodeSystem/error')
  expect(concept.map(({ code }) => code)).toEqual(expect.arrayContaining([...ERROR_CODES]))
})

test('an answer does not say what software gave it', async () => {
  const { headers } = await supertest(service.url).get('/')
  expect(headers).not.toHaveProperty('x-powered-by')
  expect(headers['x-content-type-options']).toBe('nosniff')
})
