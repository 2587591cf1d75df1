import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Questionnaire } from 'fhir/r4.js'
import { readPatientForm, type PatientForm } from '../../src/site-forms/patient-form.js'

/** The form of the repository whose wording is not ours. */
export const START_BACK_FORM = JSON.parse(
  readFileSync(new URL('../../fhir-resources/Questionnaire/start-back.json', import.meta.url), 'utf8'),
) as Questionnaire

/** A file as a site installs it. */
export interface WrittenWording {
  questionnaire: string
  language: string
  title: string
  introduction: string
  licence: string
  questions: Record<string, { text: string; answers: Record<string, string> } | undefined>
}

/** A wording that nobody could take for the real one: about houses and weather. */
export function inventedWording(): WrittenWording {
  const yesOrNo = { yes: 'Passer (opdigtet)', no: 'Passer ikke (opdigtet)' }
  const invented = (subject: string) => ({ text: `Opdigtet spørgsmål om ${subject}`, answers: { ...yesOrNo } })
  const subjects = ['huset', 'haven', 'broen', 'taget', 'vinden', 'regnen', 'solen', 'sneen']
  return {
    questionnaire: START_BACK_FORM.url ?? '',
    language: 'da',
    title: 'Opdigtet skema om vejret',
    introduction: 'Skemaet er opdigtet til prøver og spørger ikke om helbred.',
    licence: 'Opdigtet ordlyd til prøver, ingen licens',
    questions: {
      ...Object.fromEntries(subjects.map((subject, index) => [String(index + 1), invented(subject)] as const)),
      '9': {
        text: 'Opdigtet spørgsmål om alt vejret på én gang',
        answers: Object.fromEntries(
          (START_BACK_FORM.item?.[8]?.answerOption ?? []).map(({ valueCoding }, index) => [
            valueCoding?.code ?? '',
            `Opdigtet trin ${index + 1}`,
          ]),
        ),
      },
    },
  }
}

/** The form for patients in this wording, as the service reads it from a file. */
export function patientFormOf(wording = inventedWording()): PatientForm {
  const folder = mkdtempSync(join(tmpdir(), 'columna-wording-'))
  const path = join(folder, 'wording.json')
  writeFileSync(path, JSON.stringify(wording))
  try {
    return readPatientForm(path, [START_BACK_FORM])
  } finally {
    rmSync(folder, { recursive: true })
  }
}
