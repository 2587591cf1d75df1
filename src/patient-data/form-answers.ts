import type { QuestionnaireResponse, QuestionnaireResponseItem, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import type { FormDefinition, FormDefinitions, FormItem } from '../engine/knowledge/forms.js'
import type { LocalizedText } from '../engine/model/localized.js'
import { withoutEnd } from '../plain-values/without-end.js'
import { idIn } from './references.js'

/** An answer, or a whole form, that could not be read, and why. */
export interface UnusableAnswer {
  linkId?: string
  /** What a reader calls the question, or nothing where it is about the whole form. */
  question?: LocalizedText
  /** Whether it was answered both ways and counts as yes. */
  isYes?: boolean
  /** Of a whole form: whether it counts all the same. */
  isTaken?: boolean
  reason: string
}

/** The questionnaire that a prefetch key asks for, by its canonical; undefined where it asks for none. */
export type AskedFor = string | undefined

/**
 * A form as rules may rely on it: whose form it is is said by its canonical, each answer has the type that the
 * Questionnaire gives its question, and a question with contradicting answers is unanswered. Forms that are not ours
 * are handed on as they are.
 */
export function readForm(
  response: QuestionnaireResponse,
  forms: FormDefinitions,
  askedFor: AskedFor,
): { response: QuestionnaireResponse; unusable: UnusableAnswer[] } {
  const found = definitionOf(response, forms, askedFor)
  if (!found) return { response, unusable: namesAnother(response, forms, askedFor) }
  const reading = new FormReading(found, forms)
  const item = reading.items(response.item ?? [])
  const missing =
    response.questionnaire === undefined
      ? [{ isTaken: true, reason: 'it does not say which questionnaire it answers; taken for the one that was asked for' }]
      : []
  return {
    response: { ...response, questionnaire: canonicalOf(found, response.questionnaire), ...(item.length > 0 && { item }) },
    unusable: [...missing, ...reading.unusable],
  }
}

/** Most items and answers of one form: many times those of the longest. */
const MOST_ITEMS = 5_000

/** Most answers to one question that are read. */
const MOST_ANSWERS = 100

/** Whether a filled form has more items and answers than any form has questions; it may not be valid yet. */
export function isEndless({ item }: QuestionnaireResponse): boolean {
  let left = MOST_ITEMS
  const look = (list: unknown): void => {
    if (!Array.isArray(list) || (left -= list.length) < 0) return
    for (const each of list as ({ item?: unknown; answer?: unknown } | null)[]) {
      look(each?.item)
      look(each?.answer)
    }
  }
  look(item)
  return left < 0
}

function definitionOf(response: QuestionnaireResponse, { all }: FormDefinitions, askedFor: AskedFor): FormDefinition | undefined {
  const { questionnaire } = response
  if (questionnaire === undefined) return all.find(definition => definition.url === askedFor && holdsOnly(response, definition))
  const url = urlOf(questionnaire)
  return all.find(definition => definition.url === url) ?? all.find(({ id }) => id === idIn(url, 'Questionnaire'))
}

/** The address of a questionnaire without version, fragment and trailing slash. */
const urlOf = (questionnaire: string): string => withoutEnd(questionnaire.trim().split(/[|#]/, 1)[0] ?? '', '/')

/** The canonical of a form, with the version that a response says. */
function canonicalOf({ url }: FormDefinition, written = ''): string {
  const version = /\|([^#]+)/.exec(written)?.[1]?.trim()
  return version === undefined ? url : `${url}|${version}`
}

/** A filled form under a key that asks for one of ours, with its questions, and yet the name of another. */
function namesAnother(response: QuestionnaireResponse, { all }: FormDefinitions, askedFor: AskedFor): UnusableAnswer[] {
  const asked = all.find(({ url }) => url === askedFor)
  return asked && holdsOnly(response, asked)
    ? [{ reason: 'it has the questions of the form that was asked for, but names another questionnaire' }]
    : []
}

/** Whether a form answers something, and nothing that another form asks. */
function holdsOnly({ item = [] }: QuestionnaireResponse, { items }: FormDefinition): boolean {
  const linkIds = answeredIn(item)
  return linkIds.length > 0 && linkIds.every(linkId => items.has(linkId))
}

function answeredIn(items: readonly QuestionnaireResponseItem[]): string[] {
  return items.flatMap(({ linkId, answer = [], item = [] }) => [
    ...(answer.length > 0 ? [linkId] : []),
    ...answeredIn([...item, ...answer.flatMap(each => each.item ?? [])]),
  ])
}

class FormReading {
  readonly unusable: UnusableAnswer[] = []
  private contradicted: ReadonlySet<string> = new Set()

  constructor(
    private readonly definition: FormDefinition,
    private readonly forms: FormDefinitions,
  ) {}

  items(items: readonly QuestionnaireResponseItem[]): QuestionnaireResponseItem[] {
    const typed = items.map(item => this.typed(item))
    this.contradicted = this.contradictedIn(typed)
    for (const linkId of this.contradicted) {
      if (this.yesWins(linkId)) this.note(linkId, 'it is answered both yes and no; the yes counts', true)
      else this.note(linkId, 'it is answered in two ways')
    }
    return this.contradicted.size === 0 ? typed : typed.map(item => this.withoutContradicted(item))
  }

  /** An item whose answers have the type of its question; what has another is left out and noted. Handed on as it is where nothing changes. */
  private typed(item: QuestionnaireResponseItem): QuestionnaireResponseItem {
    const asked = this.definition.items.get(item.linkId)
    const answer = item.answer && changed(this.fewOf(item.answer, item.linkId), each => this.typedAnswer(each, asked, item.linkId))
    const inside = item.item && changed(item.item, each => this.typed(each))
    return answer === item.answer && inside === item.item ? item : { ...item, ...(answer && { answer }), ...(inside && { item: inside }) }
  }

  /** What is answered in more ways than any question has answers is no form's. */
  private fewOf(answers: QuestionnaireResponseItemAnswer[], linkId: string): QuestionnaireResponseItemAnswer[] {
    if (answers.length <= MOST_ANSWERS) return answers
    this.note(linkId, 'it has more answers than are read')
    return answers.slice(0, MOST_ANSWERS)
  }

  private typedAnswer(
    answer: QuestionnaireResponseItemAnswer,
    asked: FormItem | undefined,
    linkId: string,
  ): QuestionnaireResponseItemAnswer | undefined {
    const below = answer.item && changed(answer.item, inside => this.typed(inside))
    const typed = asked && hasValue(answer) ? this.answerTo(asked, linkId, answer) : answer
    if (typed === answer && below === answer.item) return answer
    return typed || below ? { ...typed, ...(below && { item: below }) } : undefined
  }

  private answerTo(asked: FormItem, linkId: string, answer: QuestionnaireResponseItemAnswer): QuestionnaireResponseItemAnswer | undefined {
    const read = ANSWER_READERS[asked.type]
    if (!read) return answer
    const value = read(answer, asked, this.forms)
    if (value === undefined) this.note(linkId, `its answer does not fit a question of type ${asked.type}`)
    return value
  }

  private note(linkId: string, reason: string, isYes = false): void {
    if (this.unusable.some(each => each.linkId === linkId)) return
    const question = this.definition.items.get(linkId)?.text
    this.unusable.push({ linkId, ...(question && { question }), ...(isYes && { isYes }), reason })
  }

  /** Questions that may be answered once and have two different answers. */
  private contradictedIn(items: readonly QuestionnaireResponseItem[]): ReadonlySet<string> {
    const before = new Map<string, QuestionnaireResponseItemAnswer>()
    const contradicted = new Set<string>()
    const look = ({ linkId, answer, item }: QuestionnaireResponseItem): void => {
      const isSingle = this.definition.items.get(linkId)?.repeats === false
      for (const each of answer ?? []) {
        if (isSingle && hasValue(each)) {
          const other = before.get(linkId)
          if (other && valueText(other) !== valueText(each)) contradicted.add(linkId)
          before.set(linkId, each)
        }
        each.item?.forEach(look)
      }
      item?.forEach(look)
    }
    items.forEach(look)
    return contradicted
  }

  private withoutContradicted(item: QuestionnaireResponseItem): QuestionnaireResponseItem {
    const { answer, item: inside, ...rest } = item
    return {
      ...rest,
      ...(answer && { answer: this.settled(item.linkId, answer) }),
      ...(inside && { item: inside.map(each => this.withoutContradicted(each)) }),
    }
  }

  /** The answers of one item that stand once contradictions are settled; what is below them stays. */
  private settled(linkId: string, answers: readonly QuestionnaireResponseItemAnswer[]): QuestionnaireResponseItemAnswer[] {
    return answers.flatMap(each => {
      const isRefuted = this.contradicted.has(linkId) && !(this.yesWins(linkId) && each.valueBoolean === true)
      const below = each.item?.map(inside => this.withoutContradicted(inside))
      return isRefuted ? (below ? [{ item: below }] : []) : [{ ...each, ...(below && { item: below }) }]
    })
  }

  private yesWins(linkId: string): boolean {
    return this.definition.items.get(linkId)?.yesWins === true
  }
}

/** A list with each entry as it is taken, those without anything left out; the list itself where all stay as they are. */
function changed<T>(list: T[], take: (each: T) => T | undefined): T[] {
  let taken: T[] | undefined
  for (let index = 0; index < list.length; index += 1) {
    const each = list[index] as T
    const found = take(each)
    if (found !== each) taken ??= list.slice(0, index)
    if (taken && found !== undefined) taken.push(found)
  }
  return taken ?? list
}

function hasValue(answer: QuestionnaireResponseItemAnswer): boolean {
  const members = answer as Readonly<Record<string, unknown>>
  for (const name in members) if (VALUE.test(name) && members[name] !== null && members[name] !== undefined) return true
  return false
}

const VALUE = /^value[A-Z][A-Za-z]*$/

/** What two answers must share to be the same. */
function valueText({ item: _, id: __, extension: ___, ...value }: QuestionnaireResponseItemAnswer): string {
  const { valueCoding } = value
  return JSON.stringify(valueCoding?.code === undefined ? value : valueCoding.code)
}

type AnswerReader = (
  answer: QuestionnaireResponseItemAnswer,
  asked: FormItem,
  forms: FormDefinitions,
) => QuestionnaireResponseItemAnswer | undefined

/** How the answer to a question of each type is read; undefined where it is none. */
const ANSWER_READERS: Readonly<Partial<Record<FormItem['type'], AnswerReader>>> = {
  boolean: (answer, _, forms) => {
    const value = answer.valueBoolean ?? yesOrNo(answer, forms)
    return value === undefined
      ? undefined
      : value === answer.valueBoolean && Object.keys(answer).length === 1
        ? answer
        : { valueBoolean: value }
  },
  choice: (answer, { options }) => (isOption(answer.valueCoding, options) ? answer : undefined),
  'open-choice': answer => ((answer.valueCoding ?? answer.valueString) ? answer : undefined),
  integer: ({ valueInteger, valueDecimal = 0.5 }) => {
    const value = valueInteger ?? valueDecimal
    return Number.isInteger(value) ? { valueInteger: value } : undefined
  },
  decimal: ({ valueDecimal, valueInteger }) => {
    const value = valueDecimal ?? valueInteger
    return value === undefined ? undefined : { valueDecimal: value }
  },
  date: ({ valueDate, valueDateTime }) => {
    const value = valueDate ?? valueDateTime
    return value === undefined ? undefined : valueDate === undefined ? { valueDateTime: value } : { valueDate: value }
  },
  dateTime: ({ valueDateTime, valueDate }) => {
    const value = valueDateTime ?? valueDate
    return value === undefined ? undefined : { valueDateTime: value }
  },
  string: answer => (answer.valueString === undefined ? undefined : answer),
  text: answer => (answer.valueString === undefined ? undefined : answer),
  quantity: answer => (answer.valueQuantity === undefined ? undefined : answer),
}

/** The truth of an answer in the words or codes of another vocabulary. */
function yesOrNo(
  { valueCoding, valueString }: QuestionnaireResponseItemAnswer,
  { isYes, isNo, wordSystem }: FormDefinitions,
): boolean | undefined {
  const coding = valueCoding ?? (valueString === undefined ? undefined : { system: wordSystem, code: valueString.trim().toLowerCase() })
  if (!coding) return undefined
  return isYes(coding) ? true : isNo(coding) ? false : undefined
}

/** A code that the question offers, of its own system or of none. */
function isOption(coding: QuestionnaireResponseItemAnswer['valueCoding'], options: FormItem['options']): boolean {
  if (coding?.code === undefined) return false
  return options.size === 0 || (options.has(coding.code) && (coding.system === undefined || coding.system === options.get(coding.code)))
}
