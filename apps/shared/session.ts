import type { Bundle, QuestionnaireResponse } from 'fhir/r4.js'
import type { CdsResponse, ServiceDescription } from '../../src/cds-hooks/types.js'
import { clinicianAt, UNKNOWN_CLINICIAN } from './clinician.js'
import { readPrefetch, type FhirClient, type PatientChoice, type Prefetch } from './fhir.js'
import type { PageSettings } from '../../src/server/routes.js'
import { callService, tryService, type HookRequestBody } from './service.js'

/** A patient whose record is open in a page, and the service that is asked about them. */
export interface Session {
  client: FhirClient
  service: ServiceDescription
  patientId: string
  settings: PageSettings
  /** `Type/id` of who asks. */
  userId: string
  prefetch: Prefetch
}

/** Which record is opened, for which service, in which page. */
export type Opening = Pick<Session, 'client' | 'service' | 'patientId' | 'settings'>

/**
 * Opens a patient's record: reads all that the service asks for, once.
 * @throws Refused also where its forms cannot be read: a draft that is sent among none would say that there are no others.
 */
export async function openSession({ client, service, patientId, settings }: Opening, givenUp?: AbortSignal): Promise<Session> {
  const userId = await clinicianAt(client, settings, givenUp)
  const prefetch = await readPrefetch(client, service.prefetch ?? {}, { patientId, userId }, isOfForms, givenUp)
  return { client, service, patientId, settings, userId, prefetch }
}

/** Whether a record is that of a patient of a server: two servers may have patients of the same id. */
export const isOf = ({ client, patientId }: Session, chosen: { client: FhirClient; patient: PatientChoice } | undefined): boolean =>
  client.base === chosen?.client.base && patientId === chosen.patient.id

/** Whether two are the same record for the same service; one that was written to may be another than the one that is open now. */
export const isSameRecord = (one: Session, other: Session): boolean =>
  one.client.base === other.client.base && one.patientId === other.patientId && one.service === other.service

/** The same record after something was written. @throws Refused */
export const reopenSession = (session: Session): Promise<Session> => openSession(session)

/** Who is named as the author of what is written in a page; nobody where that is not known. */
export const authorIn = ({ userId }: Session): string | undefined => (userId === UNKNOWN_CLINICIAN ? undefined : userId)

/** The call of an EHR that opens the record, as if some forms were saved that are not yet. */
export function hookRequest(session: Session, drafts: readonly QuestionnaireResponse[]): HookRequestBody {
  const { client, service, patientId, userId, prefetch } = session
  return {
    hook: service.hook,
    hookInstance: crypto.randomUUID(),
    fhirServer: client.base,
    context: { userId, patientId },
    prefetch: drafts.reduce((held, draft) => withDraft(held, draft, service), prefetch),
  }
}

/**
 * What the service of a record says, as if some forms were saved. What is not saved is said of nobody: a call alone counts as having
 * told its reader.
 * @throws Refused
 */
export const adviceOn = async (session: Session, drafts: readonly QuestionnaireResponse[], givenUp: AbortSignal): Promise<CdsResponse> => {
  const speak = drafts.length === 0 ? callService : tryService
  return (await speak(session.service.id, hookRequest(session, drafts), givenUp)).answer
}

/** Filled forms of one kind in a record, the newest first. */
export function responsesTo(canonical: string, { prefetch, service }: Session): QuestionnaireResponse[] {
  const key = keyOf(canonical, service)
  const bundle = key === undefined ? undefined : (prefetch[key] as Bundle<QuestionnaireResponse> | undefined)
  return (bundle?.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []))
}

const DRAFT_ID = 'draft'

const NO_FORMS: Bundle = { resourceType: 'Bundle', type: 'searchset' }

/** Puts a form among those of its kind, in place of the one that it is another version of. */
function withDraft(prefetch: Prefetch, draft: QuestionnaireResponse, service: ServiceDescription): Prefetch {
  const key = keyOf(draft.questionnaire ?? '', service)
  if (key === undefined) return prefetch
  const resource = { ...draft, id: draft.id ?? DRAFT_ID }
  const { entry: before = [], total = before.length, ...bundle } = (prefetch[key] as Bundle | undefined) ?? NO_FORMS
  const entry = [{ resource }, ...before.filter(each => each.resource?.id !== resource.id)]
  // With the links of what was read: one to a next page says that these are not all.
  return { ...prefetch, [key]: { ...bundle, total: total + entry.length - before.length, entry } }
}

const isOfForms = (template: string): boolean => template.startsWith('QuestionnaireResponse?')

/** The prefetch key that asks for the answers of a form. */
function keyOf(canonical: string, { prefetch = {} }: ServiceDescription): string | undefined {
  const url = canonical.split('|', 1)[0] ?? ''
  return Object.entries(prefetch).find(
    ([, template]) => isOfForms(template) && new URLSearchParams(template.split('?', 2)[1]).get('questionnaire') === url,
  )?.[0]
}
