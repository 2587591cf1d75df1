// Written by somebody who answers the cases of their own guideline in their own tests.
import { caseLanguage, caseRunner, casesOf, caseVocabulary, differences, loadKnowledge, type ClinicalCase } from 'columna/cases'

/** How the cards differ from what each case expects. */
export async function differencesOf(folder: string, cases: ClinicalCase[]): Promise<string[]> {
  const loaded = loadKnowledge(folder)
  loaded.faults.throwIfAny()
  const language = caseLanguage(caseVocabulary(), loaded.knowledge.files)
  const runner = caseRunner(loaded, language)
  const told: string[] = []
  for (const each of casesOf({ cases })) told.push(...differences(each, await runner.answerCase(each), language))
  return told
}
