// What a tab keeps of answers that are not saved, with a storage as a browser has it.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Bundle, QuestionnaireResponse } from 'fhir/r4.js'
import { keepAnswers, keepsAnswers, keptAnswers } from '../../apps/shared/kept-answers.js'
import { forgetAnswers } from '../../apps/shared/kept-places.js'
import type { Session } from '../../apps/shared/session.js'

const FORM = 'https://example.org/fhir/Questionnaire/form|1'
const ANSWERS = { values: { fever: [true] }, rows: {} }

/** Keeps what is set as members of its own, as a browser's does. */
class Storage {
  getItem(place: string): string | null {
    return (this as unknown as Record<string, string>)[place] ?? null
  }
  setItem(place: string, text: string): void {
    Object.assign(this, { [place]: text })
  }
  removeItem(place: string): void {
    Reflect.deleteProperty(this, place)
  }
}

const here = globalThis as unknown as { sessionStorage?: unknown }
const [browser, clock] = [here.sessionStorage, Date.now]

beforeEach(() => {
  here.sessionStorage = new Storage()
})
afterEach(() => {
  here.sessionStorage = browser
  Date.now = clock
})

const response = (more: Partial<QuestionnaireResponse> = {}): QuestionnaireResponse => ({
  resourceType: 'QuestionnaireResponse',
  id: 'draft',
  status: 'in-progress',
  meta: { versionId: '1' },
  ...more,
})

const session = ({ patient = 'p', user = 'anna', held = [] as QuestionnaireResponse[] } = {}): Session =>
  ({
    client: { base: 'https://fhir.example.org' },
    service: { id: 's', prefetch: { forms: `QuestionnaireResponse?patient={{context.patientId}}&questionnaire=${FORM.split('|', 1)[0]}` } },
    patientId: patient,
    // Issuers need not tell names in id tokens, and two people may have the same.
    settings: { user: { id: user, name: 'Anna' } },
    userId: 'Practitioner/1',
    prefetch: { forms: { resourceType: 'Bundle', type: 'searchset', entry: held.map(resource => ({ resource })) } satisfies Bundle },
  }) as unknown as Session

const keep = (of: Session) => keepAnswers(of, new Map([[FORM, { answers: ANSWERS, direct: ['fever'] }]]))

test('answers are kept for their patient and for whoever gave them, until there are none', () => {
  keep(session())
  expect(keptAnswers(session()).get(FORM)).toEqual({ answers: ANSWERS, direct: ['fever'], isOutdated: false })
  expect(keptAnswers(session({ patient: 'q' })).size).toBe(0)
  expect(keptAnswers(session({ user: 'bo' })).size).toBe(0)
  keepAnswers(session({ patient: 'q' }), new Map())
  expect(keptAnswers(session()).size).toBe(1)
  keepAnswers(session(), new Map())
  expect(keptAnswers(session()).size).toBe(0)
})

test.each([
  ['a draft that is there now', [], [response()]],
  ['a later version of the draft', [response()], [response({ meta: { versionId: '2' } })]],
  ['the draft, done meanwhile', [response()], [response({ status: 'completed' })]],
  ['another form', [response()], [response({ id: 'other' }), response()]],
])('they are outdated beside %s', (_what, before, now) => {
  keep(session({ held: before }))
  expect(keptAnswers(session({ held: before })).get(FORM)?.isOutdated).toBe(false)
  expect(keptAnswers(session({ held: now })).get(FORM)?.isOutdated).toBe(true)
})

test('what another person left, and what is older than a working day, is forgotten', () => {
  keep(session())
  expect(keepsAnswers(session().settings)).toBe(true)
  expect(keepsAnswers(session({ user: 'bo' }).settings)).toBe(false)
  expect(keepsAnswers(session().settings)).toBe(false)
  keep(session())
  Date.now = () => clock() + 13 * 60 * 60 * 1_000
  expect(keptAnswers(session()).size).toBe(0)
  expect(keepsAnswers(session().settings)).toBe(false)
  Date.now = clock
  expect(keptAnswers(session()).size).toBe(0)
})

test('who signs out leaves none behind, and nothing else of the tab is touched', () => {
  keep(session())
  sessionStorage.setItem('columna.start-back.patient-links', '[]')
  forgetAnswers()
  expect(Object.keys(sessionStorage)).toEqual(['columna.start-back.patient-links'])
})

test('a browser that keeps nothing is no fault', () => {
  here.sessionStorage = undefined
  keep(session())
  expect([keptAnswers(session()).size, keepsAnswers(session().settings)]).toEqual([0, false])
})
