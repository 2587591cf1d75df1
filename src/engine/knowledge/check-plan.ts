import type { Extension, PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js'
import { HOOK_NAMES } from '../../cds-hooks/hooks.js'
import { EXTENSION, extensionOf } from '../model/extensions.js'
import type { FaultList } from '../model/faults.js'
import { decisionPointsOf, PAGE } from '../model/names.js'
import { ORDER_TYPES } from '../model/r4-model.js'
import type { Terminology } from '../terminology/terminology.js'
import { actionsBelow } from './actions-below.js'
import { checkEstimates } from './check-estimates.js'
import type { CompiledAction, LocalizedTemplate, NotCarried } from './compiled.js'
import type { KnowledgeProfile } from './profile.js'

/** The file that is checked, and where its faults go. */
export interface CheckedFile {
  file: string
  faults: FaultList
}

/** What the plan of a file is checked by. */
export interface PlanCheck extends CheckedFile {
  plan: PlanDefinition
  terminology: Terminology
  profile: KnowledgeProfile
}

/** Priorities that have an indicator; `asap` has none in the published mapping. */
const PRIORITIES = ['routine', 'urgent', 'stat']

/** Says that a statement has no direction. */
const DATA_ABSENT_REASON = 'http://terminology.hl7.org/CodeSystem/data-absent-reason'

/** Tells of elements that nothing comes of, and answers them. */
export function reportNotCarried({ file, faults }: CheckedFile, lost: readonly NotCarried[], element: string): readonly NotCarried[] {
  for (const { path, why } of lost) faults.add('ELEMENT_NOT_CARRIED', file, `${element}.${path}`, why)
  return lost
}

/** What modifies the meaning of an element may not be passed over. */
export function checkModifiers(
  { file, faults }: CheckedFile,
  { modifierExtension = [] }: { modifierExtension?: Extension[] },
  element: string,
): void {
  for (const { url } of modifierExtension)
    faults.add(
      'MODIFIER_UNKNOWN',
      file,
      `${element}.modifierExtension`,
      `${url} changes what the element means, and nobody here knows how.`,
    )
}

/** Checks what a plan says of itself. */
export function checkPlan(check: PlanCheck): void {
  const { plan, profile } = check
  const topic = plan.topic?.[0]?.coding?.[0]
  // Topics of other systems bring their own words.
  if (topic && (topic.system === profile.names.cardTopics || topic.display === undefined))
    checkTopic(check, topic.system, topic.code, 'PlanDefinition.topic[0]')
}

/** Checks what an action says, but for its expressions, texts and definition. */
export function checkAction(check: PlanCheck, action: PlanDefinitionAction, element: string, isTop: boolean): void {
  checkModifiers(check, action, element)
  if (action.priority !== undefined && !PRIORITIES.includes(action.priority)) {
    check.faults.add(
      'PRIORITY_REFUSED',
      check.file,
      `${element}.priority`,
      `Use ${PRIORITIES.join(', ')}; ${action.priority} has no indicator.`,
    )
  }
  checkTriggers(check, action, element, isTop)
  checkRecommendation(check, action, element)
  checkEstimates({ ...check, names: check.profile.names }, action, element)
  checkOrders(check, action, element)
  const topic = extensionOf(action, check.profile.names.extension.cardTopic)?.valueCoding
  if (topic) checkTopic(check, topic.system, topic.code, `${element}.extension`)
  const shownOn = extensionOf(action, check.profile.names.extension.shownOn)
  if (shownOn && shownOn.valueCode !== PAGE && !shownOn.valueExpression)
    check.faults.add(
      'CODE_IMPOSSIBLE',
      check.file,
      `${element}.extension`,
      `shown-on has the valueCode ${PAGE}, or a valueExpression that says when only the page shows it, or is left out.`,
    )
}

/** A page is the same for everybody, so that what only a page shows holds nothing of a patient. */
export function checkPageTexts({ file, faults }: CheckedFile, action: CompiledAction, element: string): void {
  for (const { where } of withComputedTexts(action))
    faults.add(
      'PAGE_TEXT_COMPUTED',
      file,
      element,
      `${where} has a text that holds {{ }} or is set by a dynamicValue, but only a page shows it, which is the same for every patient.`,
    )
}

/** An action and those below it, plans within included, of which a text depends on the patient. */
function withComputedTexts(action: CompiledAction): CompiledAction[] {
  const { texts, dynamicValues } = action
  const isComputed =
    Object.values(texts).some(text =>
      [...(text as LocalizedTemplate).values()].some(parts => parts.some(part => typeof part !== 'string')),
    ) || dynamicValues.some(({ on, path }) => on === 'action' && TEXT_PATHS.has(path))
  return [...(isComputed ? [action] : []), ...actionsBelow(action).flatMap(withComputedTexts)]
}

/** Elements of an action that a reader sees as text. */
export const TEXT_PATHS: ReadonlySet<string> = new Set(['title', 'description', 'textEquivalent'])

/** Whether some hook asks for actions of a plan. */
export const listens = ({ action = [] }: PlanDefinition): boolean => action.some(({ trigger }) => trigger?.length)

function checkTriggers({ plan, file, faults }: PlanCheck, action: PlanDefinitionAction, element: string, isTop: boolean): void {
  if (!isTop && action.trigger?.length)
    faults.add('TRIGGER_UNSUPPORTED', file, `${element}.trigger`, 'Only top-level actions listen to hooks.')
  for (const { type, name } of isTop ? (action.trigger ?? []) : []) {
    if (type !== 'named-event' || !HOOK_NAMES.has(name ?? '')) {
      faults.add(
        'TRIGGER_UNSUPPORTED',
        file,
        `${element}.trigger`,
        `A trigger is a named-event with the name of a hook; found ${type} ${name ?? ''}.`,
      )
    }
  }
  if (isTop && listens(plan) && !action.trigger?.length) {
    faults.add(
      'TRIGGER_UNSUPPORTED',
      file,
      element,
      'Other actions of the plan have a trigger; without one no hook ever asks for this action.',
    )
  }
}

/** A topic whose code nobody puts into words is a misspelt one. */
function checkTopic({ file, faults, terminology }: PlanCheck, system: string | undefined, code: string | undefined, element: string): void {
  if (!terminology.display(system, code))
    faults.add('CANONICAL_UNKNOWN', file, element, `There is no topic ${code} in ${system}, or no words for it.`)
}

/** Existing orders are changed or removed; with any other type they would be ordered a second time. */
function checkOrders({ file, faults, profile }: PlanCheck, action: PlanDefinitionAction, element: string): void {
  const orders = extensionOf(action, profile.names.extension.orders)?.valueExpression
  if (!orders) return
  const type = action.type?.coding?.[0]?.code ?? ''
  if (!['update', 'remove'].includes(type))
    faults.add('SHAPE_INVALID', file, `${element}.type`, 'An action on existing orders has the type update or remove.')
  if (!ORDER_TYPES.some(name => name === orders.name))
    faults.add(
      'SHAPE_INVALID',
      file,
      `${element}.extension`,
      `Name the expression of the orders after their type: ${ORDER_TYPES.join(', ')}.`,
    )
  if (action.definitionCanonical !== undefined)
    faults.add(
      'SHAPE_INVALID',
      file,
      `${element}.definitionCanonical`,
      'An action changes existing orders or proposes something new, not both.',
    )
}

/** An action that speaks for a decision point must carry grade and source. */
function checkRecommendation(check: PlanCheck, action: PlanDefinitionAction, element: string): void {
  const {
    file,
    faults,
    terminology,
    profile: { names },
  } = check
  const points = decisionPointsOf(action, names)
  if (points.length === 0) return
  for (const { code } of points) {
    if (!terminology.display(names.decisionPoints, code))
      faults.add('CANONICAL_UNKNOWN', file, `${element}.code`, `There is no decision point ${code}.`)
  }
  for (const name of ['strength', 'direction', 'quality'] as const) checkGrade(check, action, EXTENSION[name], element)
  if (!extensionOf(action, EXTENSION.strength))
    faults.add('GRADE_MISSING', file, element, 'A recommendation needs cqf-strengthOfRecommendation.')
  if (!extensionOf(action, EXTENSION.direction))
    faults.add(
      'GRADE_MISSING',
      file,
      element,
      'A recommendation needs cpg-directionOfRecommendation, so that "against" never reads as "for".',
    )
  if (!action.documentation?.length)
    faults.add('SOURCE_MISSING', file, element, 'A recommendation needs documentation that names its source and section.')
}

/** A grade that no code system of ours puts into words would show its bare code to a reader. */
function checkGrade({ file, faults, terminology }: PlanCheck, action: PlanDefinitionAction, extension: string, element: string): void {
  for (const { system, code } of extensionOf(action, extension)?.valueCodeableConcept?.coding ?? []) {
    const isNamed = system === DATA_ABSENT_REASON || terminology.display(system, code) !== undefined
    if (!isNamed)
      faults.add('CANONICAL_UNKNOWN', file, `${element}.extension`, `There is no code ${code} in ${system}, or no words for it.`)
  }
}
