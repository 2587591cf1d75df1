import type { RequestGroup, RequestGroupAction } from 'fhir/r4.js'
import { citedSourceIn } from '../apply/cited-source.js'
import type { KnowledgeNames } from '../model/names.js'
import { textOf } from './detail.js'
import { gradeParts, type GradeContext } from './grade.js'

/** What a page tells of every action that applies, whether or not a card shows it: its text, and its grade and source in full. */
export function pageLines({ action = [] }: RequestGroup, context: GradeContext & { names: KnowledgeNames }): string[] {
  return action.flatMap(each => linesWithin(each, context))
}

function linesWithin(action: RequestGroupAction, context: GradeContext & { names: KnowledgeNames }): string[] {
  const cited = (action.documentation ?? []).flatMap(artifact => citedSourceIn(artifact, context.names).citation ?? [])
  const told = [...gradeParts(action, context), ...cited]
  const own = [textOf(action), ...(told.length === 0 ? [] : [`*(${told.join('; ')})*`])].filter(part => part !== '').join(' ')
  return [...(own === '' ? [] : [own]), ...(action.action ?? []).flatMap(child => linesWithin(child, context))]
}
