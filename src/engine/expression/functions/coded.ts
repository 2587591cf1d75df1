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
  coding?: Coding[]
  text?: unknown
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
  for (const concept of conceptsIn(record, state)) {
    countTurns(state, concept.codings.length || 1)
    if (isMember(concept, test, state)) return true
  }
  return false
}

/** Something that a record is said to be: codings, and what it is called. */
interface Concept {
  codings: readonly (Coding | string)[]
  names: readonly string[]
}

interface Coding {
  system?: string
  code?: string
  display?: unknown
}

/** What a record says that it is, read once a call. */
function conceptsIn(value: unknown, { concepts }: ScopeState): readonly Concept[] {
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? [{ codings: [value], names: [] }] : NO_CONCEPTS
  const before = concepts.get(value)
  if (before) return before as readonly Concept[]
  const found = conceptsOf(value).flatMap(each => (each ? readConcept(each) : []))
  concepts.set(value, found)
  return found
}

const NO_CONCEPTS: readonly Concept[] = []

function conceptsOf(value: object): readonly (Coded | string)[] {
  const { resourceType } = value as { resourceType?: string }
  const concept = resourceType
    ? ((value as Record<string, Coded | Coded[]>)[PRIMARY_CODE[resourceType] ?? 'code'] ?? nameOfMedicine(value as Medicated))
    : (value as Coded)
  return Array.isArray(concept) ? concept : concept ? [concept] : []
}

function readConcept(concept: Coded | string): Concept {
  if (typeof concept === 'string') return { codings: [concept], names: [] }
  const codings = Array.isArray(concept.coding) ? concept.coding.filter(Boolean) : concept.code === undefined ? [] : [concept]
  const names = [concept.text, ...codings.map(({ display }) => display)].filter(name => typeof name === 'string')
  return { codings, names }
}

interface Medicated {
  medicationReference?: { display?: unknown }
}

/** A medicine that cannot be resolved is known at most by the name under which the record refers to it. */
const nameOfMedicine = ({ medicationReference }: Medicated): Coded | undefined =>
  medicationReference?.display === undefined ? undefined : { text: medicationReference.display }

function isMember({ codings, names }: Concept, test: ValueSetTest, state: ScopeState): boolean {
  for (const coding of codings) if (test(coding)) return true
  const { named } = test
  if (named === undefined) return false
  for (const name of names) {
    countTurns(state, turnsOfPattern(name))
    if (named(name, codings)) return true
  }
  return false
}

/** Whether all items belong to the value set. */
export const memberOf: OwnFunction = (input, [canonical], state, { valueSets }) => {
  const test = testOf(canonical, valueSets)
  if (input.length === 0) return NOTHING
  return membersOf(input, test, state).length === input.length ? YES : NO
}
