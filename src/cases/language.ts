import type { Coding, Questionnaire } from 'fhir/r4.js'
import { ofType, type KnowledgeFile } from '../engine/model/knowledge-file.js'
import { CaseCalendar } from './calendar.js'
import { readCode, type CaseVocabulary } from './vocabulary.js'

/** The vocabulary of some cases together with the forms of the knowledge that they are about. */
export interface CaseLanguage {
  vocabulary: CaseVocabulary
  /** Reads one code. @throws Error when it is none. */
  coding: (written: string) => Coding
  /** Reads one code, or a list of codes for the same thing. */
  codings: (written: string | readonly string[]) => Coding[]
  /** The calendar of a case, seen from its own instant. */
  calendarAt: (now: Date) => CaseCalendar
  /** A form of the knowledge. @throws Error when there is none of this id. */
  form: (id: string) => Questionnaire
}

/** The language of the cases about some knowledge. */
export function caseLanguage(vocabulary: CaseVocabulary, files: readonly KnowledgeFile[]): CaseLanguage {
  const coding = (written: string) => readCode(vocabulary, written)
  const forms = new Map(ofType<Questionnaire>(files, 'Questionnaire').map(({ resource }) => [resource.id, resource] as const))
  return {
    vocabulary,
    coding,
    codings: written => [written].flat().map(coding),
    calendarAt: now => new CaseCalendar(now, vocabulary),
    form(id) {
      const form = forms.get(id)
      if (form === undefined) throw new Error(`The vocabulary names the form ${id}, which the knowledge does not have.`)
      return form
    },
  }
}
