import { readForm } from '../shared/form/definition.js'
import { pageLanguage } from '../shared/language.js'
import { questionnaires } from '../shared/service.js'

/** What the forms of the knowledge ask, by linkId. */
export type QuestionTexts = ReadonlyMap<string, string>

/** Reads them. @throws Refused */
export async function questionTexts(): Promise<QuestionTexts> {
  const forms = (await questionnaires()).map(each => readForm(each, pageLanguage()))
  return new Map(forms.flatMap(({ byLinkId }) => [...byLinkId].map(([linkId, { text }]) => [linkId, text] as const)))
}
