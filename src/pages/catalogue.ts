import { hooksOf } from '../engine/knowledge/action-hooks.js'
import type { CompiledAction, CompiledPlan } from '../engine/knowledge/compiled.js'
import type { CdsService } from '../knowledge-files/services.js'

/** An action and the plan that it is written in, whose facts and language its texts have. */
export interface Placed {
  plan: CompiledPlan
  action: CompiledAction
}

/** An action where it is shown, with the groups around it: their conditions hold for it too. */
export interface Shown extends Placed {
  gates: readonly Placed[]
}

/** A card, of which there is a page. */
export interface CardPlace extends Shown {
  /** The plan that services apply; the card is addressed below it. */
  applied: CompiledPlan
  /** Names of the hooks that ask for it. */
  hooks: readonly string[]
  /** Decision points that the page speaks for, its own first. */
  points: readonly string[]
  /** All actions on the page, each as `plan/action`: as written, and as told by whoever knows only the plan that services apply. */
  holds: ReadonlySet<string>
}

/** All pages of recommendations, as services reach them. */
export interface Catalogue {
  places: readonly CardPlace[]
  /** Plans that services apply, each followed by those within it that did not stand before. */
  plans: readonly CompiledPlan[]
  /** The page of an action: of a card by its plan and id, or the page on which an action is shown. */
  find: (plan: string, action: string) => CardPlace | undefined
  /** Pages on which a decision point speaks; where some page has it as its own, that stands first. */
  speakingFor: (point: string) => readonly CardPlace[]
}

/** What is shown in the place of an action: itself, or what it groups where it has no words. */
function shownIn(placed: Placed, gates: readonly Placed[] = []): Shown[] {
  const grouped = placed.action.isGroup ? placedBelow(placed) : []
  if (grouped.length === 0) return [{ ...placed, gates }]
  return grouped.flatMap(inner => shownIn(inner, [...gates, placed]))
}

/** What is shown below an action, in order. */
export const shownBelow = (placed: Placed): Shown[] => placedBelow(placed).flatMap(inner => shownIn(inner))

/** What stands directly below an action, each with the plan that it is written in. */
function placedBelow({ plan, action: { definition, actions } }: Placed): Placed[] {
  const own = actions.map(action => ({ plan, action }))
  if (definition?.kind !== 'plan') return own
  return [...definition.plan.actions.map(action => ({ plan: definition.plan, action })), ...own]
}

/** An action and all that is shown below it. */
function* within(placed: Placed): Generator<Placed> {
  yield placed
  for (const below of shownBelow(placed)) yield* within(below)
}

/** Finds the pages of all plans that services apply. */
export function catalogueOf(services: Iterable<CdsService>): Catalogue {
  const applied = [...new Set([...services].flatMap(({ plans }) => plans))]
  const places = applied.flatMap(placesOf)
  return {
    places,
    plans: [...new Set(applied.flatMap(plansWithin))],
    find: (plan, action) => {
      const isOwn = ({ applied, action: { id } }: CardPlace) => applied.resource.id === plan && id === action
      return places.find(isOwn) ?? places.find(({ holds }) => holds.has(`${plan}/${action}`))
    },
    speakingFor: point => {
      const speaking = places.filter(({ points }) => points.includes(point))
      const isOwn = ({ action }: CardPlace) => headlinesOf(action).includes(point)
      return [...speaking.filter(isOwn), ...speaking.filter(place => !isOwn(place))]
    },
  }
}

/** A plan, then those within it. */
const plansWithin = (plan: CompiledPlan): CompiledPlan[] => [plan, ...plan.actions.flatMap(plansBelow)]

const plansBelow = ({ definition, actions }: CompiledAction): CompiledPlan[] => [
  ...(definition?.kind === 'plan' ? plansWithin(definition.plan) : []),
  ...actions.flatMap(plansBelow),
]

function placesOf(applied: CompiledPlan): CardPlace[] {
  return applied.actions.flatMap(top => {
    const hooks = hooksOf(top)
    return shownIn({ plan: applied, action: top }).map(shown => {
      const all = [...within(shown)]
      return {
        ...shown,
        applied,
        hooks,
        points: [...new Set([...headlinesOf(shown.action), ...all.flatMap(({ action }) => action.points)])],
        holds: new Set(
          [...shown.gates, ...all].flatMap(({ plan, action }) => [plan, applied].map(({ resource }) => `${resource.id}/${action.id}`)),
        ),
      }
    })
  })
}

/** Decision points that head the card: those it speaks for itself, and those that its head is chosen among. */
function headlinesOf({ points, resource }: CompiledAction): readonly string[] {
  const chosen = (resource.dynamicValue ?? []).filter(({ path }) => path === 'code[0].coding[0].code')
  return [...points, ...chosen.flatMap(({ expression }) => pointsWrittenIn(expression?.expression ?? ''))]
}

/** Codes that an expression writes out, such as `'AB-01'`. */
const pointsWrittenIn = (expression: string): string[] => [...expression.matchAll(/'([A-Z]+-\d+)'/g)].flatMap(([, code]) => code ?? [])
