import type { ActivityDefinition, FhirResource, Questionnaire, Task } from 'fhir/r4.js'
import { isElementPath } from '../model/element-path.js'
import type { Scope } from '../expression/scope.js'
import { toJson, typeOf } from '../expression/values.js'
import { CdsError } from '../../errors.js'
import { failureOf } from '../expression/facts.js'
import { type ProposalContext, missingIn, resourceOfKind } from '../knowledge/activity-kinds.js'
import type { CompiledActivity, CompiledDynamicValue } from '../knowledge/compiled.js'
import { inLanguage, localized } from '../model/localized.js'
import { madeOncePerLanguage } from '../model/memoised.js'
import { renderText } from './render-text.js'
import { setPath } from './set-path.js'
import { subjectOf, type ApplyContext } from './context.js'

type Json = Record<string, unknown>

/** The resource that a definition yields, and elements that it lacks to be valid R4. */
export interface MadeResource {
  resource: FhirResource
  missing: readonly string[]
}

/** For whom resources are made, and who asks for them. */
function makingFor(canonical: string | undefined, context: ApplyContext, scope: Scope): ProposalContext {
  const { encounterId, proposer } = context
  const requester = proposer?.practitioner ?? proposer?.organization
  return {
    canonical,
    subject: subjectOf(context),
    ...(proposer && encounterId !== undefined && { encounter: { reference: `Encounter/${encounterId}` } }),
    ...(requester !== undefined && { requester: { reference: requester } }),
    isCard: proposer === undefined,
    now: scope.state.clock.now,
  }
}

/**
 * Makes the resource that an ActivityDefinition describes, for this patient: fixed members, then the definition's
 * dynamic values, then those of the action. It is a proposal; nothing is written anywhere.
 * @throws CdsError CDS_EXPRESSION_FAILED when a dynamic value cannot be evaluated or set.
 */
export function applyActivity(
  { resource, kind, canonical, texts, dynamicValues, leaflet }: CompiledActivity,
  actionValues: readonly CompiledDynamicValue[],
  context: ApplyContext,
  scope: Scope,
): MadeResource {
  const where = `ActivityDefinition ${resource.id}`
  const built: Json = resourceOfKind(kind, inReply(resource, context.language), { ...makingFor(canonical, context, scope), leaflet })
  const description = isElementPath(kind, 'description') ? renderText(texts.description, context, scope, 'plain', where) : undefined
  if (description !== undefined) built.description = description
  for (const value of [...dynamicValues, ...actionValues]) setValue(built, kind, value, scope, where)
  return { resource: built as unknown as FhirResource, missing: missingIn(kind, built) }
}

/** The definition with the words of its code in the language of the reply, so that a draft does not mix languages. */
const inReply = madeOncePerLanguage((definition: ActivityDefinition, language): ActivityDefinition => {
  const { code, ...activity } = definition
  if (!code) return activity
  const { _text: translations, ...plain } = code
  const text = inLanguage(localized(plain.text, translations, activity.language ?? ''), language)
  return { ...activity, code: { ...plain, ...(text !== undefined && { text }) } }
})

/** Wraps a Questionnaire into a Task that asks for it to be filled in. */
export function questionnaireTask(
  questionnaire: Questionnaire,
  canonical: string,
  title: string | undefined,
  context: ApplyContext,
  scope: Scope,
): MadeResource {
  const { subject, encounter, requester, isCard } = makingFor(canonical, context, scope)
  const coding = { system: 'http://hl7.org/fhir/uv/sdc/CodeSystem/temp', code: 'complete-questionnaire' }
  const description = title ?? questionnaire.title
  const resource: Task = {
    resourceType: 'Task',
    status: isCard ? 'requested' : 'draft',
    intent: isCard ? 'order' : 'proposal',
    code: { coding: [coding] },
    ...(description !== undefined && { description }),
    for: subject,
    ...(encounter && { encounter }),
    ...(requester && { requester }),
    input: [{ type: { coding: [{ ...coding, code: 'questionnaire' }], text: 'questionnaire' }, valueCanonical: canonical }],
  }
  return { resource, missing: [] }
}

/**
 * Evaluates one dynamic value and sets it on an element under construction.
 * @param write how the values are written.
 */
export function setValue(
  target: Json,
  type: string,
  { path, evaluate }: CompiledDynamicValue,
  scope: Scope,
  where: string,
  write = toJson,
): void {
  try {
    const items = evaluate(scope)
    setPath(target, type, path, items.map(write), items.map(typeOf))
  } catch (error) {
    if (error instanceof RangeError) throw new CdsError('CDS_EXPRESSION_FAILED', `${where}: the dynamic value ${path} cannot be set.`)
    throw failureOf(error, `dynamic value ${path} of ${where}`)
  }
}
