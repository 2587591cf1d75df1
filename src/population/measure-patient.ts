import { evaluateMeasure } from '../engine/apply/evaluate-measure.js'
import { periodParameters } from '../engine/apply/measure-period.js'
import { countedOf } from '../engine/apply/measure-report.js'
import type { CompiledMeasure, PopulationCode } from '../engine/knowledge/compiled.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import type { AskPatient } from './ask-patient.js'
import { patientOpener } from './patient-opener.js'
import type { Question, RunChoices } from './plan.js'

/** Where a patient belongs, a line of the output. */
export interface MeasuredPatient {
  patient: string
  /** By measure and group the populations that the patient belongs to; without those to which they do not belong at all. */
  measures: Record<string, Record<string, PopulationCode[]>>
  /** Measures of which something could not be told. */
  cannotTell?: string[]
}

/** Measures of a period that are asked for by name. */
type MeasuresAsked = Extract<Question, { measures: readonly string[] }>

/** Makes what asks patients where they belong in measures of a period. */
export function measuringAsker(
  measures: readonly CompiledMeasure[],
  knowledge: Pick<Knowledge, 'forms'>,
  { period }: MeasuresAsked,
  choices: RunChoices,
): AskPatient<MeasuredPatient> {
  const open = patientOpener(measures[0]?.variables, knowledge, choices, periodParameters(period))
  return (patient, entries) => {
    const { scope } = open(patient, entries)
    const found = measures.map(measure => ({ id: measure.resource.id ?? '', groups: evaluateMeasure(measure, scope) }))
    const belonging = found.flatMap(({ id, groups }) => {
      const named = groups
        .filter(({ populations }) => populations.length > 0)
        .map(({ group, populations }) => [group, populations] as const)
      return named.length > 0 ? [[id, Object.fromEntries(named)] as const] : []
    })
    const cannotTell = found.filter(({ groups }) => groups.some(each => each.cannotTell)).map(({ id }) => id)
    return {
      line: { patient, measures: Object.fromEntries(belonging), ...(cannotTell.length > 0 && { cannotTell }) },
      counts: found.flatMap(({ id, groups }) => groups.flatMap(countedOf).map(name => `${id} ${name}`)),
    }
  }
}
