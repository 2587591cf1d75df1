import type { OpenedLink } from '../../src/calls/form-links.js'
import type { PatientForm } from '../../src/site-forms/patient-form.js'
import { ask } from './service.js'

export type { PatientForm, PatientQuestion } from '../../src/site-forms/patient-form.js'

const LINKS = '/start-back/links'

/** The form for patients; undefined where the site has installed no wording. @throws Refused */
export const patientForm = async (): Promise<PatientForm | undefined> =>
  (await ask<{ form: PatientForm | null }>('GET', '/start-back/wording')).answer.form ?? undefined

/** Makes a link that takes one answer. @throws Refused */
export const openLink = async (): Promise<OpenedLink> => (await ask<OpenedLink>('POST', LINKS, {})).answer

/** What became of a link. @throws Refused where it can be used no longer. */
export const findLink = async (id: string): Promise<{ expires: string; isAnswered: boolean }> =>
  (await ask<{ expires: string; isAnswered: boolean }>('GET', `${LINKS}/${id}`)).answer

/** Sends sealed answers. @throws Refused */
export const answerLink = async (id: string, answers: string): Promise<void> => void (await ask('PUT', `${LINKS}/${id}`, { answers }))

/** Fetches sealed answers, which stay where they are; undefined where they have not come yet. @throws Refused */
export const collectLink = async (id: string, collector: string): Promise<string | undefined> =>
  (await ask<{ answers?: string }>('POST', `${LINKS}/${id}/collect`, { collector })).answer.answers

/** Ends a link with its answers; one that is gone already is gone. @throws Refused */
export const forgetLink = async (id: string, collector: string): Promise<void> =>
  void (await ask('POST', `${LINKS}/${id}/forget`, { collector }))
