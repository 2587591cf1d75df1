import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { extensionOf } from '../model/extensions.js'
import { localized, type LocalizedText } from '../model/localized.js'
import { type KnowledgeFile, ofType } from '../model/knowledge-file.js'
import type { Terminology } from '../terminology/terminology.js'

/** One question of a form, as its Questionnaire describes it. */
export interface FormItem {
  /** Type of its answer; `group` and `display` have none. */
  type: QuestionnaireItem['type']
  text: LocalizedText
  /** Whether it, or a group around it, may be answered several times. */
  repeats: boolean
  /** Whether of a yes and a no in one form the yes counts, since overlooking it could harm. */
  yesWins: boolean
  /** Codes of the answers to choose from, with their system. */
  options: ReadonlyMap<string, string | undefined>
}

/** A form that the knowledge reads. */
export interface FormDefinition {
  id: string
  /** Canonical without version. */
  url: string
  items: ReadonlyMap<string, FormItem>
}

/** The forms of the knowledge, and which answers of other vocabularies are a yes or a no. */
export interface FormDefinitions {
  all: readonly FormDefinition[]
  isYes: (coding: { system?: string; code?: string }) => boolean
  isNo: (coding: { system?: string; code?: string }) => boolean
  /** The system of words that stand for yes or no. */
  wordSystem: string
}

/** Reads what the Questionnaires of the knowledge say of their items. */
export function formDefinitions(files: readonly KnowledgeFile[], terminology: Terminology): FormDefinitions {
  const { yes, no, answerWords } = terminology.names
  const test = (valueSet: string) => terminology.membership(valueSet) ?? (() => false)
  return {
    all: ofType<Questionnaire>(files, 'Questionnaire').flatMap(({ resource }) =>
      resource.url === undefined ? [] : [definitionOf(resource, resource.url, terminology)],
    ),
    isYes: test(yes),
    isNo: test(no),
    wordSystem: answerWords,
  }
}

function definitionOf(
  { id = '', item = [], language: written }: Questionnaire,
  url: string,
  { names, language: usual }: Terminology,
): FormDefinition {
  const language = written ?? usual
  const items = new Map<string, FormItem>()
  const read = (each: QuestionnaireItem, isRepeated: boolean): void => {
    const repeats = isRepeated || each.repeats === true
    const codings = (each.answerOption ?? []).flatMap(({ valueCoding }) => valueCoding ?? [])
    items.set(each.linkId, {
      type: each.type,
      text: localized(each.text ?? each.linkId, each._text, language),
      repeats,
      yesWins: extensionOf(each, names.extension.yesWins)?.valueBoolean === true,
      options: new Map(codings.flatMap(({ code, system }) => (code === undefined ? [] : [[code, system] as const]))),
    })
    each.item?.forEach(inside => read(inside, repeats))
  }
  item.forEach(each => read(each, false))
  return { id, url, items }
}
