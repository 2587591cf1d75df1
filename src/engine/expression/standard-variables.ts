import type { FhirResource } from 'fhir/r4.js'
import { itemsOf, type Items } from '../model/items.js'
import { RESOURCE_TYPES } from '../model/r4-model.js'
import type { ScopeState } from './scope.js'
import { bareNode, NOTHING, type Collection } from './values.js'

/** A variable that guidelines of others know too, with what is known of its items and how it is read. */
interface StandardVariable {
  items: Items
  /** The type of record that must have been read for it. */
  reads?: string
  of: (state: ScopeState) => Collection
}

/** Types that a plan can be for. */
export const SUBJECT_TYPES = ['Patient', 'Group', 'Location', 'Organization', 'Practitioner', 'Device'] as const

/**
 * What FHIRPath and the guidelines of others call whom and what a call is about: the resources that the references of a
 * hook's context or the parameters of $apply name, where they came with the call, else nothing; `%resource` is a Bundle
 * of all data in the order it was sent. `%rootResource` is the plan's own, so that the plan defines it.
 */
export const STANDARD_VARIABLES: Readonly<Record<string, StandardVariable>> = {
  subject: { items: itemsOf(...SUBJECT_TYPES), reads: 'Patient', of: subject },
  practitioner: {
    items: itemsOf('Practitioner', 'PractitionerRole'),
    reads: 'Practitioner',
    of: state => named(state, state.about?.practitioner ?? text(state.context.userId), ['Practitioner', 'PractitionerRole']),
  },
  encounter: {
    items: itemsOf('Encounter'),
    reads: 'Encounter',
    of: state => named(state, state.about?.encounter ?? encounterOf(state), ['Encounter']),
  },
  organization: {
    items: itemsOf('Organization'),
    reads: 'Organization',
    of: state => named(state, state.about?.organization, ['Organization']),
  },
  resource: { items: itemsOf('Bundle'), of: state => [bareNode(bundleOf(state))] },
}

function subject(state: ScopeState): Collection {
  const reference = state.about?.subject
  return reference === undefined ? state.recordsOfType('Patient').map(bareNode) : named(state, reference, SUBJECT_TYPES)
}

/** The record that a reference names, where it is of one of the types. */
function named(state: ScopeState, reference: string | undefined, types: readonly string[]): Collection {
  const [type = '', id] = reference?.split('/') ?? []
  if (id === undefined || !types.includes(type)) return NOTHING
  return state
    .recordsOfType(type)
    .filter(record => record.id === id)
    .slice(0, 1)
    .map(bareNode)
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const encounterOf = ({ context }: ScopeState): string | undefined =>
  typeof context.encounterId === 'string' ? `Encounter/${context.encounterId}` : undefined

function bundleOf(state: ScopeState): object {
  const records: readonly FhirResource[] = state.recordsAsSent?.() ?? RESOURCE_TYPES.flatMap(type => state.recordsOfType(type))
  return { resourceType: 'Bundle', type: 'collection', entry: records.map(resource => ({ resource })) }
}
