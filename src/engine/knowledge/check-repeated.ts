import type { PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js'
import type { FaultList } from '../model/faults.js'
import { ofType } from '../model/knowledge-file.js'
import type { Knowledge } from './compile-knowledge.js'
import { inFhirPath } from './expressions.js'

/** An action with all that decides when it says something. */
interface Placed {
  action: PlanDefinitionAction
  element: string
  /** Conditions of its own and of those above it, and the hooks on which it is asked. */
  when: readonly string[]
}

/**
 * Tells of actions of one plan that say the same of the same patients on the same hook under two ids, so that an override of one
 * leaves the other. Case, blanks and punctuation at the end make no difference.
 */
export function checkRepeatedActions({ files }: Pick<Knowledge, 'files'>, faults: FaultList): void {
  for (const { file, resource } of ofType<PlanDefinition>(files, 'PlanDefinition')) {
    const first = new Map<string, PlanDefinitionAction>()
    for (const placed of actionsWithin(resource.action, 'PlanDefinition', [])) {
      if (placed.action.title === undefined && placed.action.description === undefined) continue
      const key = whatItSays(placed)
      const before = first.get(key)
      if (before)
        faults.add(
          'ACTION_REPEATED',
          file,
          placed.element,
          `Under the same conditions it says what ${before.id ?? 'another action'} says; leave one out.`,
        )
      else first.set(key, placed.action)
    }
  }
}

const actionsWithin = (actions: readonly PlanDefinitionAction[] = [], element: string, above: readonly string[]): Placed[] =>
  actions.flatMap((action, index) => {
    const own = `${element}.action[${index}]`
    const triggers = (action.trigger ?? []).map(trigger => `on ${JSON.stringify(trigger)}`)
    const conditions = (action.condition ?? []).map(
      ({ kind, expression }) => `${kind} ${JSON.stringify(inFhirPath(expression)?.expression?.trim().split(/\s+/) ?? expression)}`,
    )
    const when = [...above, ...triggers, ...conditions]
    return [{ action, element: own, when }, ...actionsWithin(action.action, own, when)]
  })

/** The same for actions that say and do the same; what only names them, or says where it is from, is left out. */
function whatItSays({ action, when }: Placed): string {
  const { title, description, textEquivalent, type, definitionCanonical, definitionUri, dynamicValue, extension } = action
  return JSON.stringify([
    [...new Set(when)].sort(),
    [title, description, textEquivalent].map(alike),
    [type, definitionCanonical, definitionUri, dynamicValue, extension],
  ])
}

/** A text without what writers differ in: case, blanks, and the mark that it ends with. */
function alike(text = ''): string {
  const words = text.toLowerCase().replace(/\s+/g, ' ')
  let end = words.length
  while (end > 0 && END_MARKS.includes(words.charAt(end - 1))) end -= 1
  return words.slice(0, end)
}

const END_MARKS = ' .!:;,'
