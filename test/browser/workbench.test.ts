// The workbench as a person uses it, in a browser: each story from a fresh start, by what is seen and how it is called.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bundle, ServiceRequest } from 'fhir/r4.js'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { axeFindings, overflowOf } from '../support/axe.js'
import { startChromium } from '../support/chromium.js'
import { soon } from '../support/soon.js'
import { startWorkService, type WorkService } from '../support/work-service.js'

const START_TIMEOUT_MS = 120_000
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

let service: WorkService
let browser: Browser
let context: BrowserContext

beforeAll(async () => {
  service = await startWorkService()
  browser = await startChromium()
}, START_TIMEOUT_MS)

afterEach(() => context.close())

afterAll(async () => {
  await browser.close()
  await service.close()
}, START_TIMEOUT_MS)

interface Opened {
  page: Page
  /** Addresses that the page asked for. */
  asked: string[]
  /** What it said on the console, or threw. */
  said: string[]
}

/** Opens the workbench in a fresh browser. @param story of the demonstration, and its service. */
async function open(story = '', { width = 1_440, height = 1_000, language = 'da', isBare = false } = {}): Promise<Opened> {
  // Axe is put in by the test; the page itself lets no other script in.
  context = await browser.newContext({ viewport: { width, height }, bypassCSP: !isBare, acceptDownloads: true })
  const page = await context.newPage()
  const [asked, said]: [string[], string[]] = [[], []]
  page.on('request', request => asked.push(request.url()))
  page.on('console', message => said.push(message.text()))
  page.on('pageerror', error => said.push(error.message))
  await page.goto(`${service.url}/workbench/?lang=${language}${story}`)
  return { page, asked, said }
}

const RED_FLAG = '#demo=red-flag-cauda-equina&service=low-back-pain-patient-view'
const ORDER = '#demo=recent-pain&service=low-back-pain-order-sign'

const card = (page: Page, title: string | RegExp): Locator => page.getByRole('article', { name: title })

/** Orders something of the EHR's catalogue. */
async function order(page: Page, what: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Bestil' }).selectOption({ label: what })
  await page.getByRole('button', { name: 'Tilføj' }).click()
}

