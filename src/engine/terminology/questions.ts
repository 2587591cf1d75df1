import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { EXTENSION, extensionOf } from '../model/extensions.js'
import { ofType, type KnowledgeFile } from '../model/knowledge-file.js'
import { localized, type LocalizedText } from '../model/localized.js'

/** The questions of the Questionnaires of the knowledge, and how each is called in a list. */
export class Questions {
  private readonly byLinkId = new Map<string, QuestionnaireItem>()
  private readonly labels = new Map<object, LocalizedText>()

  /** @param usual language of a Questionnaire that names none. */
  constructor(files: readonly KnowledgeFile[], usual: string) {
    for (const { resource } of ofType<Questionnaire>(files, 'Questionnaire')) this.read(resource.item, resource.language ?? usual)
  }

  /** A question by its linkId; of several forms that have one, the first tells. */
  find(linkId: string): QuestionnaireItem | undefined {
    return this.byLinkId.get(linkId)
  }

  /** The short name of a question, else its text, by language. */
  label(item: object): LocalizedText | undefined {
    return this.labels.get(item)
  }

  private read(items: readonly QuestionnaireItem[] = [], language: string): void {
    for (const item of items) {
      const { valueString, _valueString } = extensionOf(item, EXTENSION.shortText) ?? {}
      const label =
        valueString === undefined
          ? localized(item.text ?? item.linkId, item._text, language)
          : localized(valueString, _valueString, language)
      this.labels.set(item, label)
      if (!this.byLinkId.has(item.linkId)) this.byLinkId.set(item.linkId, item)
      this.read(item.item, language)
    }
  }
}
