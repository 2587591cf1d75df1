import type { MeasureReport, MeasureReportGroup, MeasureReportGroupPopulation } from 'fhir/r4.js'
import { POPULATION_CODES, type CompiledMeasure, type CompiledMeasureGroup, type PopulationCode } from '../knowledge/compiled.js'
import { inLanguage } from '../model/localized.js'
import type { KnowledgeNames } from '../model/names.js'
import type { GroupMembership } from './evaluate-measure.js'

/** How many patients belong to a population of a group, by `group population`; by `group cannot-tell` those of whom nobody can tell. */
export type MeasureCounts = Readonly<Record<string, number>>

/** Names of what is counted of a patient in a measure. */
export const countedOf = ({ group, populations, cannotTell }: GroupMembership): string[] => [
  ...populations.map(population => `${group} ${population}`),
  ...(cannotTell ? [`${group} cannot-tell`] : []),
]

/** What a report says beyond its figures. */
export interface ReportContext {
  period: { start: string; end: string }
  /** The instant of the report. */
  date: string
  /** `Type/id` of the one patient that it is about; a summary of several where there is none. */
  subject?: string
  language: string
  names: KnowledgeNames
}

/** The report of a measure: the figures of each group, and the share where there is anybody to share. */
export function measureReport(measure: CompiledMeasure, counts: MeasureCounts, context: ReportContext): MeasureReport {
  const { period, date, subject, language, names } = context
  return {
    resourceType: 'MeasureReport',
    language,
    status: 'complete',
    type: subject === undefined ? 'summary' : 'individual',
    measure: measure.canonical,
    ...(subject !== undefined && { subject: { reference: subject } }),
    date,
    period,
    ...(measure.resource.improvementNotation && { improvementNotation: measure.resource.improvementNotation }),
    group: measure.groups.map(group => groupOf(group, counts, language, names)),
  }
}

function groupOf(
  { id, description, criteria }: CompiledMeasureGroup,
  counts: MeasureCounts,
  language: string,
  { extension }: KnowledgeNames,
): MeasureReportGroup {
  const countOf = (name: PopulationCode | 'cannot-tell'): number => counts[`${id} ${name}`] ?? 0
  const text = inLanguage(description, language)
  const cannotTell = countOf('cannot-tell')
  const among = countOf('denominator') - countOf('denominator-exclusion')
  return {
    id,
    ...(cannotTell > 0 && { extension: [{ url: extension.cannotTell, valueInteger: cannotTell }] }),
    ...(text !== undefined && { code: { text } }),
    population: POPULATION_CODES.filter(code => criteria.has(code)).map(code => populationOf(code, countOf(code))),
    ...(among > 0 && { measureScore: { value: Number((countOf('numerator') / among).toFixed(4)) } }),
  }
}

const populationOf = (code: PopulationCode, count: number): MeasureReportGroupPopulation => ({
  code: { coding: [{ system: POPULATIONS, code }] },
  count,
})

const POPULATIONS = 'http://terminology.hl7.org/CodeSystem/measure-population'
