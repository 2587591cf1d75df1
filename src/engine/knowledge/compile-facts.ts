import type { Library, PlanDefinition } from 'fhir/r4.js'
import type { CompiledFact } from '../expression/facts.js'
import { factVariables } from '../expression/facts.js'
import type { Variables } from '../expression/scope.js'
import type { KnownVariables } from '../expression/check-names.js'
import { ANY_ITEMS } from '../model/items.js'
import { EXTENSION, extensionsOf } from '../model/extensions.js'
import { lackingLanguages, localized, type LocalizedText } from '../model/localized.js'
import type { ExpressionCompiler } from './expressions.js'
import type { KnowledgeProfile } from './profile.js'
import type { FaultList } from '../model/faults.js'
import type { Cited } from './resource-index.js'

/** A set of facts that plans or other libraries can build on; those of the records are among them. */
export interface CompiledFacts {
  /** What is known of every variable in reach, own and inherited. */
  known: KnownVariables
  descriptions: ReadonlyMap<string, LocalizedText>
  /** For every fact in reach, the variables that its own expression names. */
  needs: ReadonlyMap<string, ReadonlySet<string>>
  variables: Variables
  /** Names of the input parameters that libraries declare. */
  parameters: ReadonlySet<string>
}

/** What facts are compiled with. */
export interface FactContext {
  expressions: ExpressionCompiler
  faults: FaultList
  /** Languages in which facts are described; the first is that of a description whose resource names none. */
  languages: KnowledgeProfile['languages']
}

const FACT_NAME = /^[A-Za-z_]\w*$/

/** A fact as it is written. */
export interface WrittenFact {
  name: string
  description: string
  descriptions: LocalizedText
  language: string | undefined
  expression: string
  element: string
}

/** Reads the facts that a Library or PlanDefinition names with the variable extension. */
export function writtenFacts(resource: Library | PlanDefinition, language: string): WrittenFact[] {
  return extensionsOf(resource, EXTENSION.fact).map(({ valueExpression }, index) => ({
    name: valueExpression?.name ?? '',
    description: valueExpression?.description ?? '',
    descriptions: localized(valueExpression?.description, valueExpression?._description, resource.language ?? language),
    language: valueExpression?.language,
    expression: valueExpression?.expression ?? '',
    element: `${resource.resourceType}.extension[${index}] (${valueExpression?.name ?? 'no name'})`,
  }))
}

/**
 * Compiles the facts of one resource on top of those it builds on. Facts may stand in any order; cycles,
 * repeated names and facts without a description in each language are faults.
 */
export function compileFacts(
  { file, resource }: Cited<Library> | Cited<PlanDefinition>,
  base: CompiledFacts,
  { expressions, faults, languages }: FactContext,
): CompiledFacts {
  const written = writtenFacts(resource, languages[0])
  if (written.length === 0) return base
  const { ordered, cyclic } = inOrder(written, file, expressions, faults)
  // A fact that depends on itself is known to be named, so that its fault is told once.
  const known = new Map(base.known)
  for (const name of cyclic) known.set(name, ANY_ITEMS)
  const named = new Set<string>()
  const descriptions = new Map(base.descriptions)
  const needs = new Map(base.needs)
  const compiled: CompiledFact[] = []
  for (const fact of ordered) {
    const place = { file, element: fact.element }
    const isNew = !named.has(fact.name) && !base.known.has(fact.name) && !base.needs.has(fact.name)
    if (!isNew) faults.add('FACT_DUPLICATE', file, fact.element, `%${fact.name} is already named.`)
    if (!FACT_NAME.test(fact.name))
      faults.add(
        'NAME_UNKNOWN',
        file,
        fact.element,
        'A fact needs a name of letters, digits and underscores, so that expressions can call it.',
      )
    if (!fact.description.trim()) faults.add('DESCRIPTION_MISSING', file, fact.element, 'Say in plain language what the fact means.')
    const lacking = fact.description.trim() ? lackingLanguages(fact.descriptions, languages) : []
    if (lacking.length > 0) faults.add('TRANSLATION_MISSING', file, fact.element, `The description is missing in ${lacking.join(', ')}.`)
    const checked = expressions.expression({ language: fact.language as 'text/fhirpath', expression: fact.expression }, place, known)
    named.add(fact.name)
    known.set(fact.name, checked.isCertain ? { ...checked.items, isCertain: true } : checked.items)
    descriptions.set(fact.name, fact.descriptions)
    needs.set(fact.name, checked.variables)
    if (isNew) compiled.push({ name: fact.name, description: fact.description, evaluate: checked.evaluate })
  }
  return { known, descriptions, needs, parameters: base.parameters, variables: factVariables(base.variables, compiled) }
}

/** The variables that a set of names needs in the end: the names themselves and what their facts need. */
export function neededBy(names: Iterable<string>, needs: CompiledFacts['needs']): Set<string> {
  const needed = new Set<string>()
  const need = (each: Iterable<string>): void => {
    for (const name of each) {
      if (needed.has(name)) continue
      needed.add(name)
      need(needs.get(name) ?? [])
    }
  }
  need(names)
  return needed
}

/** All entries of some maps; of entries with the same key the last. One map is itself, since it may hold a thousand. */
export function joined<Value>(maps: readonly ReadonlyMap<string, Value>[]): ReadonlyMap<string, Value> {
  const [only] = maps
  if (only && maps.length === 1) return only
  const all = new Map<string, Value>()
  for (const map of maps) for (const [key, value] of map) all.set(key, value)
  return all
}

/** Facts so that each stands after those it uses, and the names of those that depend on themselves. */
function inOrder(
  facts: readonly WrittenFact[],
  file: string,
  expressions: ExpressionCompiler,
  faults: FaultList,
): { ordered: WrittenFact[]; cyclic: string[] } {
  const byName = new Map(facts.map(fact => [fact.name, fact]))
  const ordered: WrittenFact[] = []
  const cyclic: string[] = []
  const state = new Map<WrittenFact, 'open' | 'done'>()
  const visit = (fact: WrittenFact): void => {
    if (state.get(fact) === 'done') return
    if (state.get(fact) === 'open') {
      faults.add('FACT_CYCLE', file, fact.element, `%${fact.name} depends on itself.`)
      cyclic.push(fact.name)
      return
    }
    state.set(fact, 'open')
    for (const name of expressions.mentionedVariables(fact.expression)) {
      const used = byName.get(name)
      if (used) visit(used)
    }
    state.set(fact, 'done')
    ordered.push(fact)
  }
  facts.forEach(visit)
  return { ordered, cyclic }
}
