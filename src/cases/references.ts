import type { Library, PlanDefinition, PlanDefinitionAction, Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import { EXTENSION, extensionsOf } from '../engine/model/extensions.js'
import { type KnowledgeFile, ofType } from '../engine/model/knowledge-file.js'

/** The resources of a body of knowledge, and how it names what is its own. */
export type OwnKnowledge = Pick<Knowledge, 'files' | 'profile'>

/** A named fact as its Library or PlanDefinition writes it. */
export interface WrittenFact {
  name: string
  expression: string
  /** Such as `Library/low-back-pain-triage`. */
  where: string
}

/** All facts of the knowledge, by file and in the order they are written. */
export function factsIn(files: readonly KnowledgeFile[]): WrittenFact[] {
  return [...ofType<Library>(files, 'Library'), ...ofType<PlanDefinition>(files, 'PlanDefinition')].flatMap(({ resource }) =>
    extensionsOf(resource, EXTENSION.fact).map(({ valueExpression }) => ({
      name: valueExpression?.name ?? '',
      expression: valueExpression?.expression ?? '',
      where: `${resource.resourceType}/${resource.id}`,
    })),
  )
}

/** The strings that an expression writes out. */
export const literalsOf = (expression: string): ReadonlySet<string> =>
  new Set([...expression.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, literal = '']) => literal))

/** Items of a form at any depth. */
export const itemsOf = (items: readonly QuestionnaireItem[] = []): QuestionnaireItem[] =>
  items.flatMap(item => [item, ...itemsOf(item.item)])

/** Facts that read each item, by linkId: those whose expression writes the linkId out. An item nobody reads has none. */
export function readersOf({ item }: Questionnaire, facts: readonly WrittenFact[]): Map<string, string[]> {
  const written = facts.map(({ name, expression }) => ({ name, literals: literalsOf(expression) }))
  return new Map(
    itemsOf(item).map(({ linkId }) => [linkId, written.filter(({ literals }) => literals.has(linkId)).map(({ name }) => name)]),
  )
}

/** What a note may refer to. */
export interface KnownThings {
  /** Such as `Library/low-back-pain-triage`. */
  resources: ReadonlySet<string>
  /** Facts, sections of sources and actions, such as `Library/low-back-pain-triage#hasFever`. */
  parts: ReadonlySet<string>
  /** Facts that read an item, by such as `Questionnaire/low-back-consultation#pain.night`. */
  readers: ReadonlyMap<string, readonly string[]>
}

/** Gathers what notes may refer to. */
export function knownThings({ files, profile }: OwnKnowledge): KnownThings {
  const facts = factsIn(files)
  return {
    resources: new Set(files.map(({ resource }) => `${resource.resourceType}/${resource.id}`)),
    parts: new Set([
      ...facts.map(({ where, name }) => `${where}#${name}`),
      ...sectionsIn(files, profile.names.extension.anchor),
      ...actionsIn(files),
    ]),
    readers: new Map(
      ofType<Questionnaire>(files, 'Questionnaire').flatMap(({ resource }) =>
        [...readersOf(resource, facts)].map(([linkId, readers]) => [`Questionnaire/${resource.id}#${linkId}`, readers] as const),
      ),
    ),
  }
}

/** Sections of the source documents, such as `Library/nkr-spinal-stenosis#about`. */
const sectionsIn = (files: readonly KnowledgeFile[], anchor: string): string[] =>
  ofType<Library>(files, 'Library').flatMap(({ resource }) =>
    (resource.relatedArtifact ?? [])
      .flatMap(artifact => extensionsOf(artifact, anchor))
      .map(({ valueString }) => `Library/${resource.id}#${valueString}`),
  )

/** Actions at any depth, such as `PlanDefinition/start-back#high-risk`. */
function actionsIn(files: readonly KnowledgeFile[]): string[] {
  const idsOf = (actions: readonly PlanDefinitionAction[] = []): string[] =>
    actions.flatMap(({ id = '', action }) => [id, ...idsOf(action)])
  return ofType<PlanDefinition>(files, 'PlanDefinition').flatMap(({ resource }) =>
    idsOf(resource.action).map(id => `PlanDefinition/${resource.id}#${id}`),
  )
}

/** A reference within a note: `Type/id` or `Type/id#part`; a full stop at its end belongs to the sentence. */
const REFERENCE = /\b([A-Z][A-Za-z]+\/[a-z0-9-]+)(?:#([\w-]+(?:\.[\w-]+)*))?/g

/** The references in a note, in order. */
export const referencesIn = (note: string): { resource: string; part: string | undefined }[] =>
  [...note.matchAll(REFERENCE)].map(([, resource = '', part]) => ({ resource, part }))

/** What is wrong with a note, in sentences: it says nothing, names what does not exist, or an item that no fact reads. */
export function faultsOfNote(note: string, { resources, parts, readers }: KnownThings): string[] {
  if (!note.trim()) return ['has an empty note.']
  return referencesIn(note).flatMap(({ resource, part }) => {
    if (!resources.has(resource)) return [`names ${resource}, which does not exist.`]
    if (part === undefined) return []
    const whole = `${resource}#${part}`
    const readBy = readers.get(whole)
    if (readBy === undefined) return parts.has(whole) ? [] : [`names ${whole}, which does not exist.`]
    return readBy.length > 0 ? [] : [`names ${whole}, which no fact reads.`]
  })
}
