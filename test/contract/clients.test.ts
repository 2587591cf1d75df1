import { createHmac, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { jest } from '@jest/globals'
import { Ajv } from 'ajv'
import supertest, { type Response } from 'supertest'
import { gatherCall } from '../../src/calls/call-service.js'
import { parseHookRequest } from '../../src/cds-hooks/parse-hook-request.js'
import type { Card, CardSaying } from '../../src/cds-hooks/types.js'
import type { CdsError } from '../../src/errors.js'
import type { AnsweredCall, NotedCall, WatchedRecord } from '../../src/record/port.js'
import { createShownMemory } from '../../src/record/shown-memory.js'
import { createHttpFhirReader } from '../../src/patient-data/http-fhir-reader.js'
import { REFUSALS } from '../../src/trust/caller-refused.js'
import { callRate } from '../../src/trust/call-rate.js'
import type { Lookup } from '../../src/trust/checked-connections.js'
import { pinnedKeys, publishedKeys } from '../../src/trust/client-keys.js'
import { createFetchKeys } from '../../src/trust/fetch-keys.js'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'
import type { RegisteredClient } from '../../src/trust/registered-client.js'
import { letInRegistered } from '../../src/trust/registered-clients.js'
import { seenInProcess } from '../../src/trust/seen-tokens.js'
import { clientOfKey, makeTestKeys, testToken } from '../../src/trust/test-token.js'
import { clientsByToken } from '../../src/trust/token-check.js'
import { readTrustFile } from '../../src/trust/trust-file.js'
import { TRUST_SCHEMA } from '../../src/trust/trust-schema.js'
import { TRUST_OFF, whoMayCall, type TrustOptions } from '../../src/trust/who-may-call.js'
import { faultsOfResponse } from '../support/check-response.js'
import { columna } from '../support/columna.js'
import { prefetchedCall, type Json } from '../support/hook-requests.js'
import { listen, type Listening } from '../support/listen.js'
import { startTestService, testEnvironment, testRecord, type TestServiceOptions } from '../support/service.js'
import { openSharedStore, type SharedStore } from '../support/shared-store.js'
import { startStubFhirServer } from '../support/stub-fhir-server.js'
import { handMade, makeKey, now, tokenFor, type ClientKey, type TokenMembers } from '../support/tokens.js'

const PUBLIC = 'https://columna.example.org'
const RISK = '/cds-services/start-back-risk'
const SIGN = '/cds-services/low-back-pain-order-sign'
const NORTH_SERVER = 'http://127.0.0.1:4/north'
const ORIGIN = 'https://north.example.org'

const usual = { alg: ['ES384', 'RS384'], aud: [], origins: [] }
let [north, south, strange, rsa]: ClientKey[] = []
let clients: RegisteredClient[]
let service: Listening
const log: string[] = []

beforeAll(async () => {
  ;[north, south, strange, rsa] = await Promise.all([makeKey('n1'), makeKey('s1'), makeKey('n1'), makeKey('r1', 'RS384')])
  clients = [
    {
      ...usual,
      name: 'north',
      iss: 'https://north.example.org',
      jwks: { keys: [north!.publicKey, rsa!.publicKey] },
      fhirServers: [NORTH_SERVER],
      origins: [ORIGIN],
      language: 'en',
    },
    {
      ...usual,
      name: 'south',
      iss: 'https://south.example.org',
      sub: 'ward',
      jwks: { keys: [south!.publicKey] },
      aud: ['urn:agreed'],
      fhirServers: ['http://127.0.0.1:5/south'],
      origins: ['https://south.example.org'],
      services: ['start-back-risk'],
    },
  ]
  service = await start(clients)
})

afterAll(() => service.close())

const start = async (registered: readonly RegisteredClient[], more: TestServiceOptions = {}): Promise<Listening> =>
  startTestService({
    letIn: await letInRegistered(registered, { fhirServers: [], publicUrl: PUBLIC, maxAge: 3_600, onForgotten: () => undefined }),
    registeredClients: registered.length,
    origins: registered.flatMap(({ origins }) => origins),
    log: { info: (line: object) => void log.push(JSON.stringify(line)), warn: () => undefined, error: () => undefined } as never,
    ...more,
  })

const ofNorth = (path: string, members?: TokenMembers) => tokenFor(north!, 'https://north.example.org', `${PUBLIC}${path}`, members)
const ofSouth = (path: string, { claims, ...members }: TokenMembers = {}) =>
  tokenFor(south!, 'https://south.example.org', `${PUBLIC}${path}`, { ...members, claims: { sub: 'ward', ...claims } })

const call = (
  token: string | undefined,
  path = RISK,
  body: object = prefetchedCall('not-asked-yet', 'start-back-risk'),
  url = service.url,
) => {
  const request = supertest(url).post(path)
  return (token === undefined ? request : request.set('authorization', `Bearer ${token}`)).send(body)
}

const figure = async (outcome: string, url = service.url): Promise<number> => {
  const { text } = await supertest(url).get('/metrics')
  return Number(new RegExp(`^cds_tokens_total\\{outcome="${outcome}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
}

/** Whoever is refused is told the same whatever was wrong; the operator is told what was. */
function expectRefused({ status, headers, text }: Response, challenge = 'Bearer error="invalid_token"'): void {
  expect(text).toContain('CDS_CLIENT_REFUSED')
  expect({ status, challenge: headers['www-authenticate'] as string }).toEqual({ status: 401, challenge })
  expect((JSON.parse(text) as { issue: { diagnostics: string }[] }).issue.map(({ diagnostics }) => diagnostics)).toEqual([
    expect.stringMatching(/^No registered client can be told from this request\./),
  ])
}

const codeOf = ({ text }: Response): string => /"code":"(CDS_\w+)"/.exec(text)?.[1] ?? ''

describe('a client that is registered', () => {
  test('is let in by a token for what it calls, everywhere, each token once', async () => {
    const before = await figure('accepted')
    await supertest(service.url)
      .get('/cds-services')
      .set('authorization', `Bearer ${await ofNorth('/cds-services')}`)
      .expect(200)
    await call(await ofNorth(RISK)).expect(200)
    await call(await ofNorth(`${RISK}/feedback`), `${RISK}/feedback`, { feedback: [{}] }).expect(400)
    await call(await ofNorth(RISK), `${RISK}/feedback`, { feedback: [{}] }).expect(400)
    await call(await ofNorth(`${RISK}/$explain`), `${RISK}/$explain?view=summary`).expect(200)
    expect(codeOf(await call(await ofNorth(''), '/fhir/PlanDefinition/start-back/$apply', {}))).toBe('CDS_PARAMETERS_INVALID')
    expect(await figure('accepted')).toBe(before + 6)
    expect(log.filter(line => line.includes('"client":"north"')).length).toBeGreaterThanOrEqual(6)
  })

  test('may sign with each algorithm that was agreed, and name what else was agreed in aud', async () => {
    await call(await tokenFor(rsa!, 'https://north.example.org', `${PUBLIC}${RISK}`)).expect(200)
    await call(await ofSouth(RISK, { claims: { aud: ['urn:other', 'urn:agreed'] } })).expect(200)
    await call(await ofNorth(RISK, { claims: { aud: `${PUBLIC}/` } })).expect(200)
  })

  test.each<[string, () => TokenMembers]>([
    ['a clock that runs half a minute ahead', () => ({ claims: { iat: now() + 20, nbf: now() + 20 } })],
    ['a token that expired a moment ago', () => ({ claims: { iat: now() - 300, exp: now() - 5 } })],
    ['typ in small letters', () => ({ header: { typ: 'jwt' } })],
  ])('may have %s', async (_, members) => {
    await call(await ofNorth(RISK, members())).expect(200)
  })

  test('is answered what it asks without a token for preflights and for what is about nobody', async () => {
    const preflight = await supertest(service.url).options(RISK).set('origin', ORIGIN).set('access-control-request-method', 'POST')
    expect(preflight.headers['access-control-allow-origin']).toBe(ORIGIN)
    for (const path of ['/', '/health/live', '/fhir/metadata', '/guidelines']) await supertest(service.url).get(path).expect(200)
    expect((await supertest(service.url).get('/health/ready').expect(200)).body).toMatchObject({ clients: 2 })
  })
})

describe('an attack is refused with 401 before the body is read', () => {
  const claims = () => ({ iss: 'https://north.example.org', aud: `${PUBLIC}${RISK}`, iat: now(), exp: now() + 300, jti: randomUUID() })
  const hmac = (secret: string) => (signed: string) => createHmac('sha256', secret).update(signed).digest('base64url')

  test.each<[attack: string, reason: string, token: () => Promise<string> | string]>([
    ['forged: signed by a stranger under a known kid', 'signature', () => tokenFor({ ...strange!, kid: 'n1' }, claims().iss, claims().aud)],
    [
      'forged: claims changed after signing',
      'signature',
      async () => {
        const [header, , signature] = (await ofNorth(RISK)).split('.')
        return [header, Buffer.from(JSON.stringify({ ...claims(), exp: now() + 900 })).toString('base64url'), signature].join('.')
      },
    ],
    ['signed by the key of another client', 'key', () => tokenFor(south!, claims().iss, claims().aud)],
    ['expired', 'expired', () => ofNorth(RISK, { claims: { iat: now() - 600, exp: now() - 60 } })],
    ['without exp', 'time', () => ofNorth(RISK, { claims: { exp: undefined } })],
    ['made too long ago, and good for long', 'time', () => ofNorth(RISK, { claims: { iat: now() - 3_700, exp: now() + 86_400 } })],
    ['made in the future', 'time', () => ofNorth(RISK, { claims: { iat: now() + 120 } })],
    ['without iat', 'time', () => ofNorth(RISK, { claims: { iat: undefined } })],
    ['not good yet', 'time', () => ofNorth(RISK, { claims: { nbf: now() + 120 } })],
    ['for another service of ours', 'audience', () => ofNorth(SIGN)],
    ['for another host', 'audience', () => ofNorth(RISK, { claims: { aud: `https://other.example.org${RISK}` } })],
    ['for what only another client agreed', 'audience', () => ofNorth(RISK, { claims: { aud: 'urn:agreed' } })],
    ['without aud', 'audience', () => ofNorth(RISK, { claims: { aud: undefined } })],
    ['of an iss that nobody knows', 'issuer', () => ofNorth(RISK, { claims: { iss: 'https://nobody.example.org' } })],
    ['of another iss', 'key', () => ofNorth(RISK, { claims: { iss: 'https://south.example.org', sub: 'ward' } })],
    ['of another sub', 'issuer', () => ofSouth(RISK, { claims: { sub: 'other' } })],
    ['without iss', 'issuer', () => ofNorth(RISK, { claims: { iss: undefined } })],
    ['of another typ', 'type', () => ofNorth(RISK, { header: { typ: 'at+jwt' } })],
    ['without typ', 'type', () => ofNorth(RISK, { header: { typ: undefined } })],
    ['of alg none', 'algorithm', () => handMade({ alg: 'none', typ: 'JWT', kid: 'n1' }, claims())],
    ['of alg nOnE', 'algorithm', () => handMade({ alg: 'nOnE', typ: 'JWT', kid: 'n1' }, claims())],
    [
      'of HS256 with the public key as its secret',
      'algorithm',
      () => handMade({ alg: 'HS256', typ: 'JWT', kid: 'n1' }, claims(), hmac(JSON.stringify(north!.publicKey))),
    ],
    ['of an algorithm that was not agreed', 'algorithm', async () => tokenFor(await makeKey('n1', 'ES256'), claims().iss, claims().aud)],
    ['without kid', 'key-id', () => ofNorth(RISK, { header: { kid: undefined } })],
    ['with an empty kid', 'key-id', () => ofNorth(RISK, { header: { kid: '' } })],
    ['with a kid that is no text', 'key-id', () => handMade({ alg: 'ES384', typ: 'JWT', kid: ['n1'] }, claims(), () => 'AAAA')],
    ['with a kid that nobody knows', 'key', () => ofNorth(RISK, { header: { kid: 'n2' } })],
    ["with a stranger's jku", 'key-reference', () => ofNorth(RISK, { header: { jku: 'https://evil.example.org/jwks' } })],
    [
      'with an embedded jwk',
      'key-reference',
      () => tokenFor({ ...strange!, kid: 'n1' }, claims().iss, claims().aud, { header: { jwk: strange!.publicKey } }),
    ],
    ['with x5u', 'key-reference', () => ofNorth(RISK, { header: { x5u: 'https://evil.example.org/cert' } })],
    ['with x5c', 'key-reference', () => ofNorth(RISK, { header: { x5c: ['AAAA'] } })],
    ['with crit', 'critical', () => ofNorth(RISK, { header: { crit: ['made'], made: 1 } })],
    ['without jti', 'token-id', () => ofNorth(RISK, { claims: { jti: undefined } })],
    ['with an endless jti', 'token-id', () => ofNorth(RISK, { claims: { jti: 'x'.repeat(300) } })],
    ['with a tenant that is no text', 'tenant', () => ofNorth(RISK, { claims: { tenant: { a: 1 } } })],
    ['with an endless tenant', 'tenant', () => ofNorth(RISK, { claims: { tenant: 'x'.repeat(300) } })],
    ['longer than 8 kB', 'form', () => ofNorth(RISK, { claims: { filler: 'x'.repeat(8_192) } })],
    ['no token', 'form', () => 'let-me-in'],
    ['of parts that are no JSON', 'form', () => 'AAAA.AAAA.AAAA'],
  ])('%s', async (_, reason, token) => {
    const before = await figure(reason)
    const sent = await token()
    // Nothing of such a body could be read.
    const response = await supertest(service.url)
      .post(RISK)
      .set('content-type', 'text/plain')
      .set('authorization', `Bearer ${sent}`)
      .send('{{{')
    expectRefused(response)
    expect(await figure(reason)).toBe(before + 1)
    expect(log.at(-2)).toContain(`"refusedFor":"${reason}"`)
    for (const word of [sent, 'n1', 'example.org', 'http']) expect(log.at(-2)).not.toContain(word)
  })

  test('replayed: the same token, at the same service or at another', async () => {
    const token = await ofNorth('')
    await call(token).expect(200)
    for (const path of [RISK, SIGN]) expectRefused(await call(token, path))
    const jti = randomUUID()
    await call(await ofNorth(RISK, { claims: { jti } })).expect(200)
    expectRefused(await call(await ofNorth(RISK, { claims: { jti, exp: now() + 200 } })))
    await call(await ofSouth(RISK, { claims: { jti } })).expect(200)
  })

  test('replayed: twenty at once, of which one is answered', async () => {
    const token = await ofNorth(RISK)
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await call(token, RISK, {})).status))
    expect(statuses.filter(status => status !== 401)).toEqual([400])
  })

  test('without any token, or with another scheme, everywhere', async () => {
    for (const path of [
      RISK,
      `${RISK}/feedback`,
      `${RISK}/$explain`,
      `${RISK}/$questions`,
      '/fhir/PlanDefinition/x/$apply',
      '/cds-services/not-there',
    ])
      expectRefused(await call(undefined, path), 'Bearer')
    expectRefused(await supertest(service.url).get('/cds-services'), 'Bearer')
    expectRefused(await supertest(service.url).head('/cds-services').set('authorization', 'Basic YTpi').then(readable))
    const token = await ofNorth(RISK)
    for (const written of [token, `DPoP ${token}`, `Bearer ${token}, Bearer ${token}`, `Bearer ${token} x`])
      expectRefused(await supertest(service.url).post(RISK).set('authorization', written).send({}))
  })
})

