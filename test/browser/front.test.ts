// A first visit, in a browser: one page says what this is, and each of its patients is one click from their cards.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { TOUR } from '../../src/demo/tour.js'
import { axeFindings, overflowOf } from '../support/axe.js'
import { startChromium } from '../support/chromium.js'
import { startWorkService, type WorkService } from '../support/work-service.js'

const START_TIMEOUT_MS = 120_000

let service: WorkService
let browser: Browser

beforeAll(async () => {
  service = await startWorkService({ tour: TOUR })
  browser = await startChromium()
}, START_TIMEOUT_MS)

afterAll(async () => {
  await browser.close()
  await service.close()
}, START_TIMEOUT_MS)

/** What the workbench says of each patient of the tour at first sight. */
const MET: Readonly<Record<string, RegExp>> = {
  'start-back-high': /STarT Back høj risiko/,
  'red-flag-cauda-equina': /Ring til rygkirurgisk vagt nu/,
  'recent-pain': /Bestil/,
  'root-affection': /Rodpåvirkning, dag 28/,
  'not-asked-yet': /spørg, undersøg og notér/,
  'no-back-problem': /Ingen kort/,
}

describe('a first visit', () => {
  test.each(TOUR.patients)('leads with one click to $id', async ({ id, title }) => {
    const page = await browser.newPage()
    await page.goto(service.url)
    await page.getByRole('link', { name: new RegExp(`Åbn i værkstedet.*${title.da}`) }).click()
    await page
      .getByText(MET[id] ?? /-/)
      .first()
      .waitFor()
    expect(new URL(page.url()).pathname).toBe('/workbench/')
    await page.close()
  })

  test('leads to the short form of the patient who was asked nothing', async () => {
    const page = await browser.newPage()
    await page.goto(service.url)
    await page.getByRole('link', { name: 'Det korte skema' }).click()
    await page.getByRole('group', { name: /Akutte tegn/ }).waitFor()
    await page.close()
  })

  test.each([
    { width: 360, language: 'da' },
    { width: 820, language: 'en' },
    { width: 1_280, language: 'da' },
  ])('can be read by everybody at $width px in $language', async ({ width, language }) => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true })
    const page = await context.newPage()
    await page.goto(`${service.url}/?lang=${language}`)
    expect(await axeFindings(page)).toEqual([])
    expect(await overflowOf(page)).toBe(0)
    await context.close()
  })
})
