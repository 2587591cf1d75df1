// On a phone everything that can be pressed is as large as a finger: the first page, those that people work in, and the
// patient's page as an EHR opens it. On the guideline pages, dense with references, links are 24 px.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { TOUR } from '../../src/demo/tour.js'
import { startChromium } from '../support/chromium.js'
import { patientFormOf } from '../support/invented-wording.js'
import { startLaunchedCase, type LaunchedCase } from '../support/launched-case.js'
import { LEAST, smallTargets } from '../support/touch-targets.js'
import { startWorkService, type WorkService } from '../support/work-service.js'
import { pathIn, PAGES_TO_SEE } from './pages-to-see.js'

const START_TIMEOUT_MS = 120_000

let service: WorkService
let launched: LaunchedCase
let browser: Browser

beforeAll(async () => {
  service = await startWorkService({ tour: TOUR, patientForm: patientFormOf() })
  launched = await startLaunchedCase()
  browser = await startChromium()
}, START_TIMEOUT_MS)

afterAll(async () => {
  await browser.close()
  await service.close()
  await launched.close()
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

const smallIn = async (url: string, work: (page: Page) => Promise<void>, least = LEAST.finger): Promise<string[]> => {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } })
  await page.goto(url)
  await work(page)
  const small = await smallTargets(page, least)
  await page.close()
  return small
}

test.each(Object.entries(PAGES))('%s has nothing that a finger misses', async (_, { path, work }) => {
  expect(await smallIn(`${service.url}${path}`, work)).toEqual([])
})

// Tables of references with a link in each cell would be three times as long with 44 px a row.
test.each(Object.entries(PAGES_TO_SEE))('the guideline page %s has room enough around each link', async (_, path) => {
  expect(await smallIn(`${service.url}${pathIn(path, 'da')}`, nothing, LEAST.dense)).toEqual([])
})

test('the patient’s page as an EHR opens it has nothing that a finger misses', async () => {
  const patient = 'start-back-high'
  const [card] = await launched.cards('start-back-risk', 'patient-view', patient)
  const opened = (page: Page) => page.getByRole('heading', { name: 'Derfor kom kortet' }).waitFor()
  expect(await smallIn(launched.follow(card!, patient), opened)).toEqual([])
})
