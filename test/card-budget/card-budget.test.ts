// What every card and every whole answer of the clinical cases may ask of its reader.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import MarkdownIt from 'markdown-it'
import { parse } from 'yaml'
import { beforeAll, expect, test } from '@jest/globals'
import { actionFinder, measuredAnswers, overrunningPlans, overruns, type Overrun } from '../../src/cases/card-budget.js'
import { checkBudgets } from '../../src/engine/cards/check-budget.js'
import { FaultList } from '../../src/engine/model/faults.js'
import { visibleLength, visibleText } from '../../src/engine/cards/visible-text.js'
import { cases, loaded } from '../support/cases.js'
import { recordedPass } from '../support/recorded.js'

/** Applied plans whose texts are still to be shortened; the list only shrinks. */
const pending = parse(readFileSync(new URL('pending.yaml', import.meta.url), 'utf8')) as readonly string[]

let found: readonly Overrun[]
let details: ReadonlySet<string>

beforeAll(async () => {
  const { recording } = await recordedPass()
  details = new Set(recording.cases.flatMap(({ answered: { cards } }) => cards.flatMap(({ detail }) => detail ?? [])))
  const names = cases.map(({ file, case: { name } }) => `${file}: ${name}`)
  const { knowledge, services } = loaded
  const member = knowledge.terminology.names.card.knowledge
  found = overruns(measuredAnswers(recording, names, services), knowledge, actionFinder(recording, member))
}, 1_800_000)

test('every card and every whole answer keeps within the budget, but for plans that are still to be shortened', () => {
  const isPending = ({ plans }: Overrun): boolean => plans.some(plan => pending.includes(plan))
  expect(found.filter(each => !isPending(each))).toEqual([])
})

test('a plan that is still to be shortened is beyond the budget somewhere; take those off the list that are not', () => {
  const beyond = overrunningPlans(found)
  expect(pending.filter(plan => !beyond.includes(plan))).toEqual([])
})

test('the check holds back on the same plans only, and on none without need', () => {
  const faults = new FaultList()
  checkBudgets(loaded.knowledge, faults, () => false)
  const beyond = faults.faults.map(({ file }) => basename(file, '.json'))
  const { pendingBudget } = JSON.parse(readFileSync(new URL('../../knowledge.json', import.meta.url), 'utf8')) as {
    pendingBudget: string[]
  }
  expect(pendingBudget.filter(plan => !pending.includes(plan) || !beyond.includes(plan))).toEqual([])
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
