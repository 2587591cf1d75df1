import type { ScopeState } from '../scope.js'
import { countTurns } from '../steps.js'
import { NO, NOTHING, plain, YES, type Collection } from '../values.js'
import { turnsOfPattern } from './turns.js'
import { textOf, type OwnFunction } from './own-function.js'
import type { ValueSetLookup, ValueSetTest } from './value-set-test.js'

function testOf(canonical: Collection | undefined, valueSets: ValueSetLookup): ValueSetTest {
  const test = valueSets(textOf(canonical))
  if (!test) throw new TypeError(`value set ${textOf(canonical)} is not part of the knowledge`)
  return test
}

interface Coded {
  coding?: { system?: string; code?: string; display?: unknown }[]
  text?: unknown
  system?: string
  code?: string
  display?: unknown
}

/** Where a record of each type carries the code that says what it is about (the "primary code path" of CQL). */
const PRIMARY_CODE: Readonly<Record<string, string>> = {
  MedicationRequest: 'medicationCodeableConcept',
  MedicationStatement: 'medicationCodeableConcept',
  MedicationAdministration: 'medicationCodeableConcept',
  MedicationDispense: 'medicationCodeableConcept',
  DeviceRequest: 'codeCodeableConcept',
  Encounter: 'reasonCode',
  CarePlan: 'category',
  ImagingStudy: 'procedureCode',
}

/** Keeps the items whose code, or that themselves as a code, belong to the value set. */
export const codedIn: OwnFunction = (input, [canonical], state, { valueSets }) => membersOf(input, testOf(canonical, valueSets), state)

function membersOf(input: Collection, test: ValueSetTest, state: ScopeState): Collection {
  return input.filter(item => isCodedIn(plain(item), test, state))
}

/** How many codings are to be looked at; of what is no concept one. */
const codingsIn = (concept: Coded | string): number =>
  typeof concept === 'object' && Array.isArray(concept?.coding) ? concept.coding.length : 1

/**
 * Whether a record's code, or its name where the value set has names, belongs to the value set; as `codedIn` asks it.
 * @throws DeadlinePassed when the time of the evaluation is up.
 */
export const isCodedIn = (record: unknown, test: ValueSetTest, state: ScopeState): boolean =>
  conceptsOf(record).some(concept => {
    countTurns(state, codingsIn(concept))
    return concept && hasMember(concept, test, state)
  })

function conceptsOf(value: unknown): readonly (Coded | string)[] {
  if (typeof value === 'string') return [value]
  const { resourceType } = (value ?? {}) as { resourceType?: string }
  const concept = resourceType
    ? ((value as Record<string, Coded | Coded[]>)[PRIMARY_CODE[resourceType] ?? 'code'] ?? nameOfMedicine(value as Medicated))
    : (value as Coded)
  return Array.isArray(concept) ? concept : concept ? [concept] : []
}

interface Medicated {
  medicationReference?: { display?: unknown }
}

/** A medicine that cannot be resolved is known at most by the name under which the record refers to it. */
const nameOfMedicine = ({ medicationReference }: Medicated): Coded | undefined =>
  medicationReference?.display === undefined ? undefined : { text: medicationReference.display }

function hasMember(concept: Coded | string, test: ValueSetTest, state: ScopeState): boolean {
  if (typeof concept === 'string') return test(concept)
  const codings = Array.isArray(concept.coding) ? concept.coding.filter(Boolean) : concept.code === undefined ? [] : [concept]
  return codings.some(coding => test(coding)) || isNamedIn(concept, codings, test, state)
}

function isNamedIn(
  concept: Coded,
  codings: readonly NonNullable<Coded['coding']>[number][],
  { named }: ValueSetTest,
  state: ScopeState,
): boolean {
  if (named === undefined) return false
  const isMeant = (name: unknown): boolean => {
    if (typeof name !== 'string') return false
    countTurns(state, turnsOfPattern(name))
    return named({ name, codings })
  }
  return isMeant(concept.text) || codings.some(({ display }) => isMeant(display))
}

/** Whether all items belong to the value set. */
export const memberOf: OwnFunction = (input, [canonical], state, { valueSets }) => {
  const test = testOf(canonical, valueSets)
  if (input.length === 0) return NOTHING
  return membersOf(input, test, state).length === input.length ? YES : NO
}
