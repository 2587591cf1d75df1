// Signing in to a page outside the demonstration, as a person does: there, through the issuer, back, and out again.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import supertest from 'supertest'
import { createApp } from '../../src/server/app.js'
import { lettingPeople } from '../../src/sign-in/let-in-people.js'
import { createSignIn } from '../../src/sign-in/sign-in.js'
import { letInRegistered } from '../../src/trust/registered-clients.js'
import { buildTestApps, type TestApps } from '../support/browser-apps.js'
import { startChromium } from '../support/chromium.js'
import { listen, type Listening } from '../support/listen.js'
import { testEnvironment } from '../support/service.js'
import { startStubIssuer, STUB_CLIENT, type StubIssuer } from '../support/stub-issuer.js'
import { makeKey } from '../support/tokens.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const START_TIMEOUT_MS = 60_000

interface WithAxe {
  axe: { run: (options: RunOptions) => Promise<AxeResults> }
}

let apps: TestApps
let service: Listening
let issuer: StubIssuer
let browser: Browser

beforeAll(async () => {
  apps = await buildTestApps()
  let handler: RequestListener = (_request, response) => void response.writeHead(503).end()
  service = await listen((request, response) => handler(request, response))
  issuer = await startStubIssuer(() => `${service.url}/sign-in/callback`)
  const publicUrl = service.url
  const oidc = { issuer: issuer.url, clientId: STUB_CLIENT, scope: 'openid profile', groups: [], groupsClaim: 'groups' }
  const signIn = createSignIn(
    { way: { oidc }, sessionKey: randomBytes(32).toString('base64'), services: undefined, isEveryPracticeShown: false, perMinute: 1_000 },
    { publicUrl },
  )
  const key = await makeKey('n1')
  const clients = [
    { name: 'north', iss: 'urn:north', alg: ['ES384'], aud: [], origins: [], jwks: { keys: [key.publicKey] }, fhirServers: [] },
  ]
  const letIn = await letInRegistered(clients, { fhirServers: [], publicUrl, maxAge: 3_600, onForgotten: () => undefined })
  handler = createApp(
    testEnvironment({
      apps,
      publicUrl,
      signIn,
      letIn: lettingPeople(letIn, { signIn, fhirServers: [], areClientsRegistered: true }),
      registeredClients: 1,
      origins: [],
      arePagesOpen: false,
    }),
  )
  browser = await startChromium()
}, START_TIMEOUT_MS)

afterAll(async () => {
  await browser.close()
  await Promise.all([service.close(), issuer.close()])
  apps.remove()
}, START_TIMEOUT_MS)

async function opened(path: string, run: (page: Page) => Promise<void>, width = 1_200): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true })
  const page = await context.newPage()
  await page.goto(`${service.url}${path}`)
  await run(page)
  await context.close()
}

async function faultsOf(page: Page): Promise<unknown> {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(() => (globalThis as unknown as WithAxe).axe.run({ resultTypes: ['violations'] }))
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  return [...violations.map(({ id, nodes }) => [id, nodes[0]?.html.slice(0, 200)]), ...(overflow === 0 ? [] : [overflow])]
}

test.each(['/workbench/', '/consultation/', '/start-back/'])('a person opens %s, signs in, works there, and signs out', async path => {
  await opened(`${path}?lang=en`, async page => {
    await page.getByText('Anna Test').waitFor()
    expect(page.url()).toBe(`${service.url}${path}?lang=en`)
    expect(await page.evaluate('document.cookie')).toBe('')
    const services = await page.evaluate(async () => (await fetch('/cds-services')).status)
    expect(services).toBe(200)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${service.url}/`)
    expect(issuer.signedOut.at(-1)?.get('post_logout_redirect_uri')).toBe(`${service.url}/`)
    expect(await page.evaluate(async () => (await fetch('/cds-services')).status)).toBe(401)
  })
})

test('who could not be signed out stays, is told so, and tries again', async () => {
  await opened(
    '/consultation/',
    async page => {
      await page.route('**/sign-out', route => route.abort())
      await page.getByRole('button', { name: 'Log ud' }).click()
      await page.getByText('Du er stadig logget ind.').waitFor()
      expect(await faultsOf(page)).toEqual([])
      expect(page.url()).toBe(`${service.url}/consultation/`)
      await page.unroute('**/sign-out')
      await page.getByRole('button', { name: 'Log ud' }).click()
      await page.waitForURL(`${service.url}/`)
    },
    360,
  )
})

test('who is no longer signed in is told so, and comes back to the page', async () => {
  await opened('/consultation/?lang=en', async page => {
    await page.getByText('Anna Test').waitFor()
    // As if the session ended between the page and what it asks next.
    await page.route('**/cds-services', async route => {
      const { status, text } = await supertest(service.url).get('/cds-services').set('sec-fetch-site', 'same-origin')
      await route.fulfill({ status, body: text })
    })
    await page.reload()
    await page.getByRole('link', { name: 'Sign in again' }).waitFor()
    await page.unroute('**/cds-services')
    await page.getByRole('link', { name: 'Sign in again' }).click()
    await page.getByText('Anna Test').waitFor()
    expect(page.url()).toBe(`${service.url}/consultation/?lang=en`)
  })
})

describe.each([
  { screen: 'phone', width: 360 },
  { screen: 'desktop', width: 1_200 },
])('on a $screen', ({ width }) => {
  test('the head with who is signed in can be read by everybody', async () => {
    await opened(
      '/consultation/',
      async page => {
        await page.getByRole('button', { name: 'Log ud' }).waitFor()
        expect(await faultsOf(page)).toEqual([])
      },
      width,
    )
  })

  test('so can what is told where the sign-in fails', async () => {
    await opened(
      '/sign-in/callback?code=x&state=y',
      async page => {
        await page.getByRole('heading', { name: 'Login blev ikke gennemført' }).waitFor()
        await page.getByRole('link', { name: 'Log ind igen' }).waitFor()
        expect(await faultsOf(page)).toEqual([])
      },
      width,
    )
  })
})
