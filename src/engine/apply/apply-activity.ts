import type { ActivityDefinition, FhirResource, Questionnaire } from 'fhir/r4.js'
import { isElementPath } from '../model/element-path.js'
import type { Scope } from '../expression/scope.js'
import { toJson, typeOf } from '../expression/values.js'
import { CdsError } from '../../errors.js'
import { failureOf } from '../expression/facts.js'
import type { ActivityKind } from '../knowledge/activity-kinds.js'
import type { CompiledActivity, CompiledDynamicValue } from '../knowledge/compiled.js'
import { inLanguage, localized } from '../model/localized.js'
import { renderText } from './render-text.js'
import { setPath } from './set-path.js'
import type { ApplyContext } from './context.js'

type Json = Record<string, unknown>
type Builder = (activity: ActivityDefinition, canonical: string, context: ApplyContext) => Json

const subjectOf = ({ patientId }: ApplyContext) => ({ reference: `Patient/${patientId}` })

/** Members that most kinds of request share. */
const request: Builder = ({ intent = 'proposal', priority, doNotPerform }, canonical, context) => ({
  instantiatesCanonical: [canonical],
  status: 'draft',
  intent,
  ...(priority && { priority }),
  ...(doNotPerform !== undefined && { doNotPerform }),
  subject: subjectOf(context),
})

/** The timing of a definition as occurrence[x] of a request. */
function occurrence(activity: ActivityDefinition): Json {
  const { timingTiming, timingDateTime, timingPeriod } = activity
  return {
    ...(timingTiming && { occurrenceTiming: timingTiming }),
    ...(timingDateTime && { occurrenceDateTime: timingDateTime }),
    ...(timingPeriod && { occurrencePeriod: timingPeriod }),
  }
}

/** How each kind of ActivityDefinition becomes a resource; dynamic values come on top. */
const BUILDERS: Readonly<Record<ActivityKind, Builder>> = {
  ServiceRequest: (activity, canonical, context) => ({
    ...request(activity, canonical, context),
    ...(activity.code && { code: activity.code }),
    ...(activity.bodySite && { bodySite: activity.bodySite }),
    ...(activity.quantity && { quantityQuantity: activity.quantity }),
    ...(activity.location && { locationReference: [activity.location] }),
    ...occurrence(activity),
  }),
  MedicationRequest: (activity, canonical, context) => ({
    ...request(activity, canonical, context),
    ...(activity.productCodeableConcept && { medicationCodeableConcept: activity.productCodeableConcept }),
    ...(activity.productReference && { medicationReference: activity.productReference }),
    ...(activity.dosage && { dosageInstruction: activity.dosage }),
  }),
  DeviceRequest: ({ doNotPerform: _, ...activity }, canonical, context) => ({
    ...request(activity, canonical, context),
    ...(activity.code && { codeCodeableConcept: activity.code }),
    ...occurrence(activity),
  }),
  CommunicationRequest: (activity, canonical, context) => {
    const { intent: _, instantiatesCanonical: __, ...members } = request(activity, canonical, context) as Json & { intent?: unknown; instantiatesCanonical?: unknown }
    return { ...members, ...(activity.code && { category: [activity.code] }) }
  },
  CarePlan: ({ intent = 'proposal', code }, canonical, context) => ({
    instantiatesCanonical: [canonical],
    status: 'draft',
    intent,
    ...(code && { category: [code] }),
    subject: subjectOf(context),
  }),
  Task: ({ intent = 'proposal', priority, code }, canonical, context) => ({
    instantiatesCanonical: canonical,
    status: 'requested',
    intent,
    ...(priority && { priority }),
    ...(code && { code }),
    for: subjectOf(context),
  }),
  Appointment: ({ code }, _canonical, context) => ({
    status: 'proposed',
    ...(code && { serviceType: [code] }),
    participant: [{ actor: subjectOf(context), required: 'required', status: 'needs-action' }],
  }),
}

/**
 * Makes the resource that an ActivityDefinition describes, for this patient: fixed members, then the definition's
 * dynamic values, then those of the action. It is a proposal; nothing is written anywhere.
 * @throws CdsError CDS_EXPRESSION_FAILED when a dynamic value cannot be evaluated or set.
 */
export function applyActivity(
  { resource, kind, canonical, texts, dynamicValues }: CompiledActivity,
  actionValues: readonly CompiledDynamicValue[],
  context: ApplyContext,
  scope: Scope,
): FhirResource {
  const where = `ActivityDefinition ${resource.id}`
  const built: Json = { resourceType: kind, ...BUILDERS[kind](inReply(resource, context.language), canonical, context) }
  const description = isElementPath(kind, 'description') ? renderText(texts.description, context.language, scope, 'plain', where) : undefined
  if (description !== undefined) built.description = description
  for (const value of [...dynamicValues, ...actionValues]) setValue(built, kind, value, scope, where)
  return built as unknown as FhirResource
}

/** The definition with the words of its code in the language of the reply, so that a draft does not mix languages. */
function inReply({ code, ...activity }: ActivityDefinition, language: string): ActivityDefinition {
  if (!code) return activity
  const { _text: translations, ...plain } = code
  const text = inLanguage(localized(plain.text, translations, activity.language ?? ''), language)
  return { ...activity, code: { ...plain, ...(text !== undefined && { text }) } }
}

/** Wraps a Questionnaire into a Task that asks for it to be filled in. */
export function questionnaireTask(questionnaire: Questionnaire, canonical: string, title: string | undefined, context: ApplyContext): FhirResource {
  const coding = { system: 'http://hl7.org/fhir/uv/sdc/CodeSystem/temp', code: 'complete-questionnaire' }
  const description = title ?? questionnaire.title
  return {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    code: { coding: [coding] },
    ...(description !== undefined && { description }),
    for: subjectOf(context),
    input: [{ type: { coding: [{ ...coding, code: 'questionnaire' }], text: 'questionnaire' }, valueCanonical: canonical }],
  }
}

/**
 * Evaluates one dynamic value and sets it on an element under construction.
 * @param write how the values are written.
 */
export function setValue(target: Json, type: string, { path, evaluate }: CompiledDynamicValue, scope: Scope, where: string, write = toJson): void {
  try {
    const items = evaluate(scope)
    setPath(target, type, path, items.map(write), items.map(typeOf))
  } catch (error) {
    if (error instanceof RangeError) throw new CdsError('CDS_EXPRESSION_FAILED', `${where}: the dynamic value ${path} cannot be set.`)
    throw failureOf(error, `dynamic value ${path} of ${where}`)
  }
}
