import r4 from 'fhirpath/fhir-context/r4'
import { lazily } from '../model/memoised.js'
import { interpreterLibrary } from './interpreter-library.js'

interface MeasuredObservation {
  valueQuantity?: Measure
  referenceRange?: unknown
}

interface ReferenceRange {
  high?: Measure
  type?: { coding?: { code?: unknown }[] }
}

interface Measure {
  value?: unknown
  comparator?: unknown
  code?: unknown
  unit?: unknown
}

/**
 * Whether the measured value of an Observation lies above its own reference range; undefined where there is no limit,
 * where value and limit cannot be compared (comparators and units count), or where several limits disagree.
 */
export function isAboveRange(observation: unknown): boolean | undefined {
  const { valueQuantity: value, referenceRange } = (observation ?? {}) as MeasuredObservation
  const limits = rangesOf(referenceRange)
    .filter(isNormalRange)
    .flatMap(({ high }) => high ?? [])
  if (!value || limits.length === 0) return undefined
  const answers = new Set(limits.map(limit => isAbove(value, limit)))
  return answers.size === 1 ? [...answers][0] : undefined
}

const rangesOf = (written: unknown): ReferenceRange[] =>
  [written].flat().filter((range): range is ReferenceRange => typeof range === 'object' && range !== null)

/** A range without a type is the normal one; others say what is critical or wanted in treatment. */
const isNormalRange = ({ type }: ReferenceRange): boolean => !type?.coding || type.coding.some(({ code }) => code === 'normal')

/** A limit without a unit has that of the value. */
function isAbove(value: Measure, limit: Measure): boolean | undefined {
  const unit = unitOf(value)
  const order =
    limit.comparator === undefined
      ? compared({ number: value.value, unit }, { number: limit.value, unit: unitOf(limit) ?? unit })
      : undefined
  return order === undefined ? undefined : ABOVE[typeof value.comparator === 'string' ? value.comparator : '=']?.(order)
}

/** What a value with each comparator says of a limit, by the order of its number and the limit's. */
const ABOVE: Readonly<Record<string, (order: number) => boolean | undefined>> = {
  '=': order => order > 0,
  '<': order => (order <= 0 ? false : undefined),
  '<=': order => (order <= 0 ? false : undefined),
  '>': order => (order >= 0 ? true : undefined),
  '>=': order => (order > 0 ? true : undefined),
}

/** The unit of a quantity as UCUM writes it. */
function unitOf({ code, unit }: Measure): string | undefined {
  const written = typeof code === 'string' ? code : unit
  return typeof written === 'string' && written.trim() !== '' ? written.trim().replace(/[\u00b5\u03bc]/g, 'u') : undefined
}

interface Amount {
  number: unknown
  unit: string | undefined
}

/** -1, 0 or 1 as the first amount is less than, equal to or more than the second; undefined where they cannot be compared. */
function compared(one: Amount, other: Amount): number | undefined {
  if (typeof one.number !== 'number' || typeof other.number !== 'number') return undefined
  if (one.unit === other.unit) return Math.sign(one.number - other.number)
  if (one.unit === undefined || other.unit === undefined) return undefined
  const isMore = isMoreThan(one, other)
  return isMore === undefined ? undefined : isMore ? 1 : isMoreThan(other, one) ? -1 : 0
}

/** Whether the first amount is more than the second, by the interpreter, which knows UCUM; undefined where it cannot tell. */
function isMoreThan(one: Amount, other: Amount): boolean | undefined {
  return (compareQuantities()({}, { one: ucumText(one), other: ucumText(other) }) as boolean[])[0]
}

/** Significant digits of a converted number: beyond them stands what the conversion itself adds. */
const DIGITS = 12

/**
 * The number of a quantity in a unit of UCUM, whatever its comparator says; undefined where its own unit is of another kind.
 * @param codeOf the code of UCUM that a unit in words means.
 */
export function numberIn(quantity: unknown, unit: string, codeOf: (words: string) => string | undefined): number | undefined {
  const { value, code, unit: words } = (quantity ?? {}) as Measure
  if (typeof value !== 'number') return undefined
  const written = unitOf({ code: code ?? (typeof words === 'string' ? (codeOf(words) ?? words) : undefined) })
  if (written === unit) return value
  if (written === undefined) return undefined
  const [converted] = convertQuantity()({}, { one: ucumText({ number: value, unit: written }), unit }) as (number | undefined)[]
  return converted === undefined ? undefined : Number(converted.toPrecision(DIGITS))
}

const convertQuantity = lazily(() =>
  interpreterLibrary().compile('%one.toQuantity(%unit).value', r4, { resolveInternalTypes: true, async: false }),
)

const ucumText = ({ number, unit = '' }: Amount): string => `${String(number)} '${unit.replaceAll("'", '')}'`

const compareQuantities = lazily(() =>
  interpreterLibrary().compile('%one.toQuantity() > %other.toQuantity()', r4, { resolveInternalTypes: false, async: false }),
)

/** Makes what is else made when quantities are first compared or converted. */
export function prepareMeasures(): void {
  convertQuantity()
  compareQuantities()
}
