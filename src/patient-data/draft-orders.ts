import type { FhirResource } from 'fhir/r4.js'
import type { HookContext } from '../cds-hooks/types.js'
import { CdsError } from '../errors.js'
import { ORDER_TYPES } from '../engine/model/r4-model.js'
import { takeIn } from './intake.js'
import { withReferredCodes } from './referred-codes.js'
import { asR4 } from './other-releases.js'
import { isNegated } from './negated.js'
import { ownerOf, type PatientOfCall } from './ownership.js'
import { indexOf, type PatientRecord } from './patient-record.js'
import { entriesIn } from './read-bundle.js'
import { readReference, type ReferenceIndex } from './references.js'
import { nameOf, referenceOf } from './versions.js'

/** The orders that a hook brings, as rules may rely on them. */
export interface DraftOrders {
  /** All drafts, in the order of their Bundle. */
  drafts: readonly FhirResource[]
  /** Those that the hook is about: the selected ones where it tells of a selection (of none, none), else all. */
  chosen: readonly FhirResource[]
  /** An order as the client sent it, by the one that rules see; changes are made to this. */
  asSent: (order: FhirResource) => FhirResource
}

/** A draft as it came, with the address under which it travelled. */
interface Draft {
  sent: FhirResource
  resource: FhirResource
  fullUrl: string | undefined
}

/** Most resources in the drafts of one call. */
const MOST_DRAFTS = 1_000

/** Under what name the reply tells of drafts that could not be used. */
export const DRAFTS_KEY = 'draftOrders'

/**
 * Reads the orders of a context. Drafts need not be valid R4; what is no order to be carried out is left out, though
 * orders may refer to it, and of a draft whose patient cannot be told the reply says so.
 * @throws CdsError CDS_DATA_OF_ANOTHER_PATIENT when a draft says it is for another patient; CDS_CONTEXT_INVALID when
 *   there are more than anybody writes.
 */
export function draftOrdersIn({ draftOrders, selections }: HookContext, record: PatientRecord): DraftOrders {
  const entries = entriesIn(asBundle(draftOrders)) ?? []
  if (entries.length > MOST_DRAFTS)
    throw new CdsError(
      'CDS_CONTEXT_INVALID',
      `draftOrders holds more than ${MOST_DRAFTS} resources. Send the orders that are being written.`,
    )
  const index = indexOf([entries], record.index)
  const resources = entries.flatMap(({ resource, sent, fullUrl }) => (resource ? [{ sent, resource, fullUrl }] : []))
  const orders = resources.filter(({ resource }) => isOrder(asR4(resource)))
  const whose = record.patientAmong(orders, index)
  const drafts = orders.filter(order => isOwn(order, record, whose)).filter(isToBeCarriedOut)
  const beside = new Map(resources.map(({ resource }) => [referenceOf(resource), resource] as const))
  const find = (reference: string) => beside.get(reference) ?? record.find(reference)
  const prepared = new Map(drafts.map(draft => [prepare(draft, record, index, find), draft] as const))
  const isChosen = chooser(selections, index)
  return {
    drafts: [...prepared.keys()],
    chosen: [...prepared].filter(([, draft]) => isChosen(draft)).map(([order]) => order),
    asSent: order => prepared.get(order)?.sent ?? order,
  }
}

/** Drafts come as a Bundle, whether or not it says so. */
const asBundle = (value: unknown): unknown => (typeof value === 'object' && value !== null ? { resourceType: 'Bundle', ...value } : value)

const isOrder = ({ resourceType }: FhirResource): boolean => ORDER_TYPES.some(type => type === resourceType)

/** Whether anybody is to carry an order out: one that forbids, or that is being ended, needs no advice against it. */
function isToBeCarriedOut({ resource }: Draft): boolean {
  const { status } = resource as { status?: unknown }
  return !isNegated(resource) && !(typeof status === 'string' && ENDED.has(status.trim().toLowerCase()))
}

/** Statuses of orders that nobody carries out any more, in the words of all their types. */
const ENDED: ReadonlySet<string> = new Set(['revoked', 'cancelled', 'stopped', 'entered-in-error'])

function isOwn({ resource }: Draft, record: PatientRecord, whose: PatientOfCall): boolean {
  const owner = ownerOf(resource, whose)
  if (owner === 'other')
    throw new CdsError(
      'CDS_DATA_OF_ANOTHER_PATIENT',
      "draftOrders holds an order for another patient than context.patientId. Send this patient's orders only.",
    )
  if (owner === 'unknown') record.noteOwnerless(DRAFTS_KEY, resource, 'whose order it is cannot be told')
  return owner === 'own'
}

function prepare(
  { resource: draft }: Draft,
  record: PatientRecord,
  index: ReferenceIndex,
  find: (reference: string) => FhirResource | undefined,
): FhirResource {
  const { resource, unusable } = takeIn(asR4(draft), { index, timeZone: record.context.timeZone })
  for (const { element, reason } of unusable) record.note({ key: DRAFTS_KEY, resource: nameOf(draft), element, reason })
  const complete = withReferredCodes(resource, find)
  // Each order is an object of its own, by which the one that was sent is found again.
  return complete === draft ? { ...complete } : complete
}

/** Which drafts a selection names, by reference of any form, by the address of the entry or by the bare id. */
function chooser(selections: unknown, index: ReferenceIndex): (draft: Draft) => boolean {
  if (!Array.isArray(selections)) return () => true
  const written = new Set(selections.filter(selection => typeof selection === 'string').map(selection => selection.trim()))
  const named = new Set([...written].flatMap(selection => readReference(selection, index) ?? []))
  return ({ resource, fullUrl }) =>
    named.has(nameOf(resource)) || written.has(resource.id ?? '') || (fullUrl !== undefined && written.has(fullUrl))
}
