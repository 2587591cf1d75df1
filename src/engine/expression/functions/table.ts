import { isAboveRange } from '../measures.js'
import { plain, truthCollection, type Collection } from '../values.js'
import { QUESTION } from '../words.js'
import { answer, answeredYes, answering, ofQuestionnaire, unanswered } from './answers.js'
import { atCall, now, timeOfDay, today } from './clock-functions.js'
import { codedIn, memberOf } from './coded.js'
import { combine, count, distinct, exclude, extreme, first, intersect, join, last, skip, tail, take } from './collections.js'
import { calendarDate, difference, lowBoundary, newest, notInFuture, recordDate, since } from './dates.js'
import { byCount, ofCall, onStrings, type Interpreted } from './interpreted.js'
import { knownTrue, notKnownTrue } from './known.js'
import * as loops from './loops.js'
import type { Native, Prepare } from './native.js'
import type { OwnFunction } from './own-function.js'
import { referringTo } from './references.js'
import { regularExpression } from './regular-expressions.js'
import { matches, matchesFull, onText, toText } from './text.js'
import { coding, inUnit, written } from './words.js'

/** All that is known of a function, in one row. */
export interface FunctionRow {
  /** How many arguments it takes, at least and at most. */
  takes: readonly [least: number, most: number]
  /** A type; `same` for items of the type it is called on; `any` where we do not follow it. */
  yields: string
  /** Whether its arguments are evaluated on each item, and not on what `$this` is around them. */
  onEachItem?: true
  /** Whether it keeps some of the records it is called on; where none is left, none was found. */
  keeps?: true
  /** Whether it decides itself what of its arguments is evaluated, so that only the interpreter can run it. */
  interpretedOnly?: true
  /** What its first argument names, where that is a text, or each of them: it is looked up when the knowledge is loaded. */
  names?: 'value set' | 'item' | 'answered item' | 'items' | 'form' | 'pattern' | 'code system' | 'language'
  /** A function of our own, which standard FHIRPath lacks or has otherwise. */
  own?: OwnFunction
  /** A function that looks at every item by itself; what it asks says nothing about the result. */
  loop?: loops.Loop
  /** The same, where what it asks is whether to keep the item. */
  filter?: loops.Filter
  /** The same, where what it asks is whether something holds of any item, or of each. */
  quantifier?: loops.Quantifier
  /** What it tells of a list as a whole, where it has no argument. */
  ofList?: (items: Collection) => boolean
  /** What it tells of a truth value, or of one that is not known. */
  ofTruth?: (value: boolean | undefined) => boolean | undefined
  /** What runs without the interpreter. */
  native?: Native
  /** The same, made anew wherever it is called. */
  nativeHere?: (operation: Prepare) => Native
  /** What the interpreter runs in place of its own. */
  interpreted?: Interpreted
}

const NO_ARGUMENT = [0, 0] as const
const ONE = [1, 1] as const
/** The interpreter wants to know how many there can be. */
const SOME = [1, 40] as const

/** A function by what it takes and yields, and what more there is to know of it. */
const row = (takes: FunctionRow['takes'], yields: string, more: Omit<FunctionRow, 'takes' | 'yields'> = {}): FunctionRow => ({
  takes,
  yields,
  ...more,
})

