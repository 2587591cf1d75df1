import { isDeepStrictEqual } from 'node:util'
import type { FhirResource } from 'fhir/r4.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import { createCompiler, createInterpretingCompiler, type CompilerMaker } from '../../src/engine/expression/compile.js'
import { recordVariables } from '../../src/engine/expression/facts.js'
import { openScope, Variables, type Scope, type ScopeData } from '../../src/engine/expression/scope.js'
import { bareNode, toJson, type Collection } from '../../src/engine/expression/values.js'
import { OPEN_VOCABULARY } from '../../src/engine/expression/vocabulary.js'
import { ExpressionCompiler } from '../../src/engine/knowledge/expressions.js'
import { plainR4 } from '../../src/engine/knowledge/profile.js'
import { FaultList, type FaultCode } from '../../src/engine/model/faults.js'
import { ANY_ITEMS, itemsOf, type Items } from '../../src/engine/model/items.js'
import { isType, RESOURCE_TYPES } from '../../src/engine/model/r4-model.js'
import { Terminology } from '../../src/engine/terminology/terminology.js'
import type { SuiteCase } from './suite-file.js'

/** What an expression came to: JSON, or that it failed. */
export type Result = readonly unknown[] | 'fails'

/** What came of a case. */
export interface CaseResult {
  compiled: Result
  /** Of fhirpath.js alone. */
  interpreted: Result
  isAsExpected: boolean
  /** Faults for which knowledge with this expression is refused. */
  refusedFor: readonly FaultCode[]
}

const NOW = new Date('2026-03-30T12:00:00+02:00')

/** Runs a case by the compiler and by the interpreter alone, and tells what a check of knowledge would say of it. */
export function runCase(each: SuiteCase): CaseResult {
  const compiled = resultOf(each, createCompiler)
  const interpreted = resultOf(each, createInterpretingCompiler)
  return { compiled, interpreted, isAsExpected: isAsExpected(compiled, each.expected), refusedFor: faultsOf(each) }
}

function resultOf(each: SuiteCase, make: CompilerMaker): Result {
  try {
    return make(() => undefined)(each.expression)(scopeOf(each)).map(toJson)
  } catch {
    return 'fails'
  }
}

/** A scope in which the resource is whom the call is about. */
function scopeOf({ resource, variables, context }: SuiteCase): Scope {
  const subject = [bareNode(resource)]
  const data = { recordsOfType: () => [], context: {}, clock: clockAt(NOW, 'Europe/Copenhagen'), stopAt: Infinity }
  const known: Record<string, unknown> = { subject, resource: subject, context: subject, rootResource: subject }
  for (const [name, value] of Object.entries(variables)) known[name] = [value].flat().filter(one => one !== null)
  if (context === undefined) return definedScope(known, data)
  const at = createCompiler(() => undefined)(context)(definedScope(known, data))
  return definedScope({ ...known, context: at }, data)
}

function definedScope(known: Readonly<Record<string, unknown>>, data: ScopeData): Scope {
  const variables = new Variables(recordVariables(RESOURCE_TYPES))
  for (const [name, value] of Object.entries(known)) variables.define(name, () => () => value as Collection)
  return openScope(variables, data)
}

function faultsOf({ expression, resource, variables }: SuiteCase): FaultCode[] {
  const faults = new FaultList()
  const profile = plainR4()
  const terminology = new Terminology([], faults, { names: profile.names, language: profile.languages[0] })
  const type = (resource as Partial<FhirResource>).resourceType ?? ''
  const subject: Items = isType(type) ? itemsOf(type) : ANY_ITEMS
  const names = ['subject', 'resource', 'context', 'rootResource'].map(name => [name, subject] as const)
  const known = new Map([['ucum', itemsOf('string')] as const, ...names, ...Object.keys(variables).map(name => [name, ANY_ITEMS] as const)])
  new ExpressionCompiler(terminology, () => OPEN_VOCABULARY, faults).text(expression, { file: 'suite', element: 'case' }, known, {
    subject,
  })
  return [...new Set(faults.faults.map(({ code }) => code))]
}

function isAsExpected(result: Result, expected: readonly unknown[] | undefined): boolean {
  if (result === 'fails' || expected === undefined) return result === 'fails' && expected === undefined
  return result.length === expected.length && result.every((one, index) => isSame(one, expected[index]))
}

/** Whether a value is as a suite writes it: moments in any zone, quantities as texts. */
function isSame(one: unknown, expected: unknown): boolean {
  if (isDeepStrictEqual(one, expected)) return true
  if (typeof one === 'number' && typeof expected === 'number') return Math.abs(one - expected) < 1e-8
  if (typeof one === 'string' && typeof expected === 'string') {
    const wanted = expected.replace(/^@T?/, '')
    return one === wanted || (wanted.includes('T') && Date.parse(one) === Date.parse(wanted))
  }
  // An output without a type is a text.
  if (typeof expected === 'string' && typeof one === 'number') return Number(expected) === one
  if (typeof expected === 'string' && ['boolean', 'bigint'].includes(typeof one)) return expected === String(one)
  return typeof expected === 'string' && isQuantity(one) && quantityTexts(one).includes(expected)
}

const isQuantity = (value: unknown): value is { value: number; unit: string; code: string } =>
  typeof value === 'object' && value !== null && 'value' in value && 'unit' in value

const quantityTexts = ({ value, unit, code }: { value: number; unit: string; code: string }): string[] =>
  [unit, `'${unit}'`, code, `'${code}'`].map(word => `${value} ${word}`)
