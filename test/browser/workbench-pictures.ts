import type { Browser, Page } from 'playwright-core'
import { startWorkService } from '../support/work-service.js'

interface Picture {
  file: string
  /** A story of the demonstration and its service, or the view. */
  story: string
  language?: 'en'
  width: number
  height: number
  /** What a person does before it is taken. */
  act: (page: Page) => Promise<void>
}

const RED_FLAG = '#demo=red-flag-cauda-equina&service=low-back-pain-patient-view'

const firstCard = (page: Page) => page.getByRole('article').first().waitFor()

const PICTURES: readonly Picture[] = [
  {
    file: 'workbench',
    story: RED_FLAG,
    width: 1_440,
    height: 1_100,
    async act(page) {
      await firstCard(page)
      const why = page.getByRole('region', { name: 'Hvorfor' })
      await why.getByText('Mindst ét akut neurologisk rødt flag er positivt.').click()
      await why.getByText('Mindst ét akut neurologisk rødt flag er til stede.').click()
      await why.getByText('%hasAcuteNeurologicalFlag').waitFor()
      await why.getByText('Mere hentes').waitFor({ state: 'detached' })
    },
  },
  {
    file: 'workbench-what-if',
    story: RED_FLAG,
    width: 1_440,
    height: 1_300,
    async act(page) {
      await firstCard(page)
      await page.getByText('Hvad nu hvis …').click()
      await page.getByLabel('Tjenestens ur').fill('2026-06-20T10:00')
      await page.getByText('Falder bort', { exact: true }).waitFor()
    },
  },
  {
    file: 'workbench-tablet',
    story: '#demo=recent-pain&service=low-back-pain-order-sign',
    language: 'en',
    width: 820,
    height: 1_180,
    async act(page) {
      await page.getByRole('combobox', { name: 'Order' }).selectOption({ label: 'Paracetamol' })
      await page.getByRole('button', { name: 'Add' }).click()
      await firstCard(page)
      await page.getByRole('tab', { name: 'Nearly' }).click()
    },
  },
  { file: 'workbench-phone', story: '#demo=start-back-high&service=start-back-risk', width: 360, height: 900, act: firstCard },
  {
    file: 'workbench-knowledge',
    story: '#knowledge',
    width: 1_440,
    height: 1_000,
    async act(page) {
      await page.getByRole('tab', { name: 'Graf' }).click()
      await page.getByRole('img', { name: /^Alle planer/ }).waitFor()
    },
  },
]

/** Takes the pictures of the workbench. @param folder where they go. */
export async function takeWorkbenchPictures(browser: Browser, folder: string): Promise<void> {
  const service = await startWorkService()
  for (const { file, story, language = 'da', width, height, act } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, locale: language, timezoneId: 'Europe/Copenhagen' })
    await page.goto(`${service.url}/workbench/?lang=${language}${story}`)
    await act(page)
    await page.screenshot({ path: `${folder}/${file}.png` })
    await page.close()
    process.stdout.write(`${folder}/${file}.png\n`)
  }
  await service.close()
}
