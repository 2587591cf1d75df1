import type { FhirResource } from 'fhir/r4.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { createCompiler, type Evaluator } from '../../src/engine/expression/compile.js'
import { RESOURCE_TYPES } from '../../src/engine/model/r4-model.js'
import { factVariables, recordVariables } from '../../src/engine/expression/facts.js'
import type { Lookups } from '../../src/engine/expression/functions/own-function.js'
import type { ValueSetLookup } from '../../src/engine/expression/functions/value-set-test.js'
import { openScope, type Scope } from '../../src/engine/expression/scope.js'
import { toJson } from '../../src/engine/expression/values.js'

/** The instant at which the clock of the unit tests stands still. */
export const NOW = new Date('2026-03-30T12:00:00+02:00')

/** Freezes a value and all within it, so that a write throws. */
export function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFrozen)
  }
  return value
}

export const recordsByType =
  (records: readonly object[]) =>
  (type: string): FhirResource[] =>
    (records as FhirResource[]).filter(({ resourceType }) => resourceType === type)

export interface Given {
  records?: readonly object[]
  /** Expressions by the name of their fact. */
  facts?: Readonly<Record<string, string>>
  /** Facts that are not made of FHIRPath. */
  ownFacts?: Readonly<Record<string, Evaluator>>
  context?: Readonly<Record<string, unknown>>
  now?: Date
  timeZone?: string
  timeLimit?: number
  valueSets?: ValueSetLookup
  /** Forms and words that functions look up. */
  more?: Omit<Lookups, 'valueSets'>
}

const noValueSets: ValueSetLookup = () => undefined

export function scopeWith(given: Given = {}): Scope {
  const { records = [], facts = {}, ownFacts = {}, context = {}, now = NOW, timeZone = 'Europe/Copenhagen', timeLimit = 5_000 } = given
  const compile = createCompiler(given.valueSets ?? noValueSets, given.more)
  const all = { ...Object.fromEntries(Object.entries(facts).map(([name, expression]) => [name, compile(expression)])), ...ownFacts }
  const compiled = Object.entries(all).map(([name, evaluate]) => ({ name, description: name, evaluate }))
  return openScope(factVariables(recordVariables(RESOURCE_TYPES), compiled), {
    // Made anew in the world of the engine, as those of a request are: what a suite writes is made in its own.
    recordsOfType: recordsByType(deepFrozen(structuredClone(records))),
    context: deepFrozen(structuredClone(context)),
    clock: clockAt(now, timeZone),
    stopAt: performance.now() + timeLimit,
  })
}

/** Evaluates an expression as the engine would, and answers with JSON. */
export function evaluate(expression: string, given: Given = {}): unknown[] {
  return createCompiler(given.valueSets ?? noValueSets, given.more)(expression)(scopeWith(given)).map(toJson)
}
