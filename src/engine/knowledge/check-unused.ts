import type { Library, PlanDefinition, ValueSet } from 'fhir/r4.js'
import { urlOf } from '../model/canonical.js'
import { EXTENSION } from '../model/extensions.js'
import type { FaultList } from '../model/faults.js'
import { ofType, type KnowledgeFile } from '../model/knowledge-file.js'
import { neededBy, writtenFacts } from './compile-facts.js'
import type { Knowledge } from './compile-knowledge.js'
import { ResourceIndex } from './resource-index.js'

type Read = Pick<Knowledge, 'files' | 'profile'>

/**
 * Tells of facts that nothing asks in the end: no condition, text, definition, form or measure, nor a fact that one of
 * these asks. Whatever looks like a mention counts as one.
 */
export function checkUnusedFacts({ files, profile }: Read, faults: FaultList): void {
  const index = new ResourceIndex(files, profile.names.base)
  const holders = [...index.every<Library>('Library'), ...index.every<PlanDefinition>('PlanDefinition')]
  const facts = holders.flatMap(({ file, resource }) => writtenFacts(resource, profile.languages[0]).map(fact => ({ ...fact, file })))
  const asked = new Set(files.flatMap(({ resource }) => [...textsIn(resource, isFact)].flatMap(variablesIn)))
  const needs = new Map<string, Set<string>>()
  // Two plans may each have a fact of one name.
  for (const { name, expression } of facts) needs.set(name, new Set([...(needs.get(name) ?? []), ...variablesIn(expression)]))
  const used = neededBy(asked, needs)
  for (const { file, element, name } of facts)
    if (!used.has(name)) faults.add('FACT_UNUSED', file, element, `Nothing asks %${name} in the end; leave the fact out, or ask it.`)
}

/**
 * Tells of value sets that nothing asks in the end: no expression, data requirement, form or extension, nor a value set
 * that one of these asks. That a library is said to depend on one is not to ask it.
 */
export function checkUnusedValueSets({ files, profile: { names } }: Read, faults: FaultList): void {
  const valueSets = ofType<ValueSet>(files, 'ValueSet')
  const others = files.filter(({ resource }) => resource.resourceType !== 'ValueSet')
  const needs = new Map(valueSets.map(({ resource }) => [resource.url ?? '', canonicalsOf(resource)]))
  // The engine asks these itself.
  const used = neededBy([names.yes, names.no, ...others.flatMap(({ resource }) => [...canonicalsOf(resource)])], needs)
  for (const { file, resource } of valueSets)
    if (resource.url !== undefined && !used.has(resource.url))
      faults.add('VALUE_SET_UNUSED', file, 'ValueSet', 'No expression and no data requirement asks it in the end; leave it out, or ask it.')
}

const isFact = (value: object): boolean => 'url' in value && value.url === EXTENSION.fact

const isDependency = (value: object): boolean => 'type' in value && value.type === 'depends-on' && 'resource' in value

/** Names that stand in a text as those of variables do. */
const variablesIn = (text: string): string[] => [...text.matchAll(/%[`']?(\w+)/g)].flatMap(([, name]) => name ?? [])

/** All that could be a canonical in a resource: its texts, and what stands in quotes within them. */
const canonicalsOf = (resource: KnowledgeFile['resource']): Set<string> =>
  new Set(
    [...textsIn(resource, isDependency)]
      .flatMap(text => [text, ...[...text.matchAll(/'([^']*)'/g)].flatMap(([, quoted]) => quoted ?? [])])
      .map(urlOf),
  )

/** Every text of a value, at any depth. @param isPassedOver what is not looked into. */
function* textsIn(value: unknown, isPassedOver: (object: object) => boolean): Generator<string> {
  if (typeof value === 'string') yield value
  if (typeof value !== 'object' || value === null || isPassedOver(value)) return
  for (const member of Object.values(value)) yield* textsIn(member, isPassedOver)
}
