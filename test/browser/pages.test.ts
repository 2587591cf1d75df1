// The pages for people in a browser: axe finds nothing, nothing is wider than the screen, and nobody else is asked for anything.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser } from 'playwright-core'
import { INVENTED_WEEKS } from '../../src/demo/invented-weeks.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'
import { startChromium } from '../support/chromium.js'
import { PAGES_TO_SEE, pathIn } from './pages-to-see.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const START_TIMEOUT_MS = 60_000

interface WithAxe {
  axe: { run: (options: RunOptions) => Promise<AxeResults> }
}

let service: Listening
let browser: Browser

beforeAll(async () => {
  service = await startTestService({ quality: { weekly: INVENTED_WEEKS, isInvented: true } })
  browser = await startChromium()
}, START_TIMEOUT_MS)

afterAll(async () => {
  await browser.close()
  await service.close()
}, START_TIMEOUT_MS)

describe.each([
  { screen: 'phone', width: 360 },
  { screen: 'desktop', width: 1_280 },
])('on a $screen', ({ width }) => {
  test.each(Object.entries(PAGES_TO_SEE).flatMap(([name, path]) => ['da', 'en'].map(language => ({ name, language, path }))))(
    '$name in $language can be read by everybody',
    async ({ language, path }) => {
      // Axe is put in by the test; the pages themselves let no script in.
      const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true })
      const page = await context.newPage()
      const asked: string[] = []
      const said: string[] = []
      page.on('request', request => asked.push(request.url()))
      page.on('console', message => said.push(message.text()))
      await page.goto(`${service.url}${pathIn(path, language)}`)
      // The review has forty tables of one make; axe would look at each cell of each.
      await page.evaluate("document.querySelectorAll('.review ~ .review ~ .review').forEach(table => table.remove())")
      await page.evaluate(AXE)
      const { violations } = await page.evaluate(() => (globalThis as unknown as WithAxe).axe.run({ resultTypes: ['violations'] }))
      const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      await context.close()
      expect(violations.map(({ id, nodes }) => [id, nodes.length, nodes[0]?.html.slice(0, 200)])).toEqual([])
      expect(overflow).toBe(0)
      expect(asked.filter(address => !address.startsWith(service.url))).toEqual([])
      expect(said).toEqual([])
    },
  )
})

test('a practice chooses a period, reads figures that are called invented, and prints them on one page', async () => {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 900 } })
  await page.goto(`${service.url}/quality/`)
  await page.getByRole('combobox', { name: 'Praksis' }).selectOption({ label: 'Klinik Enghaven' })
  await page.getByLabel('Perioden slutter med ugen med').fill('2026-03-01')
  await page.getByRole('button', { name: 'Vis' }).click()
  await page.getByRole('heading', { name: 'Praksisrapport: Klinik Enghaven' }).waitFor()
  const told = await page.locator('main').innerText()
  expect(told).toContain('Opdigtede tal')
  expect(told).toContain('uge 50–9')
  expect(await page.getByRole('img', { name: /^LBP-06|: fulgt .+ her, .+ i de andre praksisser/ }).count()).toBeGreaterThan(5)
  for (const language of ['da', 'en']) {
    await page.goto(`${service.url}/quality/?lang=${language}`)
    const paper = await page.pdf({ preferCSSPageSize: true })
    expect(paper.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1)
  }
  await page.close()
})
