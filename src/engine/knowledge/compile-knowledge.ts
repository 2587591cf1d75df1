import type { ActivityDefinition, Library, PlanDefinition, Questionnaire } from 'fhir/r4.js'
import { ORDER_TYPES, RESOURCE_TYPES } from '../model/r4-model.js'
import { recordVariables } from '../expression/facts.js'
import { STANDARD_VARIABLES } from '../expression/standard-variables.js'
import { ANY_ITEMS, itemsOf, type Items } from '../model/items.js'
import { lookUp } from '../model/canonical.js'
import { activitiesByName, type ApplicableActivity } from './activities.js'
import type { CompiledPlan } from './compiled.js'
import { ExpressionCompiler } from './expressions.js'
import type { FaultList } from '../model/faults.js'
import { formDefinitions, type FormDefinitions } from './forms.js'
import { compileFacts, type CompiledFacts } from './compile-facts.js'
import { withParameters } from './plan-variables.js'
import { compileActivityAlone, compilePlan, subjectsOf, type Workshop } from './compile-plan.js'
import { type KnowledgeFile, ofType } from '../model/knowledge-file.js'
import { Terminology } from '../terminology/terminology.js'
import { createVocabulary, DECLARED, type SettingsTable } from './vocabulary.js'

/** All knowledge of the service, compiled and ready to answer. */
export interface Knowledge {
  files: readonly KnowledgeFile[]
  terminology: Terminology
  /** The forms whose answers the knowledge reads. */
  forms: FormDefinitions
  /** Compiled plans by canonical, with and without version, and by id. */
  plan: (canonicalOrId: string) => CompiledPlan | undefined
  plans: readonly CompiledPlan[]
  /** An ActivityDefinition by canonical or id, once for each plan that uses it, else by itself; empty where there is none. */
  activity: (canonicalOrId: string) => readonly ApplicableActivity[]
}

/**
 * Compiles the knowledge: terminology, then facts, then plans. Every fault lands in `faults`; what is sound
 * around it is still compiled, so that an author sees all faults at once.
 * @param settings what expressions can read as `%settings`; unchecked where it is not known.
 */
export function compileKnowledge(files: readonly KnowledgeFile[], faults: FaultList, settings?: SettingsTable): Knowledge {
  reportDuplicates(files, faults)
  const terminology = new Terminology(files, faults)
  const expressions = new ExpressionCompiler(terminology, createVocabulary(files, terminology, settings), faults)
  const ground = groundFacts(settings !== undefined)
  const { libraries, variables } = compileLibraries(ofType<Library>(files, 'Library'), ground, expressions, faults)
  const workshop: Workshop = {
    expressions,
    terminology,
    faults,
    libraries,
    sources: byUrl(ofType<Library>(files, 'Library').map(({ resource }) => resource)),
    activities: filesByUrl(ofType<ActivityDefinition>(files, 'ActivityDefinition')),
    questionnaires: byUrl(ofType<Questionnaire>(files, 'Questionnaire').map(({ resource }) => resource)),
    plans: filesByUrl(ofType<PlanDefinition>(files, 'PlanDefinition')),
    ground: { ...ground, variables },
    compiled: new Map(),
    inherited: new Map(),
  }
  const plans = ofType<PlanDefinition>(files, 'PlanDefinition').map(file => compilePlan(file, workshop))
  const byName = new Map(plans.flatMap(plan => [plan.canonical, plan.resource.url ?? '', plan.resource.id ?? ''].map(name => [name, plan] as const)))
  const activities = activitiesByName(ofType<ActivityDefinition>(files, 'ActivityDefinition'), plans, subjectsOf, file => compileActivityAlone(file, workshop))
  return { files, terminology, forms: formDefinitions(files, terminology), plans, plan: name => byName.get(name), activity: name => activities.get(name) ?? [] }
}

