import type { Bundle, FhirResource } from 'fhir/r4.js'
import type { Explanation } from '../../src/calls/explain-call.js'
import type { CdsResponse, ServiceDescription } from '../../src/cds-hooks/types.js'
import { readPrefetch, type FhirClient } from '../shared/fhir.js'
import { callService, explain, type HookRequestBody, type Refused } from '../shared/service.js'

/** What a call is made of: a patient of a server whose record is opened or for whom something is ordered, or a whole request. */
export type Situation =
  | {
      kind: 'patient'
      client: FhirClient
      service: ServiceDescription
      patientId: string
      userId: string
      /** What is being ordered. */
      drafts: readonly FhirResource[]
    }
  | { kind: 'request'; service: ServiceDescription; request: HookRequestBody }

/** A call that was made, with its answer and the reasons. */
export interface Call {
  situation: Situation
  request: HookRequestBody
  response: CdsResponse
  /** Undefined where the service does not tell reasons, or could not. */
  explanation: Explanation | undefined
  explanationRefused: Refused | undefined
  times: Times
}

/** Milliseconds, as the browser saw them. */
export interface Times {
  /** Reading what the service asks for from the FHIR server. */
  read?: number
  call: number
  explain?: number
  /** What the service itself says of its time. */
  server?: string
}

/** Whether a hook is about an order. */
export const isOrderHook = (hook: string): boolean => hook.startsWith('order-')

/**
 * Calls the service as an EHR does, and then asks why.
 * @param mayExplain whether the service tells reasons.
 * @param givenUp tells that it is of no use any more.
 * @throws Refused where the call is not answered.
 */
export async function makeCall(situation: Situation, mayExplain: boolean, givenUp?: AbortSignal): Promise<Call> {
  const from = performance.now()
  const request = situation.kind === 'request' ? situation.request : await requestOf(situation, givenUp)
  const read = performance.now() - from
  const { id } = situation.service
  const { answer: response, ms } = await callService(id, request, givenUp)
  const server = serverTiming(`/cds-services/${id}`)
  const explained = mayExplain ? await explain(id, request, {}, givenUp).catch((refused: unknown) => refused as Refused) : undefined
  const isTold = explained !== undefined && 'answer' in explained
  return {
    situation,
    request,
    response,
    explanation: isTold ? explained.answer : undefined,
    explanationRefused: isTold ? undefined : explained,
    times: {
      ...(situation.kind === 'patient' && { read }),
      call: ms,
      ...(isTold && { explain: explained.ms }),
      ...(server !== undefined && { server }),
    },
  }
}

async function requestOf(
  { client, service, patientId, userId, drafts }: Situation & { kind: 'patient' },
  givenUp: AbortSignal | undefined,
): Promise<HookRequestBody> {
  const { hook } = service
  const encounterId = hook === 'patient-view' ? undefined : await latestEncounter(client, patientId)
  const context = { userId, patientId, ...(encounterId !== undefined && { encounterId }) }
  const prefetch = await readPrefetch(client, service.prefetch ?? {}, context, undefined, givenUp)
  return {
    hook,
    hookInstance: newUuid(),
    fhirServer: client.base,
    context: { ...context, ...(isOrderHook(hook) && ordersIn(hook, drafts)) },
    prefetch,
  }
}

function ordersIn(hook: string, drafts: readonly FhirResource[]) {
  const draftOrders = { resourceType: 'Bundle', type: 'collection', entry: drafts.map(resource => ({ resource })) }
  return { draftOrders, ...(hook === 'order-select' && { selections: drafts.map(referenceOf) }) }
}

/** `Type/id` of a resource. */
export const referenceOf = ({ resourceType, id }: FhirResource): string => `${resourceType}/${id ?? '?'}`

/** The patient's latest contact: the one in which this would happen. */
async function latestEncounter({ read }: FhirClient, patientId: string): Promise<string | undefined> {
  const found = await read<Bundle>(`Encounter?patient=${encodeURIComponent(patientId)}&_sort=-date&_count=1`).catch(() => undefined)
  return found?.entry?.[0]?.resource?.id
}

/** A random uuid; also where a page came without TLS and the browser makes none. */
export function newUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function serverTiming(path: string): string | undefined {
  const entry = performance.getEntriesByName(new URL(path, location.href).href, 'resource').at(-1)
  const told = entry instanceof PerformanceResourceTiming ? entry.serverTiming : []
  return told.length === 0 ? undefined : told.map(({ name, duration }) => `${name} ${Math.round(duration)} ms`).join(', ')
}

/** Asks what would be answered and why, and has nothing remembered. @param now another instant than the service's. @throws Refused */
export const tryOut = async (
  service: string,
  request: HookRequestBody,
  now: string | undefined,
  givenUp?: AbortSignal,
): Promise<Explanation> => (await explain(service, request, now === undefined ? {} : { now }, givenUp)).answer
