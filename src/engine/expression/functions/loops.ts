import { temporalOf } from '../operators.js'
import { Quantity } from '../quantities.js'
import { countTurn, iterationOver, type Iteration, type Step } from '../steps.js'
import type { Criterion, Test } from '../tests.js'
import { isNode, NOTHING, plain, type Collection, type Item } from '../values.js'
import { contentKey, shallowKey } from './content-key.js'

/** A function that computes something of every item by itself. */
export type Loop = (on: Step, ask: Step, start?: Step) => Step

/** A function that keeps the items of which a criterion holds. */
export type Filter = (on: Step, holds: Criterion) => Step

/** A function that tells whether a criterion holds of any item, or of each. @param ask the criterion as it stands. */
export type Quantifier = (on: Step, holds: Criterion, ask: Step) => Test

/** Keeps what a criterion holds of. */
export const where: Filter = (on, holds) => (scope, iteration) => {
  const items = on(scope, iteration)
  let kept: Item[] | undefined
  for (let index = 0; index < items.length; index += 1) {
    countTurn(scope)
    const item = items[index]
    const isKept = holds(scope, iterationOver([item], index))
    if (isKept) kept?.push(item)
    else kept ??= items.slice(0, index)
  }
  return kept ?? items
}

/** Whether a criterion holds of any item; the first of which it does decides. */
export const exists: Quantifier = (on, holds) => (scope, iteration) => {
  const items = on(scope, iteration)
  for (let index = 0; index < items.length; index += 1) {
    countTurn(scope)
    if (holds(scope, iterationOver([items[index]], index))) return true
  }
  return false
}

/** Whether a criterion is true of each item; the first of which it is not decides. */
export const all: Quantifier = (on, _, ask) => (scope, iteration) => {
  const items = on(scope, iteration)
  for (let index = 0; index < items.length; index += 1) {
    countTurn(scope)
    const criterion = ask(scope, iterationOver([items[index]], index))
    if (criterion.length !== 1 || plain(criterion[0]) !== true) return false
  }
  return true
}

export const select: Loop = (on, ask) => (scope, iteration) => {
  const items = on(scope, iteration)
  if (items.length === 0) return NOTHING
  const found: Item[] = []
  for (let index = 0; index < items.length; index += 1) {
    countTurn(scope)
    for (const each of ask(scope, iterationOver([items[index]], index))) found.push(each)
  }
  return found
}

export const repeat: Loop = (on, ask) => (scope, iteration) => {
  const found = new DifferentItems()
  let open: Collection = on(scope, iteration)
  while (open.length > 0) {
    const fresh: Item[] = []
    for (const item of open) {
      countTurn(scope)
      for (const next of ask(scope, iterationOver([item]))) if (found.add(next)) fresh.push(next)
    }
    open = fresh
  }
  return found.items
}

/** Items none of which has the content of another. Content is compared only where a glance does not tell items apart. */
class DifferentItems {
  readonly items: Item[] = []
  private readonly byGlance = new Map<string, OnlyOne | Set<string>>()
  /** Texts of what was looked at before: whoever goes down a tree meets the whole of it at each step. */
  private readonly keys = new Map<object, string>()

  /** Whether the item was new. */
  add(item: Item): boolean {
    const glance = `${beyondContent(item)}${shallowKey(plain(item))}`
    const before = this.byGlance.get(glance)
    if (before === undefined) this.byGlance.set(glance, new OnlyOne(item))
    else if (!this.isNewAmong(before, glance, item)) return false
    this.items.push(item)
    return true
  }

  private isNewAmong(before: OnlyOne | Set<string>, glance: string, item: Item): boolean {
    const known = before instanceof OnlyOne ? new Set([contentKey(plain(before.item), this.keys)]) : before
    this.byGlance.set(glance, known)
    const key = contentKey(plain(item), this.keys)
    if (known.has(key)) return false
    known.add(key)
    return true
  }
}

/** What tells items of the same content apart: a date or a quantity is no text, and to an element belongs what stands beside its value. */
function beyondContent(item: Item): string {
  const meant = temporalOf(item) ? 'date ' : item instanceof Quantity ? 'quantity ' : ''
  return isNode(item) && item.shadow !== null ? `${meant}${JSON.stringify(item.shadow)} ` : meant
}

/** The only item so far that looks as it does. */
class OnlyOne {
  constructor(readonly item: Item) {}
}

export const aggregate: Loop = (on, ask, start) => (scope, iteration) =>
  on(scope, iteration).reduce<Collection>(
    (total, item, index) => {
      countTurn(scope)
      return ask(scope, iterationOver([item], index, total))
    },
    start?.(scope, iteration) ?? NOTHING,
  )

/** `iif`: what its criterion did not choose is not evaluated. Called on something, that is `$this` within it. */
export const choice =
  (on: Step | undefined, criterion: Test, whenTrue: Step, otherwise: Step | undefined): Step =>
  (scope, iteration) => {
    const inside: Iteration = on ? { ...iteration, items: on(scope, iteration) } : iteration
    return criterion(scope, inside) ? whenTrue(scope, inside) : (otherwise?.(scope, inside) ?? NOTHING)
  }
