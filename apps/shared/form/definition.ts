import type { Coding, Element, Extension, Questionnaire, QuestionnaireItem, QuestionnaireItemEnableWhen } from 'fhir/r4.js'
import type { ShownType } from '../../../src/knowledge-files/check-forms.js'

/** An option of a choice, as a reader meets it. */
export interface Option {
  system: string | undefined
  code: string
  /** As it stands in the form, to be sent with the answer. */
  display: string | undefined
  label: string
}

/** A question, a group or a text of a form, in one language. */
export interface Item {
  linkId: string
  type: ShownType
  text: string
  isRequired: boolean
  repeats: boolean
  options: readonly Option[]
  unit: string | undefined
  least: number | undefined
  most: number | undefined
  waitsFor: readonly QuestionnaireItemEnableWhen[]
  /** Whether one of the conditions is enough. */
  isOneEnough: boolean
  items: readonly Item[]
}

/** A form in one language. */
export interface Form {
  /** `url|version`, by which its answers name it. */
  canonical: string
  title: string
  copyright: string | undefined
  items: readonly Item[]
  /** Each item by its linkId. */
  byLinkId: ReadonlyMap<string, Item>
}

const BASE = 'http://hl7.org/fhir/StructureDefinition/'
const TRANSLATION = `${BASE}translation`

/** Reads a Questionnaire in a language; texts that lack it stand in the language they were written in. */
export function readForm(questionnaire: Questionnaire, language: string): Form {
  const { url = '', version } = questionnaire
  const items = (questionnaire.item ?? []).map(item => readItem(item, language))
  return {
    canonical: version === undefined ? url : `${url}|${version}`,
    title: textIn(questionnaire.title, questionnaire._title, language),
    copyright: questionnaire.copyright === undefined ? undefined : textIn(questionnaire.copyright, questionnaire._copyright, language),
    items,
    byLinkId: new Map(flat(items).map(item => [item.linkId, item] as const)),
  }
}

/** Items and all that stand below them, in their order. */
export const flat = (items: readonly Item[]): Item[] => items.flatMap(item => [item, ...flat(item.items)])

/** Whether an item is answered, rather than read or a place for others. */
export const isQuestion = ({ type }: Item): boolean => type !== 'group' && type !== 'display'

function readItem(item: QuestionnaireItem, language: string): Item {
  const limit = (name: string): number | undefined => {
    const found = extensionOf(item, `${BASE}${name}`)
    return found?.valueInteger ?? found?.valueDecimal
  }
  const unit = extensionOf(item, `${BASE}questionnaire-unit`)?.valueCoding
  return {
    linkId: item.linkId,
    // `columna check` lets no other kind into the knowledge.
    type: item.type as ShownType,
    text: textIn(item.text, item._text, language),
    isRequired: item.required === true,
    repeats: item.repeats === true,
    options: (item.answerOption ?? []).flatMap(({ valueCoding }) => (valueCoding ? [readOption(valueCoding, language)] : [])),
    unit: unit && textIn(unit.display ?? unit.code, unit._display, language),
    least: limit('minValue'),
    most: limit('maxValue'),
    waitsFor: item.enableWhen ?? [],
    isOneEnough: item.enableBehavior === 'any',
    items: (item.item ?? []).map(below => readItem(below, language)),
  }
}

const readOption = ({ system, code = '', display, _display }: Coding, language: string): Option => ({
  system,
  code,
  display,
  label: textIn(display ?? code, _display, language),
})

const extensionOf = ({ extension = [] }: { extension?: Extension[] }, url: string): Extension | undefined =>
  extension.find(each => each.url === url)

/** A text in a language, by the FHIR translation extension on the element beside it. */
export function textIn(text: string | undefined, { extension = [] }: Element = {}, language: string): string {
  const translated = extension.find(
    each => each.url === TRANSLATION && each.extension?.some(({ url, valueCode }) => url === 'lang' && valueCode === language),
  )
  const content = translated?.extension?.find(({ url }) => url === 'content')
  return content?.valueString ?? content?.valueMarkdown ?? text ?? ''
}
