import type { InLanguages } from './language.js'

/** Words of what of a record was not read; loaded only where something was not. */
interface NotReadWords {
  /** Says which parts of the record were not read. */
  notRead: (parts: readonly string[]) => string
  /** Parts of a record by the type of what they hold, in the middle of a sentence. */
  parts: Readonly<Record<string, string>>
  /** A part of a type that has no words. */
  otherPart: string
}

/** A list as a sentence says it. */
const listed = (parts: readonly string[], and: string): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${and} ${parts.at(-1) ?? ''}`

export const notReadWords: InLanguages<NotReadWords> = {
  da: {
    notRead: parts => `Ikke læst i journalen, eller kun delvist: ${listed(parts, 'og')}. Rådene kan derfor mangle noget.`,
    parts: {
      AllergyIntolerance: 'overfølsomhed',
      Appointment: 'aftaler',
      CarePlan: 'planer',
      Condition: 'diagnoser',
      DiagnosticReport: 'undersøgelsessvar',
      Encounter: 'kontakter',
      Goal: 'mål',
      MedicationRequest: 'ordinationer',
      MedicationStatement: 'medicin',
      Observation: 'målinger',
      Patient: 'stamdata',
      Practitioner: 'behandleren',
      Procedure: 'procedurer',
      QuestionnaireResponse: 'besvarede skemaer',
      ServiceRequest: 'henvisninger',
      Task: 'opgaver',
    },
    otherPart: 'andre oplysninger',
  },
  en: {
    notRead: parts => `Not read from the record, or only in part: ${listed(parts, 'and')}. Advice may be missing.`,
    parts: {
      AllergyIntolerance: 'allergies',
      Appointment: 'appointments',
      CarePlan: 'plans',
      Condition: 'diagnoses',
      DiagnosticReport: 'reports',
      Encounter: 'contacts',
      Goal: 'goals',
      MedicationRequest: 'prescriptions',
      MedicationStatement: 'medicines',
      Observation: 'measurements',
      Patient: 'personal details',
      Practitioner: 'the clinician',
      Procedure: 'procedures',
      QuestionnaireResponse: 'answered forms',
      ServiceRequest: 'referrals',
      Task: 'tasks',
    },
    otherPart: 'other details',
  },
}
