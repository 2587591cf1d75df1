import type { Scope, ScopeState } from './scope.js'
import type { Collection } from './values.js'
import type { SyntaxNode } from './syntax.js'

/** Where a step runs: what `$this`, `$index` and `$total` stand for. */
export interface Iteration {
  readonly items: Collection
  readonly index: number | undefined
  readonly total: Collection | undefined
  /** What each part of an explained expression yielded; undefined within criteria, which look at every record. */
  readonly results: Results | undefined
}

/** An iteration over given items; of one form, so that steps need not look for what it has. */
export const iterationOver = (items: Collection, index?: number, total?: Collection, results?: Results): Iteration => ({
  items,
  index,
  total,
  results,
})

/** What the parts of one explained evaluation yielded, by their place in the syntax tree. */
export type Results = Map<SyntaxNode, Collection>

/** One part of an expression, ready to run. */
export type Step = (scope: Scope, iteration: Iteration) => Collection

/** One function or operator of the interpreter on given values. */
export type Operation = (scope: Scope, input: Collection, ...values: readonly Collection[]) => Collection

/** Raised when the evaluation has used up its time. */
export class DeadlinePassed extends Error {}

/** @throws DeadlinePassed when `performance.now()` is beyond `stopAt`. */
export function checkTime(stopAt: number): void {
  if (performance.now() > stopAt) throw new DeadlinePassed()
}

/** How many turns of loops pass between two looks at the clock. */
const TURNS_BETWEEN_CLOCK_CHECKS = 32

/**
 * Counts a turn of a loop, and now and then looks whether the time is up.
 * @throws DeadlinePassed when it is.
 */
export function countTurn(scope: Scope): void {
  countTurns(scope.state, 1)
}

/**
 * Counts what takes as long as several turns of a loop.
 * @throws DeadlinePassed when the time is up.
 */
export function countTurns(state: ScopeState, turns: number): void {
  const left = TURNS_BETWEEN_CLOCK_CHECKS - (state.steps % TURNS_BETWEEN_CLOCK_CHECKS)
  state.steps += turns
  if (turns >= left) checkTime(state.stopAt)
}

/** Items of a list that are gone through in the time of one turn. */
const ITEMS_A_TURN = 4

/**
 * Counts that a list is gone through by what looks at no clock itself.
 * @throws DeadlinePassed when the time is up.
 */
export function countItems(state: ScopeState, items: Collection): void {
  if (items.length >= ITEMS_A_TURN) countTurns(state, Math.ceil(items.length / ITEMS_A_TURN))
}
