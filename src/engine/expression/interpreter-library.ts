import fhirpath from 'fhirpath'
import { lazily } from '../model/memoised.js'
import { isInherited, isValue } from './values.js'

/** A node of the interpreter. */
export interface InterpreterNode {
  readonly ctx: object
  readonly data: unknown
  readonly _data: unknown
  readonly path: string | null
  readonly fhirNodeDataType: string | null
  readonly parentResNode: InterpreterNode | null
  readonly propName: string | null
}

export const isInterpreterNode = (value: unknown): value is InterpreterNode =>
  typeof value === 'object' && value !== null && 'parentResNode' in value

/** A number, date, time or quantity of the interpreter. */
export interface OwnValue {
  asStr: string
  value?: unknown
  unit?: string
}

export const isOwnValue = (value: unknown): value is OwnValue =>
  typeof value === 'object' && value !== null && 'asStr' in value && Object.getPrototypeOf(value) !== Object.prototype

/**
 * fhirpath.js, for which an element without a value is nothing. All ask it of here and when they need it: the package is
 * not touched before, so that a program which bundles the engine may load it then.
 */
export const interpreterLibrary = lazily(() => {
  leaveOutWhatHoldsNoValue()
  mendDecimals()
  mendDates()
  return fhirpath
})

type ChildNodes = (...args: readonly unknown[]) => InterpreterNode[]

/** Every step of a path that the interpreter runs goes through this function of it, which has no option for it; compiled steps ask isValue themselves. */
function leaveOutWhatHoldsNoValue(): void {
  const { makeChildResNodes: allChildNodes } = fhirpath.util as unknown as { makeChildResNodes: ChildNodes }
  Object.assign(fhirpath.util, {
    makeChildResNodes: (context: unknown, parent: unknown, property: unknown, model: unknown) => {
      const data = isInterpreterNode(parent) ? parent.data : parent
      if (isNumberOrDate(data) || isInherited(data, String(property))) return []
      const nodes = allChildNodes(context, parent, property, model)
      return nodes.every(holdsValue) ? nodes : nodes.filter(holdsValue)
    },
  })
}

/** Whether a value has no elements of its own, whatever the interpreter keeps in it. */
const isNumberOrDate = (value: unknown): boolean => isOwnValue(value) && value.unit === undefined

const holdsValue = ({ data, path, fhirNodeDataType }: InterpreterNode): boolean => isValue(fhirNodeDataType ?? path, data)

/** What is reckoned with decimals, in the interpreter's words. */
const RECKONING = ['plus', 'minus', 'mul', 'div', 'power', 'log', 'ln', 'exp']

type Methods = Record<string, (this: unknown, ...args: unknown[]) => unknown>

/**
 * A sum or power that no number is large enough for, and a logarithm of what has none, are nothing
 * (https://hl7.org/fhirpath/N1/#math); the interpreter has Infinity and NaN, which compare as if they were known. And a
 * number is never equal to a date, nor has it an order beside one (https://hl7.org/fhirpath/N1/#comparison), on
 * whichever side it stands; the interpreter has nothing where it stands on the left.
 */
function mendDecimals(): void {
  const decimals = methodsOf('1.0')
  const mend = (name: string, mended: (result: unknown, other: unknown, self: unknown) => unknown): void => {
    const own = decimals[name]
    if (own)
      decimals[name] = function (...args: unknown[]) {
        return mended(own.apply(this, args), args[0], this)
      }
  }
  for (const name of RECKONING) mend(name, result => (isOwnValue(result) && isInfinite(result) ? null : result))
  mend('equals', (result, other, self) => (isOwnValue(other) ? (isQuantity(other) ? other.equals(self) : (result ?? false)) : result))
  mend('compare', (result, other) => {
    if (result === null && isNumberOrDate(other)) throw new TypeError('expected two values of one kind')
    return result
  })
}

const isInfinite = ({ value }: OwnValue): boolean => typeof value === 'number' && !Number.isFinite(value)

const isQuantity = (value: OwnValue): value is OwnValue & { equals: (other: unknown) => unknown } => value.unit !== undefined

/** A date is equivalent to the dateTime that it is by itself, on whichever side it stands; the interpreter has none on the right of a date. */
function mendDates(): void {
  const [dates, { constructor: Moment }] = [methodsOf('@2026'), methodsOf('@2026T')]
  const { equivalentTo } = dates
  if (equivalentTo)
    dates.equivalentTo = function (other) {
      const isMoment = other instanceof (Moment as never) && Object.getPrototypeOf(other) !== dates
      return isMoment ? (other as { equivalentTo: (date: unknown) => unknown }).equivalentTo(this) : equivalentTo.call(this, other)
    }
}

/** The methods that all values of the interpreter have which are such as a literal. */
function methodsOf(literal: string): Methods {
  const [value] = fhirpath.evaluate({}, literal, {}, undefined, { resolveInternalTypes: false, async: false }) as unknown[]
  return Object.getPrototypeOf(value) as Methods
}
