// Who may work in the pages outside the demonstration, and what can be tried to get in without.
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { decodeJwt, SignJWT, type JWTPayload } from 'jose'
import supertest, { type Response } from 'supertest'
import { INVENTED_WEEKS } from '../../src/demo/invented-weeks.js'
import { createSeal } from '../../src/sign-in/sealed.js'
import { createSignIn } from '../../src/sign-in/sign-in.js'
import { lettingPeople } from '../../src/sign-in/let-in-people.js'
import type { Together } from '../../src/sign-in/seen-together.js'
import { createSessions } from '../../src/sign-in/sessions.js'
import type { SignInSettings } from '../../src/sign-in/settings.js'
import type { NotedCall } from '../../src/record/port.js'
import type { PageSettings } from '../../src/server/routes.js'
import type { ListedServer } from '../../src/trust/listed-servers.js'
import { letInRegistered } from '../../src/trust/registered-clients.js'
import { buildTestApps, type TestApps } from '../support/browser-apps.js'
import { prefetchedCall } from '../support/hook-requests.js'
import { listen, type Listening } from '../support/listen.js'
import { startTestService, testRecord, type TestServiceOptions } from '../support/service.js'
import { openSharedStore } from '../support/shared-store.js'
import { startStubIssuer, STUB_CLIENT, type StubIssuer } from '../support/stub-issuer.js'
import { makeKey, now, tokenFor, type ClientKey } from '../support/tokens.js'

const PUBLIC = 'https://columna.example.org'
const KEY = randomBytes(32).toString('base64')
const RISK = '/cds-services/start-back-risk'
const BODY = prefetchedCall('not-asked-yet', 'start-back-risk')
const OWN_PAGE = { origin: PUBLIC, 'sec-fetch-site': 'same-origin' }

/** Bytes of headers that a proxy in front takes unless it is told otherwise: nginx one page of memory. */
const PROXY_TAKES = 4_096

let apps: TestApps
let issuer: StubIssuer
let client: ClientKey
let clock = new Date()
const opened: Listening[] = []

beforeAll(async () => {
  apps = await buildTestApps()
  issuer = await startStubIssuer(() => `${PUBLIC}/sign-in/callback`)
  client = await makeKey('n1')
})

afterEach(async () => {
  issuer.odd = {}
  clock = new Date()
  await Promise.all(opened.splice(0).map(each => each.close()))
})

afterAll(async () => {
  await issuer.close()
  apps.remove()
})

interface OtherToken {
  odd: StubIssuer['odd']
  hours: number
  change: (kept: string) => string
}

const ofIssuer = (more: object = {}) => ({
  oidc: { issuer: issuer.url, clientId: STUB_CLIENT, scope: 'openid', groups: [], groupsClaim: 'groups', ...more },
})

/** A service outside the demonstration, with one registered client. */
async function serviceWith(
  { way, sessionKey = KEY, services, isEveryPracticeShown = false, perMinute = 1_000 }: Partial<SignInSettings>,
  { listed: fhirServers = [], together, ...more }: TestServiceOptions & { listed?: readonly ListedServer[]; together?: Together } = {},
): Promise<string> {
  const signIn = createSignIn(
    { way, sessionKey, services, isEveryPracticeShown, perMinute },
    { publicUrl: PUBLIC, now: () => clock, ...(together && { together }) },
  )
  const clients = [
    { name: 'north', iss: 'urn:north', alg: ['ES384'], aud: [], origins: [], jwks: { keys: [client.publicKey] }, fhirServers: [] },
  ]
  const letIn = await letInRegistered(clients, { fhirServers: [], publicUrl: PUBLIC, maxAge: 3_600, onForgotten: () => undefined })
  const service = await startTestService({
    letIn: lettingPeople(letIn, { signIn, fhirServers, areClientsRegistered: true }),
    registeredClients: 1,
    origins: [],
    signIn,
    serverEntries: fhirServers,
    arePagesOpen: false,
    apps: { filesOf: () => ({ script: '/assets/x.js' }), asset: apps.asset },
    ...more,
  })
  opened.push(service)
  return service.url
}

const setCookies = ({ headers }: Response): string[] => (headers['set-cookie'] as unknown as string[] | undefined) ?? []
const pairOf = (header: string): string => header.split(';')[0] ?? ''
const codeOf = ({ text }: Response): string => /"code":"(CDS_\w+)"/.exec(text)?.[1] ?? ''

/** Goes to a page, through the issuer, and back to this service; without what the last answer has the browser keep. */
async function begun(url: string, to = '/workbench/'): Promise<{ callback: string; cookie: string }> {
  const sent = await supertest(url)
    .get(`/sign-in?${new URLSearchParams({ to }).toString()}`)
    .expect(303)
  return { callback: issuer.signInAt(sent.headers['location'] as string).slice(PUBLIC.length), cookie: pairOf(setCookies(sent)[0] ?? '') }
}

const finished = (url: string, { callback, cookie }: { callback: string; cookie: string }) =>
  supertest(url).get(callback).set('cookie', cookie).set('accept', 'application/json')

