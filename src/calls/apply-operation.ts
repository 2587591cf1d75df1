import type { CarePlan, FhirResource, OperationOutcome, Parameters } from 'fhir/r4.js'
import { applyPlan, type Undecided } from '../engine/apply/apply-plan.js'
import { clockAt } from '../engine/expression/clock.js'
import { openScope } from '../engine/expression/scope.js'
import { checkTime } from '../engine/expression/steps.js'
import { CdsError } from '../errors.js'
import type { CompiledPlan } from '../engine/knowledge/compiled.js'
import { patientNamed } from '../patient-data/ownership.js'
import { PatientRecord, type Unusable } from '../patient-data/patient-record.js'
import { entriesIn, type BundleEntry } from '../patient-data/read-bundle.js'
import { idIn, readReference } from '../patient-data/references.js'
import { endOfEvaluation, itsTurn } from './call-service.js'
import type { CallEnvironment } from './environment.js'
import { languageOfTag } from './languages.js'

/**
 * PlanDefinition/$apply over the FHIR API: Parameters with `subject` and `data` in (and optionally `encounter`,
 * `practitioner`, `userLanguage`, `parameters`), the R4 CarePlan with its RequestGroup out. Nothing is stored.
 * @throws CdsError CDS_PARAMETERS_INVALID when subject or data is missing or unusable; CDS_EXPRESSION_FAILED or
 *   CDS_DEADLINE_PASSED when an action could not be decided; CDS_CALL_TOO_LATE when the time ran out before it began.
 */
export async function applyOperation(plan: CompiledPlan, body: unknown, language: string, environment: CallEnvironment, arrivedAt = performance.now()): Promise<CarePlan> {
  const stopAt = arrivedAt + environment.deadlineMs
  await itsTurn(stopAt, environment)
  const input = readParameters(body)
  const clock = clockAt(environment.now(), environment.timeZone)
  const record = new PatientRecord([{ key: 'data', entries: input.entries }], { patientId: input.patientId, fhirServer: input.fhirServer, timeZone: clock.timeZone, forms: environment.knowledge.forms })
  const context = { patientId: input.patientId, ...input.context }
  const end = endOfEvaluation(stopAt, environment)
  const scope = openScope(plan.variables, {
    recordsOfType: type => record.ofType(type, () => checkTime(end)),
    context,
    clock,
    settings: environment.knowledgeSettings,
    stopAt: end,
  })
  const { requestGroup, undecided } = applyPlan(plan, scope, {
    ...context,
    language: input.language ?? language,
    terminology: environment.knowledge.terminology,
  })
  if (undecided.length > 0) throw undecidedError(undecided)
  const { contained = [], ...group } = requestGroup
  const messages = messagesOf(record.unusable)
  return {
    resourceType: 'CarePlan',
    ...(messages.length > 0 && { extension: [{ url: MESSAGES, valueReference: { reference: '#messages' } }] }),
    contained: [{ ...group, id: 'request-group' }, ...contained, ...messages] as CarePlan['contained'],
    instantiatesCanonical: [plan.canonical],
    status: 'draft',
    intent: 'proposal',
    subject: requestGroup.subject ?? { reference: `Patient/${input.patientId}` },
    ...(requestGroup.encounter && { encounter: requestGroup.encounter }),
    created: clock.now,
    ...(goalsIn(contained as FhirResource[]).length > 0 && { goal: goalsIn(contained as FhirResource[]) }),
    activity: [{ reference: { reference: '#request-group' } }],
  }
}

/** Where a CarePlan of $apply names its messages. */
const MESSAGES = 'http://hl7.org/fhir/StructureDefinition/cqf-messages'

/** What of the data could not be used, as a resource that the CarePlan contains; none where all could. */
function messagesOf(unusable: readonly Unusable[]): OperationOutcome[] {
  if (unusable.length === 0) return []
  const issue = unusable.map(({ resource, element, reason }) => ({ severity: 'warning' as const, code: 'invalid' as const, diagnostics: `${resource}: ${reason}; it counts as absent.`, expression: [element] }))
  return [{ resourceType: 'OperationOutcome', id: 'messages', issue }]
}

/** An error says nothing about the patient, so a CarePlan without these actions would mislead. */
function undecidedError(undecided: readonly Undecided[]): CdsError {
  const isLate = undecided.some(({ code }) => code === 'CDS_DEADLINE_PASSED')
  const details = undecided.map(({ action, code }) => `Action ${action}: ${code}.`)
  return isLate
    ? new CdsError('CDS_DEADLINE_PASSED', 'The time for evaluation ran out. Send less data.', details)
    : new CdsError('CDS_EXPRESSION_FAILED', `${undecided.length} action(s) could not be decided. Check that the elements of the data have the types of FHIR R4.`, details)
}

const goalsIn = (contained: readonly FhirResource[]) =>
  contained.filter(({ resourceType }) => resourceType === 'Goal').map(({ id }) => ({ reference: `#${id}` }))

interface ApplyInput {
  patientId: string
  /** The server whose patient it is, where subject says so. */
  fhirServer: string | undefined
  entries: BundleEntry[]
  language: string | undefined
  context: { userId?: string; encounterId?: string }
}

function readParameters(body: unknown): ApplyInput {
  const { resourceType, parameter } = (body ?? {}) as Partial<Parameters>
  if (resourceType !== 'Parameters' || !Array.isArray(parameter)) throw invalid('The body must be a Parameters resource.')
  const named = (name: string) => parameter.find(entry => entry?.name === name)
  const subject = patientNamed(textOf(named('subject')))
  if (!subject) throw invalid('Give subject as Patient/id.')
  const entries = entriesIn(named('data')?.resource)
  if (!entries) throw invalid('Give data as a Bundle of the patient\'s resources, even if it is empty.')
  const userId = readReference(textOf(named('practitioner')))
  const encounterId = idIn(textOf(named('encounter')), 'Encounter')
  return {
    patientId: subject.id,
    fhirServer: subject.server,
    entries,
    language: languageOfTag(named('userLanguage')?.valueCodeableConcept?.coding?.[0]?.code),
    context: { ...(userId !== undefined && { userId }), ...(encounterId !== undefined && { encounterId }) },
  }
}

const invalid = (what: string) => new CdsError('CDS_PARAMETERS_INVALID', `The input of $apply is not usable. ${what}`)

type Parameter = NonNullable<Parameters['parameter']>[number]

function textOf(parameter: Parameter | undefined): string | undefined {
  const value = parameter?.valueString ?? parameter?.valueReference?.reference ?? parameter?.valueUri ?? parameter?.valueId
  return typeof value === 'string' ? value : undefined
}
