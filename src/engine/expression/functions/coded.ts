import type { ScopeState } from '../scope.js'
import { countTurns } from '../steps.js'
import { NO, NOTHING, plain, YES, type Collection, type Item } from '../values.js'
import { turnsOfPattern } from './turns.js'
import { textOf, type OwnFunction } from './own-function.js'
import type { ValueSetLookup, ValueSetTest } from './value-set-test.js'

function testOf(canonical: Collection | undefined, valueSets: ValueSetLookup): ValueSetTest {
  const test = valueSets(textOf(canonical))
  if (!test) throw new TypeError(`value set ${textOf(canonical)} is not part of the knowledge`)
  return test
}

interface Coded extends Coding {
  coding?: Codings
  text?: unknown
}

type Codings = readonly (Coding | null)[]

/** What may stand where a concept is expected. */
type Sent = Coded | string | null | undefined

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
  let kept: Item[] | undefined
  for (let index = 0; index < input.length; index += 1) {
    const item = input[index]
    if (isCodedIn(plain(item), test, state)) kept?.push(item)
    else kept ??= input.slice(0, index)
  }
  return kept ?? input
}

/**
 * Whether a record's code, or its name where the value set has names, belongs to the value set; as `codedIn` asks it.
 * @throws DeadlinePassed when the time of the evaluation is up.
 */
export function isCodedIn(record: unknown, test: ValueSetTest, state: ScopeState): boolean {
  const concept = conceptOf(record)
  if (!Array.isArray(concept)) return isMember(concept as Sent, test, state)
  for (const each of concept as readonly Sent[]) if (isMember(each, test, state)) return true
  return false
}

interface Coding {
  system?: string
  code?: string
  display?: unknown
}

/** What a record says that it is; a value that is no record says it itself. */
function conceptOf(value: unknown): Sent | readonly Sent[] {
  if (typeof value !== 'object' || value === null) return value as Sent
  const { resourceType } = value as { resourceType?: string }
  if (!resourceType) return value as Coded
  return (value as Record<string, Sent>)[PRIMARY_CODE[resourceType] ?? 'code'] ?? nameOfMedicine(value as Medicated)
}

interface Medicated {
  medicationReference?: { display?: unknown }
}

/** A medicine that cannot be resolved is known at most by the name under which the record refers to it. */
const nameOfMedicine = ({ medicationReference }: Medicated): Coded | undefined =>
  medicationReference?.display === undefined ? undefined : { text: medicationReference.display }

function isMember(concept: Sent, test: ValueSetTest, state: ScopeState): boolean {
  if (typeof concept === 'string') return test(concept)
  if (typeof concept !== 'object' || concept === null) return false
  const { coding } = concept
  countTurns(state, Array.isArray(coding) ? coding.length : 1)
  if (!Array.isArray(coding)) return isOneOf(concept, concept.code === undefined ? [] : [concept], test, state)
  return isOneOf(concept, coding, test, state)
}

function isOneOf({ text }: Coded, codings: Codings, test: ValueSetTest, state: ScopeState): boolean {
  for (const coding of codings) if (coding && test(coding)) return true
  const { named } = test
  if (named === undefined) return false
  if (isMeant(text, codings, named, state)) return true
  for (const coding of codings) if (isMeant(coding?.display, codings, named, state)) return true
  return false
}

function isMeant(name: unknown, codings: Codings, named: NonNullable<ValueSetTest['named']>, state: ScopeState): boolean {
  if (typeof name !== 'string') return false
  countTurns(state, turnsOfPattern(name))
  return named(name, codings)
}

/** Whether all items belong to the value set. */
export const memberOf: OwnFunction = (input, [canonical], state, { valueSets }) => {
  const test = testOf(canonical, valueSets)
  if (input.length === 0) return NOTHING
  return membersOf(input, test, state).length === input.length ? YES : NO
}
