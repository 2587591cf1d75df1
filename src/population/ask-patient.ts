import { applyPlan } from '../engine/apply/apply-plan.js'
import { spokenActions, type SpokenAction } from '../engine/cards/spoken-actions.js'
import type { Scope } from '../engine/expression/scope.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { defined } from '../plain-values/defined.js'
import type { BundleEntry } from '../patient-data/read-bundle.js'
import type { Asked } from './asked.js'
import { patientOpener } from './patient-opener.js'
import type { RunChoices } from './plan.js'

/** What a patient would be told now, a line of the output. */
export interface PatientAnswer {
  patient: string
  speaks: (SpokenAction & { service?: string; plan: string })[]
  /** Actions that could not be decided since their evaluation failed. */
  undecided?: { plan: string; action: string; code: string }[]
  /** Records and values that could not be used; they count as absent. */
  unusable?: number
}

/** What came of a patient: a line of the output, and names of what it counts as. */
export interface Answered<Line extends object = object> {
  line: Line
  counts: readonly string[]
}

/** Asks patients, one after the other. */
export type AskPatient<Line extends object = object> = (patient: string, entries: readonly BundleEntry[]) => Answered<Line>

/** Names of what is counted of the patients that are told anything. */
export const COUNTED = { spokenFor: 'spoken for', undecided: 'undecided', unusable: 'unusable', point: 'point ' } as const

/** Makes what asks patients what they would be told; all of them are asked at the same instant. */
export function patientAsker(asked: readonly Asked[], { knowledge }: LoadedKnowledge, choices: RunChoices): AskPatient<PatientAnswer> {
  const open = patientOpener(asked[0]?.plans[0]?.variables, knowledge, choices)
  const { terminology, profile } = knowledge
  return (patient, entries) => {
    const { record, scope } = open(patient, entries)
    const answers = asked.map(each => answerOf(each, scope))
    const undecided = answers.flatMap(each => each.undecided)
    const line: PatientAnswer = {
      patient,
      speaks: answers.flatMap(each => each.speaks),
      ...(undecided.length > 0 && { undecided }),
      ...(record.unusable.length > 0 && { unusable: record.unusable.length }),
    }
    return { line, counts: countedOf(line) }

    function answerOf({ service, hook, plans }: Asked, on: Scope): Required<Pick<PatientAnswer, 'speaks' | 'undecided'>> {
      const context = { patientId: patient, ...defined({ hook }), language: profile.languages[0], terminology }
      const applied = plans.map(plan => ({ plan, ...applyPlan(plan, on, context) }))
      return {
        speaks: applied.flatMap(({ plan, requestGroup }) =>
          spokenActions(requestGroup, profile.names).map(spoken => ({ ...defined({ service }), plan: plan.canonical, ...spoken })),
        ),
        undecided: applied.flatMap(({ undecided: failed }) => failed.map(({ plan, action, code }) => ({ plan, action, code }))),
      }
    }
  }
}

const countedOf = ({ speaks, undecided = [], unusable = 0 }: PatientAnswer): string[] => [
  ...(speaks.length > 0 ? [COUNTED.spokenFor] : []),
  ...(undecided.length > 0 ? [COUNTED.undecided] : []),
  ...(unusable > 0 ? [COUNTED.unusable] : []),
  ...[...new Set(speaks.flatMap(({ points }) => points))].map(point => `${COUNTED.point}${point}`),
]