async function signedIn(url: string, to?: string): Promise<{ cookie: string; location: string }> {
  const answer = await finished(url, await begun(url, to)).expect(303)
  return { cookie: pairOf(setCookies(answer).at(-1) ?? ''), location: answer.headers['location'] as string }
}

const callAs = (url: string, cookie: string, headers: object = OWN_PAGE, path = RISK) =>
  supertest(url)
    .post(path)
    .set('cookie', cookie)
    .set(headers as Record<string, string>)
    .send(BODY)

describe('where nobody chose how people sign in', () => {
  test('the pages that people work in are closed, and say what to set', async () => {
    const url = await serviceWith({})
    for (const path of ['/workbench/', '/consultation/', '/start-back/', '/quality', '/quality/report.csv', '/sign-in']) {
      const refused = await supertest(url).get(path).set('accept', 'text/html').expect(403)
      expect(refused.text).toContain('<h1>Arbejdssiderne er lukket her</h1>')
      expect(refused.text).toContain('CDS_SIGN_IN')
      expect(refused.text).not.toContain('/assets/x.js')
    }
    expect(codeOf(await supertest(url).get('/workbench/').set('accept', 'application/json').expect(403))).toBe('CDS_PAGES_CLOSED')
  })

  test('they are open in the demonstration', async () => {
    const url = await serviceWith({}, { arePagesOpen: true })
    await supertest(url)
      .get('/workbench/')
      .expect(200, /\/assets\/x\.js/)
  })
})

