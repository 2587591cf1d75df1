import { countTurn, type Iteration, type Step } from '../steps.js'
import { NO, NOTHING, plain, truth, truthCollection, YES, type Collection, type Item } from '../values.js'

/** A function that looks at every item by itself: what it is called on, and what it asks of each. */
export type Loop = (on: Step, ask: Step, start?: Step) => Step

/** The turn of a loop that looks at one item. */
const iterationOver = (item: Item, index: number, total?: Collection): Iteration => ({ items: [item], index, ...(total && { total }) })

/** A criterion holds where it is true; a single value that is no truth value counts as there. */
function holds(criterion: Collection): boolean {
  const value = plain(criterion[0])
  return value !== undefined && value !== null && value !== false
}

export const where: Loop = (on, ask) => (scope, iteration) => {
  const items = on(scope, iteration)
  const kept = items.filter((item, index) => {
    countTurn(scope)
    return holds(ask(scope, iterationOver(item, index)))
  })
  return kept.length === items.length ? items : kept
}

export const exists: Loop = (on, ask) => (scope, iteration) =>
  truthCollection(
    on(scope, iteration).some((item, index) => {
      countTurn(scope)
      return holds(ask(scope, iterationOver(item, index)))
    }),
  )

export const all: Loop = (on, ask) => (scope, iteration) => {
  const isTrue = (criterion: Collection) => criterion.length === 1 && plain(criterion[0]) === true
  return on(scope, iteration).every((item, index) => {
    countTurn(scope)
    return isTrue(ask(scope, iterationOver(item, index)))
  })
    ? YES
    : NO
}

export const select: Loop = (on, ask) => (scope, iteration) =>
  on(scope, iteration).flatMap((item, index) => {
    countTurn(scope)
    return ask(scope, iterationOver(item, index))
  })

export const repeat: Loop = (on, ask) => (scope, iteration) => {
  const found = new Map<string, Item>()
  const keys = new Map<object, string>()
  let open: Collection = on(scope, iteration)
  while (open.length > 0) {
    const fresh: Item[] = []
    for (const item of open) {
      countTurn(scope)
      for (const next of ask(scope, { items: [item] })) {
        const key = contentKey(plain(next), keys)
        if (found.has(key)) continue
        found.set(key, next)
        fresh.push(next)
      }
    }
    open = fresh
  }
  return [...found.values()]
}

/**
 * The same text for values with the same content, in whatever order their members stand.
 * @param known texts of what was looked at before: whoever goes down a tree meets the whole of it at each step.
 */
function contentKey(value: unknown, known: Map<object, string>): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  const before = known.get(value)
  if (before !== undefined) return before
  const key = Array.isArray(value)
    ? `[${value.map(each => contentKey(each, known)).join()}]`
    : hasOwnText(value)
      ? JSON.stringify(value)
      : `{${Object.entries(value)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, each]) => `${JSON.stringify(name)}:${contentKey(each, known)}`)
          .join()}}`
  known.set(value, key)
  return key
}

/** Whether a value says itself how it is written, as the engine's own do. */
const hasOwnText = (value: object): boolean => typeof (value as { toJSON?: unknown }).toJSON === 'function'

export const aggregate: Loop = (on, ask, start) => (scope, iteration) =>
  on(scope, iteration).reduce<Collection>(
    (total, item, index) => {
      countTurn(scope)
      return ask(scope, iterationOver(item, index, total))
    },
    start?.(scope, iteration) ?? NOTHING,
  )

/** `iif`: what its criterion did not choose is not evaluated. Called on something, that is `$this` within it. */
export const choice =
  (on: Step | undefined, criterion: Step, whenTrue: Step, otherwise: Step | undefined): Step =>
  (scope, iteration) => {
    const inside: Iteration = on ? { ...iteration, items: on(scope, iteration) } : iteration
    return truth(criterion(scope, inside)) ? whenTrue(scope, inside) : (otherwise?.(scope, inside) ?? NOTHING)
  }
