// What every card and every whole answer, of the clinical cases and about the people of the demonstration, may ask of its
// reader, in Danish and in English.
import type { Patient } from 'fhir/r4.js'
import MarkdownIt from 'markdown-it'
import supertest from 'supertest'
import { beforeAll, expect, test } from '@jest/globals'
import { actionFinder, kindOf, measuredAnswers, overruns, type MeasuredAnswer } from '../../src/cases/card-budget.js'
import { answer } from '../../src/cases/run.js'
import type { Card } from '../../src/cds-hooks/types.js'
import { demoPeople } from '../../src/demo/people.js'
import { ANSWER_BUDGET, longestDetail } from '../../src/engine/cards/budget.js'
import { checkBudgets } from '../../src/engine/cards/check-budget.js'
import { charactersOf, measureCard } from '../../src/engine/cards/measure-card.js'
import { visibleLength, visibleText } from '../../src/engine/cards/visible-text.js'
import { FaultList } from '../../src/engine/model/faults.js'
import { callsOf, cases, loaded } from '../support/cases.js'
import { prefetchedCall, SERVICES } from '../support/hook-requests.js'
import { action, activity, canonical, compileResources, plan, topAction } from '../support/knowledge-builder.js'
import { recordedPass } from '../support/recorded.js'
import { startTestService, TEST_NOW } from '../support/service.js'

const { knowledge, services } = loaded

let recording: Awaited<ReturnType<typeof recordedPass>>['recording']
let answers: readonly MeasuredAnswer[]
let details: ReadonlySet<string>

beforeAll(async () => {
  recording = (await recordedPass()).recording
  details = new Set(recording.cases.flatMap(({ answered: { cards } }) => cards.flatMap(({ detail }) => detail ?? [])))
  const names = cases.map(({ file, case: { name } }) => `${file}: ${name}`)
  answers = measuredAnswers(recording, names, services)
}, 1_800_000)

/** What is beyond a limit. */
const beyond = (measured: readonly MeasuredAnswer[]) =>
  overruns(measured, knowledge, actionFinder(recording, knowledge.terminology.names.card.knowledge))

test('every card and every whole answer keeps within the budget', () => {
  expect(beyond(answers)).toEqual([])
})

/** English runs longer than Danish, but hardly by more than this part. */
const ROOM_FOR_ENGLISH = 0.85

/** Whether an answer is so long in Danish that it could be beyond a limit in English. */
const isLong = ({ kind, cards, characters }: MeasuredAnswer): boolean =>
  (kind !== undefined && characters > ROOM_FOR_ENGLISH * ANSWER_BUDGET[kind].characters) ||
  cards.some(
    ({ detail = '', indicator, source: { topic } }) =>
      visibleLength(detail) > ROOM_FOR_ENGLISH * longestDetail({ indicator, topic }, knowledge.terminology),
  )

/** An answer, measured. */
const measured = (name: string, called: readonly string[], cards: readonly Card[]): MeasuredAnswer => ({
  name,
  kind: kindOf(called, services),
  cards,
  characters: cards.reduce((sum, card) => sum + charactersOf(card), 0),
  bullets: cards.reduce((sum, card) => sum + measureCard(card).bullets, 0),
})

test('so it does in English, where the Danish answer is long', async () => {
  const inEnglish: MeasuredAnswer[] = []
  for (const [index, { file, case: each }] of cases.entries()) {
    const danish = answers[index]
    if (danish === undefined || !isLong(danish)) continue
    const calls = callsOf(each)
    const { cards } = await answer(calls, 'en')
    inEnglish.push(
      measured(
        `${file}: ${each.name}`,
        calls.map(({ service: { id } }) => id),
        cards,
      ),
    )
  }
  expect(inEnglish.length).toBeGreaterThan(50)
  expect(beyond(inEnglish)).toEqual([])
}, 600_000)

