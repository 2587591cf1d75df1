import type { Answer } from '../engine/apply/apply-plan.js'
import { Decisions } from '../engine/apply/decisions.js'
import { conjunctionOf } from '../engine/apply/explain-plan.js'
import type { Scope } from '../engine/expression/scope.js'
import { listensTo } from '../engine/knowledge/action-hooks.js'
import type { CompiledAction, CompiledPlan } from '../engine/knowledge/compiled.js'
import { memoised } from '../engine/model/memoised.js'
import type { CdsService } from '../knowledge-files/services.js'

/** What a call answered to the conditions of its actions, in a form small enough to be kept for every case. */

/** An action that a service asks, with the place where it stands; a plan within several cards has a place on each. */
export interface Place {
  /** The plan of the service in which it stands, itself or through plans within. */
  plan: string
  id: string
  /** The way to it, such as `red-flags/changed-urination/changed-weak-red-flags`. */
  path: string
  /** Decision points that it speaks for. */
  points: readonly string[]
  /** Descriptions of its conditions. */
  conditions: readonly string[]
  /** Number of the place directly around it; undefined at the top of a plan. */
  around: number | undefined
}

/** The places of a service, each action before those within it: a nested plan's own first, then its children. */
export function placesOf({ plans }: CdsService): Place[] {
  const places: Place[] = []
  const walk = (plan: string, way: string, actions: readonly CompiledAction[], around?: number): void => {
    for (const { id, points, conditions, definition, actions: children } of actions) {
      const path = `${way}/${id}`
      const own =
        places.push({
          plan,
          id,
          path,
          points,
          conditions: conditions.map(({ description }) => description),
          around,
        }) - 1
      if (definition?.kind === 'plan') walk(plan, `${path}/${definition.plan.resource.id}`, definition.plan.actions, own)
      walk(plan, path, children, own)
    }
  }
  for (const {
    resource: { id = '' },
    actions,
  } of plans)
    walk(id, id, actions)
  return places
}

/** The answer of a condition, or of conditions together. */
export type Asked = Answer | 'error'

const LETTERS: Readonly<Record<Asked, string>> = { yes: 'y', no: 'n', 'cannot-tell': '?', error: '!' }
const ANSWER_OF = new Map(Object.entries(LETTERS).map(([answer, letter]) => [letter, answer as Asked]))

/** What stands before the answers of an action that listens to the hook, and of one that does not. */
const LISTENS = '+'
const DOES_NOT = '-'

/**
 * The answers of a service's actions in the order of its places: whether an action listens to the hook, then a letter a
 * condition. A plan within listens to no hook and is always asked.
 */
export function lettersOf({ plans }: CdsService, scope: Scope, hook: string): string {
  const writer = new LetterWriter(scope)
  return plans.map(plan => writer.of(plan, plan.actions, action => (listensTo(action, hook) ? LISTENS : DOES_NOT))).join('')
}

class LetterWriter {
  private readonly decisions: Decisions

  /** Of plans within, written once: whatever card they stand on, their conditions are answered the same. */
  private readonly known = new Map<CompiledPlan, string>()

  constructor(scope: Scope) {
    this.decisions = new Decisions(scope)
  }

  of(plan: CompiledPlan, actions: readonly CompiledAction[], listening: (action: CompiledAction) => string): string {
    let letters = ''
    for (const action of actions) {
      letters += listening(action)
      for (const answer of this.decisions.ofConditions(action, plan)) letters += LETTERS[answer]
      if (action.definition?.kind === 'plan') letters += this.nested(action.definition.plan)
      letters += this.of(plan, action.actions, () => LISTENS)
    }
    return letters
  }

  private nested(plan: CompiledPlan): string {
    const letters = this.known.get(plan) ?? this.of(plan, plan.actions, () => LISTENS)
    this.known.set(plan, letters)
    return letters
  }
}

/** A place with what one call answered there. */
export interface AskedAction {
  place: Place
  /** Whether it and all around it listen to the hook that was called. */
  listens: boolean
  /** In the order of the place's descriptions. */
  answers: readonly Asked[]
  /** The answer of its own conditions together with those of all actions around it: a no on the way means no, whatever is open beside it. */
  whole: Asked
  /** The action directly around it. */
  around: AskedAction | undefined
}

/** Answers of an action's own conditions by their letters: the same few are read at every place of every case. */
const ownAnswers = memoised((letters: string): Pick<AskedAction, 'answers' | 'whole'> => {
  const answers = letters.split('').flatMap(letter => ANSWER_OF.get(letter) ?? [])
  return { answers, whole: conjunctionOf(answers) }
})

/** Reads the letters of one call. @throws Error when they are of another service. */
export function askedActions(places: readonly Place[], letters: string): AskedAction[] {
  const asked: AskedAction[] = []
  let at = 0
  for (const place of places) {
    const { answers, whole } = ownAnswers(letters.slice(at + 1, at + 1 + place.conditions.length))
    const around = place.around === undefined ? undefined : asked[place.around]
    asked.push({
      place,
      listens: letters[at] === LISTENS && (around?.listens ?? true),
      answers,
      whole: around ? conjunctionOf([around.whole, whole]) : whole,
      around,
    })
    at += 1 + place.conditions.length
  }
  if (at !== letters.length) throw new Error('The letters are not of these places.')
  return asked
}
