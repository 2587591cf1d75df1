import type { ActivityDefinition, PlanDefinitionActionDynamicValue } from 'fhir/r4.js'
import type { FaultList } from '../model/faults.js'
import { ACTIVITY_KINDS, type ActivityKind, ELEMENTS_TAKEN_OVER, kindNamed, missingIn, resourceOfKind } from './activity-kinds.js'
import { checkModifiers, type CheckedFile, reportNotCarried } from './check-plan.js'
import type { ActionTexts, CompiledActivity, CompiledDynamicValue } from './compiled.js'
import { notCarriedOfActivity } from './not-carried.js'
import type { Cited } from './resource-index.js'

/** How the plan around a definition compiles what stands in it. */
export interface ActivityParts {
  faults: FaultList
  /** Whether what only looks for faults is left out. */
  isSound: boolean
  texts: (definition: ActivityDefinition, file: string) => ActionTexts
  dynamicValues: (definition: ActivityDefinition, kind: ActivityKind, file: string) => CompiledDynamicValue[]
  /** Paragraphs of the leaflet that a definition hands out. */
  leaflet: (definition: ActivityDefinition, file: string) => string[]
}

/**
 * Compiles an ActivityDefinition.
 * @param onAction what the action sets on top.
 */
export function compileActivity(
  { file, resource, canonical }: Cited<ActivityDefinition>,
  onAction: readonly PlanDefinitionActionDynamicValue[],
  parts: ActivityParts,
): CompiledActivity {
  const place = { file, faults: parts.faults }
  const kind = activityKind(place, resource)
  if (!parts.isSound) checkComplete(place, kind, resource, onAction)
  const notCarried = reportNotCarried(place, notCarriedOfActivity(kind, resource), 'ActivityDefinition')
  checkModifiers(place, resource, 'ActivityDefinition')
  return {
    resource,
    kind,
    canonical,
    notCarried,
    texts: parts.texts(resource, file),
    dynamicValues: parts.dynamicValues(resource, kind, file),
    leaflet: parts.leaflet(resource, file),
  }
}

function activityKind({ file, faults }: CheckedFile, definition: ActivityDefinition): ActivityKind {
  const kind = kindNamed(definition)
  const found = ACTIVITY_KINDS.find(name => name === kind)
  const place = ['ACTIVITY_KIND_UNSUPPORTED', file, 'ActivityDefinition.kind'] as const
  if (!found) faults.add(...place, `The kind must be one of ${ACTIVITY_KINDS.join(', ')}; found ${kind ?? 'none'}.`)
  if (found && definition.doNotPerform && !ELEMENTS_TAKEN_OVER[found].includes('doNotPerform')) {
    faults.add(...place, `A ${found} cannot say that something should not be done.`)
  }
  return found ?? 'Task'
}

/** What R4 demands of the resource must come from the definition or be set. */
function checkComplete(
  { file, faults }: CheckedFile,
  kind: ActivityKind,
  definition: ActivityDefinition,
  onAction: readonly PlanDefinitionActionDynamicValue[],
): void {
  const set = [...(definition.dynamicValue ?? []), ...onAction].map(({ path = '' }) => withoutType(path, kind))
  const made = resourceOfKind(kind, definition, { canonical: '', subject: { reference: 'Patient/x' }, isCard: false, now: '' })
  const isSet = (name: string) => set.some(path => isAtOrBelow(path, name))
  const missing = missingIn(kind, made).filter(names => !names.split(' or ').some(name => isSet(name)))
  for (const name of missing)
    faults.add(
      'ACTIVITY_INCOMPLETE',
      file,
      'ActivityDefinition',
      `A ${kind} without ${name} is no valid R4; state it, or set it with a dynamicValue.`,
    )
}

/** Whether a path sets an element or something within it; `code[x]` is any of its types. */
function isAtOrBelow(path: string, name: string): boolean {
  const isChoice = name.endsWith('[x]')
  const stem = isChoice ? name.slice(0, -'[x]'.length) : name
  return path.startsWith(stem) && (isChoice ? /^(\[x\]|[A-Z.]|$)/ : /^([.[]|$)/).test(path.slice(stem.length))
}

/** The path of an element within a resource; some authors write the type before it. */
export const withoutType = (path: string, type: string | undefined): string =>
  type !== undefined && path.startsWith(`${type}.`) ? path.slice(type.length + 1) : path
