import type { Bundle, CarePlan, FhirResource, Parameters } from 'fhir/r4.js'
import { applyPlan } from '../apply/apply-plan.js'
import { clockAt } from '../expression/clock.js'
import { openScope } from '../expression/scope.js'
import { CdsError } from '../errors.js'
import type { CompiledPlan } from '../knowledge/compiled.js'
import { PatientRecord } from '../patient-data/patient-record.js'
import { resourcesIn } from '../patient-data/read-bundle.js'
import type { CallEnvironment } from '../call-service.js'

/**
 * PlanDefinition/$apply over the FHIR API: Parameters with `subject` and `data` in (and optionally `encounter`,
 * `practitioner`, `userLanguage`, `parameters`), the R4 CarePlan with its RequestGroup out. Nothing is stored.
 * @throws CdsError CDS_PARAMETERS_INVALID when subject or data is missing or unusable.
 */
export async function applyOperation(plan: CompiledPlan, body: unknown, language: string, environment: CallEnvironment): Promise<CarePlan> {
  const input = readParameters(body)
  const record = new PatientRecord(input.patientId)
  record.add('data', input.resources)
  const clock = clockAt(environment.now(), environment.timeZone)
  const context = { patientId: input.patientId, ...input.context }
  const scope = openScope(plan.variables, {
    recordsOfType: type => record.ofType(type),
    context,
    clock,
    stopAt: performance.now() + environment.deadlineMs,
  })
  const { requestGroup, undecided } = applyPlan(plan, scope, {
    ...context,
    language: input.language ?? language,
    terminology: environment.knowledge.terminology,
  })
  if (undecided.length > 0) {
    const details = undecided.map(({ action, code }) => `Action ${action}: ${code}.`)
    throw new CdsError('CDS_EXPRESSION_FAILED', `${undecided.length} action(s) could not be decided.`, details)
  }
  const { contained = [], ...group } = requestGroup
  return {
    resourceType: 'CarePlan',
    contained: [{ ...group, id: 'request-group' }, ...contained] as CarePlan['contained'],
    instantiatesCanonical: [plan.canonical],
    status: 'draft',
    intent: 'proposal',
    subject: requestGroup.subject ?? { reference: `Patient/${input.patientId}` },
    ...(requestGroup.encounter && { encounter: requestGroup.encounter }),
    created: clock.now,
    ...(goalsIn(contained as FhirResource[]).length > 0 && { goal: goalsIn(contained as FhirResource[]) }),
    activity: [{ reference: { reference: '#request-group' } }],
  } as CarePlan
}

const goalsIn = (contained: readonly FhirResource[]) =>
  contained.filter(({ resourceType }) => resourceType === 'Goal').map(({ id }) => ({ reference: `#${id}` }))

interface ApplyInput {
  patientId: string
  resources: FhirResource[]
  language: string | undefined
  context: { userId?: string; encounterId?: string }
}

function readParameters(body: unknown): ApplyInput {
  const { resourceType, parameter } = (body ?? {}) as Partial<Parameters>
  if (resourceType !== 'Parameters' || !Array.isArray(parameter)) throw invalid('The body must be a Parameters resource.')
  const named = (name: string) => parameter.find(entry => entry?.name === name)
  const patientId = idOf(textOf(named('subject')), 'Patient')
  if (patientId === undefined) throw invalid('Give subject as Patient/id.')
  const bundle = named('data')?.resource as Bundle | undefined
  const resources = bundle === undefined ? [] : resourcesIn(bundle)
  if (!resources) throw invalid('Give data as a Bundle of the patient\'s resources.')
  const userId = textOf(named('practitioner'))
  const encounterId = idOf(textOf(named('encounter')), 'Encounter')
  return {
    patientId,
    resources,
    language: named('userLanguage')?.valueCodeableConcept?.coding?.[0]?.code?.slice(0, 2),
    context: { ...(userId !== undefined && { userId }), ...(encounterId !== undefined && { encounterId }) },
  }
}

const invalid = (what: string) => new CdsError('CDS_PARAMETERS_INVALID', `The input of $apply is not usable. ${what}`)

type Parameter = NonNullable<Parameters['parameter']>[number]

function textOf(parameter: Parameter | undefined): string | undefined {
  const value = parameter?.valueString ?? parameter?.valueReference?.reference ?? parameter?.valueUri ?? parameter?.valueId
  return typeof value === 'string' ? value : undefined
}

function idOf(reference: string | undefined, type: string): string | undefined {
  return reference?.startsWith(`${type}/`) ? reference.slice(type.length + 1) : undefined
}