describe('a person at the workbench', () => {
  test('finds a patient, reads a card and finds out why, down to the resource', async () => {
    const { page, asked, said } = await open('', { isBare: true })
    await page.getByRole('searchbox', { name: /Find en patient/ }).fill('ridebukse')
    await page.getByRole('button', { name: /Ridebukseområde/ }).click()
    await page.getByRole('radio', { name: /røde flag/ }).check()
    await card(page, /Ring til rygkirurgisk vagt nu/)
      .getByRole('button', { name: 'Hvorfor dette kort?' })
      .click()
    const why = page.getByRole('region', { name: 'Hvorfor' })
    await why.getByText('Mindst ét akut neurologisk rødt flag er positivt.').click()
    await why.getByText('Mindst ét akut neurologisk rødt flag er til stede.').click()
    await why.getByText(/^Mindst ét tegn på svært neurologisk udfald/).click()
    await why.getByText('Føleforstyrrelse i ridebukseområdet.').first().click()
    await why.getByText('QuestionnaireResponse/red-flag-cauda-equina-consultation').first().click()
    await expect(
      why
        .getByRole('region', { name: /QuestionnaireResponse/ })
        .first()
        .textContent(),
    ).resolves.toContain('"linkId"')
    const link = why.getByRole('link', { name: 'Læs anbefalingen' }).first()
    expect(await link.getAttribute('href')).toMatch(/^\/guidelines\/red-flags\//)
    const hosts = new Set(asked.map(address => new URL(address).origin))
    expect([...hosts].sort()).toEqual([service.url, new URL(service.fhirServer).origin].sort())
    expect(asked.filter(address => address.startsWith(service.url) && address.includes('cauda'))).toEqual([])
    expect(said).toEqual([])
    expect(page.url()).toBe(`${service.url}/workbench/?lang=da`)
    expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0)
  })

  test('asks the server for a patient who is not among the first', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: /Ridebukseområde/ }).waitFor()
    await context.route('**/fhir/Patient?_count=200', route => route.fulfill({ json: { resourceType: 'Bundle', type: 'searchset' } }))
    await page.reload()
    await page.getByRole('searchbox', { name: /Find en patient/ }).fill('ridebukse')
    await page.getByRole('button', { name: 'Søg på serveren' }).click()
    await page.getByRole('button', { name: /Ridebukseområde/ }).click()
    await page.getByRole('article').first().waitFor()
  })

  test('finds out why a card did not come', async () => {
    const { page } = await open('#demo=no-back-problem&service=low-back-pain-patient-view')
    const why = page.getByRole('region', { name: 'Hvorfor' })
    await page.getByText('Ingen kort.').waitFor()
    const misses = why.getByRole('listitem').filter({ has: page.getByRole('button', { name: 'Vis i planen' }) })
    await misses.first().waitFor()
    expect(await misses.count()).toBe(5)
    const title = await misses.first().getByRole('heading').textContent()
    await misses.first().getByRole('button', { name: 'Vis i planen' }).click()
    await why.getByRole('heading', { name: title ?? '' }).waitFor()
    expect(
      await why
        .getByText(/^Nej: |^Kan ikke afgøres: /)
        .first()
        .textContent(),
    ).not.toBe('')
  })

  test('takes a suggestion and finds the resource in the FHIR server', async () => {
    const { page } = await open(RED_FLAG)
    await card(page, /Ring til rygkirurgisk vagt nu/)
      .getByRole('button', { name: /Kladde: henvisning til rygkirurg/ })
      .click()
    const done = page.getByRole('status').filter({ hasText: 'Forslaget er fulgt' })
    const link = await done.getByRole('link').getAttribute('href')
    expect(link).toMatch(new RegExp(`^${service.fhirServer}/ServiceRequest/`))
    const found = (await (await fetch(`${service.fhirServer}/ServiceRequest?patient=red-flag-cauda-equina`)).json()) as Bundle
    expect(found.entry?.map(({ resource }) => `${service.fhirServer}/ServiceRequest/${resource?.id}`)).toContain(link)
  })

  test('a second press writes nothing twice', async () => {
    const { page } = await open('#demo=red-flag-paresis&service=low-back-pain-patient-view')
    const written: string[] = []
    page.on('request', request => {
      if (request.method() === 'POST' && request.url().startsWith(service.fhirServer)) written.push(request.url())
    })
    await page
      .getByRole('button', { name: /Kladde: henvisning til rygkirurg/ })
      .first()
      .dblclick()
    await page.getByRole('status').filter({ hasText: 'Forslaget er fulgt' }).waitFor()
    expect(written).toEqual([`${service.fhirServer}/ServiceRequest`])
  })

  test('cards of another service do not stand beside a call that is under way', async () => {
    const { page } = await open(RED_FLAG)
    await card(page, /Ring til rygkirurgisk vagt nu/).waitFor()
    let answer = () => {}
    const held = new Promise<void>(resolve => (answer = resolve))
    await page.route('**/cds-services/start-back-risk', async route => {
      await held
      await route.continue()
    })
    await page.getByRole('radio', { name: /STarT Back/ }).check()
    await card(page, /Ring til rygkirurgisk vagt nu/).waitFor({ state: 'detached' })
    expect(await page.getByText('Ingen kort').count()).toBe(0)
    answer()
    await page
      .getByText(/^(Ingen kort|\d+ kort)/)
      .first()
      .waitFor()
  })

  test('removes a draft as a card proposes, in the page', async () => {
    const { page } = await open(ORDER)
    await order(page, 'Paracetamol')
    const proposed = card(page, /Paracetamol ved nyopståede/)
    await proposed.getByRole('button', { name: /Fjern ordinationen/ }).click()
    await page.getByText('Intet er valgt endnu').waitFor()
    expect(await proposed.count()).toBe(0)
  })

  test('what is ordered for one patient is ordered for no other, and begun anew with the first', async () => {
    const { page } = await open(ORDER)
    const drafts = page.getByRole('group', { name: 'Kladder, der bestilles' })
    const called: string[] = []
    page.on('request', request => {
      if (request.url() === `${service.url}/cds-services/low-back-pain-order-sign`) called.push(request.postData() ?? '')
    })
    const change = async (name: RegExp) => {
      await page.getByRole('button', { name: 'Vælg en anden' }).click()
      await page.getByRole('button', { name }).click()
      await drafts.getByText('Intet er valgt endnu').waitFor()
    }
    await order(page, 'Paracetamol')
    await drafts.getByRole('button', { name: /^Fjern Paracetamol/ }).waitFor()
    await soon(() => expect(called).toHaveLength(1))
    await change(/Ridebukseområde/)
    await order(page, 'MR-skanning af lænderyg')
    await soon(() => expect(called).toHaveLength(2))
    const { context: asked } = JSON.parse(called[1] ?? '') as { context: { patientId: string; draftOrders: Bundle } }
    expect(asked.patientId).toBe('red-flag-cauda-equina')
    expect(
      asked.draftOrders.entry?.map(({ resource }) => [resource?.resourceType, (resource as ServiceRequest).subject.reference]),
    ).toEqual([['ServiceRequest', 'Patient/red-flag-cauda-equina']])
    await change(/Nyopstået/)
    expect(await drafts.getByRole('button', { name: /^Fjern/ }).count()).toBe(0)
    expect(called).toHaveLength(2)
  })

  test('overrides a card with a reason and sees it held back', async () => {
    const { page } = await open('#demo=start-back-medium&service=low-back-pain-order-sign')
    await order(page, 'Paracetamol')
    const shown = page.getByRole('article').first()
    const summary = await shown.getAttribute('aria-label')
    await shown.getByRole('button', { name: 'Tilsidesæt …' }).click()
    await shown.getByRole('radio', { name: 'Patienten ønsker noget andet' }).check()
    await shown.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Tilsidesættelsen er sendt').waitFor()
    await page.getByRole('heading', { name: 'Tier efter et svar' }).waitFor()
    expect(await page.getByRole('article', { name: summary ?? '' }).count()).toBe(0)
    await page
      .getByText(/blev tilsidesat den 2026-03-30/)
      .first()
      .waitFor()
  })

  test('asks what if it were another date, or something were answered otherwise', async () => {
    const { page } = await open(RED_FLAG)
    await card(page, /Ring til rygkirurgisk vagt nu/).waitFor()
    await page.getByText('Hvad nu hvis …').click()
    await page.getByLabel('Tjenestens ur').fill('2026-06-20T10:00')
    await page.getByText(/kort kommer til, 1 falder bort/).waitFor()
    await page.getByText('Falder bort', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Fortryd alt' }).click()
    await page.getByText('1 kort', { exact: true }).waitFor()
    await page.getByText('low-back-consultation', { exact: true }).click()
    await page.getByRole('combobox', { name: /ridebukseområdet/ }).selectOption({ label: 'nej' })
    await page.getByText('1 ændring prøves').waitFor()
    await page.getByText(/^0 kort kommer til, 0 falder bort, 1 ændres/).waitFor()
    await page.getByText('Ændret', { exact: true }).waitFor()
  })

  test('saves a case and runs it with the case runner', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'columna-case-'))
    try {
      const { page } = await open(ORDER)
      await order(page, 'Paracetamol')
      await card(page, /Paracetamol ved nyopståede/).waitFor()
      await page.getByText('Gem som klinisk case').click()
      await page.getByLabel('Navn på casen').fill('Paracetamol, nye smerter')
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Hent YAML' }).click()])
      expect(download.suggestedFilename()).toBe('paracetamol-nye-smerter.yaml')
      mkdirSync(join(folder, 'saved'))
      await download.saveAs(join(folder, 'saved', download.suggestedFilename()))
      copyFileSync(join(ROOT, 'test/clinical-cases/vocabulary.yaml'), join(folder, 'vocabulary.yaml'))
      const text = readFileSync(join(folder, 'saved', download.suggestedFilename()), 'utf8')
      expect(text).not.toMatch(/Testperson|recent-pain"|Prøvevej/)
      expect(text).toContain('recommends: [LBP-10')
      const told = execFileSync('node', ['--import', 'tsx', 'src/cli/columna.ts', 'cases', '--cases', folder], {
        cwd: ROOT,
        encoding: 'utf8',
      })
      expect(told).toBe('1 cases, all as expected.\n')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('pastes a whole request, and is told what is wrong with it', async () => {
    const { page } = await open()
    await page.getByText('Indsæt en hel anmodning').click()
    await page.getByLabel('Anmodning (JSON)').fill('{ "hook": ')
    await page.getByRole('button', { name: 'Kald med den' }).click()
    await page.getByText('Teksten er ikke et JSON-objekt').waitFor()
    await page.getByLabel('Anmodning (JSON)').fill(JSON.stringify({ hook: 'patient-view', hookInstance: 'none', context: {} }))
    await page.getByRole('button', { name: 'Kald med den' }).click()
    await page.getByRole('alert').filter({ hasText: 'CDS_REQUEST_INVALID' }).waitFor()
    const request = {
      hook: 'patient-view',
      hookInstance: '3f1c9c39-2f5e-4a54-9a39-6f5d0a2f2b01',
      fhirServer: service.fhirServer,
      context: { userId: 'Practitioner/COREPRACTITIONER1', patientId: 'red-flag-cancer' },
    }
    await page.getByLabel('Anmodning (JSON)').fill(JSON.stringify(request))
    await page.getByRole('button', { name: 'Kald med den' }).click()
    await page.getByRole('article').first().waitFor()
    await page.getByRole('tab', { name: 'Rå data' }).click()
    await page.getByRole('row', { name: /^Kald \d+ ms/ }).waitFor()
  })

  test('uses nothing but the keyboard', async () => {
    const { page } = await open()
    const search = page.getByRole('searchbox', { name: /Find en patient/ })
    await search.focus()
    await page.keyboard.type('kræft')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('article').first().waitFor()
    const tab = page.getByRole('tab', { name: 'Dette kort' })
    await tab.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('tab', { name: 'Hele planen' }).getAttribute('aria-selected')).toBe('true')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Hele planen')
    await page.getByRole('searchbox', { name: 'Søg i planerne' }).waitFor()
  })
})