describe('who signs in at an issuer', () => {
  test('is sent there from a page, comes back to that page, and works in it as a caller of its own', async () => {
    const url = await serviceWith({ way: ofIssuer() })
    await supertest(url).get('/quality').expect(303)
    const sent = await supertest(url).get('/workbench/?lang=en').expect(303)
    expect(sent.headers['location']).toBe(`${PUBLIC}/sign-in?to=%2Fworkbench%2F%3Flang%3Den`)
    const { cookie, location } = await signedIn(url, '/workbench/?lang=en')
    expect(location).toBe(`${PUBLIC}/workbench/?lang=en`)
    await supertest(url).get('/workbench/').set('cookie', cookie).expect(200)
    const answer = await callAs(url, cookie).expect(200)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    expect((await supertest(url).get('/page-settings').set('cookie', cookie)).body).toMatchObject({
      user: { id: 'Person/anna', name: 'Anna Test' },
    })
    expect((await supertest(url).get('/page-settings')).body).not.toHaveProperty('user')
  })

  test.each([
    ['Practitioner/anna', 'Practitioner/anna'],
    ['https://ehr.example/fhir/PractitionerRole/anna', 'https://ehr.example/fhir/PractitionerRole/anna'],
    ['Patient/anna', undefined],
    ['anna', undefined],
    [7, undefined],
  ])('is somebody at a FHIR server where the issuer says whom: %s', async (fhirUser, told) => {
    issuer.odd = { claims: { fhirUser } }
    const url = await serviceWith({ way: ofIssuer() })
    const { cookie } = await signedIn(url)
    const { body } = await supertest(url).get('/page-settings').set('cookie', cookie).expect(200)
    expect((body as PageSettings).user?.fhirUser).toBe(told)
  })

  test('is known to this service by a cookie that no script reads and no other host sets', async () => {
    const url = await serviceWith({ way: ofIssuer() })
    const begin = await begun(url)
    const [forgotten, , kept] = setCookies(await finished(url, begin))
    expect(kept).toMatch(/^__Host-columna-session=eyJ[\w.-]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
    expect(forgotten).toMatch(/^__Host-columna-sign-in=; Max-Age=0/)
    expect(Buffer.from(kept ?? '', 'base64url').toString()).not.toContain('anna')
  })

  test('says by a secret that it is the registered service, where there is one', async () => {
    const url = await serviceWith({ way: ofIssuer({ clientSecret: 'between us' }) })
    await signedIn(url)
    const [scheme, sent = ''] = issuer.asked.at(-1)?.authorization?.split(' ') ?? []
    expect([scheme, decodeURIComponent(Buffer.from(sent, 'base64').toString())]).toEqual(['Basic', `${STUB_CLIENT}:between+us`])
  })

  test('is told to auditors as its own user, whomever the page names', async () => {
    const noted: NotedCall[] = []
    const record = { ...testRecord(), asked: async (each: NotedCall) => void noted.push(each) }
    const url = await serviceWith({ way: ofIssuer() }, { record })
    await callAs(url, (await signedIn(url)).cookie).expect(200)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(noted).toEqual([expect.objectContaining({ user: 'Person/anna', sender: '["(signed-in)",""]' })])
  })

  test('calls the services that people may, and not more often than agreed', async () => {
    const url = await serviceWith({ way: ofIssuer(), services: ['start-back-risk'], perMinute: 1 })
    const { cookie } = await signedIn(url)
    expect(codeOf(await callAs(url, cookie, OWN_PAGE, '/cds-services/low-back-pain-order-sign'))).toBe('CDS_SERVICE_UNKNOWN')
    const answers = await Promise.all(Array.from({ length: 12 }, () => callAs(url, cookie)))
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(2)
  })

  test('is one of the groups that may, where groups are named', async () => {
    const url = await serviceWith({ way: ofIssuer({ groups: ['spine'], groupsClaim: 'roles' }) })
    issuer.odd = { claims: { roles: ['cardiology'] } }
    expect(codeOf(await finished(url, await begun(url)).expect(403))).toBe('CDS_SIGN_IN_REFUSED')
    issuer.odd = { claims: { roles: ['cardiology', 'spine'] } }
    await finished(url, await begun(url)).expect(303)
  })

  test('goes on while they work, is out after an hour of nothing, and after eight hours whatever they do', async () => {
    const url = await serviceWith({ way: ofIssuer() })
    const began = Date.now()
    let { cookie } = await signedIn(url)
    for (let minutes = 50; minutes < 480; minutes += 50) {
      clock = new Date(began + minutes * 60_000)
      const [renewed] = setCookies(await callAs(url, cookie).expect(200))
      cookie = pairOf(renewed ?? '')
    }
    clock = new Date(began + 481 * 60_000)
    expect(codeOf(await callAs(url, cookie).expect(401))).toBe('CDS_SIGN_IN_REQUIRED')
  })

  test('is out when they sign out', async () => {
    const url = await serviceWith({ way: ofIssuer() })
    const { cookie } = await signedIn(url)
    const out = await supertest(url).post('/sign-out').set('cookie', cookie).set(OWN_PAGE).send({}).expect(200)
    expect(setCookies(out)[0]).toMatch(/^__Host-columna-session=; Max-Age=0/)
    await supertest(url).post('/sign-out').set('cookie', cookie).set('origin', 'https://evil.example').send({}).expect(403)
  })

  test('is told where they sign out of the issuer too, where it has such a page', async () => {
    const out = async (url: string) =>
      (await supertest(url).post('/sign-out').set(OWN_PAGE).send({}).expect(200)).body as { goOnTo?: string }
    const { goOnTo = '' } = await out(await serviceWith({ way: ofIssuer() }))
    expect([goOnTo.split('?')[0], Object.fromEntries(new URL(goOnTo).searchParams)]).toEqual([
      `${issuer.url}/out`,
      { client_id: STUB_CLIENT, post_logout_redirect_uri: `${PUBLIC}/` },
    ])
    for (const odd of [{ hasNoWayOut: true }, { isDown: true }] as const) {
      issuer.odd = odd
      expect(await out(await serviceWith({ way: ofIssuer() }))).toEqual({})
    }
  })

  describe('signs out of the issuer by the id token that it gave', () => {
    /** Cookies of somebody who signed in. */
    const signedInWith = async (url: string): Promise<string[]> => setCookies(await finished(url, await begun(url)).expect(303))
    const idTokenIn = (cookies: readonly string[]) => cookies.find(each => each.startsWith('__Secure-columna-id-token=')) ?? ''
    const hintOf = async (url: string, cookies: readonly string[]) => {
      const out = await supertest(url).post('/sign-out').set('cookie', cookies.map(pairOf).join('; ')).set(OWN_PAGE).send({}).expect(200)
      const { goOnTo } = out.body as { goOnTo?: string }
      return { out, goOnTo, hint: goOnTo === undefined ? null : new URL(goOnTo).searchParams.get('id_token_hint') }
    }

    test('which its browser keeps sealed, for that path alone, and then forgets', async () => {
      const url = await serviceWith({ way: ofIssuer() })
      const cookies = await signedInWith(url)
      const kept = idTokenIn(cookies)
      expect(kept).toMatch(/; Max-Age=28800; Path=\/sign-out; HttpOnly; SameSite=Lax; Secure$/)
      expect(kept).not.toContain('anna')
      const { out, goOnTo = '', hint } = await hintOf(url, cookies)
      expect(decodeJwt(hint ?? '')).toMatchObject({ iss: issuer.url, sub: 'anna', aud: STUB_CLIENT })
      expect([...new URL(goOnTo).searchParams.keys()].sort()).toEqual(['client_id', 'id_token_hint', 'post_logout_redirect_uri'])
      expect(setCookies(out).map(each => each.split(';', 2).join(';'))).toEqual([
        '__Host-columna-session=; Max-Age=0',
        '__Secure-columna-id-token=; Max-Age=0',
      ])
    })

    test.each([
      ['is of somebody else', { odd: { claims: { sub: 'bo' } } }],
      ['is older than a working day', { hours: 9 }],
      ['was changed', { change: (kept: string) => kept.replace('..', '..A') }],
    ])('but not where it %s', async (_what, { odd = {}, hours = 0, change = (kept: string) => kept }: Partial<OtherToken>) => {
      const url = await serviceWith({ way: ofIssuer() })
      issuer.odd = odd
      const theirs = idTokenIn(await signedInWith(url))
      issuer.odd = {}
      clock = new Date(Date.now() + hours * 3_600_000)
      const session = (await signedInWith(url)).find(each => each.startsWith('__Host-columna-session='))
      const { goOnTo, hint } = await hintOf(url, [session ?? '', change(theirs)])
      expect([goOnTo?.split('?')[0], hint]).toEqual([`${issuer.url}/out`, null])
    })

    test.each([
      ['a small one', { bytes: 0, practices: 0 }, true],
      ['one that has room beside the session', { bytes: 700, practices: 0 }, true],
      ['one that has none', { bytes: 1_500, practices: 0 }, false],
      ['one that has none beside the practices', { bytes: 0, practices: 44 }, false],
    ])('kept where the browser is told no more at once than a proxy takes: %s', async (_what, { bytes, practices }, isKept) => {
      const url = await serviceWith({ way: ofIssuer({ practicesClaim: 'units' }) })
      const units = Array.from({ length: practices }, (_, place) => `practice/of-a-town-${100 + place}`)
      issuer.odd = { claims: { groups: 'x'.repeat(bytes), units } }
      const answer = await finished(url, await begun(url, `/workbench/?${'x'.repeat(490)}`)).expect(303)
      expect((answer as unknown as { res: IncomingMessage }).res.rawHeaders.join('\r\n').length).toBeLessThan(PROXY_TAKES)
      expect(idTokenIn(setCookies(answer)).startsWith('__Secure-columna-id-token=;')).toBe(!isKept)
    })

    test.each<[string, StubIssuer['odd']]>([
      ['one that a browser would not keep is not kept', { claims: { groups: 'x'.repeat(4_000) } }],
      ['none is kept where nobody signs out by it', { hasNoWayOut: true }],
    ])('%s', async (_what, odd) => {
      const url = await serviceWith({ way: ofIssuer() })
      issuer.odd = odd
      const cookies = await signedInWith(url)
      expect(idTokenIn(cookies)).toMatch(/^__Secure-columna-id-token=; Max-Age=0/)
      for (const each of cookies) expect(each.length).toBeLessThan(4_096)
    })
  })

  test('is told that the issuer does not answer', async () => {
    const url = await serviceWith({ way: ofIssuer() })
    issuer.odd = { isDown: true }
    const refused = await supertest(url).get('/sign-in').set('accept', 'application/json').expect(503)
    expect(codeOf(refused)).toBe('CDS_SIGN_IN_UNAVAILABLE')
    expect(refused.headers['retry-after']).toBe('30')
  })
})

describe('a session is refused that is', () => {
  const sealed = (members: object, { purpose = 'session', publicUrl = PUBLIC, secret = KEY, until = now() + 600 } = {}) =>
    createSeal({ secret, purpose, publicUrl, now: () => new Date() }).seal({ user: 'Person/evil', since: now(), ...members }, until)

  test.each<[string, () => Promise<string>]>([
    ['forged: sealed under another secret', () => sealed({}, { secret: randomBytes(32).toString('base64') })],
    [
      'forged: changed by one character',
      async () => (await sealed({})).replace(/\.[^.]+$/, tag => `.${tag[1] === 'A' ? 'B' : 'A'}${tag.slice(2)}`),
    ],
    [
      'forged: not encrypted at all',
      async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"user":"x"}').toString('base64url')}.`,
    ],
    ['expired', () => sealed({}, { until: now() - 1 })],
    ['of another service under the same secret', () => sealed({}, { publicUrl: 'https://other.example.org' })],
    ['of another purpose: that of a sign-in under way', () => sealed({}, { purpose: 'sign-in' })],
    ['of another purpose: that of a page which an EHR opened', () => sealed({}, { purpose: 'session of a page' })],
    ['longer than any', async () => 'a'.repeat(5_000)],
  ])('%s', async (_, made) => {
    const url = await serviceWith({ way: ofIssuer() })
    const cookie = `__Host-columna-session=${await made()}`
    expect(codeOf(await callAs(url, cookie).expect(401))).toBe('CDS_SIGN_IN_REQUIRED')
    await supertest(url).get('/workbench/').set('cookie', cookie).expect(303)
  })

  test('good, so that the others are refused for what they are', async () => {
    const url = await serviceWith({ way: ofIssuer() })
    await callAs(url, `__Host-columna-session=${await sealed({})}`).expect(200)
  })
})

