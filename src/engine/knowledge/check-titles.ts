import type { FaultList } from '../model/faults.js'
import { fileOf } from '../model/knowledge-file.js'
import type { CompiledAction } from './compiled.js'
import type { Knowledge } from './compile-knowledge.js'

/** What a title ends in that waits for more words, in whatever language. */
const UNFINISHED = /([,:;]|(^|\s)[-–—]|\s(og|eller|and|or))\s*$/iu

/**
 * Tells of titles that wait for more words (a comma, colon, semicolon, dash or conjunction at the end), in whatever language:
 * a title stands alone in lists, drafts and on pages, so that it must be read without its text. Of changes of orders that have none, too:
 * their title is the words on the button.
 */
export function checkTitles({ plans, files }: Pick<Knowledge, 'plans' | 'files'>, faults: FaultList): void {
  for (const { resource, actions } of plans) {
    const file = fileOf(files, resource)
    for (const { title, element } of unfinishedTitles(actions, 'PlanDefinition.action'))
      faults.add('TITLE_UNFINISHED', file, element, `"${title}" waits for more words; write a title that can be read without its text.`)
    for (const element of untitledChanges(actions, 'PlanDefinition.action'))
      faults.add('TRANSLATION_MISSING', file, element, 'A change of orders needs a title: it is the words on the button.')
  }
}

function unfinishedTitles(actions: readonly CompiledAction[], element: string): { title: string; element: string }[] {
  return actions.flatMap(({ texts, actions: below }, index) => {
    const own = `${element}[${index}]`
    const ends = [...texts.title.values()].flatMap(parts => parts.at(-1) ?? [])
    const title = ends.find(end => typeof end === 'string' && UNFINISHED.test(end))
    return [
      ...(typeof title === 'string' ? [{ title: title.trim(), element: `${own}.title` }] : []),
      ...unfinishedTitles(below, `${own}.action`),
    ]
  })
}

function untitledChanges(actions: readonly CompiledAction[], element: string): string[] {
  return actions.flatMap(({ texts, orders, actions: below }, index) => {
    const own = `${element}[${index}]`
    return [...(orders && texts.title.size === 0 ? [`${own}.title`] : []), ...untitledChanges(below, `${own}.action`)]
  })
}