describe.each([
  { screen: 'a phone', width: 360, height: 780 },
  { screen: 'a tablet', width: 820, height: 1_180 },
  { screen: 'a desktop', width: 1_440, height: 1_000 },
])('on $screen', ({ width, height }) => {
  /** Shows a column, where the screen has room for one. */
  const show = async (page: Page, column: string) => {
    if (width < 700)
      await page
        .getByRole('group', { name: /Værksted|Workbench/ })
        .getByRole('button', { name: column })
        .click()
  }

  const sound = async (page: Page) => {
    expect(await axeFindings(page)).toEqual([])
    expect(await overflowOf(page)).toBe(0)
  }

  test('nobody is shut out, before and after a call, with everything open', async () => {
    const { page } = await open('', { width, height })
    await page.getByRole('searchbox', { name: /Find en patient/ }).waitFor()
    await sound(page)
    await page.getByRole('button', { name: /Ridebukseområde/ }).click()
    const shown = page.getByRole('article').first()
    await shown.waitFor()
    await shown.getByRole('button', { name: 'Tilsidesæt …' }).click()
    await sound(page)
    await show(page, 'Hvorfor')
    for (const name of ['Næsten', 'Hele planen', 'Rå data', 'Dette kort']) {
      await page.getByRole('tab', { name }).click()
      await page.evaluate("document.querySelectorAll('.wb-why summary').forEach(summary => summary.click())")
      await sound(page)
    }
    await show(page, 'Patient')
    await page.getByText('Hvad nu hvis …').click()
    await page.getByText('low-back-consultation', { exact: true }).click()
    await page.getByLabel('Tjenestens ur').fill('2026-06-20T10:00')
    await page.getByText('1 ændring prøves').waitFor()
    await sound(page)
    await show(page, 'Kort')
    await page.getByText('Falder bort', { exact: true }).waitFor()
    await sound(page)
  })

  test('in English too, with a draft order and a refusal', async () => {
    const { page } = await open('#demo=recent-pain&service=low-back-pain-order-sign', { width, height, language: 'en' })
    await show(page, 'Patient')
    await page.getByRole('combobox', { name: 'Order' }).selectOption({ label: 'Paracetamol' })
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('article', { name: /Paracetamol in recent low back pain/ }).waitFor()
    await sound(page)
    await context.route('**/cds-services/*', route => route.abort())
    await page.getByRole('button', { name: 'Call again' }).click()
    await page.getByRole('alert').filter({ hasText: 'Could not call the service' }).waitFor()
    await sound(page)
  })
})

