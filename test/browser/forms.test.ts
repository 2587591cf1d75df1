// The forms in a browser, as people fill them in: each story from a fresh context, by what they see.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bundle, QuestionnaireResponse, QuestionnaireResponseItem } from 'fhir/r4.js'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { patientFormOf } from '../support/invented-wording.js'
import { axeFindings, overflowOf } from '../support/axe.js'
import { startChromium } from '../support/chromium.js'
import { soon } from '../support/soon.js'
import { startWorkService, type WorkService } from '../support/work-service.js'

const START_TIMEOUT_MS = 60_000
const PHONE = { width: 360, height: 740 }
const DESKTOP = { width: 1_280, height: 900 }

let service: WorkService
let browser: Browser
const contexts: BrowserContext[] = []

beforeAll(async () => {
  service = await startWorkService({ patientForm: patientFormOf() })
  browser = await startChromium()
}, START_TIMEOUT_MS)

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close()
})

afterAll(async () => {
  await browser.close()
  await service.close()
}, START_TIMEOUT_MS)

/** What a page asked for and complained of. */
interface Seen {
  page: Page
  /** Addresses and bodies of all requests to the service. */
  asked: string[]
  said: string[]
}

/** Opens a page of the service as somebody who was never here. */
async function open(path: string, viewport: { width: number; height: number }): Promise<Seen> {
  const context = await browser.newContext({ viewport, bypassCSP: true, permissions: ['clipboard-read', 'clipboard-write'] })
  contexts.push(context)
  const page = await context.newPage()
  const seen: Seen = { page, asked: [], said: [] }
  page.on('request', request => {
    const isOurs = [service.url, service.fhirServer].some(base => request.url().startsWith(base))
    if (!isOurs) seen.said.push(`asked ${request.url()}`)
    if (request.url().startsWith(service.url)) seen.asked.push(`${request.url()} ${request.postData() ?? ''}`)
  })
  page.on('console', message => seen.said.push(message.text()))
  page.on('pageerror', error => seen.said.push(error.message))
  await page.goto(`${service.url}${path}`)
  return seen
}

/** That nothing is wrong with a page as it stands. */
async function expectSound({ page, said }: Seen): Promise<void> {
  expect(await axeFindings(page)).toEqual([])
  expect(await overflowOf(page)).toBe(0)
  expect(said).toEqual([])
}

const choosePatient = (page: Page, name: RegExp) =>
  page
    .getByRole('option', { name })
    .getAttribute('value')
    .then(value => page.getByLabel('Patient', { exact: true }).selectOption(value ?? ''))

const answer = (page: Page, question: string, given: string) =>
  page.getByRole('radiogroup', { name: question }).getByRole('radio', { name: given, exact: true }).check()

/** What the service says of the link in an address. */
const statusOf = async (path: string): Promise<number> =>
  (await fetch(`${service.url}/start-back/links/${/#([\w-]{22})/.exec(path)?.[1] ?? ''}`)).status

/** Answers a link as a patient in a hurry does. */
async function answerByLink(path: string): Promise<void> {
  const { page } = await open(path, PHONE)
  await page.getByRole('button', { name: 'Begynd' }).click()
  for (let at = 1; at <= 8; at += 1) {
    await page.getByText(`Spørgsmål ${at} af 9`).waitFor()
    await page.getByRole('button', { name: 'Passer (opdigtet)' }).click()
  }
  await page.getByRole('button', { name: 'Opdigtet trin 5' }).click()
  await page.getByRole('button', { name: 'Send svarene' }).click()
  await page.getByText(/Aflever skærmen til klinikken|Svarene er sendt til klinikken/).waitFor()
}

/** Where forms are saved. */
const SAVED_AT = /\/fhir\/QuestionnaireResponse$/

/** Has every form that a page saves arrive, and the reply lost. */
const loseReplies = (page: Page) =>
  page.route(SAVED_AT, async route => {
    if (route.request().method() !== 'POST') return route.continue()
    await route.fetch()
    return route.abort()
  })

/** How many questions are said to be left. */
const leftIn = async (page: Page): Promise<number> => {
  const said = await page.getByText(/(\d+ spørgsmål kan ændre rådet|^Intet svar mere kan ændre rådet)/).textContent()
  return Number(/^\d+/.exec(said ?? '')?.[0] ?? 0)
}

/** Forms that the FHIR server holds of a patient, the newest first. */
async function saved(patient: string): Promise<QuestionnaireResponse[]> {
  const answer_ = await fetch(`${service.fhirServer}/QuestionnaireResponse?patient=${patient}&_sort=-authored`)
  const { entry = [] } = (await answer_.json()) as Bundle<QuestionnaireResponse>
  return entry.flatMap(({ resource }) => (resource ? [resource] : []))
}

const answered = (items: readonly QuestionnaireResponseItem[] = []): [string, unknown][] =>
  items.flatMap(({ linkId, answer: [first] = [], item }) => [
    ...(first ? [[linkId, first.valueBoolean ?? first.valueCoding?.code] as [string, unknown]] : []),
    ...answered(item),
  ])

