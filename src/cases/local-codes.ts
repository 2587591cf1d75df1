import type { CodeSystem, Questionnaire, ValueSet } from 'fhir/r4.js'
import { checkNames } from '../engine/expression/check-names.js'
import { ANY_ITEMS } from '../engine/model/items.js'
import { parseExpression } from '../engine/expression/syntax.js'
import { type KnowledgeFile, ofType } from '../engine/model/knowledge-file.js'
import type { CoverageWords } from './coverage-words.js'
import { factsIn, itemsOf, literalsOf, readersOf, type OwnKnowledge, type WrittenFact } from './references.js'

/** What is read under a name of our own because no standard code was found for it. */
export interface LocalReading {
  /** Codes of our own kinds that no value set pairs with a standard code, by kind. */
  unpaired: ReadonlyMap<string, readonly string[]>
  /** Number of codes of our own kinds that a value set pairs with a standard code. */
  pairedCount: number
  /** Code systems, ours and others', by the facts that name them without a value set. */
  namedInFacts: ReadonlyMap<string, readonly string[]>
  /** Number of value sets that name each code system. */
  systems: ReadonlyMap<string, number>
  /** Items that facts read, none of them with a code as an alternative to the answer. */
  formOnly: readonly string[]
  /** Items that no fact reads. */
  unread: readonly string[]
}

/** Derives from the knowledge what is read under a name of our own. */
export function localReading(
  {
    files,
    profile: {
      names: { base },
    },
  }: OwnKnowledge,
  { ownCodes, form }: CoverageWords,
): LocalReading {
  const facts = factsIn(files)
  const valueSets = ofType<ValueSet>(files, 'ValueSet').map(({ resource }) => resource)
  const paired = new Set(valueSets.flatMap(each => pairedCodes(each, `${base}/CodeSystem/`)))
  const own = ownCodes.map(kind => [kind, codesOf(files, kind)] as const)
  return {
    unpaired: new Map(own.map(([kind, codes]) => [kind, codes.filter(code => !paired.has(`${kind}|${code}`))])),
    pairedCount: paired.size,
    namedInFacts: namedInFacts(facts, base),
    systems: countOf(valueSets.flatMap(systemsOf)),
    ...formReading(files, facts, form),
  }
}

const codesOf = (files: readonly KnowledgeFile[], id: string): string[] =>
  ofType<CodeSystem>(files, 'CodeSystem')
    .filter(({ resource }) => resource.id === id)
    .flatMap(({ resource }) => (resource.concept ?? []).map(({ code }) => code))
    .sort()

/** Code systems that a value set names itself. */
const systemsOf = ({ compose }: ValueSet): string[] => [...new Set((compose?.include ?? []).flatMap(({ system }) => system ?? []))]

/** Codes of our own, as `kind|code`, that a value set gives beside a standard code for the same thing. */
function pairedCodes(valueSet: ValueSet, ownSystem: string): string[] {
  if (systemsOf(valueSet).every(system => system.startsWith(ownSystem))) return []
  return (valueSet.compose?.include ?? []).flatMap(({ system = '', concept = [] }) =>
    system.startsWith(ownSystem) ? concept.map(({ code }) => `${system.slice(ownSystem.length)}|${code}`) : [],
  )
}

/** Code systems that facts write out themselves, each with the names of those facts. */
function namedInFacts(facts: readonly WrittenFact[], base: string): Map<string, string[]> {
  const isSystem = (literal: string) => /^(https?:|urn:)/.test(literal) && !new RegExp(`^${base}/(?!CodeSystem/)`).test(literal)
  const named = new Map<string, string[]>()
  for (const { name, expression } of facts) {
    for (const system of [...literalsOf(expression)].filter(isSystem)) named.set(system, [...(named.get(system) ?? []), name])
  }
  return named
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Items of the form that nothing reads, and those that are read from the form alone. */
function formReading(
  files: readonly KnowledgeFile[],
  facts: readonly WrittenFact[],
  id: string | undefined,
): Pick<LocalReading, 'formOnly' | 'unread'> {
  const form = ofType<Questionnaire>(files, 'Questionnaire').find(({ resource }) => id !== undefined && resource.id === id)?.resource
  if (form === undefined) return { formOnly: [], unread: [] }
  const questions = itemsOf(form.item)
    .filter(({ type }) => type !== 'group' && type !== 'display')
    .map(({ linkId }) => linkId)
  const readers = readersOf(form, facts)
  const paired = pairedWithCodes(facts)
  const readBy = (linkId: string): readonly string[] => readers.get(linkId) ?? []
  return {
    unread: questions.filter(linkId => readBy(linkId).length === 0),
    formOnly: questions.filter(linkId => readBy(linkId).length > 0 && !paired.has(linkId)),
  }
}

/** Names of the variables that a part of an expression mentions; empty where the part alone does not parse. */
function mentionedVariables(part: string): ReadonlySet<string> {
  try {
    return checkNames(parseExpression(part), ANY_ITEMS, new Map()).variables
  } catch {
    return new Set()
  }
}

const READS_CODES = /\b(codedIn|memberOf)\(/

/**
 * Strings that some fact writes out in one of its alternatives while another alternative reads codes, itself or in
 * a fact it names: `answer('redFlag.fever') or %Condition.codedIn(…)`. It looks no deeper, since in the end nearly
 * every fact rests on the coded back problem.
 */
export function pairedWithCodes(facts: readonly WrittenFact[]): ReadonlySet<string> {
  const coded = new Set(facts.filter(({ expression }) => READS_CODES.test(expression)).map(({ name }) => name))
  const readsCodes = (alternative: string) =>
    READS_CODES.test(alternative) || [...mentionedVariables(alternative)].some(name => coded.has(name))
  return new Set(
    facts.flatMap(({ expression }) => {
      const parts = alternatives(expression)
      return parts.some(readsCodes) ? parts.filter(part => !readsCodes(part)).flatMap(part => [...literalsOf(part)]) : []
    }),
  )
}

/** The parts of an expression that an `or` joins, outside all parentheses and strings. */
export function alternatives(expression: string): string[] {
  const parts: string[] = []
  let [depth, start] = [0, 0]
  for (const { 0: token, index } of expression.matchAll(/'(?:[^'\\]|\\.)*'|[()]|\bor\b/g)) {
    if (token === '(') depth += 1
    if (token === ')') depth -= 1
    if (token !== 'or' || depth > 0) continue
    parts.push(expression.slice(start, index).trim())
    start = index + token.length
  }
  return [...parts, expression.slice(start).trim()]
}
