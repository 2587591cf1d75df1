import { once, regularExpression, turnsOfPattern } from './functions.js'
import type { Operation } from './interpreter.js'
import { binaryOperator, plainValue } from './operators.js'
import { isModelled } from '../model/r4-model.js'
import { STATE, type Scope } from './scope.js'
import { countTurns } from './steps.js'
import { isNode, NOTHING, plain, resourceReference, truthCollection, type Collection, type Item } from './values.js'

/** What a standard function makes of its input; undefined where only the interpreter can tell. */
type Shortcut = (scope: Scope, input: Collection, args: readonly Collection[]) => Collection | undefined

/** A function of one text: nothing of nothing, and the interpreter's own error for anything else. */
const onText = (compute: (text: string, ...args: string[]) => Item, turns: (text: string) => number = () => 0): Shortcut => ({ [STATE]: state }, input, args) => {
  if (input.length === 0) return NOTHING
  const [text, ...others] = [input, ...args].map(items => (items.length === 1 ? plain(items[0]) : undefined))
  if (typeof text !== 'string' || text === '' || others.some(other => typeof other !== 'string' || other === '')) return undefined
  countTurns(state, turns(text))
  return [compute(text, ...(others as string[]))]
}

const first: Shortcut = (_, input) => (input.length === 0 ? NOTHING : input.length === 1 ? input : [input[0]])
const last: Shortcut = (_, input) => (input.length === 0 ? NOTHING : input.length === 1 ? input : [input.at(-1)])
const tail: Shortcut = (_, input) => input.slice(1)

/** A slice by a count that is a whole number. */
const sliced = (slice: (input: Collection, count: number) => Collection): Shortcut => (_, input, [count]) => {
  const value = count?.length === 1 ? plainValue(count[0]) : undefined
  return typeof value === 'number' && value >= 0 ? slice(input, value) : undefined
}

const toText: Shortcut = (_, input) => {
  if (input.length === 0) return NOTHING
  const value = input.length === 1 ? plainValue(input[0]) : undefined
  return value === undefined ? undefined : [String(value)]
}

/** Whether texts differ whenever their letters do, as dates with a time of day do not, and no element has more than its text. */
const isBareText = (item: Item): boolean =>
  typeof plain(item) === 'string' && (!isNode(item) || (item._data === null && (item.fhirNodeDataType === 'date' || plainValue(item) !== undefined)))

const areBareTexts = (items: Collection): boolean => items.every(isBareText) && new Set(items.map(typeOfText)).size <= 1

const typeOfText = (item: Item): string => (isNode(item) && item.fhirNodeDataType === 'date' ? 'date' : 'text')

const distinct: Shortcut = (_, input) => {
  if (input.length < 2) return input
  if (!areBareTexts(input)) return undefined
  const byText = new Map<unknown, Item>()
  for (const item of input) if (!byText.has(plain(item))) byText.set(plain(item), item)
  return [...byText.values()]
}

const exclude: Shortcut = (_, input, [others = NOTHING]) => {
  if (others.length === 0 || input.length === 0) return input
  const keys = keysOf(input, others)
  return keys && input.filter(item => !keys.others.has(keys.of(item)))
}

const intersect: Shortcut = (_, input, [others = NOTHING]) => {
  if (others.length === 0 || input.length === 0) return NOTHING
  const keys = keysOf(input, others)
  if (!keys || new Set(input.map(keys.of)).size < input.length) return undefined
  return input.filter(item => keys.others.has(keys.of(item)))
}

/** What tells the items of two collections apart without looking into them: their text, or for whole records what they are called. */
function keysOf(input: Collection, others: Collection): { of: (item: Item) => unknown; others: ReadonlySet<unknown> } | undefined {
  const all = [...input, ...others]
  const of = areBareTexts(all) ? plain : areRecords(all) ? nameOf : undefined
  return of && { of, others: new Set(others.map(of)) }
}

/** Whether all are whole records, and no two of the same name are different ones. */
function areRecords(items: Collection): boolean {
  const byName = new Map<unknown, unknown>()
  return items.every(item => {
    const name = nameOf(item)
    if (name === undefined || (byName.has(name) && byName.get(name) !== plain(item))) return false
    byName.set(name, plain(item))
    return true
  })
}

const nameOf = (item: Item): string | undefined => (isNode(item) && item.parentResNode === null ? resourceReference(item) : undefined)