describe('an answer of the issuer is refused that', () => {
  const strange = makeKey('issuer-1', 'RS256')

  test.each<[string, () => Promise<void> | void, ((begin: { callback: string; cookie: string }) => { callback: string; cookie: string })?]>(
    [
      [
        'has another state',
        () => undefined,
        ({ callback, cookie }) => ({ cookie, callback: callback.replace(/state=[^&]+/, 'state=other') }),
      ],
      ['has two states', () => undefined, ({ callback, cookie }) => ({ cookie, callback: `${callback}&state=other` })],
      ['comes to a browser that asked nothing', () => undefined, ({ callback }) => ({ callback, cookie: '' })],
      [
        'is of another issuer',
        () => undefined,
        ({ callback, cookie }) => ({ cookie, callback: callback.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.example') }),
      ],
      [
        'says that it was refused',
        () => undefined,
        ({ callback, cookie }) => ({ cookie, callback: callback.replace(/code=[^&]+/, 'error=access_denied') }),
      ],
      [
        'has a code that nobody gave',
        () => undefined,
        ({ callback, cookie }) => ({ cookie, callback: callback.replace(/code=[^&]+/, 'code=guessed') }),
      ],
      ['has a token with the nonce of another', () => void (issuer.odd = { claims: { nonce: 'other' } })],
      ['has a token that is made out to another client', () => void (issuer.odd = { claims: { aud: 'other' } })],
      ['has a token of another issuer', () => void (issuer.odd = { claims: { iss: 'https://evil.example' } })],
      ['has a token that has expired', () => void (issuer.odd = { claims: { exp: now() - 300 } })],
      ['has a token that a stranger signed', async () => void (issuer.odd = { key: await strange })],
      ['has no token of who it is', () => void (issuer.odd = { hasNoIdToken: true })],
    ],
  )('%s', async (_, makeOdd, changed = begin => begin) => {
    const url = await serviceWith({ way: ofIssuer() })
    await makeOdd()
    const refused = await finished(url, changed(await begun(url))).expect(400)
    expect(codeOf(refused)).toBe('CDS_SIGN_IN_FAILED')
    expect(setCookies(refused)).toEqual([])
  })

  test('was taken before', async () => {
    const url = await serviceWith({ way: ofIssuer() })
    const begin = await begun(url)
    await finished(url, begin).expect(303)
    const asked = issuer.asked.length
    expect(codeOf(await finished(url, begin).expect(400))).toBe('CDS_SIGN_IN_FAILED')
    expect(issuer.asked.length).toBe(asked)
  })

  test('was taken before at another replica', async () => {
    const store = await openSharedStore()
    const replica = (isStrict = false) => {
      const record = store.newRecord()
      return serviceWith({ way: ofIssuer() }, { together: { isNew: async token => (await record.recall({ token })).isTokenNew, isStrict } })
    }
    const [one, other, strict] = [await replica(), await replica(), await replica(true)]
    const begin = await begun(one)
    await finished(other, begin).expect(303)
    const asked = issuer.asked.length
    expect(codeOf(await finished(one, begin).expect(400))).toBe('CDS_SIGN_IN_FAILED')
    expect(issuer.asked.length).toBe(asked)
    store.breakDown()
    await finished(other, await begun(one)).expect(303)
    expect(codeOf(await finished(strict, await begun(one)).expect(503))).toBe('CDS_SIGN_IN_UNAVAILABLE')
    await store.remove()
  })

  test('comes after ten minutes', async () => {
    const url = await serviceWith({ way: ofIssuer() })
    const begin = await begun(url)
    clock = new Date(Date.now() + 601_000)
    expect(codeOf(await finished(url, begin).expect(400))).toBe('CDS_SIGN_IN_FAILED')
  })
})

test.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example/',
  '/\t/evil.example',
  '/%0a/../..//evil.example',
  'javascript:alert(1)',
  `/${'a'.repeat(600)}`,
])('nobody is led to another host by coming back to %j', async to => {
  const url = await serviceWith({ way: ofIssuer() })
  const { location } = await signedIn(url, to)
  expect(new URL(location).origin).toBe(PUBLIC)
  expect(location.slice(PUBLIC.length)).not.toMatch(/^\/\/|evil/)
})

