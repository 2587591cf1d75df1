import { actionsBelow } from '../knowledge/actions-below.js'
import { cardTopicOf } from '../knowledge/card-topic.js'
import type { CompiledAction, CompiledPlan } from '../knowledge/compiled.js'
import type { Knowledge } from '../knowledge/compile-knowledge.js'
import { INDICATOR } from '../knowledge/indicators.js'
import type { FaultList } from '../model/faults.js'
import { fileOf } from '../model/knowledge-file.js'
import { BUDGET, longestDetail } from './budget.js'
import { visibleLength } from './visible-text.js'

/** Where an action stands: below which element of its plan. */
interface Placed {
  action: CompiledAction
  element: string
}

/**
 * Tells of every card that is beyond its budget whatever the patient: by what is written out of its title and its
 * description, and by the lines that stand under no condition. What values and conditional lines add is measured on
 * the answers to clinical cases.
 */
export function checkBudgets(knowledge: Knowledge, faults: FaultList): void {
  for (const plan of knowledge.plans) {
    if (plan.hooks.size === 0) continue
    const file = fileOf(knowledge.files, plan.resource)
    for (const card of cardsOf(plan.actions, 'PlanDefinition.action'))
      for (const excess of excessesAtLoad(card.action, plan, knowledge)) faults.add('CARD_TOO_LONG', file, card.element, excess)
  }
}

/** The actions that become cards, of those that groups at the top hold too. */
function cardsOf(actions: readonly CompiledAction[], element: string): Placed[] {
  return actions.flatMap((action, index) => {
    const own = `${element}[${index}]`
    if (action.isOnlyOnPage) return []
    return action.isGroup && action.definition === undefined ? cardsOf(action.actions, `${own}.action`) : [{ action, element: own }]
  })
}

/** A sentence for each limit that a card cannot keep. */
function excessesAtLoad(action: CompiledAction, plan: CompiledPlan, { terminology, profile }: Knowledge): string[] {
  const lines = alwaysOnCard(action.actions).filter(line => !proposes(line))
  const suggestions = suggestionsAlways(action)
  const topic = cardTopicOf(action, plan, profile.names)
  const indicator = INDICATOR[action.resource.priority ?? 'routine']
  const title = fixedText(action, 'title')
  const description = fixedText(action, 'description')
  const shortest = (language: string): number =>
    [description(language), ...lines.flatMap(line => [fixedText(line, 'title')(language), fixedText(line, 'description')(language)])]
      .map(visibleLength)
      .reduce((sum, each) => sum + each, 0)
  return [
    ...profile.languages.flatMap(language => [
      ...told(`The title has ${visibleLength(title(language))} characters in ${language}`, visibleLength(title(language)), BUDGET.summary),
      ...paragraph(description(language), language),
      ...told(
        `The description and the lines that always stand there have ${shortest(language)} characters in ${language}`,
        shortest(language),
        longestDetail({ indicator, topic }, terminology),
      ),
    ]),
    ...told(`${lines.length} lines stand under no condition`, lines.length, BUDGET.bullets),
    ...told(`${suggestions} suggestions stand under no condition`, suggestions, BUDGET.suggestions),
    ...told(`There are ${action.overrideReasons.length} override reasons`, action.overrideReasons.length, BUDGET.overrideReasons),
    ...told(`There are links to ${documentsOf(action)} documents`, documentsOf(action), BUDGET.links),
  ]
}

const told = (what: string, found: number, limit: number): string[] =>
  found > limit ? [`${what}; at most ${limit} fit on this card. Shorten it, or leave the rest to its page.`] : []

function paragraph(description: string, language: string): string[] {
  const length = visibleLength(description.split('\n\n')[0] ?? '')
  return told(`The first paragraph has ${length} characters in ${language}`, length, BUDGET.paragraph)
}

/** The lines and suggestions that a card has whatever the patient. */
function alwaysOnCard(actions: readonly CompiledAction[]): CompiledAction[] {
  return actions
    .filter(({ conditions, isOnlyOnPage, onlyOnPageWhen }) => conditions.length === 0 && !isOnlyOnPage && !onlyOnPageWhen)
    .flatMap(action => (action.isGroup ? alwaysOnCard(actionsBelow(action)) : [action]))
}

/** Whether a suggestion comes of an action, and no line. */
const proposes = ({ definition, orders }: CompiledAction): boolean => definition !== undefined || orders !== undefined

/** How many suggestions a card has whatever the patient; those that are taken together count as one. */
function suggestionsAlways(action: CompiledAction): number {
  const all = [action, ...alwaysOnCard(action.actions)].filter(proposes).length
  return ['all', 'all-or-none'].includes(action.resource.selectionBehavior ?? 'any') ? Math.min(all, 1) : all
}

/** How many documents a card cites: each is a link of it where the pages of recommendations have no address. */
const documentsOf = ({ resource: { documentation = [] } }: CompiledAction): number =>
  new Set(documentation.map(({ resource = '' }) => resource.replace(/#.*/, ''))).size

/** What is written out of a text, without what expressions yield; empty where a dynamicValue may take its place. */
function fixedText({ texts, dynamicValues }: CompiledAction, name: 'title' | 'description'): (language: string) => string {
  if (dynamicValues.some(({ on, path }) => on === 'action' && path === name)) return () => ''
  const text = name === 'description' && texts.description.size === 0 ? texts.textEquivalent : texts[name]
  return language => (text.get(language) ?? []).filter(part => typeof part === 'string').join('')
}
