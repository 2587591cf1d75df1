import type { Library, PlanDefinition, QuestionnaireItem, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import { ofType, type KnowledgeFile } from '../model/knowledge-file.js'
import { madeOnce } from '../model/memoised.js'

/** Answers to a question among which there is one for each way in which a rule can read it; undefined where nobody can list them. */
export function possibleAnswers(
  { type, answerOption = [], extension = [] }: QuestionnaireItem,
  limits: readonly number[],
  today: string,
): QuestionnaireResponseItemAnswer[] | undefined {
  switch (type) {
    case 'boolean':
      return [{ valueBoolean: true }, { valueBoolean: false }]
    case 'choice':
      return answerOption.flatMap(({ valueCoding }) => (valueCoding ? [{ valueCoding }] : []))
    case 'integer':
      return numbersAround(limits, 1, extension).map(valueInteger => ({ valueInteger }))
    case 'decimal':
      return numbersAround(limits, 0.5, extension).map(valueDecimal => ({ valueDecimal }))
    case 'date':
      return daysAround(limits, today).map(valueDate => ({ valueDate }))
    case 'string':
    case 'text':
      return [{ valueString: 'x' }]
    case 'group':
    case 'display':
      return []
    default:
      return undefined
  }
}

/** Numbers that the rules of the knowledge hold values against, smallest first; whole or with decimals, never negative. */
export const limitsIn = madeOnce((files: readonly KnowledgeFile[]): number[] => {
  const rules = [...ofType<Library>(files, 'Library'), ...ofType<PlanDefinition>(files, 'PlanDefinition')]
  const expressions = rules.flatMap(({ resource }) => expressionsIn(resource))
  const found = new Set(expressions.flatMap(expression => withoutTexts(expression).match(NUMBER) ?? []).map(Number))
  return [...found].sort((one, other) => one - other)
})

/** A number that is part of no name and no date. */
const NUMBER = /(?<![\w.%@-])\d+(?:\.\d+)?(?![\w.-])/g

const withoutTexts = (expression: string): string => expression.replaceAll(/'[^']*'/g, "''")

function expressionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const { expression } = value as { expression?: unknown }
  return [...(typeof expression === 'string' ? [expression] : []), ...Object.values(value).flatMap(expressionsIn)]
}

const HL7 = 'http://hl7.org/fhir/StructureDefinition'

/** Most values of a scale that are all tried. */
const LONGEST_SCALE = 20

/** The whole of a short scale; else each limit with a value on either side. */
function numbersAround(limits: readonly number[], step: number, extension: NonNullable<QuestionnaireItem['extension']>): number[] {
  const bound = (name: string) => {
    const { valueInteger, valueDecimal } = extension.find(({ url }) => url === `${HL7}/${name}`) ?? {}
    return valueInteger ?? valueDecimal
  }
  const [least = 0, most = Number.POSITIVE_INFINITY] = [bound('minValue'), bound('maxValue')]
  if (most - least <= LONGEST_SCALE)
    return Array.from({ length: Math.floor((most - least) / step) + 1 }, (_, place) => least + place * step)
  const around = limits.flatMap(limit => [limit - step, limit, limit + step]).filter(value => step !== 1 || Number.isInteger(value))
  return [...new Set([least, ...around])].filter(value => value >= least && value <= most)
}

const DAY_MS = 86_400_000

/** Today, tomorrow, and for each whole limit the days around the one so long ago. */
function daysAround(limits: readonly number[], today: string): string[] {
  const ago = (days: number) => new Date(Date.parse(today) - days * DAY_MS).toISOString().slice(0, 10)
  return [...new Set([-1, 0, ...limits.filter(Number.isInteger).flatMap(days => [days - 1, days, days + 1])])].filter(isNear).map(ago)
}

/** Days before today that a rule may count; further back are years, which are no days. */
const isNear = (days: number): boolean => days < 1_000