describe('the knowledge', () => {
  test.each([360, 1_440])('is looked up: plans, facts, value sets, cases, faults and the graph, at a width of %d', async width => {
    const { page } = await open('', { width })
    await page.getByRole('button', { name: 'Viden' }).click()
    await page.getByRole('searchbox', { name: 'Søg' }).fill('LBP-10')
    await page.getByText('Ordination af smertestillende medicin ved rygsmerter').click()
    await page.getByText('Paracetamol ved nyopståede lænderygsmerter: kun efter nøje overvejelse').click()
    expect(await page.getByRole('link', { name: 'Læs anbefalingen' }).getAttribute('href')).toMatch(/^\/guidelines\/analgesic-orders\//)
    expect(await axeFindings(page)).toEqual([])
    const says = {
      Oplysninger: 'Patientens aktive ryglidelser.',
      Værdisæt: 'NSAID, systemisk',
      Cases: 'ingen optegnelse',
      Fejl: 'Tjenesten fandt intet at advare om',
    }
    for (const [tab, text] of Object.entries(says)) {
      await page.getByRole('tab', { name: tab }).click()
      if (['Oplysninger', 'Værdisæt'].includes(tab)) await page.getByRole('searchbox', { name: 'Søg' }).fill(text)
      await page.getByText(text).first().waitFor()
      expect(await axeFindings(page)).toEqual([])
    }
    await page.getByRole('tab', { name: 'Graf' }).click()
    await page.getByRole('img', { name: /^Alle planer: \d+ punkter og \d+ forbindelser/ }).waitFor()
    await page.getByRole('combobox', { name: 'Graf over' }).selectOption({ label: 'Næste skridt i rygforløbet' })
    await page.getByText('Grafen som tekst').click()
    await page.getByRole('listitem').filter({ hasText: 'Journalen åbnes' }).first().waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(await overflowOf(page)).toBe(0)
  })
})

test('a patient is opened by the address in the demonstration alone', async () => {
  const real = await startWorkService({ demonstrationFhirServer: undefined as unknown as string })
  try {
    context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${real.url}/workbench/${RED_FLAG}`)
    await page.getByRole('searchbox', { name: /Find en patient/ }).waitFor()
    await page.getByRole('button', { name: /Ridebukseområde/ }).waitFor()
    expect(await page.getByText('Valgt patient').count()).toBe(0)
  } finally {
    await real.close()
  }
})
