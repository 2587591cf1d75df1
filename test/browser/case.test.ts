// The patient's page, as an EHR opens it: from a card's link to its reason, and what is told where that cannot be.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startChromium } from '../support/chromium.js'
import { startLaunchedCase, type LaunchedCase } from '../support/launched-case.js'
import { soon } from '../support/soon.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const START_TIMEOUT_MS = 60_000
const PATIENT = 'start-back-high'

interface WithAxe {
  axe: { run: (options: RunOptions) => Promise<AxeResults> }
}

let launched: LaunchedCase
let browser: Browser
let context: BrowserContext
let page: Page
let asked: string[]
let said: string[]

beforeAll(async () => {
  launched = await startLaunchedCase()
  browser = await startChromium()
}, START_TIMEOUT_MS)

afterAll(async () => {
  await browser.close()
  await launched.close()
}, START_TIMEOUT_MS)

beforeEach(async () => {
  await freshPage({ width: 1_200, height: 900 })
})

afterEach(async () => {
  launched.ehr.odd = {}
  await context.close()
})

async function freshPage(viewport: { width: number; height: number }, isPolicyKept = true): Promise<void> {
  context = await browser.newContext({ viewport, bypassCSP: !isPolicyKept })
  page = await context.newPage()
  ;[asked, said] = [[], []]
  page.on('request', request => asked.push(request.url()))
  page.on('console', message => said.push(message.text()))
  page.on('pageerror', error => said.push(error.message))
}

const heading = (name: string | RegExp) => page.getByRole('heading', { name })

async function followCard(): Promise<string> {
  const [card] = await launched.cards('start-back-risk', 'patient-view', PATIENT)
  await page.goto(launched.follow(card!, PATIENT))
  await heading('Derfor kom kortet').waitFor()
  return card!.summary
}

/** What axe finds, and what is wider than the screen. */
async function faultsOfPage(): Promise<unknown> {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(() => (globalThis as unknown as WithAxe).axe.run({ resultTypes: ['violations'] }))
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  return [...violations.map(({ id, nodes }) => [id, nodes.length, nodes[0]?.html.slice(0, 200)]), ...(overflow === 0 ? [] : [overflow])]
}

describe('from the link of a card', () => {
  test('to its reason, the facts behind it and the resources of the record', async () => {
    const summary = await followCard()
    expect(await page.getByRole('heading', { level: 3, name: summary }).count()).toBe(1)
    expect(await page.getByText('Patient', { exact: true }).first().isVisible()).toBe(true)
    const why = page.getByRole('region', { name: 'Derfor kom kortet' })
    expect(await why.getByRole('listitem').filter({ hasText: 'Høj risiko: delscore mindst 4.' }).innerText()).toMatch(/^✓\s*Ja/)
    await why.getByText('Patienten har en ryglidelse eller et gældende STarT Back-svar.').click()
    await why.getByText('Fundet i journalen').waitFor()
    await why.getByText(/^Diagnose/).waitFor()
    await soon(() => expect(launched.ehr.read.some(path => path.startsWith('/fhir/Condition/'))).toBe(true))
    expect(said).toEqual([])
  })

  test('to the page of its recommendation, in a tab of its own', async () => {
    await followCard()
    const opening = context.waitForEvent('page')
    await page
      .getByRole('region', { name: 'Kortet' })
      .getByRole('link', { name: /Læs anbefalingen/ })
      .click()
    const recommendation = await opening
    await recommendation.waitForLoadState()
    expect(recommendation.url()).toBe(`${launched.url}/guidelines/start-back/high-risk`)
    expect(await heading('Derfor kom kortet').isVisible()).toBe(true)
  })

  test('with nothing of the launch in the address, the storage, or at any other host', async () => {
    await followCard()
    expect(page.url()).toBe(`${launched.url}/case/`)
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([0, 0, ''])
    expect(await context.cookies()).toEqual([])
    expect(asked.filter(url => !url.startsWith(launched.url) && !url.startsWith(launched.ehr.url))).toEqual([])
    const addresses = asked.filter(url => !url.startsWith(`${launched.ehr.url}/`))
    expect(addresses.filter(url => url.includes(PATIENT))).toEqual([])
  })

  test('in English where the reader asks for it, without another launch', async () => {
    await followCard()
    await page.getByRole('link', { name: 'English' }).click()
    await heading('Why the card came').waitFor()
    await page.getByText('High risk', { exact: false }).first().waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('en')
    await page.getByRole('link', { name: 'Dansk' }).click()
    await heading('Derfor kom kortet').waitFor()
  })
})

