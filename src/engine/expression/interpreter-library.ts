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
  leaveOutWhatIsNoNumber()
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

type Decimals = Record<string, (this: unknown, ...args: unknown[]) => unknown>

/**
 * A sum or power that no number is large enough for, and a logarithm of what has none, are nothing
 * (https://hl7.org/fhirpath/N1/#math); the interpreter has Infinity and NaN, which compare as if they were known.
 */
function leaveOutWhatIsNoNumber(): void {
  const [decimal] = fhirpath.evaluate({}, '1.0', {}, undefined, { resolveInternalTypes: false, async: false }) as unknown[]
  const decimals = Object.getPrototypeOf(decimal) as Decimals
  for (const name of RECKONING) {
    const reckon = decimals[name]
    if (reckon)
      decimals[name] = function (...args: unknown[]) {
        const result = reckon.apply(this, args)
        return isOwnValue(result) && typeof result.value === 'number' && !Number.isFinite(result.value) ? null : result
      }
  }
}
