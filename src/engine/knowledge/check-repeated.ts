import type { PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js'
import { keyOf } from '../expression/certainty.js'
import { bare, childNodes, parseExpression, type SyntaxNode } from '../expression/syntax.js'
import type { FaultList } from '../model/faults.js'
import { ofType } from '../model/knowledge-file.js'
import type { Knowledge } from './compile-knowledge.js'
import { inFhirPath } from './expressions.js'

/** An action with all that decides when it says something. */
interface Placed {
  action: PlanDefinitionAction
  element: string
  /** What holds it: the plan or an action. */
  within: string
  /** Conditions of its own and of those above it, and the hooks on which it is asked. */
  when: readonly string[]
}

/**
 * Tells of actions of one plan that say the same of the same patients on the same hook under two ids, so that an override of one
 * leaves the other, and of those side by side that have a title or an order in common there, or where neither has a title a text. Case,
 * blanks and punctuation make no difference, and conditions none by their order, their parentheses or by what joins them.
 */
export function checkRepeatedActions({ files }: Pick<Knowledge, 'files'>, faults: FaultList): void {
  for (const { file, resource } of ofType<PlanDefinition>(files, 'PlanDefinition')) {
    const before = new Map<string, PlanDefinitionAction>()
    for (const placed of actionsWithin(resource.action, 'PlanDefinition', [])) {
      const { action, element } = placed
      if (action.title === undefined && action.description === undefined && action.definitionCanonical === undefined) continue
      const [whole, ...parts] = whatItSays(placed)
      const [same, alike] = [before.get(whole), parts.map(part => before.get(part)).find(Boolean)]
      const id = (same ?? alike)?.id ?? 'another action'
      if (same) faults.add('ACTION_REPEATED', file, element, `Under the same conditions it says what ${id} says; leave one out.`)
      else if (alike)
        faults.add(
          'ACTION_ALIKE',
          file,
          element,
          `Under the same conditions it has the words or the order of ${id}, so that readers are told nearly the same twice; make one of them, or tell them apart.`,
        )
      for (const key of [whole, ...parts]) if (!before.has(key)) before.set(key, action)
    }
  }
}

const actionsWithin = (actions: readonly PlanDefinitionAction[] = [], element: string, above: readonly string[]): Placed[] =>
  actions.flatMap((action, index) => {
    const own = `${element}.action[${index}]`
    const triggers = (action.trigger ?? []).map(trigger => `on ${JSON.stringify(trigger)}`)
    const when = [...above, ...triggers, ...conditionsOf(action)]
    return [{ action, element: own, within: element, when }, ...actionsWithin(action.action, own, when)]
  })

/** Everything that must be so, however it is divided into conditions. */
const conditionsOf = ({ condition = [] }: PlanDefinitionAction): string[] =>
  condition.flatMap(({ kind, expression }) => {
    const written = inFhirPath(expression)?.expression
    return (written === undefined ? [JSON.stringify(expression)] : joined(parseExpression(written))).map(each => `${kind} ${each}`)
  })

function joined(written: SyntaxNode): string[] {
  const node = bare(written)
  return node.type === 'AndExpression' ? childNodes(node).flatMap(joined) : [keyOf(node)]
}

/** All that an action says and does, and then each part that two actions hardly share by chance; what only names it, or says where it is from, is left out. */
function whatItSays({ action, within, when }: Placed): readonly [whole: string, ...parts: string[]] {
  const { title, description, textEquivalent, type, definitionCanonical, definitionUri, dynamicValue, extension } = action
  const order = [type, definitionCanonical, definitionUri, dynamicValue, action.participant, timesOf(action)]
  const under = [...new Set(when)].sort()
  const texts = [title, description, textEquivalent].map(alike)
  // A text may be common to two that their titles tell apart.
  const named = texts.find(text => text !== '') ?? ''
  return [
    JSON.stringify([under, texts, order, extension, action.action]),
    ...(named === '' ? [] : [JSON.stringify([within, under, named])]),
    ...(definitionCanonical === undefined && definitionUri === undefined ? [] : [JSON.stringify([within, under, order])]),
  ]
}

/** When something is done: the same order for today and for a month from now is two. */
const timesOf = (action: PlanDefinitionAction): unknown[] => Object.entries(action).filter(([name]) => name.startsWith('timing'))

/** A text without what writers differ in: case, blanks and punctuation. */
const alike = (text = ''): string =>
  text
    .toLowerCase()
    .match(/[\p{L}\p{N}%$]+/gu)
    ?.join(' ') ?? ''
