import type { Browser, Page } from 'playwright-core'
import { patientFormOf } from '../support/invented-wording.js'
import { startWorkService } from '../support/work-service.js'

/** Pictures of the forms, with invented patients and an invented wording. @param keep is given each page when it is as it should be seen. */
export async function pictureForms(browser: Browser, keep: (page: Page, file: string) => Promise<void>): Promise<void> {
  const service = await startWorkService({ patientForm: patientFormOf() })
  const open = async (path: string, width: number, height: number): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height }, permissions: ['clipboard-read', 'clipboard-write'] })
    await page.goto(`${service.url}${path}`)
    return page
  }

  const consultation = await open('/consultation/#demo=not-asked-yet', 1_280, 1_000)
  await consultation.getByText('Akutte tegn', { exact: true }).waitFor()
  await keep(consultation, 'consultation')
  await consultation.getByRole('radiogroup', { name: 'Feber' }).getByRole('radio', { name: 'Ja', exact: true }).check()
  await consultation.getByText('Nyt', { exact: true }).first().waitFor()
  await consultation.mouse.move(0, 0)
  await keep(consultation, 'consultation-answered')
  await consultation.close()

  const onPhone = await open('/consultation/?lang=en#demo=not-asked-yet', 360, 1_000)
  await onPhone.getByText('Urgent signs', { exact: true }).waitFor()
  await keep(onPhone, 'consultation-english-phone')
  await onPhone.close()

  const clinic = await open('/start-back/#demo=recent-pain', 1_280, 1_250)
  await answerShortLabels(clinic)
  await clinic.getByRole('button', { name: 'Lav et link' }).click()
  await clinic.getByRole('img', { name: 'QR-kode til skemaet' }).waitFor()
  await keep(clinic, 'start-back')
  const link = await clinic.getByRole('link', { name: 'Åbn på denne skærm' }).getAttribute('href')
  await clinic.close()

  const patient = await open((link ?? '').slice(service.url.length), 360, 740)
  await patient.getByRole('button', { name: 'Begynd' }).click()
  await patient.getByText('Spørgsmål 1 af 9').waitFor()
  await keep(patient, 'start-back-patient-phone')
  await patient.close()
  await service.close()
}

async function answerShortLabels(page: Page): Promise<void> {
  for (const label of ['Ben', 'Skulder/nakke', 'Gang', 'Påklædning'])
    await page.getByRole('radiogroup', { name: label }).getByRole('radio', { name: 'Nej', exact: true }).check()
  for (const label of ['Tryghed ved aktivitet', 'Bekymring', 'Udsigt', 'Glæde'])
    await page.getByRole('radiogroup', { name: label }).getByRole('radio', { name: 'Ja', exact: true }).check()
  await page.getByRole('radiogroup', { name: 'Samlet gene' }).getByRole('radio', { name: '2', exact: true }).check()
  await page.getByText('Høj risiko', { exact: true }).waitFor()
}
