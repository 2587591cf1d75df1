import type { CarePlan, DomainResource, FhirResource, OperationOutcome } from 'fhir/r4.js'
import { applyActivity, type MadeResource } from '../engine/apply/apply-activity.js'
import { applyPlan, omissionsOf, type Omission, type Undecided } from '../engine/apply/apply-plan.js'
import type { ApplyContext } from '../engine/apply/context.js'
import { clockAt } from '../engine/expression/clock.js'
import { openScope, type CallSubjects, type Scope, type Variables } from '../engine/expression/scope.js'
import { checkTime } from '../engine/expression/steps.js'
import type { ApplicableActivity } from '../engine/knowledge/activities.js'
import type { CompiledPlan } from '../engine/knowledge/compiled.js'
import { CdsError } from '../errors.js'
import { PatientRecord, type Unusable } from '../patient-data/patient-record.js'
import type { Caller } from '../trust/calling-client.js'
import { invalid, readApplyParameters, type ApplyInput } from './apply-parameters.js'
import { endOfEvaluation, itsTurn } from './call-service.js'
import type { Arrival, CallEnvironment, NotedCall } from './environment.js'
import { defined } from '../plain-values/defined.js'

/**
 * PlanDefinition/$apply over the FHIR API: Parameters with `subject` and `data` in (and optionally `encounter`,
 * `practitioner`, `organization`, `userLanguage`, `parameters`), the R4 CarePlan with its RequestGroup out. Nothing is
 * stored.
 * @throws CdsError CDS_PARAMETERS_INVALID when subject or data is missing or unusable; CDS_EXPRESSION_FAILED or
 *   CDS_DEADLINE_PASSED when an action could not be decided; CDS_CALL_TOO_LATE when the time ran out before it began.
 */
export async function applyOperation(
  plan: CompiledPlan,
  body: unknown,
  language: string,
  environment: CallEnvironment,
  arrival: Arrival = {},
): Promise<CarePlan> {
  const asked = await ask(plan, body, language, environment, arrival)
  const { requestGroup, undecided, omissions } = applyPlan(plan, asked.scope, asked.context)
  if (undecided.length > 0) throw undecidedError(undecided)
  const { contained = [], ...group } = requestGroup
  const messages = messagesOf(asked, omissions)
  const goals = goalsIn(contained as FhirResource[])
  return {
    resourceType: 'CarePlan',
    ...messages.extension,
    contained: [{ ...group, id: 'request-group' }, ...contained, ...messages.contained] as CarePlan['contained'],
    instantiatesCanonical: [plan.canonical],
    status: 'draft',
    intent: 'proposal',
    subject: { reference: asked.input.subject },
    ...(requestGroup.encounter && { encounter: requestGroup.encounter }),
    created: asked.now,
    ...(authorOf(asked.input) && { author: authorOf(asked.input) }),
    ...(goals.length > 0 && { goal: goals }),
    activity: [{ reference: { reference: '#request-group' } }],
  }
}

/**
 * ActivityDefinition/$apply over the FHIR API: the same parameters in, the resource that the definition describes out.
 * @throws CdsError as for a plan, and CDS_EXPRESSION_FAILED where the resource would lack what R4 demands of it.
 */
export async function applyActivityOperation(
  applicable: ApplicableActivity,
  body: unknown,
  language: string,
  environment: CallEnvironment,
  arrival: Arrival = {},
): Promise<DomainResource> {
  const { activity } = applicable
  const asked = await ask(applicable, body, language, environment, arrival)
  const { resource, missing }: MadeResource = applyActivity(activity, [], asked.context, asked.scope)
  if (missing.length > 0)
    throw new CdsError(
      'CDS_EXPRESSION_FAILED',
      `The ActivityDefinition yields no valid ${activity.kind}: ${missing.join(', ')} is missing. Send the data that it is computed from.`,
    )
  const messages = messagesOf(asked, omissionsOf(activity, []))
  const made = resource as DomainResource
  return {
    ...made,
    ...(messages.extension && { extension: [...(made.extension ?? []), ...messages.extension.extension] }),
    ...(messages.contained.length > 0 && { contained: [...(made.contained ?? []), ...messages.contained] }),
  }
}

/** What is applied: its variables, the parameters that its libraries declare, and whom it is for where that is no patient. */
interface Applicable {
  variables: Variables
  parameters: ReadonlySet<string>
  subjects: readonly string[]
}

/** What `$apply` was asked, ready to be answered. */
interface AskedApply {
  input: ApplyInput
  record: PatientRecord
  scope: Scope
  context: ApplyContext
  /** The instant of the call, as a dateTime. */
  now: string
  /** What of the input nothing reads. */
  unread: readonly string[]
}

