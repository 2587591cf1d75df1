import { comparison, plainValue } from '../operators.js'
import { isNode, NOTHING, plain, resourceReference, type Collection, type Item } from '../values.js'
import type { Native, Prepare } from './native.js'

export const first: Native = (_, input) => (input.length === 0 ? NOTHING : input.length === 1 ? input : [input[0]])
export const last: Native = (_, input) => (input.length === 0 ? NOTHING : input.length === 1 ? input : [input.at(-1)])
export const tail: Native = (_, input) => input.slice(1)

/** A slice by a count that is a whole number; less than nought is as nought. */
const sliced =
  (slice: (input: Collection, count: number) => Collection): Native =>
  (_, input, [count]) => {
    const value = count?.length === 1 ? plainValue(count[0]) : undefined
    return typeof value === 'number' ? slice(input, Math.max(0, value)) : undefined
  }

/** Whether texts differ whenever their letters do, as dates with a time of day do not, and no element has more than its text. */
const isBareText = (item: Item): boolean =>
  typeof plain(item) === 'string' && (!isNode(item) || (item.shadow === null && (item.type === 'date' || plainValue(item) !== undefined)))

const areBareTexts = (items: Collection): boolean => items.every(isBareText) && new Set(items.map(typeOfText)).size <= 1

const typeOfText = (item: Item): string => (isNode(item) && item.type === 'date' ? 'date' : 'text')

export const distinct: Native = (_, input) => {
  if (input.length < 2) return input
  if (!areBareTexts(input)) return undefined
  const byText = new Map<unknown, Item>()
  for (const item of input) if (!byText.has(plain(item))) byText.set(plain(item), item)
  return [...byText.values()]
}

export const exclude: Native = (_, input, [others = NOTHING]) => {
  if (others.length === 0 || input.length === 0) return input
  const keys = keysOf(input, others)
  return keys && input.filter(item => !keys.others.has(keys.of(item)))
}

export const intersect: Native = (_, input, [others = NOTHING]) => {
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

const nameOf = (item: Item): string | undefined => (isNode(item) && item.parent === null ? resourceReference(item) : undefined)

export const join: Native = (_, input, [separator]) => {
  const mark = separator === undefined ? '' : separator.length === 1 ? plain(separator[0]) : undefined
  const texts = input.map(plain)
  if (typeof mark !== 'string' || !texts.every(text => typeof text === 'string')) return undefined
  return texts.length === 0 ? NOTHING : [texts.join(mark)]
}

export const skip: Native = sliced((input, count) => input.slice(count))

export const take: Native = sliced((input, count) => input.slice(0, count))

export const combine: Native = (_, input, [others = NOTHING]) =>
  input.length === 0 ? others : others.length === 0 ? input : [...input, ...others]

export const count: Native = (_, input) => [input.length]

/** The least or greatest item, by the operator that compares any two of them. */
export const extreme =
  (sign: '<' | '>') =>
  (operation: Prepare): Native => {
    const isBeyond = comparison(sign, operation)
    return (scope, input) => {
      if (input.length === 0 || input.some(item => plain(item) === null || plain(item) === undefined)) return NOTHING
      return [input.reduce((found, item) => (isBeyond(scope, [item], [found]) === true ? item : found))]
    }
  }
