import type { QuestionnaireItemEnableWhen } from 'fhir/r4.js'
import type { Form, Item } from './definition.js'

/** One answer: yes or no, a number, a date or words as text, or the code of an option. */
export type Value = boolean | number | string

/** What is answered of a form, or of one row of a group that repeats. What is not asked is absent. */
export interface Answers {
  /** By linkId; a choice that repeats may hold several. */
  values: Readonly<Record<string, readonly Value[]>>
  /** The rows of groups that repeat, by linkId. */
  rows: Readonly<Record<string, readonly Answers[]>>
}

export const NO_ANSWERS: Answers = { values: {}, rows: {} }

/** The first answer to a question; undefined where it was not asked. */
export const answerTo = ({ values }: Answers, linkId: string): Value | undefined => values[linkId]?.[0]

/** The same answers with others to one question; with none it counts as not asked. */
export function withAnswers(answers: Answers, linkId: string, given: readonly Value[]): Answers {
  const { [linkId]: _, ...others } = answers.values
  return { ...answers, values: given.length === 0 ? others : { ...others, [linkId]: given } }
}

/** The same answers with other rows of a group. */
export function withRows(answers: Answers, linkId: string, rows: readonly Answers[]): Answers {
  const { [linkId]: _, ...others } = answers.rows
  return { ...answers, rows: rows.length === 0 ? others : { ...others, [linkId]: rows } }
}

/** Answers no to every yes-or-no question among some that was not asked. */
export function answerNoToTheRest(answers: Answers, items: readonly Item[]): Answers {
  return items
    .filter(({ type, linkId }) => type === 'boolean' && answerTo(answers, linkId) === undefined)
    .reduce((given, { linkId }) => withAnswers(given, linkId, [false]), answers)
}

/** How many questions are answered, in rows too. */
export const answerCount = ({ values, rows }: Answers): number =>
  Object.keys(values).length +
  Object.values(rows)
    .flat()
    .reduce((sum, row) => sum + answerCount(row), 0)

/** Whether an item is asked, by what else is answered. */
export type IsAsked = (item: Item, row?: Answers) => boolean

/**
 * Tells what of a form is asked by its conditions. What stands below something that is not asked is asked neither, and an
 * answer to it opens nothing.
 * @param directly linkIds that are asked whatever the conditions say, as where a shorter form asks for them.
 */
export function askedBy(form: Form, answers: Answers, directly: ReadonlySet<string> = new Set()): IsAsked {
  const parents = parentsOf(form.items)
  const open = new Set<string>()
  const isAsked = (item: Item, row: Answers | undefined): boolean => {
    if (directly.has(item.linkId)) return true
    const parent = parents.get(item.linkId)
    // A condition that leads back to its own question never comes true.
    if (open.has(item.linkId)) return false
    open.add(item.linkId)
    try {
      return (parent === undefined || isAsked(parent, undefined)) && isEnabled(item, row)
    } finally {
      open.delete(item.linkId)
    }
  }
  const isEnabled = ({ waitsFor, isOneEnough }: Item, row: Answers | undefined): boolean => {
    if (waitsFor.length === 0) return true
    const holds = (condition: QuestionnaireItemEnableWhen) => conditionHolds(condition, valuesOf(condition.question, row))
    return isOneEnough ? waitsFor.some(holds) : waitsFor.every(holds)
  }
  const valuesOf = (linkId: string, row: Answers | undefined): readonly Value[] => {
    const question = form.byLinkId.get(linkId)
    if (question && !isAsked(question, row)) return []
    return row?.values[linkId] ?? answers.values[linkId] ?? []
  }
  return isAsked
}

function parentsOf(items: readonly Item[], parent?: Item): Map<string, Item> {
  return new Map(items.flatMap(item => [...(parent ? [[item.linkId, parent] as const] : []), ...parentsOf(item.items, item)]))
}

function conditionHolds(condition: QuestionnaireItemEnableWhen, values: readonly Value[]): boolean {
  const { operator } = condition
  if (operator === 'exists') return values.length > 0 === (condition.answerBoolean ?? true)
  const awaited = awaitedIn(condition)
  if (awaited === undefined || values.length === 0) return false
  if (operator === '!=') return !values.includes(awaited)
  return values.some(value => COMPARES[operator](value, awaited))
}

const awaitedIn = ({
  answerBoolean,
  answerCoding,
  answerInteger,
  answerDecimal,
  answerDate,
  answerString,
}: QuestionnaireItemEnableWhen): Value | undefined =>
  answerBoolean ?? answerCoding?.code ?? answerInteger ?? answerDecimal ?? answerDate ?? answerString

/** Dates are compared as they are written, year first. */
const COMPARES: Readonly<Record<'=' | '>' | '<' | '>=' | '<=', (value: Value, awaited: Value) => boolean>> = {
  '=': (value, awaited) => value === awaited,
  '>': (value, awaited) => value > awaited,
  '<': (value, awaited) => value < awaited,
  '>=': (value, awaited) => value >= awaited,
  '<=': (value, awaited) => value <= awaited,
}