test('nobody who is refused is kept for auditors, so that strangers fill no record; whoever is let in is, by name', async () => {
  const asked: NotedCall[] = []
  const own = await start(clients, { record: { ...testRecord(), asked: async noted => void asked.push(noted) } })
  await call(undefined, RISK, undefined, own.url).expect(401)
  await call(await ofNorth(RISK, { claims: { exp: now() - 3_600 } }), RISK, undefined, own.url).expect(401)
  await call(await ofSouth(RISK), RISK, undefined, own.url).expect(200)
  await own.close()
  expect(asked.map(({ sender, status }) => [sender, status])).toEqual([[JSON.stringify(['south', '']), 200]])
})

/** An answer to HEAD has no body; what is asked of it is told by its head alone. */
function readable(response: Response): Response {
  const issue = [{ code: 'CDS_CLIENT_REFUSED', diagnostics: 'No registered client can be told from this request.' }]
  return Object.assign(response, { text: JSON.stringify({ issue }) })
}

describe('what a client may do is its own', () => {
  const inOrder = (fhirServer: string) => prefetchedCall('recent-pain', 'low-back-pain-order-sign', { fhirServer })
  const report = (cards: readonly Card[]) => ({
    feedback: cards.map(({ uuid }) => ({ card: uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' })),
  })
  const cardsOf = ({ body }: Response) => (body as { cards: Card[] }).cards

  test('services: others are not there for it, and nobody may keep the list', async () => {
    const { body, headers } = await supertest(service.url)
      .get('/cds-services')
      .set('authorization', `Bearer ${await ofSouth('/cds-services')}`)
    expect((body as { services: Json[] }).services.map(({ id }) => id)).toEqual(['start-back-risk'])
    expect(headers['cache-control']).toBe('no-store')
    expect(codeOf(await call(await ofSouth(SIGN), SIGN))).toBe('CDS_SERVICE_UNKNOWN')
    expect(codeOf(await call(await ofSouth(''), '/fhir/PlanDefinition/start-back/$apply', {}))).toBe('CDS_PARAMETERS_INVALID')
    expect(codeOf(await call(await ofSouth(''), '/fhir/PlanDefinition/pathway-next-step/$apply', {}))).toBe('CDS_RESOURCE_UNKNOWN')
  })

  test('FHIR servers: that of another is not read', async () => {
    const fetched: string[] = []
    const fhir = await listen(({ url }, response) => {
      fetched.push(url ?? '')
      response.writeHead(404).end()
    })
    const own = await start(clients.map(client => (client.name === 'south' ? { ...client, fhirServers: [fhir.url] } : client)))
    const missing = { ...prefetchedCall('not-asked-yet', 'start-back-risk', { fhirServer: fhir.url }), prefetch: {} }
    const refused = await call(await ofNorth(RISK), RISK, missing, own.url)
    expect([refused.status, codeOf(refused), fetched]).toEqual([412, 'CDS_FHIR_SERVER_NOT_ALLOWED', []])
    await call(await ofSouth(RISK), RISK, missing, own.url).expect(412)
    expect(fetched.length).toBeGreaterThan(0)
    await Promise.all([own.close(), fhir.close()])
  })

  test('networks: an address within those of another is not connected to, though a connection is open', async () => {
    const fhir = await listen((_request, response) => void response.writeHead(404).end())
    const networks = { north: ['127.0.0.0/8'], south: ['10.0.0.0/8'] }
    const own = await start(
      clients.map(client => ({ ...client, fhirServers: [{ url: fhir.url, networks: networks[client.name as 'north' | 'south'] }] })),
    )
    const missing = { ...prefetchedCall('not-asked-yet', 'start-back-risk', { fhirServer: fhir.url }), prefetch: {} }
    const codes = [await ofNorth(RISK), await ofSouth(RISK)].map(async token => codeOf(await call(token, RISK, missing, own.url)))
    expect(await Promise.all(codes)).toEqual(['CDS_DATA_MISSING', 'CDS_FHIR_SERVER_NOT_ALLOWED'])
    await Promise.all([own.close(), fhir.close()])
  })

  test('SMART apps: its cards link to those that it registered, and tell them of which card, without a word of the patient', async () => {
    const app = { label: 'Why this card?', url: 'https://apps.example.org/launch' }
    const other = { ...app, url: 'https://apps.example.org/orders', services: ['low-back-pain-order-sign'] }
    const own = await start(clients.map(client => (client.name === 'north' ? { ...client, smartLinks: [app, other] } : client)))
    const hookRequest = prefetchedCall('start-back-high', 'start-back-risk')
    const answered = async (token: string, path = RISK) =>
      (await call(token, path, hookRequest, own.url).expect(200)).body as { cards: Card[] }
    const linked = await answered(await ofNorth(RISK))
    const bare = await answered(await ofSouth(RISK))
    expect(faultsOfResponse(linked, { patientId: 'start-back-high' })).toEqual([])
    const smart = linked.cards.map(({ links = [] }) => links.filter(({ type }) => type === 'smart'))
    expect(smart).toEqual([[{ ...app, type: 'smart', appContext: expect.any(String) as string }]])
    expect(JSON.parse(smart[0]?.[0]?.appContext ?? '')).toEqual({
      v: 1,
      service: 'start-back-risk',
      hook: 'patient-view',
      hookInstance: hookRequest.hookInstance,
      plan: expect.stringMatching(/^https:.*PlanDefinition\/start-back\|/) as string,
      action: expect.any(String) as string,
    })
    expect(bare.cards.flatMap(({ links = [] }) => links.map(({ type }) => type))).not.toContain('smart')
    expect(linked.cards.map(({ uuid }) => uuid)).toEqual(bare.cards.map(({ uuid }) => uuid))
    const explained = await call(await ofNorth(`${RISK}/$explain`), `${RISK}/$explain`, hookRequest, own.url).expect(200)
    expect((explained.body as { response: unknown }).response).toEqual(linked)
    await own.close()
  })

  test('language: where the call prefers none', async () => {
    const languages = async (token: string, accept?: string) => {
      const request = call(token)
      return (await (accept === undefined ? request : request.set('accept-language', accept))).headers['content-language'] as string
    }
    expect(await languages(await ofNorth(RISK))).toBe('en')
    expect(await languages(await ofNorth(RISK), 'da')).toBe('da')
    expect(await languages(await ofSouth(RISK))).toBe('da')
  })

  test('origins: a page that another client registered reads nothing, nor does that of a stranger', async () => {
    const allowed = async (token: string | undefined, origin: string) =>
      (await call(token).set('origin', origin)).headers['access-control-allow-origin'] as string | undefined
    expect(await allowed(await ofNorth(RISK), ORIGIN)).toBe(ORIGIN)
    expect(await allowed(await ofNorth(RISK), 'https://south.example.org')).toBeUndefined()
    expect(await allowed(await ofNorth(RISK), 'https://evil.example.org')).toBeUndefined()
    expect(await allowed(undefined, ORIGIN)).toBe(ORIGIN)
  })

  test('what it overrode, though others name the same patient, card and server', async () => {
    const both = await start(clients.map(({ services: _, ...client }) => ({ ...client, fhirServers: [NORTH_SERVER] })))
    const ask = async (token: string) => cardsOf(await call(token, SIGN, inOrder(NORTH_SERVER), both.url).expect(200))
    const tell = async (token: string, cards: readonly Card[]) => call(token, `${SIGN}/feedback`, report(cards), both.url).expect(200)
    const cards = await ask(await ofNorth(SIGN))
    expect(cards.length).toBeGreaterThan(0)
    // A report may come before its card: whoever reports on cards of this uuid reports on its own alone.
    await tell(await ofNorth(SIGN, { claims: { tenant: 'a-third-hospital' } }), cards)
    expect(await ask(await ofNorth(SIGN))).toHaveLength(cards.length)
    expect(await ask(await ofSouth(SIGN))).toHaveLength(cards.length)
    await tell(await ofNorth(SIGN), cards)
    expect((await ask(await ofNorth(SIGN))).length).toBeLessThan(cards.length)
    expect(await ask(await ofSouth(SIGN))).toHaveLength(cards.length)
    expect(await ask(await ofNorth(SIGN, { claims: { tenant: 'another-hospital' } }))).toHaveLength(cards.length)
    await both.close()
  })
})

describe('a client in shadow', () => {
  const PERSON = 'red-flag-cauda-equina'
  const VIEW = '/cds-services/low-back-pain-patient-view'
  const LABEL = { 'org.columna.shadow': true }
  const answered: AnsweredCall[] = []
  let shown = 0
  let own: Listening

  beforeAll(async () => {
    const record = testRecord()
    own = await start(
      clients.map(client => (client.name === 'north' ? { ...client, shadow: ['low-back-pain-patient-view', 'start-back-risk'] } : client)),
      {
        inShadow: ['north'],
        record: {
          ...record,
          answered: async call => {
            answered.push(call)
            await record.answered(call)
          },
          shown: async () => void (shown += 1),
        },
      },
    )
  })

  beforeEach(() => {
    answered.length = 0
    shown = 0
  })

  afterAll(() => own.close())

  const inView = (path = VIEW, person = PERSON, fhirServer = NORTH_SERVER) =>
    prefetchedCall(person, path.split('/')[2] as never, { fhirServer })
  const ask = async (path = VIEW) => call(await ofNorth(path), path, inView(path), own.url).expect(200)

  test('is answered no card, not even a critical one, and is told why; what it would have been answered is recorded as unseen', async () => {
    const { body } = await ask()
    expect(body).toEqual({ cards: [], extension: LABEL })
    const [{ cards, isInShadow } = {} as AnsweredCall] = answered
    expect([isInShadow, cards?.[0]?.indicator, shown]).toEqual([true, 'critical', 0])
    expect(log.at(-1)).toMatch(/"client":"north".*"cards":0,"shadowCards":[1-9]/)
    const { text } = await supertest(own.url).get('/metrics')
    expect(text).toMatch(
      /^cds_shadow_cards_total\{client="north",service="low-back-pain-patient-view",indicator="critical",topic="[\w-]+"\} 1$/m,
    )
    expect(text).not.toMatch(/^cds_cards_total\{service="low-back-pain-patient-view"/m)
  })

  test('has the cards of its other services, and other clients have theirs', async () => {
    const path = '/cds-services/low-back-pain-encounter-start'
    const { body } = await ask(path)
    expect((body as { cards: Card[] }).cards[0]?.indicator).toBe('critical')
    expect(body).not.toHaveProperty('extension', LABEL)
    const { body: ofOther } = await call(await ofSouth(RISK), RISK, inView(RISK, 'start-back-low', 'http://127.0.0.1:5/south'), own.url)
    expect((ofOther as { cards: Card[] }).cards).toHaveLength(1)
    expect([answered.map(({ isInShadow }) => isInShadow), shown]).toEqual([[undefined, undefined], 1])
  })

  test('was shown nothing, so that an info card is not spared for what nobody read', async () => {
    expect((await call(await ofNorth(RISK), RISK, inView(RISK, 'start-back-low'), own.url)).body).toEqual({ cards: [], extension: LABEL })
    expect([answered[0]?.cards.map(({ indicator }) => indicator), shown]).toEqual([['info'], 0])
  })

  test('reads of it in discovery, in the explanation and in the dry run, which say what a call would', async () => {
    const { body } = await supertest(own.url)
      .get('/cds-services')
      .set('authorization', `Bearer ${await ofNorth('/cds-services')}`)
    expect(
      (body as { services: Json[] }).services.filter(({ extension }) => extension).map(({ id, extension }) => [id, extension]),
    ).toEqual([
      ['low-back-pain-patient-view', LABEL],
      ['start-back-risk', LABEL],
    ])
    const explain = `${VIEW}/$explain`
    const { shadow, response } = (await call(await ofNorth(explain), explain, inView(), own.url)).body as {
      shadow: true
      response: { cards: Card[] }
    }
    expect([shadow, response.cards[0]?.indicator]).toEqual([true, 'critical'])
    const dryRun = (await call(await ofNorth(explain), `${explain}?view=summary`, inView(), own.url)).body as Json
    expect([dryRun['shadow'], Number(dryRun['cards']) > 0]).toEqual([true, true])
    expect((await supertest(own.url).get('/health/ready')).body).toMatchObject({ clientsInShadow: 1 })
  })

  test('may report on cards all the same, which silences nothing: nobody saw them', async () => {
    const path = '/cds-services/low-back-pain-order-sign'
    const shadowed = await start(clients.map(client => ({ ...client, shadow: true })))
    const lit = await start(clients)
    const whole = (await call(await ofNorth(path), path, inView(path), lit.url)).body as { cards: Card[] }
    expect(whole.cards.length).toBeGreaterThan(0)
    await call(await ofNorth(path), path, inView(path), shadowed.url).expect(200)
    const report = whole.cards.map(({ uuid }) => ({ card: uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }))
    await call(await ofNorth(path), `${path}/feedback`, { feedback: report }, shadowed.url).expect(200)
    const { response } = (await call(await ofNorth(path), `${path}/$explain`, inView(path), shadowed.url)).body as {
      response: { cards: Card[] }
    }
    expect(response.cards.map(({ uuid }) => uuid)).toEqual(whole.cards.map(({ uuid }) => uuid))
    await Promise.all([shadowed.close(), lit.close()])
  })
})

describe('replicas that share a store', () => {
  let store: SharedStore
  let replicas: Listening[]

  beforeEach(async () => {
    store = await openSharedStore()
    replicas = [await startReplica(), await startReplica()]
  })

  afterEach(async () => {
    await Promise.all(replicas.map(replica => replica.close()))
    await store.remove()
  })

  const startReplica = (options: TestServiceOptions = {}) => start(clients, { record: store.newRecord(), ...options })
  const at = (replica: number) => replicas[replica]?.url ?? ''
  const inOrder = (fhirServer = NORTH_SERVER) => prefetchedCall('recent-pain', 'low-back-pain-order-sign', { fhirServer })

  test.each([RISK, `${RISK}/$explain`, `${RISK}/feedback`, '/fhir/PlanDefinition/start-back/$apply'])(
    'replayed at the other replica: %s',
    async path => {
      const token = await ofNorth('')
      const first = await call(token, path, undefined, at(0))
      expect(first.status).not.toBe(401)
      expectRefused(await call(token, path, undefined, at(1)))
      expectRefused(await call(token, path, undefined, at(0)))
      expect([await figure('accepted', at(0)), await figure('accepted', at(1)), await figure('replayed', at(1))]).toEqual([1, 0, 1])
      expect(log.at(-2)).not.toContain(token)
    },
  )

  test('replayed at the other replica after a request that was refused for something else', async () => {
    for (const [path, body] of [
      [RISK, {}],
      ['/cds-services/not-there', {}],
    ] as const) {
      const token = await ofNorth('')
      expect((await call(token, path, body, at(0))).status).not.toBe(401)
      expectRefused(await call(token, RISK, undefined, at(1)))
    }
  })

  test('of both replicas at once, by the same token, one answers', async () => {
    for (let round = 0; round < 5; round += 1) {
      const token = await ofNorth(RISK)
      const answers = await Promise.all([0, 1].map(async replica => (await call(token, RISK, undefined, at(replica))).status))
      expect(answers.sort()).toEqual([200, 401])
    }
  })

  test('a token of another client with the same id is another token', async () => {
    const jti = randomUUID()
    await call(await ofNorth(RISK, { claims: { jti } }), RISK, undefined, at(0)).expect(200)
    await call(await ofSouth(RISK, { claims: { jti } }), RISK, undefined, at(1)).expect(200)
  })

  test('nothing is read of a FHIR server for a replayed token', async () => {
    const fetched: string[] = []
    const fhir = await listen(({ url }, response) => {
      fetched.push(url ?? '')
      response.writeHead(404).end()
    })
    const reading = await start(
      clients.map(client => ({ ...client, fhirServers: [fhir.url] })),
      { record: store.newRecord() },
    )
    const token = await ofNorth('')
    await call(token, RISK, undefined, at(0)).expect(200)
    const missing = { ...prefetchedCall('not-asked-yet', 'start-back-risk', { fhirServer: fhir.url }), prefetch: {} }
    expectRefused(await call(token, RISK, missing, reading.url))
    expect(fetched).toEqual([])
    await Promise.all([reading.close(), fhir.close()])
  })

  test('no page is read, and no token sent, below a path of the same host that only another client may read', async () => {
    const fetched: string[] = []
    const fhir = await listen(({ url = '' }, response) => {
      fetched.push(url)
      response.writeHead(404).end()
    })
    const lists = { north: `${fhir.url}/fhir/a`, south: `${fhir.url}/fhir` } as Record<string, string>
    const reader = createHttpFhirReader({ isAllowed: fhirServerList(Object.values(lists)), responseLimit: 8_000_000, pageLimit: 10 })
    const own = await start(
      clients.map(client => ({ ...client, fhirServers: [lists[client.name] ?? NORTH_SERVER] })),
      { reader },
    )
    const asked = prefetchedCall('start-back-low', 'start-back-risk', { fhirServer: lists['north'] })
    const fetchedFor = async (path: string): Promise<string[]> => {
      fetched.length = 0
      for (const bundle of Object.values(asked.prefetch) as Json[])
        if (bundle['resourceType'] === 'Bundle') bundle['link'] = [{ relation: 'next', url: `${fhir.url}${path}?page=2` }]
      await call(await ofNorth(RISK), RISK, asked, own.url)
      return [...new Set(fetched)]
    }
    expect(await fetchedFor('/fhir/b/Condition')).toEqual([])
    expect(await fetchedFor('/fhir/a/Condition')).toEqual(['/fhir/a/Condition?page=2'])
    await Promise.all([own.close(), fhir.close()])
  })

  test('a call whose body comes late is not let off the question whether its token was used', async () => {
    const record = store.newRecord()
    const recall: WatchedRecord['recall'] = async question => {
      await new Promise(resolve => setTimeout(resolve, 20))
      return record.recall(question)
    }
    const environment = testEnvironment({ deadlineMs: 60_000, record: { ...record, recall } })
    const token = { client: 'north', jti: randomUUID(), expires: now() + 300, came: now() }
    const asked = environment.services.get('start-back-risk')!
    const request = parseHookRequest(prefetchedCall('start-back-low', 'start-back-risk', { fhirServer: NORTH_SERVER }), asked.hook)
    const late = () =>
      gatherCall(asked, request, environment, {
        arrivedAt: performance.now() - 52_000,
        caller: { nameIn: () => NORTH_SERVER, token },
      })
    await late()
    await expect(late()).rejects.toMatchObject({ refusal: 'replayed' })
  })

  test('a store that is slow takes no time from reading, and nothing is answered before its word on the token', async () => {
    const fhir = await startStubFhirServer({}, { delayMs: 600 })
    const { recall: ask, ...rest } = store.newRecord()
    // With what the store takes for itself each call would have less time to read than the server needs.
    const recall: WatchedRecord['recall'] = async question => {
      await new Promise(resolve => setTimeout(resolve, 1_200))
      return ask(question)
    }
    const slow = await start(
      clients.map(client => ({ ...client, fhirServers: [fhir.url] })),
      { record: { ...rest, recall }, deadlineMs: 2_000 },
    )
    const unread = (patient: string) => ({ ...prefetchedCall(patient, 'start-back-risk', { fhirServer: fhir.url }), prefetch: {} })
    const used = await Promise.all([ofNorth(''), ofNorth('')])
    for (const token of used) await call(token, RISK, undefined, at(0)).expect(200)
    const [replayed, replayedToo] = used
    const answers = await Promise.all([
      call(await ofNorth(RISK), RISK, unread('start-back-low'), slow.url),
      call(await ofNorth(RISK), RISK, unread('start-back-nobody'), slow.url),
      call(replayed, RISK, unread('start-back-low'), slow.url),
      call(replayedToo, RISK, unread('start-back-nobody'), slow.url),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 412, 401, 401])
    await Promise.all([slow.close(), fhir.close()])
  })

  test('the token, what was overridden and what was shown are asked in one go', async () => {
    store.asked.length = 0
    await call(await ofNorth(SIGN), SIGN, inOrder(), at(0)).expect(200)
    // What is written and tidied meanwhile no call waits for.
    expect(store.asked.filter(method => !['note', 'forgetLinks'].includes(method))).toEqual(['recall'])
  })

  test('while the store is down each remembers what it has seen itself; that is counted, and health says so', async () => {
    store.breakDown()
    const token = await ofNorth(SIGN)
    const answer = await call(token, SIGN, inOrder(), at(0)).expect(200)
    expect((answer.body as { cards: Card[] }).cards.length).toBeGreaterThan(0)
    expectRefused(await call(token, SIGN, inOrder(), at(0)))
    await call(token, SIGN, inOrder(), at(1)).expect(200)
    expect([await figure('accepted', at(0)), await figure('unconfirmed', at(0)), await figure('replayed', at(0))]).toEqual([0, 1, 1])
    const health = await supertest(at(0)).get('/health/ready').expect(200)
    expect(health.body).toMatchObject({ store: 'down', tokens: 'checked by this process alone' })
    store.mend()
    await call(await ofNorth(SIGN), SIGN, inOrder(), at(0)).expect(200)
    expect([await figure('accepted', at(0)), await figure('unconfirmed', at(0))]).toEqual([1, 1])
  })

  test('with CDS_REPLAY_STRICT nobody is answered meanwhile, and no calls are to be sent there', async () => {
    const strict = await startReplica({ isReplayStrict: true })
    store.breakDown()
    for (const path of [SIGN, `${SIGN}/feedback`]) {
      const refused = await call(await ofNorth(''), path, inOrder(), strict.url)
      expect([refused.status, codeOf(refused), refused.headers['retry-after']]).toEqual([503, 'CDS_REPLAY_UNCHECKED', '2'])
    }
    expect(await figure('store-unavailable', strict.url)).toBe(2)
    const health = await supertest(strict.url).get('/health/ready').expect(503)
    expect(health.text).toContain('CDS_REPLAY_STRICT')
    store.mend()
    await supertest(strict.url).get('/health/ready').expect(200)
    await call(await ofNorth(SIGN), SIGN, inOrder(), strict.url).expect(200)
    await strict.close()
  })

  test('a card that was overridden at one stays away at the other', async () => {
    const cards = async (replica: number) =>
      ((await call(await ofNorth(SIGN), SIGN, inOrder(), at(replica)).expect(200)).body as { cards: Card[] }).cards
    const before = await cards(0)
    const feedback = before.map(({ uuid }) => ({ card: uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }))
    await call(await ofNorth(''), `${SIGN}/feedback`, { feedback }, at(0)).expect(200)
    expect((await cards(1)).length).toBeLessThan(before.length)
  })
})

test('what the users of one client were shown is nothing that those of another were', () => {
  const memory = createShownMemory(100_000)
  const reader = (sender: string) => ({ sender, client: NORTH_SERVER, patient: 'p', user: 'Practitioner/a' })
  const saying: CardSaying = { card: 'a card', says: 'its words' }
  memory.remember({ ...reader('north'), sayings: [saying], day: '2026-03-30', forgetBefore: '2026-03-16' })
  expect([memory.shownTo(reader('north'))(saying), memory.shownTo(reader('south'))(saying)]).toEqual(['2026-03-30', undefined])
})

describe('a client that calls more often than was agreed', () => {
  test('is refused with 429 before the body is read, whatever it asks, and takes nothing from others', async () => {
    const own = await start(clients.map(client => (client.name === 'north' ? { ...client, rate: { perMinute: 1, burst: 3 } } : client)))
    const told = async (token: string, path = RISK) =>
      supertest(own.url).post(path).set('authorization', `Bearer ${token}`).set('content-type', 'application/json').send('{ half')
    // What strangers send in its name, and what was used before, counts for nothing.
    const used = await ofNorth(RISK)
    expect(codeOf(await told(used))).toBe('CDS_BODY_NOT_JSON')
    for (const token of [used, used, await tokenFor({ ...strange!, kid: 'n1' }, 'https://north.example.org', `${PUBLIC}${RISK}`)])
      expect((await told(token)).status).toBe(401)
    await told(await ofNorth(RISK))
    await told(await ofNorth(RISK))
    const refused = await told(await ofNorth(`${RISK}/feedback`), `${RISK}/feedback`)
    expect([refused.status, codeOf(refused), refused.headers['cache-control']]).toEqual([429, 'CDS_RATE_EXCEEDED', 'no-store'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(30)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
    expect((JSON.parse(refused.text) as { issue: Json[] }).issue[0]).toMatchObject({ severity: 'error', code: 'throttled' })
    expect(log.at(-1)).toContain('"client":"north"')
    expect((await supertest(own.url).get('/metrics')).text).toContain('cds_client_calls_refused_total{client="north"} 1')
    expect(codeOf(await told(await ofSouth(RISK)))).toBe('CDS_BODY_NOT_JSON')
    for (const path of ['/health/live', '/health/ready', '/fhir/metadata']) await supertest(own.url).get(path).expect(200)
    await supertest(own.url).options(RISK).set('origin', ORIGIN).set('access-control-request-method', 'POST').expect(204)
    await own.close()
  })

  test('is let in again as its calls come back, evenly, and never more of them at once than were agreed', () => {
    let clock = 1_000_000
    const spy = jest.spyOn(performance, 'now').mockImplementation(() => clock)
    const answered = (take: () => void, calls: number) =>
      Array.from({ length: calls }, () => {
        try {
          take()
          return true
        } catch (error) {
          return (error as CdsError).retryAfter
        }
      })
    const take = callRate('north', { perMinute: 6, burst: 2 })
    expect(answered(take, 3)).toEqual([true, true, 10])
    clock += 9_500
    expect(answered(take, 1)).toEqual([1])
    clock += 500
    expect(answered(take, 2)).toEqual([true, 10])
    clock += 3_600_000
    expect(answered(take, 3)).toEqual([true, true, 10])
    const atOnce = (perMinute: number) => answered(callRate('north', { perMinute }), 200).filter(each => each === true).length
    expect([atOnce(6), atOnce(600)]).toEqual([10, 100])
    spy.mockRestore()
  })
})

describe('published keys', () => {
  /** What the host of the keys answers with. */
  let answer: (response: ServerResponse) => void
  let fetches = 0
  let host: Listening
  let clock = 0

  beforeAll(async () => {
    host = await listen((_request, response) => {
      fetches += 1
      answer(response)
    })
  })

  afterAll(() => host.close())

  beforeEach(() => {
    fetches = 0
    clock = 1_000_000
  })

  const holding =
    (...keys: (ClientKey | undefined)[]) =>
    (response: ServerResponse) =>
      void response.end(JSON.stringify({ keys: keys.map(key => key?.publicKey) }))
  const MINUTE = 60_000
  const open = (limitMs?: number) => publishedKeys(host.url, createFetchKeys({ ...(limitMs !== undefined && { limitMs }) }), () => clock)
  const settled = () => new Promise(resolve => setTimeout(resolve, 50))
  const unavailable = expect.objectContaining({ code: 'CDS_KEYS_UNAVAILABLE' }) as Error

  test('let a client in, whose jku may be their address', async () => {
    answer = holding(north)
    const own = await start([{ ...usual, name: 'north', iss: 'https://north.example.org', jwksUrl: host.url }])
    await call(await ofNorth(RISK, { header: { jku: host.url } }), RISK, {}, own.url).expect(400)
    expectRefused(await call(await ofNorth(RISK, { header: { jku: `${host.url}/other` } }), RISK, {}, own.url))
    expect(fetches).toBe(1)
    await own.close()
  })

  test('a flood of unknown kids costs two fetches a minute', async () => {
    answer = holding(north)
    const keys = open()
    for (let second = 0; second < 60; second += 1) {
      await Promise.all(Array.from({ length: 5 }, (_, at) => keys.among(`unknown-${second}-${at}`)))
      clock += 1_000
    }
    expect(fetches).toBe(2)
  })

  test('rotation: a new key is good within half a minute, and an old one no longer ten minutes after it is gone', async () => {
    const idsAmong = async (kid: string) =>
      ((await keys.among(kid)) as unknown as { jwks: () => { keys: Json[] } }).jwks().keys.map(key => key.kid)
    answer = holding(north)
    const keys = open()
    expect(await idsAmong('n1')).toEqual(['n1'])
    answer = holding(north, south)
    clock += 31_000
    expect(await idsAmong('s1')).toEqual(['n1', 's1'])
    answer = holding(south)
    clock += 10 * MINUTE + 1
    await keys.among('n1')
    await settled()
    expect(await idsAmong('s1')).toEqual(['s1'])
    expect(fetches).toBe(3)
  })

  test('a host that is down: what is known goes on for an hour, then 503; it is asked every half minute and back at once', async () => {
    answer = holding(north)
    const keys = open()
    await keys.among('n1')
    answer = response => void response.destroy()
    clock += 59 * MINUTE
    await keys.among('n1')
    await settled()
    clock += 2 * MINUTE
    await expect(keys.among('n1')).rejects.toEqual(unavailable)
    await expect(keys.among('n1')).rejects.toEqual(unavailable)
    expect(fetches).toBe(3)
    answer = holding(north)
    clock += MINUTE
    await keys.among('n1')
  })

  test.each<[string, (response: ServerResponse) => void]>([
    ['huge', response => void response.end(JSON.stringify({ keys: [], filler: 'x'.repeat(70_000) }))],
    ['an error', response => void response.writeHead(500).end('{"keys":[]}')],
    ['a redirect', response => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['no JSON', response => void response.end('<html>')],
    ['no keys', response => void response.end('{"keys":7}')],
  ])('an answer that is %s is none: 503', async (_, given) => {
    answer = given
    await expect(open().among('n1')).rejects.toEqual(unavailable)
  })

  test('a slow host: 503 after a moment, and the keys are there when they have come', async () => {
    let late: ServerResponse | undefined
    answer = response => void (late = response)
    const keys = open()
    await expect(keys.among('n1')).rejects.toEqual(unavailable)
    holding(north)(late!)
    await settled()
    await keys.among('n1')
    expect(fetches).toBe(1)
    answer = () => undefined
    await expect(open(50).among('n1')).rejects.toEqual(unavailable)
  })

  test.each<[string, readonly string[], readonly string[] | undefined, string]>([
    ['the metadata of a cloud', ['169.254.169.254'], undefined, '0 fetches'],
    ['this machine, which its name does not say', ['127.0.0.1'], undefined, '0 fetches'],
    ['an address outside of its networks', ['10.0.0.1'], ['127.0.0.0/8'], '0 fetches'],
    ['an address within them, and others', ['169.254.169.254', '127.0.0.1'], ['127.0.0.0/8'], '1 fetches'],
  ])('a host whose name stands for %s', async (_, addresses, networks, expected) => {
    answer = holding(north)
    const lookup: Lookup = (_name, _options, callback) =>
      callback(
        null,
        addresses.map(address => ({ address, family: 4 })),
      )
    const url = host.url.replace('127.0.0.1', 'keys.example.org')
    const keys = publishedKeys(url, createFetchKeys({ networks, lookup }), () => clock)
    const outcome = keys.among('n1').then(
      () => undefined,
      (error: CdsError) => error.code,
    )
    expect([await outcome, `${fetches} fetches`]).toEqual([fetches === 1 ? undefined : 'CDS_KEYS_UNAVAILABLE', expected])
  })

  test('503 says when to come back, and that it is not the fault of the client', async () => {
    answer = response => void response.destroy()
    const own = await start([{ ...usual, name: 'north', iss: 'https://north.example.org', jwksUrl: host.url }])
    const { status, headers, text } = await call(await ofNorth(RISK), RISK, {}, own.url)
    expect([status, headers['retry-after'], text.includes('CDS_KEYS_UNAVAILABLE')]).toEqual([503, '30', true])
    expect(await figure('keys-unavailable', own.url)).toBe(1)
    await own.close()
  })
})

describe('columna token', () => {
  const folder = mkdtempSync(join(tmpdir(), 'columna-token-'))
  const [key, trust] = [join(folder, 'key.json'), join(folder, 'trust.json')]
  afterAll(() => rmSync(folder, { recursive: true }))

  const printed = async (...words: string[]): Promise<string> => {
    const { code, out, err } = await columna('token', ...words)
    if (code !== 0) throw new Error(err)
    return out
  }

  test('makes a key and registers it, then signs a token for each request', async () => {
    writeFileSync(trust, await printed('--new', key))
    expect(statSync(key).mode & 0o077).toBe(0)
    await expect(printed('--new', key)).rejects.toThrow(/^COLUMNA_FILE_EXISTS: EEXIST/)
    const own = await start(await readTrustFile(trust))
    const token = async () => (await printed('--key', key, '--trust', trust, '--url', `${PUBLIC}${RISK}`)).trim()
    const [first, second] = [await token(), await token()]
    await call(first, RISK, undefined, own.url).expect(200)
    expectRefused(await call(first, RISK, undefined, own.url))
    await call(second, RISK, undefined, own.url).expect(200)
    await own.close()
  })

  test.each<[string, string[], RegExp]>([
    ['nothing', [], /^COLUMNA_USAGE: Give --key, the file of a private JWK, and --url/],
    [
      'a client that is not there',
      ['--key', key, '--trust', trust, '--url', PUBLIC, '--client', 'nobody'],
      /: No client is registered by this name/,
    ],
    [
      'a file that is no key',
      ['--key', new URL('clients.test.ts', import.meta.url).pathname, '--url', PUBLIC],
      /^COLUMNA_FILE_UNREADABLE: .* is not the JSON of a key\.\n$/,
    ],
  ])('says what is lacking: %s', async (_, words, expected) => {
    await expect(printed(...words)).rejects.toThrow(expected)
  })

  test('a key of another is not signed with, nor a public one', async () => {
    const { privateKey, publicKey } = await makeTestKeys()
    const [client] = await readTrustFile(trust)
    expect(() => clientOfKey([client!], privateKey)).toThrow(/^No client is registered with the kid/)
    expect(() => clientOfKey([client!], privateKey, 'test')).toThrow(/^The kid of this key is not among/)
    await expect(testToken(client!, publicKey, { url: PUBLIC, seconds: 1 })).rejects.toThrow(/^The key must be a private JWK/)
  })
})

describe('tokens that were seen', () => {
  test.each([
    ['by its own exp', 300],
    ['by its age', 86_400],
  ])('are refused at every moment until and after their end: %s', async (_, life) => {
    const made = now()
    let time = made
    const letIn = clientsByToken({
      clients,
      keysOf: ({ jwks }) => pinnedKeys(jwks!),
      fhirServers: [],
      publicUrl: PUBLIC,
      maxAge: 600,
      now: () => new Date(time * 1_000),
      seen: seenInProcess(() => time),
    })
    const head = {
      method: 'POST',
      path: RISK,
      headers: { authorization: `Bearer ${await ofNorth(RISK, { claims: { exp: made + life } })}` },
    }
    await letIn(head)
    const end = made + Math.min(life, 600)
    for (time = end + 28; time < end + 33; time += 0.25)
      await expect(letIn(head)).rejects.toMatchObject({ refusal: expect.stringMatching(/^(replayed|expired|time)$/) as string })
  })

  test('are remembered until they expire, each client for itself, and of too many the oldest is forgotten and told', async () => {
    let time = 1_000
    let forgotten = 0
    const { firstSeen } = seenInProcess(
      () => time,
      () => (forgotten += 1),
      2,
    )
    expect([await firstSeen('a', 'x', 1_100), await firstSeen('a', 'x', 1_200), await firstSeen('b', 'x', 1_100)]).toEqual([
      true,
      false,
      true,
    ])
    time = 1_101
    expect(await firstSeen('a', 'x', 1_300)).toBe(true)
    await firstSeen('a', 'y', 1_300)
    expect(forgotten).toBe(0)
    await firstSeen('a', 'z', 1_300)
    expect([forgotten, await firstSeen('b', 'w', 1_300)]).toEqual([1, true])
  })
})

describe('the file of clients', () => {
  const folder = mkdtempSync(join(tmpdir(), 'columna-trust-'))
  const path = join(folder, 'trust.json')
  afterAll(() => rmSync(folder, { recursive: true }))

  const write = (content: unknown) => writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  const read = (refused: ('http' | 'any-port')[] = []) => readTrustFile(path, { refused, languages: ['da', 'en'] })
  const faultsOf = async (content: unknown, refused?: ('http' | 'any-port')[]): Promise<readonly string[]> => {
    write(content)
    return read(refused).then(
      () => [],
      (error: CdsError) => [error.code === 'CDS_SETTING_INVALID' ? '' : error.code, ...error.details].filter(Boolean),
    )
  }
  const client = (members: Json = {}) => ({
    name: 'north',
    iss: 'https://north.example.org',
    jwks: { keys: [north!.publicKey] },
    ...members,
  })

  test('has a schema that is one', () => {
    expect(new Ajv({ allowUnionTypes: true, strict: true }).validateSchema(TRUST_SCHEMA)).toBe(true)
  })

  test('registers clients, with the recommended algorithms unless it says otherwise', async () => {
    write({ clients: [client({ fhirServers: ['HTTPS://Ehr.example.org:443/fhir/'] })] })
    expect(await read()).toEqual([{ ...client(), ...usual, fhirServers: ['https://ehr.example.org/fhir'] }])
    const how = { networks: ['10.20.0.0/16'], tokenRequired: true }
    write({ clients: [client({ fhirServers: [{ url: 'https://Ehr.example.org/fhir/', ...how }] })] })
    expect(await read()).toEqual([{ ...client(), ...usual, fhirServers: [{ url: 'https://ehr.example.org/fhir', ...how }] }])
  })

  test.each<[string, () => unknown, RegExp]>([
    ['no JSON', () => '{"clients": [{"d": "secret"', /^It is not JSON\.$/],
    ['no clients', () => ({ clients: [] }), /^clients: must NOT have fewer than 1 items/],
    ['a member that nobody reads', () => ({ clients: [client({ speed: 5 })] }), /^clients\[0\]: there is no member speed\.$/],
    ['a rate that is no number of calls', () => ({ clients: [client({ rate: { perMinute: 0.5 } })] }), /^clients\[0\]\.rate\.perMinute: /],
    [
      'a burst alone',
      () => ({ clients: [client({ rate: { burst: 5 } })] }),
      /^clients\[0\]\.rate: must have required property 'perMinute'/,
    ],
    ['alg none', () => ({ clients: [client({ alg: ['none'] })] }), /^clients\[0\]\.alg\[0\]: expects one of ES256, /],
    ['an HMAC', () => ({ clients: [client({ alg: ['ES384', 'HS256'] })] }), /^clients\[0\]\.alg\[1\]: expects one of /],
    ['no keys at all', () => ({ clients: [client({ jwks: undefined })] }), /^clients\[0\]: give its public keys/],
    ['keys in two ways', () => ({ clients: [client({ jwksUrl: 'https://a.example/jwks' })] }), /^clients\[0\]: give its public keys/],
    ['a private key', () => ({ clients: [client({ jwks: { keys: [{ ...north!.publicKey, d: 'AAAA' }] } })] }), /keys\[0\]: is a private/],
    [
      'a symmetric key',
      () => ({ clients: [client({ jwks: { keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] } })] }),
      /keys\[0\]: is a private/,
    ],
    [
      'a key without kid',
      () => ({ clients: [client({ jwks: { keys: [{ ...north!.publicKey, kid: undefined }] } })] }),
      /required property 'kid'/,
    ],
    [
      'a kid twice',
      () => ({ clients: [client({ jwks: { keys: [north!.publicKey, north!.publicKey] } })] }),
      /keys\[1\]: its kid is used twice/,
    ],
    ['a key of another kind', () => ({ clients: [client({ alg: ['RS384'] })] }), /keys\[0\]: is of no kind that RS384 uses/],
    ['a broken key', () => ({ clients: [client({ jwks: { keys: [{ ...north!.publicKey, x: 'AAAA' }] } })] }), /keys\[0\]: cannot be used/],
    ['a small RSA key', () => ({ clients: [client({ jwks: { keys: [{ ...rsa!.publicKey, n: 'A'.repeat(172) }] } })] }), /2048 bits/],
    ['a name twice', () => ({ clients: [client(), client({ iss: 'other' })] }), /^clients\[1\]\.name: is used twice/],
    ['an iss twice', () => ({ clients: [client({ sub: 'a' }), client({ name: 'b' })] }), /^clients\[1\]\.iss: another client has it/],
    [
      'an origin with a path',
      () => ({ clients: [client({ origins: ['https://a.example/x'] })] }),
      /^clients\[0\]\.origins: expects origins/,
    ],
    ['a shadow of another kind', () => ({ clients: [client({ shadow: 'yes' })] }), /^clients\[0\]\.shadow: expects another kind of value/],
    [
      'a shadow of a service that it may not call',
      () => ({ clients: [client({ services: ['start-back-risk'], shadow: ['other'] })] }),
      /^clients\[0\]\.shadow: names a service that is not among its services/,
    ],
    ['any origin', () => ({ clients: [client({ origins: ['*'] })] }), /^clients\[0\]\.origins: expects origins/],
    [
      'a language that the knowledge lacks',
      () => ({ clients: [client({ language: 'sv' })] }),
      /^clients\[0\]\.language: expects one of da, en/,
    ],
    [
      'keys at the metadata of a cloud',
      () => ({ clients: [client({ jwks: undefined, jwksUrl: 'https://169.254.169.254/jwks' })] }),
      /^clients\[0\]\.jwksUrl: is refused where its host is an address outside/,
    ],
    [
      'keys at the same, spelt otherwise',
      () => ({ clients: [client({ jwks: undefined, jwksUrl: 'https://[::ffff:a9fe:a9fe]/jwks' })] }),
      /^clients\[0\]\.jwksUrl: is refused where its host is an address outside/,
    ],
    [
      'networks that are none',
      () => ({ clients: [client({ jwks: undefined, jwksUrl: 'https://a.example/jwks', jwksNetworks: ['10'] })] }),
      /^clients\[0\]\.jwksNetworks: expects networks in CIDR form/,
    ],
    [
      'networks of a server that are none',
      () => ({ clients: [client({ fhirServers: [{ url: 'https://a.example', networks: ['10.0.0.1'] }] })] }),
      /^clients\[0\]\.fhirServers: expects networks in CIDR form/,
    ],
    [
      'a server without a URL',
      () => ({ clients: [client({ fhirServers: [{ tokenRequired: true }] })] }),
      /^clients\[0\]\.fhirServers\[0\]: must have required property 'url'/,
    ],
    [
      'an app without a label',
      () => ({ clients: [client({ smartLinks: [{ url: 'https://a.example/launch' }] })] }),
      /^clients\[0\]\.smartLinks\[0\]: must have required property 'label'/,
    ],
    [
      'an app that is no web page',
      () => ({ clients: [client({ smartLinks: [{ label: 'a', url: 'data:text/html,a' }] })] }),
      /^clients\[0\]\.smartLinks\[0\]\.url: expects an http or https URL/,
    ],
    [
      'an app for a service that is not its own',
      () => ({ clients: [client({ services: ['a'], smartLinks: [{ label: 'a', url: 'https://a.example', services: ['b'] }] })] }),
      /^clients\[0\]\.smartLinks\[0\]\.services: names a service/,
    ],
    ['a FHIR server that is none', () => ({ clients: [client({ fhirServers: ['ehr'] })] }), /^clients\[0\]\.fhirServers: expects http/],
  ])('is refused with %s, and tells where', async (_, content, expected) => {
    expect(await faultsOf(content())).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
    expect((await faultsOf(content())).join()).not.toMatch(/secret|AAAA/)
  })

  test('may be written as the document for integrators shows, and every reason is told to operators', async () => {
    const page = (name: string) => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')
    const example = /^\{\n {2}"clients"[^`]*/m.exec(page('integrating'))?.[0] ?? ''
    expect(await faultsOf(JSON.parse(example), ['http', 'any-port'])).toEqual([])
    const told = [...page('operating').matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) \| /gm)].flatMap(
      ([, names = '']) => names.match(/[\w-]+/g) ?? [],
    )
    expect(told).toEqual(expect.arrayContaining([...REFUSALS]))
  })

  test('is held to what production refuses', async () => {
    const plain = { clients: [client({ fhirServers: ['http://ehr.example.org/fhir'] })] }
    expect(await faultsOf(plain, ['http'])).toEqual([expect.stringContaining('CDS_INSECURE=http')])
    expect(await faultsOf(plain)).toEqual([])
    const keys = { clients: [client({ jwks: undefined, jwksUrl: 'http://ehr.example.org/jwks' })] }
    expect(await faultsOf(keys, ['http'])).toEqual([expect.stringMatching(/jwksUrl: is refused in production/)])
    const apps = { clients: [client({ smartLinks: [{ label: 'a', url: 'http://ehr.example.org/launch' }] })] }
    expect(await faultsOf(apps, ['http'])).toEqual([expect.stringMatching(/smartLinks\[0\]\.url: is refused in production/)])
  })

  test('decides who may call: without one anybody, and nobody in production unless it says so', async () => {
    const options = (more: Partial<TrustOptions> = {}): TrustOptions => ({
      trust: undefined,
      folder: join(folder, 'elsewhere'),
      isProduction: false,
      publicUrl: PUBLIC,
      tokenMaxAge: 3_600,
      fhirServers: ['https://usual.example.org/fhir'],
      refusedRisks: [],
      languages: ['da', 'en'],
      onForgotten: () => undefined,
      ...more,
    })
    const refusal = (why: RegExp) =>
      expect.objectContaining({ code: 'CDS_SETTING_INVALID', message: expect.stringMatching(why) as string }) as Error
    write({ clients: [client({ fhirServers: ['https://ehr.example.org/fhir'] })] })
    expect(await whoMayCall(options())).not.toHaveProperty('registeredClients')
    await expect(whoMayCall(options({ isProduction: true }))).rejects.toEqual(refusal(/^Settings are wrong: CDS_TRUST: production answers/))
    expect(await whoMayCall(options({ isProduction: true, trust: TRUST_OFF }))).not.toHaveProperty('registeredClients')
    expect(await whoMayCall(options({ folder, trust: TRUST_OFF }))).not.toHaveProperty('registeredClients')
    await expect(whoMayCall(options({ folder, publicUrl: undefined }))).rejects.toEqual(refusal(/need CDS_PUBLIC_URL/))
    await expect(whoMayCall(options({ trust: join(folder, 'absent.json') }))).rejects.toEqual(refusal(/is wrong\.$/))
    const two = [
      client({ tenant: 't7', fhirServers: ['https://ehr.example.org/fhir', 'https://ehr.example.org/shared'] }),
      client({ name: 'south', iss: 'urn:south', fhirServers: ['https://ehr.example.org/shared'] }),
    ]
    write({ clients: two })
    const { senderAt } = await whoMayCall(options({ folder }))
    expect(
      ['https://ehr.example.org/fhir', 'https://ehr.example.org/shared', 'https://usual.example.org/fhir'].map(each => senderAt?.(each)),
    ).toEqual(['["north","t7"]', undefined, undefined])
    write({ clients: [client({ fhirServers: ['https://ehr.example.org/fhir'] })] })
    for (const named of [{ folder }, { trust: path }])
      expect(await whoMayCall(options({ ...named, isProduction: true }))).toMatchObject({
        registeredClients: 1,
        origins: [],
        fhirServers: ['https://usual.example.org/fhir', 'https://ehr.example.org/fhir'],
      })
  })
})
