import { countTurn, type Place, type Step } from './steps.js'
import { NO, NOTHING, plain, truth, truthCollection, YES, type Collection, type Item } from './values.js'

/** A function that looks at every item by itself: what it is called on, and what it asks of each. */
type Loop = (on: Step, ask: Step, start?: Step) => Step

/** The place of one item within a loop. */
const placeOf = (item: Item, index: number, total?: Collection): Place => ({ items: [item], index, ...(total && { total }) })

/** A criterion holds where it is true; a single value that is no truth value counts as there. */
function holds(criterion: Collection): boolean {
  const value = plain(criterion[0])
  return value !== undefined && value !== null && value !== false
}

const where: Loop = (on, ask) => (scope, place) => {
  const items = on(scope, place)
  const kept = items.filter((item, index) => {
    countTurn(scope)
    return holds(ask(scope, placeOf(item, index)))
  })
  return kept.length === items.length ? items : kept
}

const exists: Loop = (on, ask) => (scope, place) =>
  truthCollection(on(scope, place).some((item, index) => {
    countTurn(scope)
    return holds(ask(scope, placeOf(item, index)))
  }))

const all: Loop = (on, ask) => (scope, place) => {
  const isTrue = (criterion: Collection) => criterion.length === 1 && plain(criterion[0]) === true
  return on(scope, place).every((item, index) => {
    countTurn(scope)
    return isTrue(ask(scope, placeOf(item, index)))
  }) ? YES : NO
}

const select: Loop = (on, ask) => (scope, place) =>
  on(scope, place).flatMap((item, index) => {
    countTurn(scope)
    return ask(scope, placeOf(item, index))
  })

const repeat: Loop = (on, ask) => (scope, place) => {
  const found = new Map<string, Item>()
  let open: Collection = on(scope, place)
  while (open.length > 0) {
    const fresh: Item[] = []
    for (const item of open) {
      countTurn(scope)
      for (const next of ask(scope, { items: [item] })) {
        const key = contentKey(next)
        if (found.has(key)) continue
        found.set(key, next)
        fresh.push(next)
      }
    }
    open = fresh
  }
  return [...found.values()]
}

/** The same text for items with the same content, in whatever order their members stand. */
const contentKey = (item: Item): string => JSON.stringify(plain(item), (_, value: unknown) =>
  (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) : value)) ?? ''

const aggregate: Loop = (on, ask, start) => (scope, place) =>
  on(scope, place).reduce<Collection>((total, item, index) => {
    countTurn(scope)
    return ask(scope, placeOf(item, index, total))
  }, start?.(scope, place) ?? NOTHING)

/** Functions that look at every item by itself, by name; each takes a criterion or projection. */
export const LOOPS: Readonly<Record<string, Loop>> = { where, exists, all, select, repeat, aggregate }

/** `iif`: what its criterion did not choose is not evaluated. Called on something, that is `$this` within it. */
export const choice = (on: Step | undefined, criterion: Step, whenTrue: Step, otherwise: Step | undefined): Step => (scope, place) => {
  const inside: Place = on ? { ...place, items: on(scope, place) } : place
  return truth(criterion(scope, inside)) ? whenTrue(scope, inside) : (otherwise?.(scope, inside) ?? NOTHING)
}
