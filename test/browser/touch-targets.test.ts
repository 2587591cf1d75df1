// On a phone everything that can be pressed is as large as a finger: the first page and those that people work in. What the
// guideline pages link to stands in text.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { TOUR } from '../../src/demo/tour.js'
import { startChromium } from '../support/chromium.js'
import { patientFormOf } from '../support/invented-wording.js'
import { smallTargets } from '../support/touch-targets.js'
import { startWorkService, type WorkService } from '../support/work-service.js'

const START_TIMEOUT_MS = 120_000

let service: WorkService
let browser: Browser

beforeAll(async () => {
  service = await startWorkService({ tour: TOUR, patientForm: patientFormOf() })
  browser = await startChromium()
}, START_TIMEOUT_MS)

afterAll(async () => {
  await browser.close()
  await service.close()
}, START_TIMEOUT_MS)

const nothing = async (): Promise<void> => undefined

/** Each page, and what is waited for and done in it before it is measured. */
const PAGES: Readonly<Record<string, { path: string; work: (page: Page) => Promise<void> }>> = {
  front: { path: '/', work: nothing },
  'the short form': {
    path: '/consultation/#demo=not-asked-yet',
    work: page => page.getByText('Akutte tegn', { exact: true }).waitFor(),
  },
  'the whole form': {
    path: '/consultation/#demo=recent-pain',
    work: page => page.getByRole('button', { name: 'Hele skemaet' }).click(),
  },
  'STarT Back': {
    path: '/start-back/#demo=start-back-low',
    work: page => page.getByRole('button', { name: 'Gem i journalen' }).waitFor(),
  },
  'STarT Back for patients': { path: '/start-back/patient/', work: page => page.getByRole('button', { name: 'Begynd' }).click() },
  'the cards of the workbench': {
    path: '/workbench/#demo=red-flag-cauda-equina&service=low-back-pain-patient-view',
    work: page => page.getByRole('article').first().waitFor(),
  },
  'the reasons of the workbench': {
    path: '/workbench/#demo=red-flag-cauda-equina&service=low-back-pain-patient-view',
    work: async page => {
      await page.getByRole('article').first().getByRole('button', { name: 'Hvorfor dette kort?' }).click()
      await page.getByRole('tab', { name: 'Næsten' }).click()
    },
  },
  'the patient of the workbench': {
    path: '/workbench/',
    work: page => page.getByRole('button', { name: /Ridebukseområde/ }).waitFor(),
  },
  'the patient’s page': { path: '/case/', work: nothing },
}

test.each(Object.entries(PAGES))('%s has nothing that a finger misses', async (_, { path, work }) => {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } })
  await page.goto(`${service.url}${path}`)
  await work(page)
  const small = await smallTargets(page)
  await page.close()
  expect(small).toEqual([])
})