/** The functions that knowledge may call: those of standard FHIRPath that the interpreter has, and our own. */
const ROWS = {
  // Some of the items, or others of their type.
  first: row(NO_ARGUMENT, 'same', { native: first }),
  last: row(NO_ARGUMENT, 'same', { native: last }),
  tail: row(NO_ARGUMENT, 'same', { native: tail }),
  single: row(NO_ARGUMENT, 'same'),
  skip: row(ONE, 'same', { native: skip, interpreted: byCount((input, count) => input.slice(count)) }),
  take: row(ONE, 'same', { native: take, interpreted: byCount((input, count) => input.slice(0, count)) }),
  where: row(ONE, 'same', { onEachItem: true, keeps: true, filter: loops.where }),
  ofType: row(ONE, 'any', { keeps: true }),
  as: row(ONE, 'any'),
  distinct: row(NO_ARGUMENT, 'same', { native: distinct }),
  exclude: row(ONE, 'same', { keeps: true, native: exclude }),
  intersect: row(ONE, 'same', { keeps: true, native: intersect }),
  union: row(ONE, 'same'),
  combine: row(ONE, 'same', { native: combine }),
  sort: row([0, Infinity], 'same', { onEachItem: true, interpretedOnly: true }),
  coalesce: row([1, Infinity], 'same', { onEachItem: true, interpretedOnly: true }),
  select: row(ONE, 'any', { onEachItem: true, loop: loops.select }),
  repeat: row(ONE, 'any', { onEachItem: true, loop: loops.repeat }),
  children: row(NO_ARGUMENT, 'any'),
  descendants: row(NO_ARGUMENT, 'any'),
  extension: row(ONE, 'Extension'),

  // Truth.
  exists: row([0, 1], 'boolean', { onEachItem: true, quantifier: loops.exists, ofList: items => items.length > 0 }),
  empty: row(NO_ARGUMENT, 'boolean', { ofList: items => items.length === 0 }),
  all: row(ONE, 'boolean', { onEachItem: true, quantifier: loops.all }),
  not: row(NO_ARGUMENT, 'boolean', { ofTruth: value => (value === undefined ? undefined : !value) }),
  is: row(ONE, 'boolean'),
  allTrue: row(NO_ARGUMENT, 'boolean'),
  anyTrue: row(NO_ARGUMENT, 'boolean'),
  allFalse: row(NO_ARGUMENT, 'boolean'),
  anyFalse: row(NO_ARGUMENT, 'boolean'),
  isDistinct: row(NO_ARGUMENT, 'boolean'),
  hasValue: row(NO_ARGUMENT, 'boolean'),
  subsetOf: row(ONE, 'boolean'),
  supersetOf: row(ONE, 'boolean'),
  comparable: row(ONE, 'boolean'),
  iif: row([2, 3], 'any', { onEachItem: true }),

  // Numbers.
  count: row(NO_ARGUMENT, 'integer', { native: count }),
  min: row(NO_ARGUMENT, 'same', { nativeHere: extreme('<') }),
  max: row(NO_ARGUMENT, 'same', { nativeHere: extreme('>') }),
  sum: row(NO_ARGUMENT, 'same'),
  avg: row(NO_ARGUMENT, 'same'),
  aggregate: row([1, 2], 'any', { onEachItem: true, loop: loops.aggregate }),
  abs: row(NO_ARGUMENT, 'same'),
  round: row([0, 1], 'same'),
  lowBoundary: row([0, 1], 'same', { native: lowBoundary }),
  highBoundary: row([0, 1], 'same'),
  truncate: row(NO_ARGUMENT, 'integer'),
  ceiling: row(NO_ARGUMENT, 'integer'),
  floor: row(NO_ARGUMENT, 'integer'),
  exp: row(NO_ARGUMENT, 'decimal'),
  ln: row(NO_ARGUMENT, 'decimal'),
  sqrt: row(NO_ARGUMENT, 'decimal'),
  log: row(ONE, 'decimal'),
  power: row(ONE, 'decimal'),
  ordinal: row(NO_ARGUMENT, 'decimal'),
  weight: row(NO_ARGUMENT, 'decimal'),

  // Texts.
  lower: row(NO_ARGUMENT, 'string', { native: onText(text => text.toLowerCase()) }),
  upper: row(NO_ARGUMENT, 'string', { native: onText(text => text.toUpperCase()) }),
  trim: row(NO_ARGUMENT, 'string', { native: onText(text => text.trim()) }),
  length: row(NO_ARGUMENT, 'integer', { native: onText(text => text.length) }),
  startsWith: row(ONE, 'boolean', { native: onText((text, start = '') => text.startsWith(start)) }),
  endsWith: row(ONE, 'boolean', { native: onText((text, end = '') => text.endsWith(end)) }),
  contains: row(ONE, 'boolean', { native: onText((text, part = '') => text.includes(part)) }),
  indexOf: row(ONE, 'integer'),
  lastIndexOf: row(ONE, 'integer'),
  substring: row([1, 2], 'string'),
  replace: row([2, 2], 'string'),
  split: row(ONE, 'string'),
  join: row([0, 1], 'string', { native: join }),
  toChars: row(NO_ARGUMENT, 'string'),
  encode: row(ONE, 'string'),
  decode: row(ONE, 'string'),
  escape: row(ONE, 'string'),
  unescape: row(ONE, 'string'),
  // Regular expressions run in linear time, in place of the interpreter's.
  matches: row([1, 2], 'boolean', {
    names: 'pattern',
    nativeHere: matches,
    interpreted: onStrings((value, pattern = '', flags = '') => regularExpression(pattern, flags).matcher(value).find()),
  }),
  matchesFull: row([1, 2], 'boolean', {
    names: 'pattern',
    nativeHere: matchesFull,
    interpreted: onStrings((value, pattern = '', flags = '') => regularExpression(pattern, flags).matches(value)),
  }),
  replaceMatches: row([2, 2], 'string', {
    names: 'pattern',
    interpreted: onStrings((value, pattern = '', replacement = '') => regularExpression(pattern).matcher(value).replaceAll(replacement)),
  }),

  // Other types.
  toBoolean: row(NO_ARGUMENT, 'boolean'),
  toInteger: row(NO_ARGUMENT, 'integer'),
  toDecimal: row(NO_ARGUMENT, 'decimal'),
  toString: row(NO_ARGUMENT, 'string', { native: toText }),
  toDate: row(NO_ARGUMENT, 'date'),
  toDateTime: row(NO_ARGUMENT, 'dateTime'),
  toTime: row(NO_ARGUMENT, 'time'),
  toQuantity: row([0, 1], 'Quantity'),
  convertsToBoolean: row(NO_ARGUMENT, 'boolean'),
  convertsToInteger: row(NO_ARGUMENT, 'boolean'),
  convertsToDecimal: row(NO_ARGUMENT, 'boolean'),
  convertsToString: row(NO_ARGUMENT, 'boolean'),
  convertsToDate: row(NO_ARGUMENT, 'boolean'),
  convertsToDateTime: row(NO_ARGUMENT, 'boolean'),
  convertsToTime: row(NO_ARGUMENT, 'boolean'),
  convertsToQuantity: row(NO_ARGUMENT, 'boolean'),
  getValue: row(NO_ARGUMENT, 'any'),
  type: row(NO_ARGUMENT, 'any'),

  // Time; today, now and the time of day are those of the call.
  today: row(NO_ARGUMENT, 'date', { native: atCall(today), interpreted: ofCall(today) }),
  now: row(NO_ARGUMENT, 'dateTime', { native: atCall(now), interpreted: ofCall(now) }),
  timeOfDay: row(NO_ARGUMENT, 'time', { native: atCall(timeOfDay), interpreted: ofCall(timeOfDay) }),
  dateOf: row(NO_ARGUMENT, 'date'),
  timeOf: row(NO_ARGUMENT, 'time'),
  yearOf: row(NO_ARGUMENT, 'integer'),
  monthOf: row(NO_ARGUMENT, 'integer'),
  dayOf: row(NO_ARGUMENT, 'integer'),
  hourOf: row(NO_ARGUMENT, 'integer'),
  minuteOf: row(NO_ARGUMENT, 'integer'),
  secondOf: row(NO_ARGUMENT, 'integer'),
  millisecondOf: row(NO_ARGUMENT, 'integer'),
  timezoneOffsetOf: row(NO_ARGUMENT, 'decimal'),

  // Our own.
  codedIn: row(ONE, 'same', { keeps: true, names: 'value set', own: codedIn }),
  memberOf: row(ONE, 'boolean', { names: 'value set', own: memberOf }),
  answer: row([1, 2], 'any', { keeps: true, names: 'item', own: answer }),
  answering: row([1, 2], 'same', { keeps: true, names: 'answered item', own: answering }),
  unanswered: row(SOME, QUESTION, { keeps: true, names: 'items', own: unanswered }),
  answeredYes: row(SOME, QUESTION, { names: 'items', own: answeredYes }),
  ofQuestionnaire: row(ONE, 'same', { keeps: true, names: 'form', own: ofQuestionnaire }),
  calendarDate: row(NO_ARGUMENT, 'date', { own: calendarDate }),
  recordDate: row(NO_ARGUMENT, 'date', { own: recordDate }),
  difference: row([2, 2], 'integer', { own: difference }),
  newest: row(NO_ARGUMENT, 'same', { keeps: true, own: newest }),
  since: row(ONE, 'same', { keeps: true, own: since }),
  notInFuture: row(NO_ARGUMENT, 'same', { keeps: true, own: notInFuture }),
  aboveRange: row(NO_ARGUMENT, 'boolean', {
    own: input => input.flatMap(observation => truthCollection(isAboveRange(plain(observation)))),
  }),
  referringTo: row(ONE, 'same', { keeps: true, own: referringTo }),
  knownTrue: row(NO_ARGUMENT, 'boolean', { own: knownTrue, ofTruth: value => value === true }),
  notKnownTrue: row(NO_ARGUMENT, 'boolean', { own: notKnownTrue, ofTruth: value => value !== true }),
  coding: row(ONE, 'Coding', { names: 'code system', own: coding }),
  inUnit: row(ONE, 'decimal', { own: inUnit }),
  written: row(ONE, 'string', { names: 'language', own: written }),
} satisfies Readonly<Record<string, FunctionRow>>

/** The rows by name of function. */
export const FUNCTIONS: ReadonlyMap<string, FunctionRow> = new Map(Object.entries(ROWS))

/** Whether a function looks at every item by itself. */
export const isLoop = ({ loop, filter, quantifier }: FunctionRow): boolean =>
  loop !== undefined || filter !== undefined || quantifier !== undefined

/** Functions that would leave the machine, tell a log about patients or hide what they do; knowledge may not use them. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ['resolve', 'would read from the network; use the records that the call brings'],
  ['defineVariable', 'hides a fact; name it in a Library'],
  ['trace', 'would write patient data to the log; ask $explain instead'],
])
