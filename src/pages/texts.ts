import type { Element } from 'fhir/r4.js'
import { escapeMarkdown } from '../engine/apply/markdown.js'
import type { CompiledPlan } from '../engine/knowledge/compiled.js'
import { EXPRESSION } from '../engine/knowledge/templates.js'
import { localized } from '../engine/model/localized.js'
import type { Placed } from './catalogue.js'
import type { PageContext } from './page-context.js'
import { writtenWords } from './written-words.js'

/**
 * What stands where the card tells something of the patient, in ‹…›: words that an expression only chooses or joins, else
 * the description of the fact it tells.
 */
function describedPlaces(text: string, plan: CompiledPlan, context: PageContext, escape: (text: string) => string): string {
  const described = (expression: string): string | undefined =>
    [...expression.matchAll(/%(\w+)/g)]
      .flatMap(([, name = '']) => context.say(plan.facts.get(name)) ?? [])
      .at(0)
      ?.replace(/\.$/, '')
  return text.replaceAll(EXPRESSION, (_, expression: string) => `‹${escape(writtenWords(expression) ?? described(expression) ?? '…')}›`)
}

type TextName = 'title' | 'description' | 'textEquivalent'

function written({ plan, action }: Placed, name: TextName, context: PageContext): string | undefined {
  const resource = action.resource as Partial<Record<TextName, string>> & Record<`_${TextName}`, Element | undefined>
  return context.say(localized(resource[name], resource[`_${name}`], plan.language))
}

/** The title of an action as plain text; undefined where it has none. */
export function titleOf(placed: Placed, context: PageContext): string | undefined {
  const title = written(placed, 'title', context)
  return title && describedPlaces(title, placed.plan, context, text => text).trim()
}

/** The text of an action as Markdown; undefined where it has none. */
export function markdownOf(placed: Placed, context: PageContext): string | undefined {
  const text = written(placed, 'description', context) ?? written(placed, 'textEquivalent', context)
  return text && describedPlaces(text, placed.plan, context, escapeMarkdown).trim()
}

/** What an action is called in lists: its title, else the beginning of its text, else its id. */
export function nameOf(placed: Placed, context: PageContext): string {
  const { action } = placed
  const named = titleOf(placed, context) ?? markdownOf(placed, context)?.split('\n')[0]
  if (named) return named.length > LONGEST_NAME ? `${named.slice(0, LONGEST_NAME - 1)}…` : named
  if (action.definition?.kind === 'activity') {
    const { title, _title, language = context.languages[0] } = action.definition.activity.resource
    return context.say(localized(title, _title, language)) ?? action.id
  }
  if (action.definition?.kind === 'plan') {
    const { resource, language } = action.definition.plan
    return context.say(localized(resource.title, resource._title, language)) ?? action.id
  }
  return action.id
}

const LONGEST_NAME = 160

/** What must hold for an action to be shown, in words: its own conditions and those of the groups around it. */
export const conditionsOf = (placed: readonly Placed[], { say }: PageContext): string[] => [
  ...new Set(placed.flatMap(({ action }) => action.conditions.flatMap(({ descriptions }) => say(descriptions) ?? []))),
]