const join: Shortcut = (_, input, [separator]) => {
  const mark = separator === undefined ? '' : separator.length === 1 ? plain(separator[0]) : undefined
  const texts = input.map(plain)
  if (typeof mark !== 'string' || !texts.every(text => typeof text === 'string')) return undefined
  return texts.length === 0 ? NOTHING : [texts.join(mark)]
}

/** Today, now and the time of day are those of the call. */
const clockText = (conversion: 'toDate' | 'toDateTime' | 'toTime', written: (now: { now: string; today: string }) => string): Shortcut => ({ [STATE]: state }) =>
  [once(state, conversion, written(state.clock))]

const SHORTCUTS: Readonly<Record<string, Shortcut>> = {
  exists: (_, input) => truthCollection(input.length > 0),
  empty: (_, input) => truthCollection(input.length === 0),
  count: (_, input) => [input.length],
  first, last, tail, distinct, exclude, intersect, join,
  skip: sliced((input, count) => input.slice(count)),
  take: sliced((input, count) => input.slice(0, count)),
  combine: (_, input, [others = NOTHING]) => (input.length === 0 ? others : others.length === 0 ? input : [...input, ...others]),
  lower: onText(text => text.toLowerCase()),
  upper: onText(text => text.toUpperCase()),
  trim: onText(text => text.trim()),
  length: onText(text => text.length),
  startsWith: onText((text, start = '') => text.startsWith(start)),
  endsWith: onText((text, end = '') => text.endsWith(end)),
  contains: onText((text, part = '') => text.includes(part)),
  toString: toText,
  today: clockText('toDate', ({ today }) => today),
  now: clockText('toDateTime', ({ now }) => now),
  timeOfDay: clockText('toTime', ({ now }) => now.slice(11, 23)),
}

/** A standard function that runs on values alone: natively where that is plain, by the interpreter's own function elsewhere. */
export function standardFunction(name: string, argumentCount: number, operation: (source: string) => Operation): (scope: Scope, input: Collection, args: readonly Collection[]) => Collection {
  const written = Array.from({ length: argumentCount }, (_, index) => `%argument${index}`).join(', ')
  const byInterpreter = operation(`%input.${name}(${written})`)
  const shortcut = SHORTCUTS[name] ?? extreme(name, operation) ?? matching(name)
  return (scope, input, args) => shortcut?.(scope, input, args) ?? byInterpreter(scope, input, ...args)
}

/** The least or greatest item, by the operator that compares any two of them. */
function extreme(name: string, operation: (source: string) => Operation): Shortcut | undefined {
  const sign = name === 'min' ? '<' : name === 'max' ? '>' : undefined
  if (sign === undefined) return undefined
  const isBeyond = binaryOperator(sign, operation)
  return (scope, input) => {
    if (input.length === 0 || input.some(item => plain(item) === null || plain(item) === undefined)) return NOTHING
    return [input.reduce((found, item) => (plain(isBeyond(scope, [item], [found])[0]) === true ? item : found))]
  }
}

/** Regular expressions; the last one is kept ready, since knowledge writes them out, and what comes from records is not remembered. */
function matching(name: string): Shortcut | undefined {
  let last: { source: string; pattern: ReturnType<typeof regularExpression> } | undefined
  const pattern = (source: string) => {
    if (last?.source !== source) last = { source, pattern: regularExpression(source) }
    return last.pattern
  }
  if (name === 'matches') return withoutFlags(onText((text, source = '') => pattern(source).matcher(text).find(), turnsOfPattern))
  if (name === 'matchesFull') return withoutFlags(onText((text, source = '') => pattern(source).matches(text), turnsOfPattern))
  return undefined
}

const withoutFlags = (shortcut: Shortcut): Shortcut => (scope, input, args) => (args.length === 1 ? shortcut(scope, input, args) : undefined)

/** `ofType`, `is` and `as` of one type: what an element is called decides, once and for all where the model knows it. */
export function typeTest(name: 'ofType' | 'is' | 'as', type: string, operation: (source: string) => Operation): (scope: Scope, input: Collection) => Collection {
  const byInterpreter = operation(`%input.${name}(${type})`)
  if (name !== 'ofType') return byInterpreter
  const known = new Map<string, boolean>()
  const isOfType = (scope: Scope, item: Item): boolean => {
    const called = isNode(item) ? item.fhirNodeDataType : null
    const before = called === null ? undefined : known.get(called)
    if (before !== undefined) return before
    const answer = byInterpreter(scope, [item]).length > 0
    if (called !== null && isModelled(called)) known.set(called, answer)
    return answer
  }
  return (scope, input) => input.filter(item => isOfType(scope, item))
}
