import type { Answer } from '../engine/apply/apply-plan.js'
import { conjunctionOf, type ExplainedAction } from '../engine/apply/explain-plan.js'
import type { CompiledAction } from '../engine/knowledge/compiled.js'
import { memoised } from '../engine/model/memoised.js'
import type { CdsService } from '../knowledge-files/services.js'

/** What a call answered to the conditions of its actions, as `$explain` tells it, in a form small enough to be kept for every case. */

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

/** The answers of explained actions and of all within them, in the order of the places: whether it listens, then a letter a condition. */
export const lettersOf = (actions: readonly ExplainedAction[]): string =>
  actions
    .map(
      ({ listensToHook, conditions, actions: within }) =>
        `${listensToHook ? '+' : '-'}${conditions.map(({ answer }) => LETTERS[answer]).join('')}${lettersOf(within)}`,
    )
    .join('')

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
      listens: letters[at] === '+' && (around?.listens ?? true),
      answers,
      whole: around ? conjunctionOf([around.whole, whole]) : whole,
      around,
    })
    at += 1 + place.conditions.length
  }
  if (at !== letters.length) throw new Error('The letters are not of these places.')
  return asked
}
