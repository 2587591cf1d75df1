// Written by somebody who has the package and its declarations alone.
import { CdsError, compileKnowledge, FaultList, type Answer, type Knowledge } from 'columna/engine'
import { HOOKS, type Card } from 'columna/cds-hooks'
import { answerFor } from './example.js'

const AT = new Date('2026-10-01T10:00:00Z')
const answers = ['1961-10-01', '1961-10-02', '1961'].map(birthDate => answerFor({ resourceType: 'Patient', id: 'p1', birthDate }, AT))

const summaryOf = ([card]: readonly Card[]): string | null => card?.summary ?? null
const answerOf = ([first]: readonly { answer: Answer | 'error' }[]): Answer | 'error' | undefined => first?.answer

/** Faults are gathered with a place each, and thrown with a stable code when asked for. */
function refusal(): string {
  const faults = new FaultList()
  const knowledge: Knowledge = compileKnowledge(
    [
      {
        file: 'empty.json',
        resource: {
          resourceType: 'PlanDefinition',
          status: 'draft',
          action: [{ condition: [{ kind: 'applicability', expression: { language: 'text/fhirpath', expression: '%nobody' } }] }],
        },
      },
    ],
    faults,
  )
  try {
    faults.throwIfAny()
    return `${knowledge.plans.length} plans`
  } catch (error) {
    return error instanceof CdsError ? error.code : 'another error'
  }
}

// @ts-expect-error: knowledge is compiled from resources and their files.
const wrong = (): Knowledge => compileKnowledge(['influenza.json'], new FaultList())

Object.assign(globalThis, {
  told: JSON.stringify({
    short: answers.map(({ cards, why }) => [summaryOf(cards), answerOf(why)]),
    answers,
    refused: refusal(),
    hooks: Object.keys(HOOKS).length,
    unused: typeof wrong,
  }),
})
