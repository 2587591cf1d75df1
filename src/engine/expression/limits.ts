import { dayNumberOf } from './dates.js'
import { bare, childNodes, functionOf, type SyntaxNode } from './syntax.js'

/** A value that an expression compares with, as far as its syntax tells. */
export interface Written {
  /** What it is measured in: values of one scale can be compared, and of two not. */
  scale: string
  /** Between which numbers of that scale it lies; one number where it is exact. */
  least: number
  most: number
}

/** That something is at least, or at most, as much as a value. */
export interface Limit {
  /** What, and on which scale. */
  about: string
  isUpper: boolean
  value: number
  /** Whether it may be as much as that. */
  isIncluded: boolean
}

/**
 * The value of a number, a quantity, a day, or a day so many units before or after another, such as `today() - 65 years`, also where
 * a fact names it; undefined for all else.
 * @param factOf the tree of the fact that a node names; undefined for any other node.
 */
export function writtenValue(written: SyntaxNode, factOf: (node: SyntaxNode) => SyntaxNode | undefined): Written | undefined {
  const node = bare(written)
  const valueOf = (part: SyntaxNode): Written | undefined => writtenValue(part, factOf)
  const [left, right] = childNodes(node)
  switch (node.type) {
    case 'LiteralTerm':
      return left && literalValue(left)
    case 'PolarityExpression':
      return left && node.text === '-' ? negated(valueOf(left)) : undefined
    case 'AdditiveExpression':
      return left && right && moved(valueOf(left), node.text, valueOf(right))
    case 'ExternalConstantTerm': {
      const fact = factOf(node)
      return fact && valueOf(fact)
    }
    default:
      return CLOCKS.has(functionOf(node)?.name ?? '') ? { scale: `${functionOf(node)?.name}()`, least: 0, most: 0 } : undefined
  }
}

/** Limits of one thing on both sides of which nothing is left. */
export const areApart = (limits: readonly Limit[]): boolean =>
  limits.some(
    lower =>
      !lower.isUpper &&
      limits.some(
        upper =>
          upper.isUpper &&
          upper.about === lower.about &&
          (lower.value > upper.value || (lower.value === upper.value && !(lower.isIncluded && upper.isIncluded))),
      ),
  )

const CLOCKS = new Set(['today', 'now'])

/** Scales beside units: those of numbers, and of days since 1970. A day that is told from now has a scale of its own. */
const [NUMBER, DATE] = ['number', 'days since 1970'] as const

const isDay = ({ scale }: Written): boolean => scale === DATE || scale.endsWith('()')

function literalValue({ type, text = '', value = '', unit = '' }: SyntaxNode): Written | undefined {
  if (type === 'NumberLiteral') return exact(NUMBER, Number(text))
  if (type === 'QuantityLiteral') return exact(unit, Number(value))
  return type === 'DateLiteral' ? daysOf(text.slice(1)) : undefined
}

const exact = (scale: string, value: number): Written | undefined =>
  Number.isFinite(value) ? { scale, least: value, most: value } : undefined

const negated = (value: Written | undefined): Written | undefined => value && { scale: value.scale, least: -value.most, most: -value.least }

/** The first and the last day of a year, a month or a day. */
function daysOf(date: string): Written | undefined {
  const [year = '', month, day] = date.split('-')
  const first = dayNumberOf(`${year}-${month ?? '01'}-${day ?? '01'}`)
  if (first === undefined) return undefined
  // As long as it may be: what is too long hides a contradiction, and makes none.
  const length = day !== undefined ? 1 : month !== undefined ? 31 : 366
  return { scale: DATE, least: first, most: first + length - 1 }
}

/** Months of the calendar units that are as long as their months are, and days of the others. */
const MONTHS_OF: Readonly<Record<string, number>> = { year: 12, month: 1 }
const DAYS_OF: Readonly<Record<string, number>> = { week: 7, day: 1 }

/** A day so many units later or earlier, or a number so much more or less. */
function moved(from: Written | undefined, operator: string | undefined, by: Written | undefined): Written | undefined {
  const isLater = operator === '+'
  if (!from || !by || (!isLater && operator !== '-')) return undefined
  const span = from.scale === NUMBER && by.scale === NUMBER ? by : isDay(from) ? spanOf(by) : undefined
  if (!span) return undefined
  return isLater
    ? { ...from, least: from.least + span.least, most: from.most + span.most }
    : { ...from, least: from.least - span.most, most: from.most - span.least }
}

/** Days of a span of time, as few and as many as there may be. */
function spanOf(value: Written): Pick<Written, 'least' | 'most'> | undefined {
  const unit = value.scale.replace(/s$/, '')
  if (value.least < 0 || !Number.isInteger(value.least)) return undefined
  const days = DAYS_OF[unit]
  if (days !== undefined) return { least: days * value.least, most: days * value.most }
  const months = (MONTHS_OF[unit] ?? Number.NaN) * value.least
  if (Number.isNaN(months)) return undefined
  const [years, rest] = [Math.floor(months / 12), months % 12]
  return { least: 365 * years + 28 * rest, most: 366 * years + 31 * rest }
}