test('so do the answers about the people of the demonstration, whom the golden files tell of, in both languages', async () => {
  const service = await startTestService({ publicUrl: 'https://cds.example.org' })
  const people = demoPeople(TEST_NOW).filter((resource): resource is Patient => resource.resourceType === 'Patient')
  // A chart shows what both services of patient-view say together.
  const asked = [...SERVICES.filter(id => kindOf([id], services) !== 'patient-view').map(id => [id]), SERVICES.slice(-2)]
  const about: MeasuredAnswer[] = []
  for (const { id: person = '' } of people)
    for (const language of ['da', 'en'])
      for (const ids of asked) {
        const cards: Card[] = []
        for (const id of ids) {
          const call = supertest(service.url).post(`/cds-services/${id}`).set('accept-language', language)
          cards.push(...((await call.send(prefetchedCall(person, id))).body as { cards: Card[] }).cards)
        }
        about.push(measured(`${person}, ${ids.join(' and ')}, ${language}`, ids, cards))
      }
  await service.close()
  expect(about.filter(({ kind, cards }) => kind === 'patient-view' && cards.length > 0).length).toBeGreaterThan(20)
  expect(beyond(about)).toEqual([])
}, 600_000)

test('what no patient could make shorter is refused at load, kind by kind', () => {
  const faultsOf = (card: Parameters<typeof topAction>[1]): string[] => {
    const faults = new FaultList()
    // The documents that it cites need not be there.
    checkBudgets(compileResources(plan([topAction('card', { ...card })]), activity('draft')).knowledge, faults)
    return faults.faults.map(({ code, message }) => `${code} ${message}`)
  }
  const many = (count: number, of: (index: number) => ReturnType<typeof action>) => Array.from({ length: count }, (_, index) => of(index))
  const draft = (index: number) => action(`draft-${index}`, { definitionCanonical: canonical('ActivityDefinition', 'draft') })
  const citation = (index: number) => ({ type: 'documentation' as const, resource: `${canonical('Library', `source-${index}`)}#section` })
  expect(faultsOf({ action: many(2, draft) })).toEqual([])
  expect(faultsOf({ action: many(3, draft) })).toEqual([expect.stringMatching(/^CARD_TOO_LONG 3 suggestions/)])
  expect(faultsOf({ action: many(3, draft), selectionBehavior: 'all' })).toEqual([])
  expect(faultsOf({ action: many(5, index => action(`line-${index}`)) })).toEqual([expect.stringMatching(/^CARD_TOO_LONG 5 lines/)])
  expect(faultsOf({ documentation: [0, 1, 0].map(citation) })).toEqual([])
  expect(faultsOf({ documentation: [0, 1, 2].map(citation) })).toEqual([expect.stringMatching(/^CARD_TOO_LONG There are links to 3/)])
})

test.each([
  ['**Råd:** hold gang *(svag for, lav)*', 'Råd: hold gang (svag for, lav)'],
  ['[Anbefaling og evidens](https://a.dk/b_c)', 'Anbefaling og evidens'],
  ['- a\n- b\n\nc', 'a b c'],
  ['2\\. maj \\*a\\* \\[b\\]\\(c\\)', '2. maj *a* [b](c)'],
  ['| a | b |\n|---|:-:|\n| 1 | -2 |', 'a b 1 -2'],
  ['3-6 måneder – 5/9 | alder ≥ 16', '3-6 måneder – 5/9 alder ≥ 16'],
])('a reader sees of %j %j', (markdown, seen) => {
  expect(visibleText(markdown)).toBe(seen)
})

test('what is counted is what a Markdown reader shows, of every card of every case', () => {
  const markdown = new MarkdownIt()
  const shown = (text: string): string =>
    markdown
      .render(text)
      .replace(/<[^>]*>/g, ' ')
      .replace(/&(lt|gt|amp|quot);/g, 'x')
      .replace(/\s/g, '')
  const counted = (text: string): number => [...visibleText(text).replace(/\s/g, '')].length
  expect(details.size).toBeGreaterThan(100)
  expect([...details].filter(detail => counted(detail) !== [...shown(detail)].length)).toEqual([])
  expect(visibleLength('a\n\nbø')).toBe(4)
})
