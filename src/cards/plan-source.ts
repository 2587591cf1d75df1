import type { CompiledPlan } from '../knowledge/compiled.js'
import { inLanguage, localized } from '../knowledge/extensions.js'
import type { CardContext } from './build-cards.js'

/** Title, address and topic of a plan, in the language of the reply. */
export function planSource({ resource, canonical }: CompiledPlan, language: string): CardContext['planSource'] {
  const written = resource.language ?? 'da'
  const title = inLanguage(localized(resource.title, resource._title, written), language)
  const topic = resource.topic?.[0]?.coding?.[0]
  const display = topic && inLanguage(localized(topic.display, topic._display, written), language)
  return {
    label: title ?? resource.name ?? canonical,
    ...(resource.url !== undefined && { url: resource.url }),
    ...(topic?.code !== undefined && topic.system !== undefined && {
      topic: { code: topic.code, system: topic.system, ...(display !== undefined && { display }) },
    }),
  }
}
