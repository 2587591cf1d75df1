import type { Element } from 'fhir/r4.js'
import { EXTENSION, extensionsOf } from './extensions.js'
import { inLanguage, localized } from './localized.js'

/**
 * A resource, or a part of one, with every text in one language and without its translations; a text that is not written
 * in the language stays as it is.
 * @param written language of its texts.
 */
export function inOneLanguage<T>(value: T, language: string, written: string): T {
  if (Array.isArray(value)) return value.map(each => inOneLanguage(each as unknown, language, written)) as T
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    if (name.startsWith('_')) return withoutTranslations(name, member as Element)
    const beside = (value as Record<string, unknown>)[`_${name}`] as Element | undefined
    if (typeof member !== 'string' || !beside) return [[name, inOneLanguage(member as unknown, language, written)]]
    return [[name, inLanguage(localized(member, beside, written), language)]]
  })
  return Object.fromEntries(members) as T
}

function withoutTranslations(name: string, beside: Element): [string, Element][] {
  const extension = (beside.extension ?? []).filter(each => !extensionsOf(beside, EXTENSION.translation).includes(each))
  const { extension: _, ...rest } = beside
  const left: Element = { ...rest, ...(extension.length > 0 && { extension }) }
  return Object.keys(left).length === 0 ? [] : [[name, left]]
}
