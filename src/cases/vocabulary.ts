import type { Coding } from 'fhir/r4.js'
import { refuseUnknown } from './format.js'

/**
 * The words that the cases of one guideline have of their own: names of code systems, forms, users, dates in the authors'
 * language. They stand in `vocabulary.yaml` beside the cases, so that another guideline brings its own without a program.
 */
export interface CaseVocabulary {
  /** Language in which the cards of the cases are asked for. */
  readonly language: string
  /** IANA name of the zone by whose calendar the cases are read. */
  readonly timeZone: string
  readonly dates: DateWords
  /** What an answer to a yes/no question is called. */
  readonly answers: { readonly yes: string; readonly no: string }
  /** Code systems by their short names, as in `ICPC:L03`. */
  readonly systems: Readonly<Record<string, string>>
  /** Forms by the kind of fact that is an answer to one. */
  readonly forms: Readonly<Record<string, FormWords>>
  readonly orders: OrderWords
  /** Who may be signed in or ask for an order, the usual user first. */
  readonly users: Readonly<Record<string, UserCodes>>
  /** The encounter in which every case takes place: its id, and what it is called. */
  readonly encounter: { readonly id: string; readonly name: string }
  /** Words for what a case expects in the extension of a card. */
  readonly expects: Readonly<Record<string, ExpectedMember>>
}

/** How dates are told: `20 days ago`, `in 2 days`, `today at 11:00`, `today without time`. */
export interface DateWords {
  readonly today: string
  readonly ago: string
  readonly ahead: string
  readonly at: string
  readonly dayAlone: string
  /** What each unit is called, in the singular and in the plural. */
  readonly units: Readonly<Record<DateUnit, readonly string[]>>
}

export type DateUnit = 'day' | 'week' | 'month' | 'year'

/** A form that cases answer. */
export interface FormWords {
  /** Id of the Questionnaire in the knowledge. */
  readonly questionnaire: string
  /** Words that stand for many questions at once: every yes/no question of some groups, and others by linkId. */
  readonly together?: Readonly<Record<string, { readonly groups?: readonly string[]; readonly and?: readonly string[] }>>
  /** Of a scale: the linkIds that are answered no unless a case lists them under `yes`, `missing` or `repeated`. */
  readonly statements?: readonly string[]
  /** Of a scale: words for single questions whose answer is a code that ends in a number, each to be said or missing. */
  readonly graded?: Readonly<Record<string, { readonly linkId: string; readonly code: string }>>
  /** Of a scale: code of the Observation in which a client keeps its total. */
  readonly total?: string
}

/** How orders are told apart, and where they say what R4 has no element for. */
export interface OrderWords {
  /** Code systems whose codes are medicine, by short name or URI. */
  readonly medicine: readonly string[]
  /** Codes of devices, as cases write them. */
  readonly devices: readonly string[]
  /** Code system of `indication`. */
  readonly indication?: string
  /** Extension that carries `group size`. */
  readonly groupSize?: string
}

/** Codes of a PractitionerRole, as cases write codes. */
export interface UserCodes {
  readonly code?: string
  readonly specialty?: string
}

/** Where in a card's extension an expected value stands: one member, or several by the words of the case. */
export interface ExpectedMember {
  readonly extension: string
  readonly member?: string
  /** What is expected where no card has the member. */
  readonly absent?: string
  readonly members?: Readonly<Record<string, string>>
}

const ENGLISH: DateWords = {
  today: 'today',
  ago: 'ago',
  ahead: 'in',
  at: 'at',
  dayAlone: 'without time',
  units: { day: ['day', 'days'], week: ['week', 'weeks'], month: ['month', 'months'], year: ['year', 'years'] },
}

/** The words of cases whose folder has no vocabulary of its own. */
export const PLAIN_VOCABULARY: CaseVocabulary = {
  language: 'en',
  timeZone: 'UTC',
  dates: ENGLISH,
  answers: { yes: 'yes', no: 'no' },
  systems: {},
  forms: {},
  orders: { medicine: [], devices: [] },
  users: {},
  encounter: { id: 'this-encounter', name: 'in this encounter' },
  expects: {},
}

const keys = (...names: readonly string[]): ReadonlySet<string> => new Set(names)

const PARTS = keys(...Object.keys(PLAIN_VOCABULARY))
const OF_DATES = keys(...Object.keys(ENGLISH))
const OF_FORM = keys('questionnaire', 'together', 'statements', 'graded', 'total')
const OF_ORDERS = keys('medicine', 'devices', 'indication', 'groupSize')
const OF_USER = keys('code', 'specialty')
const OF_EXPECTED = keys('extension', 'member', 'absent', 'members')

/** A vocabulary as its file writes it, with the plain words where it says nothing. @throws Error that names a word it does not know. */
export function caseVocabulary(written: Readonly<Partial<CaseVocabulary>> = {}): CaseVocabulary {
  refuseUnknown(written, PARTS, 'vocabulary')
  refuseUnknown(written.dates ?? {}, OF_DATES, 'vocabulary: dates')
  refuseUnknown(written.orders ?? {}, OF_ORDERS, 'vocabulary: orders')
  for (const [name, form] of Object.entries(written.forms ?? {})) refuseUnknown(form, OF_FORM, `vocabulary: forms: ${name}`)
  for (const [name, user] of Object.entries(written.users ?? {})) refuseUnknown(user, OF_USER, `vocabulary: users: ${name}`)
  for (const [name, expected] of Object.entries(written.expects ?? {})) refuseUnknown(expected, OF_EXPECTED, `vocabulary: expects: ${name}`)
  return {
    ...PLAIN_VOCABULARY,
    ...written,
    dates: { ...ENGLISH, ...written.dates },
    orders: { ...PLAIN_VOCABULARY.orders, ...written.orders },
  }
}

const namesOf = (systems: CaseVocabulary['systems']): string =>
  Object.keys(systems).join(', ') || 'a name that vocabulary.yaml has under systems (it has none)'

/** Reads `ICPC:L03`, `uri|code` where a case is about another URI of a code system, or `|code` for one without a system. */
export function readCode({ systems }: Pick<CaseVocabulary, 'systems'>, written: string): Coding {
  const bar = written.indexOf('|')
  if (bar >= 0) return { ...(bar > 0 && { system: written.slice(0, bar) }), code: written.slice(bar + 1) }
  const [name = '', code] = written.split(':')
  const system = systems[name]
  if (system === undefined || !code)
    throw new Error(`'${written}' is not a code: write ${namesOf(systems)}, a colon and the code, or uri|code.`)
  return { system, code }
}
