// People sign in to the built service as it runs in production: at an issuer, over real HTTP, at one replica of two; and at a proxy.
// Needs the built service.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { makeTestKeys } from '../../src/trust/test-token.js'
import { startStubIssuer, STUB_CLIENT, type StubIssuer } from '../support/stub-issuer.js'
import { createReplica, freePorts, type Part } from './parts.js'

/** Where readers reach it; a proxy with TLS would stand there. */
const PUBLIC = 'https://columna.example.org'
const SERVICE = '/cds-services/influensa'
const OWN_PAGE = { origin: PUBLIC, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
const KNOWLEDGE = fileURLToPath(new URL('../other-guideline', import.meta.url))

let home: string
let issuer: StubIssuer
/** Two at which people sign in at the issuer, and one behind a proxy that signs them in. */
let replicas: Part[]
let [one, other, proxied]: string[] = []

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'columna-people-'))
  issuer = await startStubIssuer(() => `${PUBLIC}/sign-in/callback`)
  const { publicKey } = await makeTestKeys()
  const trust = join(home, 'trust.json')
  writeFileSync(trust, JSON.stringify({ clients: [{ name: 'north', iss: 'urn:north', jwks: { keys: [publicKey] } }] }))
  const settings = {
    CDS_PUBLIC_URL: PUBLIC,
    CDS_TRUST: trust,
    CDS_KNOWLEDGE: KNOWLEDGE,
    CDS_DRAFT_KNOWLEDGE: 'on',
    CDS_STORE: `file:${join(home, 'columna.db')}`,
    CDS_PATIENT_KEY: 'a secret of the site for tests only, long enough',
    CDS_SESSION_KEY: 'another secret of the site for tests only, as long',
  }
  const oidc = { ...settings, CDS_SIGN_IN: 'oidc', CDS_OIDC_ISSUER: issuer.url, CDS_OIDC_CLIENT_ID: STUB_CLIENT }
  const proxy = { ...settings, CDS_SIGN_IN: 'proxy', CDS_PROXY_USER_HEADER: 'x-user', CDS_PROXY_NETWORKS: '127.0.0.1/32' }
  const ports = await freePorts(3)
  replicas = ports.map((port, index) => createReplica(port, join(home, `${port}.log`), index < 2 ? oidc : proxy))
  ;[one, other, proxied] = ports.map(port => `http://127.0.0.1:${port}`)
  await Promise.all(replicas.map(each => each.start()))
}, 120_000)

afterAll(async () => {
  await Promise.all(replicas.map(each => each.kill()))
  await issuer.close()
  rmSync(home, { recursive: true, force: true })
})

/** A browser with the cookies of the service, which stands in front of it at its public address. */
class Browser {
  readonly cookies = new Map<string, string>()

  /** Goes to an address, without following where it leads on. @param at the replica that answers for the public address. */
  async go(address: string, at: string, options: RequestInit = {}): Promise<Response> {
    const isOurs = address.startsWith('/') || address.startsWith(`${PUBLIC}/`)
    const path = address.startsWith(PUBLIC) ? address.slice(PUBLIC.length) : address
    const cookie = [...this.cookies].map(pair => pair.join('=')).join('; ')
    const answer = await fetch(isOurs ? `${at}${path}` : address, {
      redirect: 'manual',
      ...options,
      headers: { ...options.headers, ...(isOurs && cookie !== '' && { cookie }) },
    })
    if (isOurs) for (const kept of answer.headers.getSetCookie()) this.keep(kept)
    return answer
  }

  private keep(header: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? []
    if (value === '') this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

const onTo = (answer: Response): string => answer.headers.get('location') ?? ''

/** Follows a page of the service to the issuer, and back to the address to which that sends a person. */
async function toCallback(browser: Browser, at: string): Promise<string> {
  const closed = await browser.go('/workbench/?lang=en', at)
  const begun = await browser.go(onTo(closed), at)
  expect([closed.status, begun.status, onTo(begun).split('?')[0]]).toEqual([303, 303, `${issuer.url}/authorize`])
  return onTo(await browser.go(onTo(begun), at))
}

const userOf = async (browser: Browser, at = one ?? ''): Promise<unknown> =>
  ((await (await browser.go('/page-settings', at)).json()) as { user?: unknown }).user

describe('at an issuer', () => {
  test('a person is sent there, comes back to the page, works in it at every replica, and signs out of both', async () => {
    const browser = new Browser()
    const back = await browser.go(await toCallback(browser, one ?? ''), other ?? '')
    expect([back.status, onTo(back), [...browser.cookies.keys()]]).toEqual([
      303,
      `${PUBLIC}/workbench/?lang=en`,
      ['__Secure-columna-id-token', '__Host-columna-session'],
    ])
    for (const at of [one ?? '', other ?? '']) {
      const page = await browser.go(onTo(back), at)
      expect([page.status, /<script [^>]*src="\/assets\//.test(await page.text())]).toEqual([200, true])
      expect(await userOf(browser, at)).toEqual({ id: 'Person/anna', name: 'Anna Test' })
    }
    expect(issuer.asked.at(-1)?.body.get('code_verifier')).toMatch(/^[\w-]{43}$/)
    const call = { method: 'POST', headers: OWN_PAGE, body: '{}' }
    expect((await browser.go(SERVICE, one ?? '', call)).status).toBe(400)
    const out = (await (await browser.go('/sign-out', one ?? '', call)).json()) as { goOnTo: string }
    expect(onTo(await browser.go(out.goOnTo, one ?? ''))).toBe(`${PUBLIC}/`)
    expect([issuer.signedOut.at(-1)?.has('id_token_hint'), [...browser.cookies.keys()]]).toEqual([true, []])
    expect([await userOf(browser), (await browser.go(SERVICE, one ?? '', call)).status]).toEqual([undefined, 401])
  })

  test('what it answered is taken once, also at the other replica', async () => {
    const browser = new Browser()
    const callback = await toCallback(browser, one ?? '')
    const overheard = new Browser()
    for (const [name, value] of browser.cookies) overheard.cookies.set(name, value)
    expect((await browser.go(callback, one ?? '')).status).toBe(303)
    const asked = issuer.asked.length
    expect((await overheard.go(callback, other ?? '')).status).toBe(400)
    expect([issuer.asked.length, overheard.cookies.has('__Host-columna-session')]).toEqual([asked, false])
  })
})

describe('at a proxy', () => {
  const statusFrom = (localAddress: string, headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(`${proxied}/workbench/`, { localAddress, headers }, answer => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end()
    })

  test('a person is who its header says, where it comes from the address of the proxy', async () => {
    expect([
      await statusFrom('127.0.0.1', { 'x-user': 'anna' }),
      await statusFrom('127.0.0.2', { 'x-user': 'anna' }),
      await statusFrom('127.0.0.1', {}),
    ]).toEqual([200, 403, 403])
    const call = (headers: object) =>
      fetch(`${proxied}${SERVICE}`, { method: 'POST', headers: { ...OWN_PAGE, ...headers }, body: '{}' }).then(({ status }) => status)
    expect([await call({ 'x-user': 'anna' }), await call({})]).toEqual([400, 401])
  })
})
