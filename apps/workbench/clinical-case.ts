import type { FhirResource } from 'fhir/r4.js'
import type { CdsResponse } from '../../src/cds-hooks/types.js'
import { memberOf } from '../shared/extension.js'
import type { HookRequestBody } from '../shared/service.js'
import { heldBackIn, type HeldBack } from './reasons.js'
import { sentResources } from './what-if.js'
import { toYaml, type Writable } from './yaml.js'

/** A call that becomes a case, with what was answered. */
export interface CallToKeep {
  /** What the case is called. */
  name: string
  service: string
  request: HookRequestBody
  response: CdsResponse
  /** The service's clock when it answered. */
  now: string
  /** Whether the cards are in the language in which cases are answered, so that the case may hold to their words. */
  isUsualLanguage: boolean
}

/** Id of the patient of every case. */
const CASE_PATIENT = 'testperson'

/**
 * Writes a call as a clinical case: what the service was sent, without names, numbers and addresses, and what it answered.
 * It runs with `npm run test:cases` from any folder of cases.
 */
export function clinicalCase(call: CallToKeep): string {
  const { name, service, request, response, now, isUsualLanguage } = call
  const { userId, encounterId, patientId } = request.context as Readonly<Record<string, string | undefined>>
  const sent = sentResources(request).map(({ path, resource }) => ({
    isDraft: path[0] === 'context',
    resource: aboutNobody(resource, patientId ?? ''),
  }))
  const patient = sent.find(({ resource }) => resource.resourceType === 'Patient')?.resource
  const { cards } = response
  const points = [...new Set(cards.flatMap(({ extension }) => memberOf<string[]>(extension, 'decision-points') ?? []))]
  const overridden = heldBackIn({ response }).map(each => overrideIn(each, now))
  return toYaml({
    cases: [
      {
        name,
        answer: cards.length > 0 ? 'yes' : 'no',
        today: now,
        service,
        patient: patientIn(patient),
        ...(userId !== undefined && { user: userId }),
        ...(encounterId !== undefined && { encounter: encounterId }),
        given: sent
          .filter(({ resource }) => resource.resourceType !== 'Patient')
          .map(({ isDraft, resource }) => ({
            ...(isDraft ? { draft: resource as unknown as Writable } : { resource: resource as unknown as Writable }),
            ...(isDraft && !isChosen(request, resource) && { 'not chosen': true }),
          })),
        ...(overridden.length > 0 && { overridden }),
        ...(points.length > 0 && { recommends: points }),
        cards: cards.length,
        ...(cards[0] && { indicator: cards[0].indicator }),
        ...(isUsualLanguage && cards.length > 0 && { says: cards.map(({ summary }) => summary) }),
        ...notUsableIn(response),
      },
    ],
  })
}

/** An order is chosen unless the hook says which are, and it is none of them. */
function isChosen({ context }: HookRequestBody, { resourceType, id }: FhirResource): boolean {
  const { selections } = context as { selections?: unknown }
  return !Array.isArray(selections) || selections.includes(`${resourceType}/${id}`)
}

function patientIn(patient: FhirResource | undefined): Writable {
  if (patient?.resourceType !== 'Patient') return {}
  const { birthDate, deceasedBoolean, deceasedDateTime } = patient
  const deceased = deceasedDateTime?.slice(0, 10) ?? deceasedBoolean
  return { birthDate, deceased }
}

/** What was overridden, as cases write it: the point, the day unless it is today, and the code of a reason. */
function overrideIn({ point, since, reason }: HeldBack, now: string): string {
  const day = since === now.slice(0, 10) ? '' : ` ${since}`
  return `${point}${day}${reason === undefined || reason === 'comment' ? '' : ` (${reason})`}`
}

function notUsableIn({ extension }: CdsResponse): { 'not usable'?: string[] } {
  const notRead = memberOf<{ key: string; kind?: string }[]>(extension, 'not-read') ?? []
  const keys = [...new Set(notRead.flatMap(({ key, kind }) => (kind === 'unusable' ? [key] : [])))].sort()
  return keys.length > 0 ? { 'not usable': keys } : {}
}

/** Members that name people or places, or say the rest again as text. */
const NAMES: ReadonlySet<string> = new Set([
  'identifier',
  'name',
  'telecom',
  'address',
  'contact',
  'photo',
  'text',
  'meta',
  'managingOrganization',
  'generalPractitioner',
])

/** A resource of the case's own patient, without names, numbers and addresses. */
function aboutNobody(resource: FhirResource, patientId: string): FhirResource {
  const own = new RegExp(`(^|/)Patient/${patientId.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
  const rewritten = (value: unknown, name?: string, depth = 0): unknown => {
    if (Array.isArray(value)) return value.map(each => rewritten(each, name, depth))
    if (typeof value === 'string') return name === 'reference' && own.test(value) ? `Patient/${CASE_PATIENT}` : value
    if (typeof value !== 'object' || value === null) return value
    const isReference = 'reference' in value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([member]) => (depth > 0 || !NAMES.has(member)) && !(isReference && member === 'display'))
        .map(([member, each]) => [member, rewritten(each, member, depth + 1)]),
    )
  }
  const written = rewritten(resource) as FhirResource
  return written.resourceType === 'Patient' ? { ...written, id: CASE_PATIENT } : written
}
