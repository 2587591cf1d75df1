import { applyPlan } from '../engine/apply/apply-plan.js'
import { spokenActions, type SpokenAction } from '../engine/cards/spoken-actions.js'
import { clockAt } from '../engine/expression/clock.js'
import { openScope, Variables, type Scope } from '../engine/expression/scope.js'
import { checkTime } from '../engine/expression/steps.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { defined } from '../plain-values/defined.js'
import { PatientRecord } from '../patient-data/patient-record.js'
import type { BundleEntry } from '../patient-data/read-bundle.js'
import type { Asked } from './asked.js'
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

/** Milliseconds that one patient may take, of whom nobody waits. */
const PATIENCE_MS = 60_000

/** Asks patients, one after the other, what each would be told. */
export type AskPatient = (patient: string, entries: readonly BundleEntry[]) => PatientAnswer

/** Makes what asks patients; all of them are asked at the same instant. */
export function patientAsker(asked: readonly Asked[], { knowledge }: LoadedKnowledge, choices: RunChoices): AskPatient {
  const clock = clockAt(new Date(choices.now), choices.timeZone)
  const variables = asked[0]?.plans[0]?.variables ?? new Variables()
  const { terminology, forms, profile } = knowledge
  return (patient, entries) => {
    const record = new PatientRecord([{ key: 'data', entries }], { patientId: patient, timeZone: clock.timeZone, forms })
    const stopAt = performance.now() + PATIENCE_MS
    const look = () => checkTime(stopAt)
    const scope = openScope(variables, {
      recordsOfType: type => record.ofType(type, look),
      context: { patientId: patient },
      clock,
      settings: choices.settings,
      stopAt,
    })
    const answers = asked.map(each => answerOf(each, scope))
    const undecided = answers.flatMap(each => each.undecided)
    return {
      patient,
      speaks: answers.flatMap(each => each.speaks),
      ...(undecided.length > 0 && { undecided }),
      ...(record.unusable.length > 0 && { unusable: record.unusable.length }),
    }

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