describe('only what can change the advice', () => {
  const URGENT = /^Ring til rygkirurgisk vagt nu/

  test('where the service does not answer, what was answered stays, no former advice stands beside it, and focus where it was', async () => {
    const { page } = await open('/consultation/#demo=not-asked-yet', DESKTOP)
    await page.getByText('Akutte tegn', { exact: true }).waitFor()
    const advice = page.getByRole('region', { name: 'Råd nu' })
    await advice.getByRole('listitem').first().waitFor()
    await page.route(/\/cds-services\//, route => route.abort())
    await answer(page, 'Urinretention', 'Ja')
    await page.getByText('Det lykkedes ikke at hente rådene').waitFor()
    await page.getByText('Det lykkedes ikke at finde de spørgsmål').waitFor()
    expect(await advice.getByRole('listitem').count()).toBe(0)
    const given = page.getByRole('radiogroup', { name: 'Urinretention' }).getByRole('radio', { name: 'Ja', exact: true })
    expect(await given.isChecked()).toBe(true)
    expect(await page.evaluate("document.activeElement?.closest('[data-question]')?.dataset.question")).toBe('redFlag.urinaryRetention')
    expect(await axeFindings(page)).toEqual([])
    await page.unroute(/\/cds-services\//)
    while ((await page.getByRole('button', { name: 'Prøv igen' }).count()) > 0) {
      await page.getByRole('button', { name: 'Prøv igen' }).first().click()
      await page.waitForTimeout(500)
    }
    await advice.getByRole('heading', { name: URGENT }).waitFor()
    expect(await given.isChecked()).toBe(true)
  })

  test('on a phone a call that failed is told where the advice stood, and no more once it is tried again', async () => {
    const { page } = await open('/consultation/#demo=red-flags-weak', PHONE)
    const strip = page.getByRole('button', { name: /^(Akut|Advarsel|Information): .* Se rådene$/ })
    await strip.waitFor()
    await page.route(/\/cds-services\/.*view=cards/, route => route.abort())
    await page.getByRole('radiogroup').first().getByRole('radio').first().check()
    await page.getByRole('button', { name: 'Rådene kunne ikke hentes. Se rådene' }).waitFor()
    expect([await axeFindings(page), await overflowOf(page)]).toEqual([[], 0])
    const refused = page.getByText('Det lykkedes ikke at hente rådene')
    await refused.waitFor()
    await page.unroute(/\/cds-services\/.*view=cards/)
    let goOn: () => void = () => undefined
    const held = new Promise<void>(resolve => (goOn = resolve))
    await page.route(/\/cds-services\/.*view=cards/, async route => {
      await held
      await route.continue()
    })
    await page.getByRole('button', { name: 'Prøv igen' }).first().click()
    await page.getByRole('button', { name: 'Rådene hentes … Se rådene' }).waitFor()
    expect(await refused.count()).toBe(0)
    goOn()
    await strip.waitFor()
  })

  test('a form that is not saved is said to be there still, and no form is saved twice where the reply was lost', async () => {
    const { page } = await open('/consultation/#demo=stenosis', PHONE)
    const before = (await saved('stenosis')).length
    await page.getByRole('radiogroup').first().getByRole('radio').first().check()
    await loseReplies(page)
    await page.getByRole('button', { name: 'Gem svar' }).click()
    await page.getByText('Svarene står stadig her på siden og er ikke gemt.').waitFor()
    expect([await axeFindings(page), await overflowOf(page)]).toEqual([[], 0])
    await page.unroute(SAVED_AT)
    await page.getByRole('button', { name: 'Gem svar' }).click()
    await page.getByText('Skemaet er gemt i journalen.').waitFor()
    expect(await saved('stenosis')).toHaveLength(before + 1)
  })

  test('what of the record was not read is named in words', async () => {
    const { page } = await open('/', PHONE)
    await page.route(/\/fhir\/Observation\?/, route => route.fulfill({ status: 500, body: '{}' }))
    const sendWithout = (body: Record<string, object>) => ({ ...body, fhirServer: undefined })
    await page.route(/\/cds-services\/[^/$]+$/, route => {
      if (route.request().method() !== 'POST') return route.continue()
      return route.continue({ postData: JSON.stringify(sendWithout(route.request().postDataJSON() as Record<string, object>)) })
    })
    await page.goto(`${service.url}/consultation/#demo=recent-pain`)
    await page.getByText(/^Ikke læst i journalen, eller kun delvist: .*målinger.* Rådene kan derfor mangle noget\.$/).waitFor()
    const said = await page.getByText(/^Ikke læst i journalen/).textContent()
    expect(said).not.toMatch(/observation/i)
    expect([await axeFindings(page), await overflowOf(page)]).toEqual([[], 0])
  })

  test('a record whose forms cannot be read is not opened: a draft alone would hide the red flags of before', async () => {
    const { page } = await open('/consultation/', DESKTOP)
    let isDown = true
    await page.route(/\/fhir\/QuestionnaireResponse\?/, route => (isDown ? route.fulfill({ status: 500, body: '{}' }) : route.continue()))
    await choosePatient(page, /^Test Ridebukseområde/)
    await page.getByText('Det lykkedes ikke at hente patientens data (500)').waitFor()
    expect(await page.getByRole('radiogroup').count()).toBe(0)
    isDown = false
    await page.getByRole('button', { name: 'Prøv igen' }).click()
    await page.getByRole('heading', { name: URGENT }).waitFor()
  })

  test('another service leaves no answers behind unasked', async () => {
    const { page } = await open('/consultation/#demo=not-asked-yet', DESKTOP)
    await answer(page, 'Feber', 'Nej')
    await page.getByText('1 svar er ikke gemt').waitFor()
    page.once('dialog', dialog => void dialog.dismiss())
    const services = page.getByLabel('Råd fra')
    const before = await services.inputValue()
    await services.selectOption({ label: 'STarT Back: risiko for et langvarigt rygforløb' })
    expect(await services.inputValue()).toBe(before)
    await page.getByText('1 svar er ikke gemt').waitFor()
  })

  test('the short form is answered by keyboard, the card changes, the questions shrink, and the answers are saved', async () => {
    const seen = await open('/consultation/', DESKTOP)
    const { page } = seen
    await choosePatient(page, /^Test Uspurgt/)
    await page.getByText('Akutte tegn', { exact: true }).waitFor()
    const atFirst = await leftIn(page)
    expect(atFirst).toBeLessThan(25)
    await expectSound(seen)
    // From the choice of patient with Tab to the first acute sign.
    await page.getByLabel('Patient', { exact: true }).focus()
    const question = () => page.evaluate("document.activeElement?.closest('[data-question]')?.dataset.question")
    for (let tabs = 0; tabs < 8 && (await question()) === undefined; tabs += 1) await page.keyboard.press('Tab')
    expect(await question()).toBe('redFlag.progressiveParesis')
    for (const key of ['n', 'n', 'j']) await page.keyboard.press(key)
    expect(await question()).toBe('redFlag.urinaryRetention')
    const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: URGENT }) })
    await card.waitFor()
    expect(await card.textContent()).toContain('Nyt')
    // What is not saved is tried and not called, so that nobody counts as having been told it.
    const called = seen.asked.filter(asked => /\/cds-services\/[^/]+ /.test(asked))
    expect(called.filter(asked => asked.includes('"id":"draft"'))).toEqual([])
    expect(seen.asked.some(asked => asked.includes('$explain?view=cards') && asked.includes('"id":"draft"'))).toBe(true)
    await soon(async () => expect(await leftIn(page)).toBeLessThan(atFirst - 2))
    await expectSound(seen)
    await page.getByRole('button', { name: 'Gem svar' }).press('Enter')
    await page.getByText('Skemaet er gemt i journalen.').waitFor()
    const [newest] = await saved('not-asked-yet')
    expect(newest).toMatchObject({ status: 'completed', subject: { reference: 'Patient/not-asked-yet' } })
    expect(answered(newest?.item)).toEqual([
      ['redFlag.progressiveParesis', false],
      ['redFlag.severeParesis', false],
      ['redFlag.saddleSensoryDisturbance', true],
    ])
    await page.getByRole('heading', { name: URGENT }).waitFor()
    await expectSound(seen)
  })

  test('one press says no to the rest of a group; a draft is gone on with another day', async () => {
    const { page } = await open('/consultation/#demo=red-flags-weak', DESKTOP)
    await page.getByRole('button', { name: /^Ingen af disse: .*Akutte tegn/ }).click()
    const group = page.getByRole('group', { name: 'Akutte tegn' })
    expect(await group.getByRole('radio', { name: 'Ikke besvaret', exact: true, checked: true }).count()).toBe(0)
    expect(await group.getByRole('radio', { name: 'Nej', exact: true, checked: true }).count()).toBeGreaterThan(2)
    await page.getByRole('button', { name: 'Gem kladde' }).click()
    await page.getByText('Kladden er gemt i journalen.').waitFor()
    expect((await saved('red-flags-weak'))[0]?.status).toBe('in-progress')
    const again = await open('/consultation/#demo=red-flags-weak', DESKTOP)
    await again.page.getByText('Fortsætter kladden fra 30. marts 2026.').waitFor()
    await again.page.getByRole('button', { name: 'Hele skemaet' }).click()
    const noes = again.page.getByRole('radio', { name: 'Nej', exact: true, checked: true })
    expect(await noes.count()).toBeGreaterThan(2)
    await expectSound(again)
  })

  test('the whole form opens as it is answered, and says what is wrong with a number', async () => {
    const seen = await open('/consultation/?lang=en#demo=recent-pain', { width: 820, height: 1_180 })
    const { page } = seen
    await page.getByRole('button', { name: 'The whole form' }).click()
    expect(await page.getByLabel('Temperature').count()).toBe(0)
    await answer(page, 'Fever', 'Yes')
    await page.getByLabel('Temperature').fill('hot')
    await page.getByLabel('Temperature').blur()
    await page.getByText('Write a number, such as 37.5.').waitFor()
    await page.getByRole('button', { name: 'Save answers' }).click()
    await page.getByText('Mend the marked field before the form is saved.').waitFor()
    await expectSound(seen)
    await page.getByLabel('Temperature').fill('38,5')
    await page.getByLabel('Temperature').blur()
    await page.getByText('2 answers are not saved').waitFor()
    expect(await page.getByText('Write a number, such as 37.5.').count()).toBe(0)
  })

  test('answers that are not saved outlive a reload, for their own patient and in their own tab, until they are saved', async () => {
    const { page } = await open('/consultation/', DESKTOP)
    page.on('dialog', dialog => void dialog.accept())
    const kept = () => page.evaluate('JSON.stringify(sessionStorage)')
    const before = (await saved('work-injury')).length
    const whole = page.getByRole('button', { name: 'Hele skemaet' })
    await choosePatient(page, /^Test Arbejdsskade/)
    await whole.click()
    await answer(page, 'Urinretention', 'Ja')
    await page.getByText('1 svar er ikke gemt').waitFor()
    await page.reload()
    await page.getByText('Denne fane har svar, der ikke er gemt.').waitFor()
    expect(await axeFindings(page)).toEqual([])
    // Another patient is given none of them, and what is answered there takes none away.
    await choosePatient(page, /^Test Uspurgt/)
    await whole.waitFor()
    expect(await page.getByText(/ikke gemt/).count()).toBe(0)
    await choosePatient(page, /^Test Arbejdsskade/)
    await page.getByText('Et svar fra før siden blev indlæst igen, er sat ind. Det er ikke gemt.').waitFor()
    await page.getByRole('heading', { name: URGENT }).waitFor()
    await whole.click()
    const given = page.getByRole('radiogroup', { name: 'Urinretention' }).getByRole('radio', { name: 'Ja', exact: true })
    await soon(async () => expect(await given.isChecked()).toBe(true))
    expect([await axeFindings(page), await overflowOf(page)]).toEqual([[], 0])
    // Nothing was written by itself, and nothing is written twice.
    expect(await saved('work-injury')).toHaveLength(before)
    await page.getByRole('button', { name: 'Gem svar' }).click()
    await page.getByText('Skemaet er gemt i journalen.').waitFor()
    expect(await saved('work-injury')).toHaveLength(before + 1)
    await soon(async () => expect(await kept()).toBe('{}'))
    await page.reload()
    await choosePatient(page, /^Test Arbejdsskade/)
    await page.getByRole('heading', { name: URGENT }).waitFor()
    expect(await page.getByText('siden blev indlæst igen').count()).toBe(0)
  })

  test('answers that were saved after all, or given beside another draft, are not put in again', async () => {
    const { page } = await open('/consultation/#demo=root-affection', DESKTOP)
    page.on('dialog', dialog => void dialog.accept())
    const before = (await saved('root-affection')).length
    await page.getByRole('button', { name: 'Hele skemaet' }).click()
    await answer(page, 'Feber', 'Ja')
    await page.getByText('1 svar er ikke gemt').waitFor()
    // The form arrives, and the page is gone before it is told.
    await loseReplies(page)
    await page.getByRole('button', { name: 'Gem svar' }).click()
    await page.getByText('Svarene står stadig her på siden og er ikke gemt.').waitFor()
    await page.unroute(SAVED_AT)
    await page.reload()
    await page.getByText('Svar fra før siden blev indlæst igen, er ikke sat ind').waitFor()
    expect([await axeFindings(page), await overflowOf(page)]).toEqual([[], 0])
    expect(await page.getByRole('button', { name: 'Gem svar' }).isDisabled()).toBe(true)
    expect(await saved('root-affection')).toHaveLength(before + 1)
  })

  test('a FHIR server that does not answer is told, and another try is offered', async () => {
    const { page } = await open('/', PHONE)
    await page.route(`${service.fhirServer}/**`, route => route.abort())
    await page.goto(`${service.url}/consultation/`)
    await page.getByText('Det lykkedes ikke at hente patienterne').waitFor()
    expect([await axeFindings(page), await overflowOf(page)]).toEqual([[], 0])
    await page.unroute(`${service.fhirServer}/**`)
    await page.getByRole('button', { name: 'Prøv igen' }).click()
    await page.getByLabel('Patient', { exact: true }).waitFor()
  })

  test('what comes late is of the patient before, and changes nothing of the one who is looked at now', async () => {
    const { page } = await open('/consultation/', DESKTOP)
    const before = (await saved('long-lasting')).length
    let goOn: () => void = () => undefined
    const held = new Promise<void>(resolve => (goOn = resolve))
    const given: string[] = []
    page.on('requestfailed', request => given.push(request.url()))
    await page.route(/\/fhir\/Condition\?.*red-flag-cauda-equina/, async route => {
      await held
      await route.continue().catch(() => undefined)
    })
    await choosePatient(page, /^Test Ridebukseområde/)
    await page.waitForRequest(/\/fhir\/Condition\?.*red-flag-cauda-equina/)
    await choosePatient(page, /^Test Nyopstået/)
    await page.getByRole('button', { name: 'Hele skemaet' }).click()
    await page.getByRole('radiogroup', { name: 'Feber' }).waitFor()
    // What is asked of the patient before is given up.
    await soon(() => expect(given.some(url => url.includes('red-flag-cauda-equina'))).toBe(true))
    goOn()
    await page.waitForTimeout(400)
    expect(await page.getByRole('heading', { name: URGENT }).count()).toBe(0)

    // Of a save the answer comes late as well.
    const [slow, release] = (() => {
      let resolve: () => void = () => undefined
      return [new Promise<void>(done => (resolve = done)), () => resolve()] as const
    })()
    await answer(page, 'Feber', 'Nej')
    await page.route(SAVED_AT, async route => {
      if (route.request().method() === 'POST') await slow
      await route.continue()
    })
    await page.getByRole('button', { name: 'Gem kladde' }).click()
    page.once('dialog', dialog => void dialog.accept())
    await choosePatient(page, /^Test Langvarig/)
    await page.getByRole('button', { name: 'Hele skemaet' }).click()
    await answer(page, 'Feber', 'Ja')
    await page.getByText('1 svar er ikke gemt').waitFor()
    const written = page.waitForResponse(
      response => response.request().method() === 'POST' && response.url().endsWith('/QuestionnaireResponse'),
    )
    release()
    await written
    await page.waitForTimeout(600)
    await page.getByText('1 svar er ikke gemt').waitFor()
    expect(await page.getByLabel('Patient', { exact: true }).inputValue()).toBe('long-lasting')
    expect(await page.getByText('Kladden er gemt i journalen.').count()).toBe(0)
    expect((await saved('recent-pain'))[0]?.status).toBe('in-progress')
    expect((await saved('long-lasting')).length).toBe(before)
  })
})