function groundFacts(areSettingsKnown: boolean): CompiledFacts {
  const known = new Map<string, Items>(RESOURCE_TYPES.map(type => [type, itemsOf(type)]))
  known.set('patient', itemsOf('Patient'))
  for (const name of ['draftOrders', 'orders']) known.set(name, itemsOf(...ORDER_TYPES))
  known.set('context', itemsOf(DECLARED.context))
  known.set('overrides', itemsOf(DECLARED.overrides))
  known.set('settings', areSettingsKnown ? itemsOf(DECLARED.settings) : ANY_ITEMS)
  known.set('ucum', itemsOf('string'))
  for (const [name, { items }] of Object.entries(STANDARD_VARIABLES)) known.set(name, items)
  return { known, descriptions: new Map(), needs: new Map(), variables: recordVariables(RESOURCE_TYPES), parameters: new Set() }
}

type CompiledLibraries = Map<string, { resource: Library; facts: CompiledFacts }>

/** Compiles libraries so that each stands after those it depends on; all their facts share one scope. */
function compileLibraries(files: readonly KnowledgeFile<Library>[], ground: CompiledFacts, expressions: ExpressionCompiler, faults: FaultList) {
  const sources = filesByUrl(files)
  const libraries: CompiledLibraries = new Map()
  let variables = ground.variables
  let needs = ground.needs
  const visit = (file: KnowledgeFile<Library>, above: readonly string[]): void => {
    const url = file.resource.url ?? file.file
    if (libraries.has(url)) return
    if (above.includes(url)) {
      faults.add('CANONICAL_CYCLE', file.file, 'Library.relatedArtifact', `${url} depends on itself.`)
      return
    }
    const inherited = dependencies(file, sources, faults).flatMap(dependency => {
      visit(dependency, [...above, url])
      return libraries.get(dependency.resource.url ?? '') ?? []
    })
    const base: CompiledFacts = {
      known: new Map([...ground.known, ...inherited.flatMap(({ facts }) => [...facts.known])]),
      descriptions: new Map(inherited.flatMap(({ facts }) => [...facts.descriptions])),
      needs,
      variables,
      parameters: new Set(inherited.flatMap(({ facts }) => [...facts.parameters])),
    }
    const facts = compileFacts(file, withParameters(base, file.resource), expressions, faults)
    variables = facts.variables
    needs = facts.needs
    libraries.set(url, { resource: file.resource, facts })
  }
  files.forEach(file => visit(file, []))
  return { libraries, variables }
}

function dependencies({ file, resource }: KnowledgeFile<Library>, sources: ReadonlyMap<string, KnowledgeFile<Library>>, faults: FaultList) {
  return (resource.relatedArtifact ?? []).flatMap(({ type, resource: canonical }, index) => {
    if (type !== 'depends-on') return []
    const found = lookUp(sources, canonical ?? '')
    if (!found) faults.add('CANONICAL_UNKNOWN', file, `Library.relatedArtifact[${index}]`, `There is no library ${canonical}.`)
    return found ?? []
  })
}

type Canonical = { url?: string; version?: string }

/** Types that answers cite by canonical|version. */
const CITED = ['PlanDefinition', 'ActivityDefinition', 'Questionnaire', 'Library']

function reportDuplicates(files: readonly KnowledgeFile[], faults: FaultList): void {
  const seen = new Map<string, string>()
  for (const { file, resource } of files) {
    const { url, version } = resource as Canonical
    if (CITED.includes(resource.resourceType) && !(url && version)) {
      faults.add('CANONICAL_UNKNOWN', file, `${resource.resourceType}.${url ? 'version' : 'url'}`, 'Without url and version nothing can refer to the resource.')
    }
    const before = url === undefined ? undefined : seen.get(url)
    if (before !== undefined) faults.add('RESOURCE_DUPLICATE', file, `${resource.resourceType}.url`, `${before} has the same url.`)
    if (url !== undefined) seen.set(url, file)
  }
}

const byUrl = <R extends Canonical>(resources: readonly R[]): Map<string, R> =>
  new Map(resources.flatMap(resource => (resource.url === undefined ? [] : [[resource.url, resource] as const])))

const filesByUrl = <R extends KnowledgeFile['resource'] & Canonical>(files: readonly KnowledgeFile<R>[]): Map<string, KnowledgeFile<R>> =>
  new Map(files.flatMap(file => (file.resource.url === undefined ? [] : [[file.resource.url, file] as const])))