test('opened by the EHR without a card it shows those that would come now, and why each', async () => {
  await page.goto(launched.open({ patient: PATIENT }))
  await heading('Kort, når journalen åbnes nu').waitFor()
  await page.getByRole('button', { name: /^Hvorfor dette kort\?\s*: STarT Back høj risiko/ }).click()
  await heading('Derfor kom kortet').waitFor()
})

test('tells what was near, what is not known first, and opens all conditions of each', async () => {
  await page.goto(launched.open({ patient: PATIENT }))
  const near = page.getByRole('region', { name: 'Det var tæt på' })
  await near.getByRole('heading', { level: 3 }).first().waitFor()
  const first = near.getByRole('listitem').first()
  expect(await first.innerText()).toContain('Kan ikke siges')
  await first.getByText('Spørg til:').waitFor()
  await first.getByText('Alle betingelser').click()
  await first
    .getByRole('listitem')
    .filter({ hasText: /✓\s*Ja/ })
    .first()
    .waitFor()
})

describe('where it cannot be, it says what happened and what to do', () => {
  const told = () => page.getByRole('alert').innerText()

  test('opened by itself, or loaded again', async () => {
    await page.goto(`${launched.url}/case/`)
    expect(await told()).toContain('den åbnes fra journalen')
    await followCard()
    await page.reload()
    expect(await told()).toContain('Åbn siden igen fra patientens journal.')
  })

  test('launched by an EHR that is not listed', async () => {
    await page.goto(`${launched.url}/case/launch?iss=https%3A%2F%2Fevil.example%2Ffhir&launch=x`)
    expect(await told()).toContain('smartClientId')
    expect(asked.filter(url => url.includes('evil.example') && !url.startsWith(launched.url))).toEqual([])
  })

  test.each<[string, LaunchedCase['ehr']['odd'], string]>([
    ['an EHR that gives no access', { refuses: true }, 'gav ikke adgang'],
    ['an EHR without PKCE', { configuration: { code_challenge_methods_supported: ['plain'] } }, 'PKCE'],
    ['an EHR whose page is no page', { configuration: { authorization_endpoint: 'javascript:alert(1)' } }, 'fortæller ikke'],
    [
      'an EHR whose tokens are elsewhere than was listed',
      { configuration: { token_endpoint: 'http://127.0.0.1:9/token' } },
      'smartOrigins',
    ],
  ])('%s', async (_, odd, words) => {
    launched.ehr.odd = odd
    await page.goto(launched.open({ patient: PATIENT }))
    await page.getByRole('alert').waitFor()
    expect(await told()).toContain(words)
  })

  test('an EHR that names no patient', async () => {
    await page.goto(launched.open({}))
    await page.getByRole('alert').waitFor()
    expect(await told()).toContain('hvilken patient')
  })

  test('an answer to what another tab asked', async () => {
    await page.goto(`${launched.url}/case/?code=stolen&state=other`)
    await page.getByRole('alert').waitFor()
    expect(await told()).toContain('Svaret fra journalen hører ikke til')
    expect(page.url()).toBe(`${launched.url}/case/`)
  })
})

describe.each([
  { screen: 'phone', width: 360 },
  { screen: 'tablet', width: 820 },
])('on a $screen everybody can read it', ({ width }) => {
  beforeEach(async () => {
    await context.close()
    // Axe is put in by the test; the page itself lets no other script in.
    await freshPage({ width, height: 800 }, false)
  })

  test('the reasons, opened', async () => {
    await followCard()
    for (const summary of await page.locator('section details > summary').all()) await summary.click()
    await page.getByText('Fundet i journalen').first().waitFor()
    expect(await faultsOfPage()).toEqual([])
  })

  test('the cards to choose from', async () => {
    await page.goto(launched.open({ patient: PATIENT }))
    await heading('Det var tæt på').waitFor()
    expect(await faultsOfPage()).toEqual([])
  })

  test('what cannot be', async () => {
    await page.goto(`${launched.url}/case/`)
    await page.getByRole('alert').waitFor()
    expect(await faultsOfPage()).toEqual([])
  })
})
