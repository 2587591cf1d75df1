import type { Coding } from '../../cds-hooks/types.js'
import type { CompiledPlan } from '../knowledge/compiled.js'
import { inLanguage, localized, type LocalizedText } from '../model/localized.js'
import { madeOncePerLanguage } from '../model/memoised.js'
import type { Terminology } from '../terminology/terminology.js'
import type { CardContext } from './card-context.js'

/** Title, address and topic of a plan, in the language of the reply; read once, since every call needs them of every plan. */
export const planSource = madeOncePerLanguage(sourceOf)

function sourceOf(
  { resource, canonical, language: written }: CompiledPlan,
  language: string,
  terminology: Terminology,
): CardContext['planSource'] {
  const title = inLanguage(localized(resource.title, resource._title, written), language)
  const topic = resource.topic?.[0]?.coding?.[0]
  return {
    label: title ?? resource.name ?? canonical,
    ...(resource.url !== undefined && { url: resource.url }),
    ...(topic?.system !== undefined &&
      topic.code !== undefined && {
        topic: topicOf(topic.system, topic.code, language, terminology, localized(topic.display, topic._display, written)),
      }),
  }
}

/** The topic of a card that the service makes itself. */
export const ownTopic = (code: 'undecided' | 'not-read', language: string, terminology: Terminology): Coding =>
  topicOf(terminology.names.cardTopics, code, language, terminology)

/** @param written what the plan calls the topic itself, for systems that the knowledge does not hold. */
function topicOf(system: string, code: string, language: string, terminology: Terminology, written: LocalizedText = new Map()): Coding {
  const display = inLanguage(terminology.display(system, code) ?? written, language)
  return { code, system, ...(display !== undefined && { display }) }
}
