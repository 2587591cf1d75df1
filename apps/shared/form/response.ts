import type { QuestionnaireResponse, QuestionnaireResponseItem, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import type { ShownType } from '../../../src/knowledge-files/check-forms.js'
import { NO_ANSWERS, withAnswers, withRows, type Answers, type IsAsked, type Value } from './answers.js'
import type { Form, Item, Option } from './definition.js'

/** What a filled form says beside its answers. */
export interface ResponseHead {
  /** Of a form that was saved before. */
  id?: string
  /** By which a form that was saved before is known. */
  identifier?: QuestionnaireResponse['identifier']
  status: 'in-progress' | 'completed' | 'amended'
  /** `Type/id` of whom it is about. */
  subject: string
  /** Instant of the service's clock. */
  authored: string
  /** `Type/id` of who fills it in. */
  author?: string
  /** `Type/id` of whose answers they are, where another puts them in. */
  source?: string
  /** `Type/id` of the contact. */
  encounter?: string
}

/**
 * The answers as FHIR: each under its own linkId and group, in the order of the form, without what is not asked.
 * @param isAsked of the same answers.
 */
export function toResponse(form: Form, answers: Answers, isAsked: IsAsked, head: ResponseHead): QuestionnaireResponse {
  const { id, identifier, status, subject, authored, author, source, encounter } = head
  const item = itemsOf(form.items, answers, isAsked)
  return {
    resourceType: 'QuestionnaireResponse',
    ...(id !== undefined && { id }),
    ...(identifier && { identifier }),
    questionnaire: form.canonical,
    status,
    subject: { reference: subject },
    ...(encounter !== undefined && { encounter: { reference: encounter } }),
    authored,
    ...(author !== undefined && { author: { reference: author } }),
    ...(source !== undefined && { source: { reference: source } }),
    ...(item.length > 0 && { item }),
  }
}

function itemsOf(items: readonly Item[], answers: Answers, isAsked: IsAsked, row?: Answers): QuestionnaireResponseItem[] {
  return items.flatMap(item => {
    if (item.type === 'group' && item.repeats) return rowsOf(item, answers, isAsked)
    if (item.type === 'group') return inGroup(item, itemsOf(item.items, answers, isAsked, row))
    const given = (row ?? answers).values[item.linkId] ?? []
    if (given.length === 0 || !isAsked(item, row)) return []
    return [{ linkId: item.linkId, answer: given.map(value => toAnswer(item, value)) }]
  })
}

/** A row without any answer is none. */
const rowsOf = (item: Item, { rows }: Answers, isAsked: IsAsked): QuestionnaireResponseItem[] =>
  (isAsked(item) ? (rows[item.linkId] ?? []) : []).flatMap(row => inGroup(item, itemsOf(item.items, row, isAsked, row)))

const inGroup = ({ linkId }: Item, item: QuestionnaireResponseItem[]): QuestionnaireResponseItem[] =>
  item.length > 0 ? [{ linkId, item }] : []

const toAnswer = ({ type, options }: Item, value: Value): QuestionnaireResponseItemAnswer => {
  if (type !== 'choice') return { [VALUE_OF[type]]: value }
  const { system, display } = options.find(({ code }) => code === value) ?? {}
  return { valueCoding: { ...(system !== undefined && { system }), code: String(value), ...(display !== undefined && { display }) } }
}

/** The element of an answer to a question of each kind; groups and texts have none that is read. */
const VALUE_OF: Readonly<Record<ShownType, keyof QuestionnaireResponseItemAnswer>> = {
  group: 'valueString',
  display: 'valueString',
  boolean: 'valueBoolean',
  choice: 'valueCoding',
  integer: 'valueInteger',
  decimal: 'valueDecimal',
  date: 'valueDate',
  string: 'valueString',
  text: 'valueString',
}

/** The answers of a filled form, as far as the form knows their questions. */
export function fromResponse(form: Form, { item = [] }: QuestionnaireResponse): Answers {
  return item.reduce((answers, each) => withItem(answers, each, form), NO_ANSWERS)
}

function withItem(answers: Answers, { linkId, answer = [], item = [] }: QuestionnaireResponseItem, form: Form): Answers {
  const asked = form.byLinkId.get(linkId)
  if (asked?.type === 'group' && asked.repeats) {
    const row = item.reduce((given, each) => withItem(given, each, form), NO_ANSWERS)
    return withRows(answers, linkId, [...(answers.rows[linkId] ?? []), row])
  }
  const below = [...item, ...answer.flatMap(each => each.item ?? [])]
  const inside = below.reduce((given, each) => withItem(given, each, form), answers)
  const given = asked ? answer.flatMap(each => fromAnswer(asked, each)) : []
  return given.length > 0 ? withAnswers(inside, linkId, given) : inside
}

function fromAnswer({ type, options }: Item, answer: QuestionnaireResponseItemAnswer): Value[] {
  const value: unknown = type === 'choice' ? answer.valueCoding?.code : answer[VALUE_OF[type]]
  if (type === 'choice' && !options.some(({ code }: Option) => code === value)) return []
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string' ? [value] : []
}