describe('STarT Back', () => {
  const SHORT_LABELS = ['Ben', 'Skulder/nakke', 'Gang', 'Påklædning', 'Tryghed ved aktivitet', 'Bekymring', 'Udsigt', 'Glæde']

  test('a clinician on a phone puts in answers, sees the score of the service, and saves', async () => {
    const seen = await open('/start-back/', PHONE)
    const { page } = seen
    await choosePatient(page, /^Test Nyopstået/)
    await page.getByRole('heading', { name: /^STarT Back mangler/ }).waitFor()
    await expectSound(seen)
    for (const label of SHORT_LABELS.slice(0, 4)) await answer(page, label, 'Nej')
    await page.getByText('Svarene rækker ikke til en gruppe endnu.').waitFor()
    for (const label of SHORT_LABELS.slice(4)) await answer(page, label, 'Ja')
    // The service names a group before all is answered where the rest cannot change it, and says what is missing.
    await page.getByText('Høj risiko', { exact: true }).waitFor()
    await page.getByText('Skemaet er ufuldstændigt: spørgsmål 9 mangler. Gruppen er den samme, uanset hvad der svares.').waitFor()
    await expectSound(seen)
    await answer(page, 'Samlet gene', '0 (mindst)')
    await page.getByText('Skemaet er ufuldstændigt: spørgsmål 9').waitFor({ state: 'detached' })
    await page.getByText('Høj risiko', { exact: true }).waitFor()
    await page.getByRole('button', { name: /^Advarsel: STarT Back høj risiko .* Se rådene$/ }).waitFor()
    // Another patient is not chosen over answers that are not saved, unless that is meant.
    page.once('dialog', dialog => void dialog.dismiss())
    await choosePatient(page, /^Test Uspurgt/)
    expect(await page.getByRole('combobox', { name: 'Patient' }).inputValue()).toBe('recent-pain')
    expect(await page.getByText('Samlet score', { exact: true }).locator('..').textContent()).toContain('4 af 9')
    await expectSound(seen)
    await page.getByRole('button', { name: 'Gem i journalen' }).click()
    await page.getByText(/^Skemaet er gemt i journalen som QuestionnaireResponse/).waitFor()
    const newest = (await saved('recent-pain')).find(({ questionnaire }) => questionnaire?.includes('start-back'))
    expect(answered(newest?.item)).toHaveLength(9)
    expect(newest).toMatchObject({ status: 'completed', source: { reference: 'Patient/recent-pain' } })
  })

  test('answers that are not saved outlive a reload, and are deleted where nobody wants them', async () => {
    const { page } = await open('/start-back/', PHONE)
    page.on('dialog', dialog => void dialog.accept())
    await choosePatient(page, /^Test Dropfod/)
    await answer(page, 'Ben', 'Ja')
    await page.getByText(/^Svarene er ikke gemt/).waitFor()
    await page.reload()
    await page.getByText('Denne fane har svar, der ikke er gemt.').waitFor()
    await choosePatient(page, /^Test Dropfod/)
    await page.getByText('Et svar fra før siden blev indlæst igen, er sat ind.').waitFor()
    expect(await page.getByRole('radiogroup', { name: 'Ben' }).getByRole('radio', { name: 'Ja', exact: true }).isChecked()).toBe(true)
    expect([await axeFindings(page), await overflowOf(page)]).toEqual([[], 0])
    await page.getByRole('button', { name: 'Slet', exact: true }).click()
    await soon(async () => expect(await page.getByText(/ikke gemt|indlæst igen/).count()).toBe(0))
    await page.reload()
    await page.getByLabel('Patient', { exact: true }).waitFor()
    expect(await page.getByText('Denne fane har svar').count()).toBe(0)
  })

  test('a form that was saved is not saved again where the record could not be read after it', async () => {
    const { page } = await open('/start-back/#demo=long-lasting', DESKTOP)
    const before = (await saved('long-lasting')).length
    const first = page.getByRole('radiogroup').first()
    await first.getByRole('radio').first().check()
    let isDown = true
    await page.route(/\/fhir\/Practitioner/, route => (isDown ? route.abort() : route.continue()))
    await page.getByRole('button', { name: 'Gem i journalen' }).click()
    await page.getByRole('alert').waitFor()
    isDown = false
    await page.getByRole('button', { name: 'Gem i journalen' }).click()
    await page.getByText(/^Skemaet er gemt i journalen som/).waitFor()
    expect(await saved('long-lasting')).toHaveLength(before + 1)
  })

  test('a patient answers on a phone by a one-time link, which no server can read and which works once', async () => {
    const clinic = await open('/start-back/#demo=start-back-low', DESKTOP)
    await clinic.page.getByRole('button', { name: 'Lav et link' }).click()
    await clinic.page.getByRole('img', { name: 'QR-kode til skemaet' }).waitFor()
    await expectSound(clinic)
    await clinic.page.getByRole('button', { name: 'Kopiér linket' }).click()
    await clinic.page.getByText('Linket er kopieret').waitFor()
    const link = await clinic.page.evaluate<string>('navigator.clipboard.readText()')
    const path = link.slice(service.url.length)
    const phone = await open(path, PHONE)
    const { page } = phone
    await expectSound(phone)
    // Another language keeps the link.
    await page.getByRole('link', { name: 'English' }).click()
    await page.getByRole('button', { name: 'Begin' }).waitFor()
    await page.getByRole('link', { name: 'Dansk' }).click()
    await page.getByRole('button', { name: 'Begynd' }).click()
    const waysOut = page.getByRole('link', { name: /English|Columna/ })
    await waysOut.first().waitFor({ state: 'hidden' })
    expect(await waysOut.count()).toBe(0)
    for (let at = 1; at <= 8; at += 1) {
      await page.getByText(`Spørgsmål ${at} af 9`).waitFor()
      if (at === 2) {
        await page.getByRole('button', { name: 'Tilbage' }).click()
        expect(await page.getByRole('button', { name: 'Passer (opdigtet)' }).getAttribute('aria-pressed')).toBe('true')
        await page.getByRole('button', { name: 'Passer (opdigtet)' }).click()
        await page.getByRole('button', { name: 'Spring over' }).click()
      } else await page.getByRole('button', { name: 'Passer (opdigtet)' }).click()
      if (at === 4) await expectSound(phone)
    }
    await page.getByRole('button', { name: 'Opdigtet trin 5' }).click()
    await page.getByRole('heading', { name: 'Dine svar' }).waitFor()
    await expectSound(phone)
    await page.getByRole('button', { name: 'Ret svaret på: Opdigtet spørgsmål om haven' }).click()
    await page.getByRole('button', { name: 'Passer ikke (opdigtet)' }).click()
    expect(await page.textContent('body')).not.toMatch(/risiko|score|gruppe|point/i)
    await page.getByRole('button', { name: 'Send svarene' }).click()
    await page.getByText('Svarene er sendt til klinikken.').waitFor()
    await expectSound(phone)
    const key = path.split('.').at(-1) ?? ''
    expect(key).toHaveLength(43)
    for (const asked of [...phone.asked, ...clinic.asked]) {
      expect(asked).not.toContain(key)
      expect(asked).not.toContain('bother-4')
    }
    expect(page.url()).not.toContain('#')
    const second = await open(path, PHONE)
    await second.page.getByRole('heading', { name: 'Linket virker ikke længere' }).waitFor()

    // Cleared by mistake, or not saved for the record not answering, they are fetched again.
    for (let time = 0; time < 2; time += 1) {
      await clinic.page.getByRole('button', { name: 'Hent svarene' }).click({ timeout: 20_000 })
      await clinic.page.getByText(/^Svarene fra link 1 står i skemaet/).waitFor()
      if (time === 0) await clinic.page.getByRole('button', { name: 'Ryd svar' }).click()
    }
    await clinic.page.getByText('Høj risiko', { exact: true }).waitFor()
    await expectSound(clinic)
    await clinic.page.route(/\/forget$/, route => route.abort())
    await clinic.page.getByRole('button', { name: 'Gem i journalen' }).click()
    await clinic.page.getByText(/^Skemaet er gemt i journalen som/).waitFor()
    // Only then they may go, and where they could not, that is said and can be tried again.
    await clinic.page.getByText('Gemt i journalen, men linket er ikke lukket endnu').waitFor()
    expect(await statusOf(path)).toBe(200)
    await clinic.page.unroute(/\/forget$/)
    await clinic.page.getByRole('button', { name: 'Luk linket' }).click()
    await clinic.page.getByText('Link 1', { exact: true }).waitFor({ state: 'detached' })
    expect(await statusOf(path)).toBe(404)
    const [newest] = await saved('start-back-low')
    expect(answered(newest?.item)).toEqual([
      ['1', true],
      ['2', false],
      ...['3', '4', '5', '6', '7', '8'].map(linkId => [linkId, true]),
      ['9', 'bother-4'],
    ])
  })

  test('a link belongs to its patient, its code fetches the answers in another tab, and what is not saved is not replaced unasked', async () => {
    const clinic = await open('/start-back/#demo=start-back-medium', DESKTOP)
    const { page } = clinic
    await page.getByRole('button', { name: 'Lav et link' }).click()
    const path = ((await page.getByRole('link', { name: 'Åbn på denne skærm' }).getAttribute('href')) ?? '').slice(service.url.length)
    await page.getByText('Hent svarene senere eller på en anden computer').click()
    await expectSound(clinic)
    const asked = page.waitForEvent('dialog')
    const isReloaded = page.reload({ timeout: 5_000 }).catch(() => undefined)
    expect((await asked).type()).toBe('beforeunload')
    await (await asked).accept()
    await isReloaded
    await page.getByText('Hent svarene senere eller på en anden computer').click()
    await page.getByRole('button', { name: 'Kopiér teksten til journalen' }).click()
    await page.getByText('Teksten er kopieret').waitFor()
    const note = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(note).not.toContain('start-back-medium')
    // With the code in the record nothing is lost with the tab, and nobody is asked.
    await page.reload({ timeout: 20_000 })
    await page.getByRole('button', { name: 'Lav et link' }).waitFor()
    await answerByLink(path)
    await page.close()

    const later = await open('/start-back/#demo=start-back-low', PHONE)
    const paste = async () => {
      await later.page.getByLabel('Hentekode fra journalen').fill(note)
      await later.page.getByRole('button', { name: 'Find linket' }).click()
    }
    await paste()
    await later.page.getByText(/^Hentekoden hører til en anden patient/).waitFor()
    expect(later.asked.filter(each => each.includes('/start-back/links'))).toEqual([])
    await expectSound(later)
    await later.page.getByLabel('Hentekode fra journalen').fill(note.slice(0, -9))
    await later.page.getByRole('button', { name: 'Find linket' }).click()
    await later.page.getByText(/^Her er ingen hel hentekode/).waitFor()
    await later.page.getByLabel('Patient', { exact: true }).selectOption('start-back-medium')
    await paste()
    await later.page.getByText('Besvaret', { exact: true }).waitFor()
    await expectSound(later)
    // Another patient's form is offered nothing of it, nor given what comes late.
    let isReleased: () => void = () => undefined
    const released = new Promise<void>(resolve => (isReleased = resolve))
    await later.page.route(/\/collect$/, route => released.then(() => route.continue()))
    await later.page.getByRole('button', { name: 'Hent svarene' }).click()
    await later.page.getByLabel('Patient', { exact: true }).selectOption('start-back-low')
    await later.page.getByRole('heading', { name: 'Links til andre patienter' }).waitFor()
    await later.page.getByRole('radiogroup').first().waitFor()
    expect(await later.page.getByRole('button', { name: 'Hent svarene' }).count()).toBe(0)
    const came = later.page.waitForResponse(/\/collect$/)
    isReleased()
    await (await came).finished()
    await later.page.waitForTimeout(300)
    expect(await later.page.getByText('Svarene er ikke gemt').count()).toBe(0)
    await expectSound(later)
    await later.page.getByRole('button', { name: /^Vælg / }).click()
    await later.page.getByRole('button', { name: 'Hent svarene' }).waitFor()
    await answer(later.page, 'Ben', 'Nej')
    later.page.once('dialog', dialog => void dialog.dismiss())
    await later.page.getByRole('button', { name: 'Hent svarene' }).click()
    const leg = later.page.getByRole('radiogroup', { name: 'Ben' })
    await later.page.waitForTimeout(300)
    expect(await leg.getByRole('radio', { name: 'Nej', exact: true }).isChecked()).toBe(true)
    later.page.once('dialog', dialog => void dialog.accept())
    await later.page.getByRole('button', { name: 'Hent svarene' }).click()
    await later.page.getByText(/^Svarene fra link 1 står i skemaet/).waitFor()
    expect(await leg.getByRole('radio', { name: 'Ja', exact: true }).isChecked()).toBe(true)
    // Closed unsaved, which is asked about, it is closed at the service.
    expect(await statusOf(path)).toBe(200)
    later.page.once('dialog', dialog => void dialog.accept())
    await later.page.getByRole('button', { name: 'Luk linket' }).click()
    await later.page.getByText('Link 1', { exact: true }).waitFor({ state: 'detached' })
    expect(await statusOf(path)).toBe(404)
    expect(later.said.filter(each => !each.includes('404'))).toEqual([])
  })

  test('a screen in the waiting room is cleared for the next patient, and by itself when nobody is there', async () => {
    const seen = await open('/', PHONE)
    const { page } = seen
    await page.clock.install()
    await page.goto(`${service.url}/start-back/patient/`)
    const answerAll = async () => {
      await page.getByRole('button', { name: 'Begynd' }).click()
      for (let at = 1; at <= 8; at += 1) {
        await page.getByText(`Spørgsmål ${at} af 9`).waitFor()
        await page.getByRole('button', { name: 'Passer (opdigtet)' }).click()
      }
      await page.getByRole('button', { name: 'Opdigtet trin 1' }).click()
    }
    await answerAll()
    await page.getByRole('button', { name: 'Færdig' }).click()
    await page.getByText('Aflever skærmen til klinikken.').waitFor()
    await expectSound(seen)
    await page.getByText('Vis svarene til klinikken').click()
    await page.getByText('Opdigtet trin 1').waitFor()
    await page.getByRole('button', { name: 'Næste patient' }).click()
    await page.getByRole('heading', { name: 'Klar til næste patient' }).waitFor()
    await expectSound(seen)

    await answerAll()
    expect(await page.getByText('Opdigtet trin 1').count()).toBe(1)
    await page.clock.fastForward(150_000)
    await page.getByText('Er du der stadig?').waitFor()
    await expectSound(seen)
    await page.getByRole('button', { name: 'Jeg er her' }).click()
    await page.getByText('Er du der stadig?').waitFor({ state: 'detached' })
    await page.clock.fastForward(179_000)
    expect(await page.getByText('Opdigtet trin 1').count()).toBe(1)
    await page.clock.fastForward(1_000)
    await page.getByRole('heading', { name: 'Klar til næste patient' }).waitFor()
    await page.getByRole('button', { name: 'Begynd' }).click()
    expect(await page.getByRole('button', { pressed: true }).count()).toBe(0)
    expect(seen.asked.filter(asked => asked.includes('Opdigtet') || asked.includes('bother'))).toEqual([])
    expect(await page.evaluate('[localStorage.length, sessionStorage.length]')).toEqual([0, 0])
  })

  test('what is printed is a sheet with the code, or the form on paper, and nothing of the patient', async () => {
    const { page } = await open('/start-back/#demo=start-back-low', DESKTOP)
    await page.getByRole('button', { name: 'Lav et link' }).click()
    await page.getByRole('img', { name: 'QR-kode til skemaet' }).waitFor()
    await page.evaluate('window.print = () => {}')
    await page.emulateMedia({ media: 'print' })
    const printed = async (button: string) => {
      await page.emulateMedia({ media: 'screen' })
      await page.getByRole('button', { name: button }).click()
      await page.emulateMedia({ media: 'print' })
      return page.innerText('body')
    }
    const sheet = await printed('Udskriv ark med koden')
    expect(sheet).toContain('Koden gælder til 6. april og kan bruges én gang.')
    const paper = await printed('Udskriv skema på papir')
    expect(paper).toContain('Opdigtet spørgsmål om alt vejret på én gang')
    for (const text of [sheet, paper]) expect(text).not.toMatch(/Testperson|Risikogruppe|Hent svarene|[Hh]entekode|start-back\./)
  })

  test('without the wording patients are told so, and the clinician is told what to do', async () => {
    const own = await startWorkService()
    const context = await browser.newContext({ viewport: PHONE, bypassCSP: true })
    contexts.push(context)
    const page = await context.newPage()
    await page.goto(`${own.url}/start-back/patient/`)
    await page.getByRole('heading', { name: 'Skemaet kan ikke besvares her endnu' }).waitFor()
    expect([await axeFindings(page), await overflowOf(page)]).toEqual([[], 0])
    expect(await page.getByRole('button').count()).toBe(0)
    await page.goto(`${own.url}/start-back/`)
    await page.getByText(/^Patienter kan først svare selv, når klinikken/).waitFor()
    expect(await page.getByRole('button', { name: 'Lav et link' }).count()).toBe(0)
    expect([await axeFindings(page), await overflowOf(page)]).toEqual([[], 0])
    await own.close()
  })
})