async function ask(
  { variables, parameters, subjects }: Applicable,
  body: unknown,
  language: string,
  environment: CallEnvironment,
  { arrivedAt = performance.now(), caller, noteCall }: Arrival,
): Promise<AskedApply> {
  const stopAt = arrivedAt + environment.deadlineMs
  await itsTurn(stopAt, environment)
  const input = readApplyParameters(body, environment.knowledge.profile.languages)
  noteCall?.(() => askedIn(input, caller))
  const { patientId, practitioner, encounterId, organization } = input
  if (!subjects.some(type => input.subject.startsWith(`${type}/`)))
    throw invalid(`Give subject as ${subjects.map(type => `${type}/id`).join(' or ')}.`)
  const clock = clockAt(environment.now(), environment.timeZone)
  const record = new PatientRecord([{ key: 'data', entries: input.entries }], {
    patientId,
    fhirServer: input.fhirServer,
    timeZone: clock.timeZone,
    forms: environment.knowledge.forms,
  })
  const end = endOfEvaluation(stopAt, environment)
  const look = () => checkTime(end)
  const scope = openScope(variables, {
    recordsOfType: type => record.ofType(type, look),
    recordsAsSent: () => record.asSent(look),
    context: defined({ patientId, userId: practitioner, encounterId }),
    about: aboutOf(input),
    parameters: input.parameters,
    clock,
    settings: environment.knowledgeSettings,
    stopAt: end,
  })
  const context: ApplyContext = {
    patientId: patientId ?? '',
    ...defined({ subject: patientId === undefined ? input.subject : undefined, userId: practitioner, encounterId }),
    proposer: defined({ practitioner, organization }),
    language: input.language ?? language,
    terminology: environment.knowledge.terminology,
  }
  const unknown = [...input.parameters.keys()].filter(name => !parameters.has(name))
  return { input, record, scope, context, now: clock.now, unread: [...input.unread, ...(unknown.length > 0 ? ['parameters'] : [])] }
}

/** Who asks about whom, for auditors. The address of a subject says whose ids those are where it is that of a server of the client's, and is kept of no other. */
const askedIn = ({ patientId: patient, practitioner: user, fhirServer }: ApplyInput, caller: Caller | undefined): Partial<NotedCall> =>
  defined({ patient, user: caller?.user ?? user, client: caller?.nameIn(defined({ fhirServer })) })

function aboutOf({ subject, patientId, practitioner, encounterId, organization }: ApplyInput): CallSubjects {
  const encounter = encounterId === undefined ? undefined : `Encounter/${encounterId}`
  return defined({ subject: patientId === undefined ? subject : undefined, practitioner, encounter, organization })
}

const authorOf = ({ practitioner, organization }: ApplyInput): CarePlan['author'] => {
  const reference = practitioner ?? organization
  return reference === undefined ? undefined : { reference }
}

/** Where an answer of $apply names its messages. */
const MESSAGES = 'http://hl7.org/fhir/StructureDefinition/cqf-messages'

/** What could not be used, carried over or read, as a resource that the answer contains and the extension that names it. */
function messagesOf(
  { record, unread }: AskedApply,
  omissions: readonly Omission[],
): { contained: OperationOutcome[]; extension?: { extension: NonNullable<CarePlan['extension']> } } {
  const warning = (code: 'invalid' | 'not-supported', diagnostics: string, expression?: string) => ({
    severity: 'warning' as const,
    code,
    diagnostics,
    ...(expression !== undefined && { expression: [expression] }),
  })
  const told = new Set(omissions.map(({ of, element, reason }) => `${of}: ${element}: ${reason}`))
  const issue = [
    ...record.unusable.map(({ resource, element, reason }: Unusable) =>
      warning('invalid', `${resource}: ${reason}; it counts as absent.`, element),
    ),
    ...[...told].map(diagnostics => warning('not-supported', diagnostics)),
    ...unread.map(name =>
      warning(
        'not-supported',
        name === 'parameters'
          ? 'The input parameter parameters holds what no library declares; nothing reads it.'
          : `The input parameter ${name} changes nothing here.`,
      ),
    ),
  ]
  if (issue.length === 0) return { contained: [] }
  return {
    contained: [{ resourceType: 'OperationOutcome', id: 'messages', issue }],
    extension: { extension: [{ url: MESSAGES, valueReference: { reference: '#messages' } }] },
  }
}

/** An error says nothing about the patient, so a CarePlan without these actions would mislead. */
function undecidedError(undecided: readonly Undecided[]): CdsError {
  const isLate = undecided.some(({ code }) => code === 'CDS_DEADLINE_PASSED')
  const details = undecided.map(({ action, code }) => `Action ${action}: ${code}.`)
  return isLate
    ? new CdsError('CDS_DEADLINE_PASSED', 'The time for evaluation ran out. Send less data.', details)
    : new CdsError(
        'CDS_EXPRESSION_FAILED',
        `${undecided.length} action(s) could not be decided. Check that the elements of the data have the types of FHIR R4.`,
        details,
      )
}

const goalsIn = (contained: readonly FhirResource[]) =>
  contained.filter(({ resourceType }) => resourceType === 'Goal').map(({ id }) => ({ reference: `#${id}` }))
