// Pictures of ten pages, to be looked at, in docs/screens/: on a desktop, on a phone, and as they are printed.
import { INVENTED_WEEKS } from '../../src/demo/invented-weeks.js'
import { startTestService } from '../support/service.js'
import { startChromium } from '../support/chromium.js'
import { startLaunchedCase } from '../support/launched-case.js'
import { pictureForms } from './form-pictures.js'
import { PAGES_TO_SEE, pathIn } from './pages-to-see.js'
import { takeWorkbenchPictures } from './workbench-pictures.js'

interface Picture {
  file: string
  path: string
  width: number
  height: number
  isPrinted?: true
}

const { list, recommendation, evidence, guideline, leaflet, review, quality } = PAGES_TO_SEE

const PICTURES: readonly Picture[] = [
  { file: 'list', path: list, width: 1_200, height: 1_000 },
  { file: 'recommendation', path: recommendation, width: 1_200, height: 1_400 },
  { file: 'recommendation-english-phone', path: pathIn(recommendation, 'en'), width: 360, height: 1_400 },
  { file: 'evidence', path: `${evidence}#training-root-figures-2`, width: 1_200, height: 1_000 },
  { file: 'evidence-phone', path: `${evidence}#training-root-figures-2`, width: 360, height: 1_200 },
  { file: 'guideline-tablet', path: guideline, width: 820, height: 1_180 },
  { file: 'leaflet-print', path: leaflet, width: 794, height: 1_123, isPrinted: true },
  { file: 'quality', path: quality, width: 1_200, height: 1_500 },
  { file: 'quality-phone', path: quality, width: 360, height: 1_400 },
  { file: 'review', path: review, width: 1_200, height: 1_000 },
]

const service = await startTestService({ quality: { weekly: INVENTED_WEEKS, isInvented: true } })
const browser = await startChromium()
for (const { file, path, width, height, isPrinted } of PICTURES) {
  const page = await browser.newPage({ viewport: { width, height } })
  if (isPrinted) await page.emulateMedia({ media: 'print' })
  await page.goto(`${service.url}${path}`)
  // The margins of paper, which a screen does not show.
  if (isPrinted) await page.evaluate("document.documentElement.style.padding = '15mm 16mm'")
  await page.screenshot({ path: `docs/screens/${file}.png` })
  await page.close()
  process.stdout.write(`docs/screens/${file}.png\n`)
}

await takeWorkbenchPictures(browser, 'docs/screens')

const launched = await startLaunchedCase()
const [card] = await launched.cards('low-back-pain-patient-view', 'patient-view', 'start-back-high')
for (const { file, width, height } of [
  { file: 'case', width: 1_200, height: 1_500 },
  { file: 'case-phone', width: 360, height: 1_400 },
]) {
  const page = await browser.newPage({ viewport: { width, height } })
  if (card) await page.goto(launched.follow(card, 'start-back-high'))
  await page.getByText('Spørg til:').first().waitFor()
  await page.locator('.condition summary').nth(1).click()
  await page.locator('.fact summary').first().click()
  await page.getByText('Begrundelsen hentes').first().waitFor({ state: 'detached' })
  await page.screenshot({ path: `docs/screens/${file}.png` })
  await page.close()
  process.stdout.write(`docs/screens/${file}.png\n`)
}
await launched.close()

await pictureForms(browser, async (page, file) => {
  await page.screenshot({ path: `docs/screens/${file}.png` })
  process.stdout.write(`docs/screens/${file}.png\n`)
})
await browser.close()
await service.close()