describe('with the session of somebody nobody else asks: a page', () => {
  test.each<[string, object]>([
    ['of a foreign origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['of a foreign origin in an old browser', { origin: 'https://evil.example' }],
    ['of another host of the same domain', { origin: 'https://other.example.org', 'sec-fetch-site': 'same-site' }],
    ['without an origin', { origin: 'null' }],
    ['of which nothing is told', {}],
    ['that says of itself what the browser does not', { origin: PUBLIC, 'sec-fetch-site': 'cross-site' }],
  ])('%s', async (_, headers) => {
    const url = await serviceWith({ way: ofIssuer() })
    expect(codeOf(await callAs(url, (await signedIn(url)).cookie, headers).expect(403))).toBe('CDS_PAGE_REFUSED')
  })

  test('with a form, whatever it is sent from', async () => {
    const url = await serviceWith({ way: ofIssuer() })
    const { cookie } = await signedIn(url)
    const sent = supertest(url).post(RISK).set('cookie', cookie).set(OWN_PAGE).set('content-type', 'text/plain').send(JSON.stringify(BODY))
    expect(codeOf(await sent.expect(415))).toBe('CDS_MEDIA_TYPE_UNSUPPORTED')
  })
})

test('a client that signs its tokens is let in as ever, and by its token alone', async () => {
  const url = await serviceWith({ way: ofIssuer() })
  const { cookie } = await signedIn(url)
  const token = await tokenFor(client, 'urn:north', `${PUBLIC}${RISK}`)
  await supertest(url).post(RISK).set('authorization', `Bearer ${token}`).send(BODY).expect(200)
  const again = supertest(url).post(RISK).set('authorization', `Bearer ${token}`).set('cookie', cookie).set(OWN_PAGE).send(BODY)
  expect(codeOf(await again.expect(401))).toBe('CDS_CLIENT_REFUSED')
  expect(codeOf(await supertest(url).post(RISK).send(BODY).expect(401))).toBe('CDS_CLIENT_REFUSED')
})

describe('whom a proxy signed in', () => {
  const PROXY = { proxy: { header: 'x-user', networks: ['127.0.0.0/8', '::1/128'] } }

  test('is who its header says', async () => {
    const url = await serviceWith({ way: PROXY })
    await supertest(url).get('/workbench/').set('x-user', 'anna').expect(200)
    await supertest(url).post(RISK).set('x-user', 'anna').set(OWN_PAGE).send(BODY).expect(200)
    await supertest(url).get('/sign-in?to=/workbench/').set('x-user', 'anna').expect(303).expect('location', `${PUBLIC}/workbench/`)
  })

  test('is nobody where the header is missing', async () => {
    const url = await serviceWith({ way: PROXY })
    expect(codeOf(await supertest(url).get('/workbench/').set('accept', 'application/json').expect(403))).toBe('CDS_SIGN_IN_REFUSED')
    expect(codeOf(await supertest(url).post(RISK).set(OWN_PAGE).send(BODY).expect(401))).toBe('CDS_SIGN_IN_REQUIRED')
  })

  test.each<[string, { networks: string[] }, Record<string, string>]>([
    ['comes from an unlisted address', { networks: ['10.0.0.0/8'] }, { 'x-user': 'evil' }],
    ['says two things', { networks: ['127.0.0.0/8'] }, { 'x-user': 'evil, anna' }],
    ['is of a foreign page', { networks: ['127.0.0.0/8'] }, { 'x-user': 'anna', origin: 'https://evil.example' }],
  ])('is refused where the header %s', async (_, { networks }, headers) => {
    const url = await serviceWith({ way: { proxy: { header: 'x-user', networks } } })
    const refused = await supertest(url)
      .post(RISK)
      .set({ ...OWN_PAGE, ...headers })
      .send(BODY)
      .expect(403)
    expect(codeOf(refused)).toMatch(/^CDS_(SIGN_IN|PAGE)_REFUSED$/)
  })
})

describe('figures of practices are read by', () => {
  const [HARBOUR, SQUARE, LAKE] = ['Lægerne Ved Havnen', 'Lægehuset Åbakken', 'Klinik Enghaven'] as const
  const quality = { weekly: INVENTED_WEEKS, isInvented: true }
  const PROXY = { proxy: { header: 'x-user', practicesHeader: 'x-practices', networks: ['127.0.0.0/8', '::1/128'] } }
  const CLAIM = ofIssuer.bind(undefined, { practicesClaim: 'units' })
  const spelled = (name: string) => JSON.stringify([name, ''])
  const report = (url: string, headers: Record<string, string>, practice?: string) =>
    supertest(url)
      .get('/quality')
      .query(practice === undefined ? {} : { practice: spelled(practice) })
      .set({ accept: 'application/json', ...headers })
  const offered = ({ text }: Response): string[] => [...text.matchAll(/<option value="\[&quot;(.*?)&quot;/g)].map(([, name = '']) => name)
  const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

  /** Whom the issuer signed in with a claim reads the report. */
  const readBy = async (url: string, units: unknown, practice?: string) => {
    issuer.odd = { claims: { units } }
    return report(url, { cookie: (await signedIn(url)).cookie }, practice)
  }

  test('whom their issuer names them as theirs, and no others, whether there are any or not', async () => {
    const url = await serviceWith({ way: CLAIM() }, { quality })
    const own = await readBy(url, [HARBOUR, LAKE, 'north/unit 7'])
    expect([own.status, offered(own).toSorted()]).toEqual([200, [LAKE, HARBOUR].toSorted()])
    expect(own.text).not.toContain(SQUARE)
    expect((await readBy(url, LAKE, LAKE)).text).toContain(`Praksisrapport: ${LAKE}`)
    for (const other of [SQUARE, 'nobody']) expect(codeOf(await readBy(url, LAKE, other))).toBe('CDS_PRACTICE_REFUSED')
    const { cookie } = await signedIn(url)
    const table = await supertest(url)
      .get('/quality/report.csv')
      .query({ practice: spelled(SQUARE) })
      .set({ cookie, accept: 'application/json' })
    expect(codeOf(table)).toBe('CDS_PRACTICE_REFUSED')
  })

  test('nobody whom the issuer names none for, or more than a session holds', async () => {
    const url = await serviceWith({ way: CLAIM() }, { quality })
    const many = Array.from({ length: 300 }, (_, each) => `practice ${each}`)
    for (const units of [undefined, [], [7], { [HARBOUR]: true }, many])
      expect(codeOf(await readBy(url, units))).toBe('CDS_PRACTICE_REFUSED')
    const page = await supertest(url)
      .get('/quality')
      .set({ cookie: (await signedIn(url)).cookie, accept: 'text/html' })
      .expect(403)
    expect(page.text).toContain('CDS_OIDC_PRACTICES_CLAIM')
  })

  test('whoever looks after all of them', async () => {
    expect(offered(await readBy(await serviceWith({ way: CLAIM() }, { quality }), ['*'])).length).toBeGreaterThan(3)
  })

  test('everybody who signed in, only where the site says so', async () => {
    for (const [isEveryPracticeShown, code] of [
      [false, 'CDS_PRACTICE_REFUSED'],
      [true, ''],
    ] as const) {
      const url = await serviceWith({ way: ofIssuer(), isEveryPracticeShown }, { quality })
      expect(codeOf(await readBy(url, [HARBOUR], SQUARE))).toBe(code)
    }
  })

  test('whom a proxy names them for, in a header that came once', async () => {
    const url = await serviceWith({ way: PROXY }, { quality })
    const by = (practices: string) => report(url, { 'x-user': 'anna', 'x-practices': bytes(practices) })
    expect(offered(await by(`${LAKE}; ${HARBOUR}`)).toSorted()).toEqual([LAKE, HARBOUR].toSorted())
    for (const refused of [`${LAKE}, *`, `${LAKE}, ${SQUARE}`, ' ; ']) expect(codeOf(await by(refused))).toBe('CDS_PRACTICE_REFUSED')
    expect(codeOf(await report(url, { 'x-user': 'anna' }))).toBe('CDS_PRACTICE_REFUSED')
    expect(codeOf(await report(url, { 'x-practices': '*' }))).toBe('CDS_SIGN_IN_REFUSED')
  })

  test('who came from an EHR: those of the one client whose server it is, even where all others read all', async () => {
    const sessions = createSessions({ secret: KEY, publicUrl: PUBLIC, now: () => clock })
    const senderAt = (fhirServer: string) => (fhirServer === 'https://ehr.example' ? spelled(HARBOUR) : undefined)
    const url = await serviceWith({ way: ofIssuer(), isEveryPracticeShown: true }, { quality, senderAt })
    const from = async (fhirServer: string, practice?: string) => {
      const { token } = await sessions.beginInPage({ user: 'Practitioner/p1', fhirServer, practices: ['*'] })
      return report(url, { authorization: `Bearer ${token}` }, practice)
    }
    expect(offered(await from('https://ehr.example'))).toEqual([HARBOUR])
    expect(codeOf(await from('https://ehr.example', SQUARE))).toBe('CDS_PRACTICE_REFUSED')
    expect(codeOf(await from('https://shared.example'))).toBe('CDS_PRACTICE_REFUSED')
  })
})

describe('who opened the page from an EHR', () => {
  const [CLIENT, VERIFIER] = ['columna-case', randomBytes(32).toString('base64url')]
  let ehr: Listening
  let key: ClientKey
  let listed: ListedServer[]
  const base = () => `${ehr.url}/fhir`

  beforeAll(async () => {
    key = await makeKey('e1', 'RS384')
    ehr = await listen((request, response) => {
      const known: Record<string, object> = {
        '/fhir/.well-known/smart-configuration': { issuer: base(), jwks_uri: `${ehr.url}/keys` },
        '/keys': { keys: [key.publicKey] },
      }
      const found = known[request.url ?? '']
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(found ?? {}))
    })
    listed = [{ url: base(), smartClientId: CLIENT }]
  })

  afterAll(() => ehr.close())

  const nonce = (verifier = VERIFIER) => createHash('sha256').update(verifier).digest('base64url')
  const idToken = (claims: JWTPayload = {}, by = key) =>
    new SignJWT({
      iss: base(),
      aud: CLIENT,
      sub: randomBytes(4).toString('hex'),
      fhirUser: `${base()}/Practitioner/p1`,
      nonce: nonce(),
      iat: now(),
      exp: now() + 300,
      ...claims,
    })
      .setProtectedHeader({ alg: by.alg, kid: by.kid })
      .sign(by.sign)
  const shown = (url: string, idToken: string, { iss = base(), verifier = VERIFIER, headers = OWN_PAGE as object } = {}) =>
    supertest(url)
      .post('/case/session')
      .set(headers as Record<string, string>)
      .send({ iss, idToken, verifier })
  const explain = (url: string, token: string, body: object = BODY, headers: object = OWN_PAGE) =>
    supertest(url)
      .post(`${RISK}/$explain`)
      .set(headers as Record<string, string>)
      .set('authorization', `Bearer ${token}`)
      .send(body)

  test('asks with what the page keeps in its memory, and no cookie', async () => {
    const url = await serviceWith({}, { listed })
    const settings = await supertest(url).get('/case/launch-settings').query({ iss: base() }).expect(200)
    expect(settings.body).toEqual({ clientId: CLIENT, needsSession: true })
    const begun = await shown(url, await idToken()).expect(200)
    expect(setCookies(begun)).toEqual([])
    const { token, seconds } = begun.body as { token: string; seconds: number }
    expect(seconds).toBe(3_600)
    await explain(url, token).expect(200)
    expect(codeOf(await explain(url, token, BODY, { origin: 'https://evil.example' }).expect(403))).toBe('CDS_PAGE_REFUSED')
    clock = new Date(Date.now() + 3_700_000)
    expect(codeOf(await explain(url, token).expect(401))).toBe('CDS_SIGN_IN_REQUIRED')
  })

  test('reads that EHR alone, and nothing of it without its token', async () => {
    const url = await serviceWith({}, { listed: [...listed, { url: `${ehr.url}/other` }] })
    const { token } = (await shown(url, await idToken()).expect(200)).body as { token: string }
    const { prefetch: _, ...bare } = BODY as { prefetch?: object }
    const [own, other] = await Promise.all([base(), `${ehr.url}/other`].map(fhirServer => explain(url, token, { ...bare, fhirServer })))
    expect(codeOf(own!)).toBe('CDS_FHIR_TOKEN_REQUIRED')
    expect(codeOf(other!)).toBe('CDS_FHIR_SERVER_NOT_ALLOWED')
  })

  test('is told of that EHR alone', async () => {
    const servers = [base(), `${ehr.url}/other`]
    const url = await serviceWith({}, { listed: servers.map(each => ({ url: each, smartClientId: CLIENT })), fhirServers: servers })
    const { token } = (await shown(url, await idToken()).expect(200)).body as { token: string }
    const { body } = await supertest(url).get('/page-settings').set(OWN_PAGE).set('authorization', `Bearer ${token}`).expect(200)
    expect(body).toMatchObject({ fhirServers: [base()], user: { fhirUser: 'Practitioner/p1' } })
  })

  test.each<[string, () => JWTPayload, () => Promise<ClientKey>]>([
    ['of another audience', () => ({ aud: 'other' }), async () => key],
    ['of another party', () => ({ azp: 'other' }), async () => key],
    ['of another issuer', () => ({ iss: 'https://evil.example' }), async () => key],
    ['with another nonce', () => ({ nonce: 'other' }), async () => key],
    ['with the verifier itself as its nonce', () => ({ nonce: VERIFIER }), async () => key],
    ['without a nonce', () => ({ nonce: undefined }), async () => key],
    ['that expired', () => ({ exp: now() - 100 }), async () => key],
    ['that was made long ago', () => ({ iat: now() - 3_000 }), async () => key],
    ['of a stranger', () => ({}), () => makeKey('e1', 'RS384')],
  ])('a token %s is refused', async (_, claims, by) => {
    const url = await serviceWith({}, { listed })
    expect(codeOf(await shown(url, await idToken(claims(), await by())).expect(400))).toBe('CDS_SIGN_IN_FAILED')
  })

  test('a token is shown once', async () => {
    const url = await serviceWith({}, { listed })
    const token = await idToken()
    await shown(url, token).expect(200)
    expect(codeOf(await shown(url, token).expect(400))).toBe('CDS_SIGN_IN_FAILED')
  })

  test('an EHR at which the page is not registered is refused, and no foreign page may show a token', async () => {
    const url = await serviceWith({}, { listed })
    expect(codeOf(await shown(url, await idToken(), { iss: 'https://evil.example/fhir' }).expect(403))).toBe('CDS_SIGN_IN_REFUSED')
    expect(codeOf(await supertest(url).get('/case/launch-settings').query({ iss: 'https://evil.example/fhir' }).expect(403))).toBe(
      'CDS_SIGN_IN_REFUSED',
    )
    expect(codeOf(await shown(url, await idToken(), { headers: { origin: 'https://evil.example' } }).expect(403))).toBe('CDS_PAGE_REFUSED')
  })

  test('a patient is not shown what is written for those who treat them', async () => {
    const url = await serviceWith({}, { listed })
    expect(codeOf(await shown(url, await idToken({ fhirUser: `${base()}/Patient/x` })).expect(403))).toBe('CDS_SIGN_IN_REFUSED')
  })

  test('is not let in at all where no secret seals sessions', async () => {
    const signIn = createSignIn(
      { way: undefined, sessionKey: undefined, services: undefined, isEveryPracticeShown: false, perMinute: 1 },
      { publicUrl: PUBLIC },
    )
    const url = await serviceWith({}, { listed, signIn })
    expect(codeOf(await shown(url, await idToken()).expect(403))).toBe('CDS_PAGES_CLOSED')
  })

  test('the windows of EHRs that are named hold the page, and no others', async () => {
    const url = await serviceWith({}, { listed, caseFrames: ['https://ehr.example.org'] })
    const policyOf = async (path: string) => (await supertest(url).get(path)).headers['content-security-policy'] ?? ''
    expect(await policyOf('/case/launch?iss=x&launch=y')).toContain('frame-ancestors https://ehr.example.org')
    expect(await policyOf('/case/')).toContain(`connect-src 'self' ${ehr.url};`)
    expect(await policyOf('/workbench/')).toContain("frame-ancestors 'none'")
    expect(await policyOf('/workbench/')).not.toContain(ehr.url)
  })
})
