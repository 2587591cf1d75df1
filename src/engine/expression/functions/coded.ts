import type { ScopeState } from '../scope.js'
import { countItems, countTurns } from '../steps.js'
import { NO, NOTHING, plain, YES, type Collection, type Item } from '../values.js'
import { alikeIn, type Alike } from './alike.js'
import { conceptOf, type Codings, type Concept, type Sent } from './concepts.js'
import { turnsOfPattern } from './turns.js'
import { textOf, type OwnFunction } from './own-function.js'
import type { ValueSetLookup, ValueSetTest } from './value-set-test.js'

function testOf(canonical: Collection | undefined, valueSets: ValueSetLookup): ValueSetTest {
  const test = valueSets(textOf(canonical))
  if (!test) throw new TypeError(`value set ${textOf(canonical)} is not part of the knowledge`)
  return test
}

/** Keeps the items whose code, or that themselves as a code, belong to the value set. */
export const codedIn: OwnFunction = (input, [canonical], state, { valueSets }) => membersOf(input, testOf(canonical, valueSets), state)

/** Fewest items of a list of which those that are alike are held against value sets together: in a shorter one it spares nothing. */
const WORTH_COMPARING = 8

function membersOf(input: Collection, test: ValueSetTest, state: ScopeState): Collection {
  const alike = input.length < WORTH_COMPARING ? undefined : alikeAmong(input, state)
  let kept: Item[] | undefined
  for (let index = 0; index < input.length; index += 1) {
    const item = input[index]
    const others = alike?.[index]
    if (others ? areCodedIn(others, test, state) : isCodedIn(plain(item), test, state)) kept?.push(item)
    else kept ??= input.slice(0, index)
  }
  return kept ?? input
}

/** What is alike in a list, looked through once a call: knowledge asks the same lists of one value set after another. */
function alikeAmong(input: Collection, state: ScopeState): readonly Alike[] {
  countItems(state, input)
  const before = state.alike.get(input)
  if (before) return before
  const alike = alikeIn(input)
  state.alike.set(input, alike)
  return alike
}

/** Asks it of one of them, and once for as long as they are asked of no other value set. */
function areCodedIn(alike: Alike, test: ValueSetTest, state: ScopeState): boolean {
  if (alike.test !== test) {
    alike.isIn = isCodedIn(alike.one, test, state)
    alike.test = test
  }
  return alike.isIn
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

function isMember(concept: Sent, test: ValueSetTest, state: ScopeState): boolean {
  if (typeof concept === 'string') return test(concept)
  if (typeof concept !== 'object' || concept === null) return false
  const { coding } = concept
  countTurns(state, Array.isArray(coding) ? coding.length : 1)
  if (!Array.isArray(coding)) return isOneOf(concept, concept.code === undefined ? [] : [concept], test, state)
  return isOneOf(concept, coding, test, state)
}

function isOneOf({ text }: Concept, codings: Codings, test: ValueSetTest, state: ScopeState): boolean {
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
