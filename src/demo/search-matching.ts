import { FhirError } from './outcome.js'
import { COMPARISONS, dateInterval, datedInterval, decimalInterval, measuredInterval } from './intervals.js'
import { isObject } from '../plain-values/json.js'
import type { Interval, Prefix } from './intervals.js'
import type { SearchParameter, SearchParameterKind } from './search-parameters.js'

/** Whether one value found in a resource is what one search value asks for. */
export type ValueTest = (value: unknown) => boolean

/** What a search value is read with: its parameter, its modifier, and the base URL this server is called by. */
export interface Asked {
  parameter: SearchParameter
  modifier: string | undefined
  base: string
}

type TestBuilder = (text: string, asked: Asked) => ValueTest

const TEST_BUILDERS: Record<SearchParameterKind, TestBuilder> = {
  token: tokenTest,
  date: dateTest,
  string: stringTest,
  reference: referenceTest,
  uri: text => value => typeof value === 'string' && isSameCanonical(value, unescaped(text)),
  quantity: quantityTest,
  number: numberTest,
}

const MODIFIERS: Record<SearchParameterKind, readonly string[]> = {
  token: ['not'],
  date: [],
  string: ['exact', 'contains'],
  reference: [],
  uri: [],
  quantity: [],
  number: [],
}

/**
 * The test for one search value (one alternative between commas).
 * @throws FhirError 400 when the value cannot be read as its parameter's kind.
 */
export function valueTest(text: string, asked: Asked): ValueTest {
  return TEST_BUILDERS[asked.parameter.kind](text, asked)
}

/** Whether a parameter takes a modifier; a reference also takes a type name, as in `subject:Patient`. */
export function takesModifier({ kind }: SearchParameter, modifier: string): boolean {
  const isTypeName = kind === 'reference' && /^[A-Z][A-Za-z]+$/.test(modifier)
  return modifier === 'missing' || isTypeName || MODIFIERS[kind].includes(modifier)
}

/** The parts of a search value at an unescaped separator; the parts are still escaped. */
export function splitUnescaped(text: string, separator: ',' | '|'): string[] {
  const parts = ['']
  for (const piece of text.match(/\\.|[^\\]|\\$/gs) ?? []) {
    if (piece === separator) parts.push('')
    else parts[parts.length - 1] += piece
  }
  return parts
}

/** A string as string search compares it: without case and accents. */
export function foldedString(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/** Every piece of text in a string, HumanName or Address. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(stringsIn)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, part]) => (NOT_TEXT.has(name) ? [] : stringsIn(part)))
}

/** The system and code of everything a token parameter can point at; a plain code, string or boolean has no system. */
export function codingsIn(value: unknown): { system?: unknown; code: string; isPlain?: boolean }[] {
  if (!isObject(value)) return [{ code: String(value), isPlain: true }]
  if (Array.isArray(value.coding)) return value.coding.flatMap(codingsIn)
  const code = value.code ?? value.value
  return code === undefined ? [] : [{ system: value.system, code: String(code) }]
}

const NOT_TEXT = new Set(['use', 'type', 'period', 'extension', 'id'])

function tokenTest(text: string): ValueTest {
  const [first = '', second] = splitUnescaped(text, '|').map(unescaped)
  if (second === undefined) return value => codingsIn(value).some(({ code }) => code === first)
  // A plain code carries no system of its own: its binding implies one, which this server does not know.
  const hasSystem = ({ system, isPlain }: { system?: unknown; isPlain?: boolean }) => isPlain || (system ?? '') === first
  return value => codingsIn(value).some(coding => hasSystem(coding) && (second === '' || coding.code === second))
}

function dateTest(text: string): ValueTest {
  // A "+" that was not percent-encoded arrives as a space.
  const { prefix, rest } = splitPrefix(unescaped(text).replace(' ', '+'))
  const asked = dateInterval(rest) ?? refuse('is not a date')
  return compareWith(prefix, asked, datedInterval)
}

function numberTest(text: string): ValueTest {
  const { prefix, rest } = splitPrefix(unescaped(text))
  return compareWith(prefix, askedNumber(prefix, rest), measuredInterval)
}

function quantityTest(text: string): ValueTest {
  const [number = '', system, code] = splitUnescaped(text, '|').map(unescaped)
  const isNumber = numberTest(number)
  return value => isNumber(value) && isInUnit(value, system, code)
}

function isInUnit(value: unknown, system: string | undefined, code: string | undefined): boolean {
  if (!isObject(value) || !code) return true
  const { low, high } = value
  if (low !== undefined || high !== undefined) return isInUnit(low ?? high, system, code)
  if (system) return value.system === system && value.code === code
  return value.code === code || value.unit === code
}

// Only "equal" and "not equal" are as wide as the written digits; "greater than 5.4" starts at 5.4 itself.
function askedNumber(prefix: Prefix, text: string): Interval {
  const asked = decimalInterval(text) ?? refuse('is not a number')
  return prefix === 'eq' || prefix === 'ne' ? asked : { low: Number(text), high: Number(text) }
}

function splitPrefix(text: string): { prefix: Prefix; rest: string } {
  const prefix = text.slice(0, 2)
  return Object.hasOwn(COMPARISONS, prefix) ? { prefix: prefix as Prefix, rest: text.slice(2) } : { prefix: 'eq', rest: text }
}

function compareWith(prefix: Prefix, asked: Interval, intervalOf: (value: unknown) => Interval | undefined): ValueTest {
  return value => {
    const stored = intervalOf(value)
    return stored !== undefined && COMPARISONS[prefix](stored, asked)
  }
}

function stringTest(text: string, { modifier }: Asked): ValueTest {
  const asked = unescaped(text)
  if (modifier === 'exact') return value => stringsIn(value).includes(asked)
  const folded = foldedString(asked)
  if (modifier === 'contains') return value => stringsIn(value).some(part => foldedString(part).includes(folded))
  return value => stringsIn(value).some(part => foldedString(part).startsWith(folded))
}

function referenceTest(text: string, { parameter, modifier, base }: Asked): ValueTest {
  const type = modifier ?? parameter.target
  const plain = unescaped(text)
  const asked = localReference(modifier && !plain.includes('/') ? `${modifier}/${plain}` : plain, base)
  return value => {
    if (typeof value === 'string') return isSameCanonical(value, asked)
    const stored = isObject(value) && typeof value.reference === 'string' ? localReference(value.reference, base) : ''
    const isRightType = type === undefined || stored.split('/').at(-2) === type
    return isRightType && (stored === asked || isLocalReferenceTo(asked, stored))
  }
}

function isLocalReferenceTo(id: string, reference: string): boolean {
  const [, referredId, ...more] = reference.split('/')
  return referredId === id && more.length === 0
}

function localReference(reference: string, base: string): string {
  const local = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference
  return local.replace(/\/_history\/[^/]+$/, '')
}

function isSameCanonical(stored: string, asked: string): boolean {
  return stored === asked || (!asked.includes('|') && stored.split('|')[0] === asked)
}

function unescaped(text: string): string {
  return text.replace(/\\([\\,|$])/g, '$1')
}

function refuse(problem: string): never {
  throw new FhirError(400, `A search value ${problem}.`)
}
