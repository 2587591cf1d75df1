import type { ActivityDefinition, Bundle, FhirResource } from 'fhir/r4.js'
import type { Action } from '../../src/cds-hooks/types.js'
import type { FhirClient } from '../shared/fhir.js'
import { ask } from '../shared/service.js'
import { referenceOf } from './call.js'

/** Something that can be ordered. */
export interface Orderable {
  /** Who offers it: the EHR's own catalogue, or what the knowledge proposes. */
  from: 'server' | 'knowledge'
  id: string
  title: string
  activity: ActivityDefinition
}

/** Kinds of order that draft orders may hold, as the hooks name them, and where each says what is ordered. */
const CODED_IN: Readonly<Record<string, string>> = {
  MedicationRequest: 'medicationCodeableConcept',
  ServiceRequest: 'code',
  DeviceRequest: 'codeCodeableConcept',
}

/** What can be ordered: of the server's own catalogue, where it has one, and what the knowledge proposes. */
export async function orderables(client: FhirClient): Promise<Orderable[]> {
  const [own, ofKnowledge] = await Promise.all([
    client.read<Bundle<ActivityDefinition>>('ActivityDefinition?status=active&_count=100').catch(() => undefined),
    ask<Bundle<ActivityDefinition>>('GET', '/fhir/ActivityDefinition').then(
      ({ answer }) => answer,
      () => undefined,
    ),
  ])
  return [...offeredIn(own, 'server'), ...offeredIn(ofKnowledge, 'knowledge')]
}

function offeredIn(bundle: Bundle<ActivityDefinition> | undefined, from: Orderable['from']): Orderable[] {
  return (bundle?.entry ?? []).flatMap(({ resource: activity }) => {
    if (activity?.id === undefined || CODED_IN[activity.kind ?? ''] === undefined) return []
    return [{ from, id: activity.id, title: activity.title ?? activity.id, activity }]
  })
}

/** A draft of an order for a patient. @param drafts those there are, whose ids it does not take. */
export function draftOf({ activity }: Orderable, patientId: string, now: string, drafts: readonly FhirResource[]): FhirResource {
  const { kind = '', code, productCodeableConcept, priority, intent, dosage } = activity
  return {
    resourceType: kind,
    id: freeId(drafts),
    status: 'draft',
    intent: intent ?? 'order',
    ...(priority !== undefined && { priority }),
    [CODED_IN[kind] ?? 'code']: productCodeableConcept ?? code,
    subject: { reference: `Patient/${patientId}` },
    authoredOn: now,
    ...(dosage !== undefined && { dosageInstruction: dosage }),
  } as unknown as FhirResource
}

function freeId(drafts: readonly FhirResource[]): string {
  const taken = new Set(drafts.map(({ id }) => id))
  for (let number = 1; ; number += 1) if (!taken.has(`draft-${number}`)) return `draft-${number}`
}

/** What a suggestion does to what is being ordered, and what of it is for the server. */
export interface Taken {
  drafts: FhirResource[]
  forServer: Action[]
}

/** Takes a suggestion up: in a hook about orders, drafts come, change and go in the page; everything else is written to the server. */
export function taken(actions: readonly Action[], drafts: readonly FhirResource[], isOrdering: boolean): Taken {
  return actions.reduce<Taken>(
    ({ drafts: held, forServer }, action) => {
      const changed = isOrdering ? withAction(action, held) : undefined
      return changed ? { drafts: changed, forServer } : { drafts: held, forServer: [...forServer, action] }
    },
    { drafts: [...drafts], forServer: [] },
  )
}

/** The drafts after an action on them; undefined where it is not about drafts. */
function withAction({ type, resource, resourceId }: Action, drafts: FhirResource[]): FhirResource[] | undefined {
  const named = resourceId ?? (resource && type !== 'create' ? referenceOf(resource) : undefined)
  const isNamed = (draft: FhirResource) => referenceOf(draft) === named || draft.id === named
  if (type === 'create') return resource && isDraft(resource) ? [...drafts, { ...resource, id: freeId(drafts) }] : undefined
  if (!drafts.some(isNamed)) return undefined
  return type === 'delete' ? drafts.filter(draft => !isNamed(draft)) : drafts.map(draft => (isNamed(draft) && resource ? resource : draft))
}

const isDraft = (resource: FhirResource): boolean =>
  CODED_IN[resource.resourceType] !== undefined && (resource as { status?: string }).status === 'draft'
