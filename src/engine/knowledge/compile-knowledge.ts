import type { ActivityDefinition, Library, Measure, NamingSystem, PlanDefinition, ValueSet } from 'fhir/r4.js'
import { ORDER_TYPES, RESOURCE_TYPES } from '../model/r4-model.js'
import { atOnce, type Steps } from '../../plain-values/steps.js'
import type { CompilerMaker } from '../expression/compile.js'
import { recordVariables } from '../expression/facts.js'
import type { Variables } from '../expression/scope.js'
import { STANDARD_VARIABLES } from '../expression/standard-variables.js'
import { ANY_ITEMS, itemsOf, type Items } from '../model/items.js'
import { urlOf } from '../model/canonical.js'
import { activitiesByName, type ApplicableActivity } from './activities.js'
import { compileMeasure } from './compile-measure.js'
import type { CompiledMeasure, CompiledPlan } from './compiled.js'
import { ExpressionCompiler } from './expressions.js'
import type { FaultList } from '../model/faults.js'
import { templateMaker } from './data-requirements.js'
import { formDefinitions, type FormDefinitions } from './forms.js'
import { compileFacts, joined, type CompiledFacts } from './compile-facts.js'
import { withParameters } from './plan-variables.js'
import { compileActivityAlone, compilePlan, subjectsOf, type PlanContext } from './compile-plan.js'
import type { Foreknowledge } from './kept-findings.js'
import type { KnowledgeFile } from '../model/knowledge-file.js'
import { lazily } from '../model/memoised.js'
import { EXTENSION, extensionsOf } from '../model/extensions.js'
import { reportUnknownNames } from './own-names.js'
import { plainR4, type KnowledgeProfile } from './profile.js'
import { ResourceIndex, type Cited } from './resource-index.js'
import { Terminology } from '../terminology/terminology.js'
import { reportUnknownProperties } from './unknown-properties.js'
import { createVocabulary, DECLARED, type SettingsTable } from './vocabulary.js'
import { wellShaped } from './well-shaped.js'

/** All knowledge of the service, compiled and ready to answer. */
export interface Knowledge {
  files: readonly KnowledgeFile[]
  profile: KnowledgeProfile
  terminology: Terminology
  /** The forms whose answers the knowledge reads. */
  forms: FormDefinitions
  /** Compiled plans by canonical, with and without version, and by id. */
  plan: (canonicalOrId: string) => CompiledPlan | undefined
  plans: readonly CompiledPlan[]
  /** Measures of quality by canonical, with and without version, and by id. */
  measure: (canonicalOrId: string) => CompiledMeasure | undefined
  measures: readonly CompiledMeasure[]
  /** An ActivityDefinition by canonical or id, once for each plan that uses it, else by itself; empty where there is none. */
  activity: (canonicalOrId: string) => readonly ApplicableActivity[]
  /** What is made when it is first asked for; a call of each makes it before. Empty where all was checked, and so made, at once. */
  unfinished: readonly (() => void)[]
}

/** How knowledge is compiled. */
export interface CompileOptions {
  /** What it is held to; plain R4 unless given. */
  profile?: KnowledgeProfile
  /** What expressions can read as `%settings`; unchecked where it is not known. */
  settings?: SettingsTable
  /** What makes expressions ready to run, in place of the engine's own. */
  makeCompiler?: CompilerMaker | undefined
  /** What is known of the knowledge from before; nothing unless given. */
  foreknowledge?: Foreknowledge
}

/**
 * Compiles the knowledge: terminology, then facts, then plans. Every finding lands in `findings`; what is sound around a
 * fault is still compiled, so that an author sees all faults at once.
 */
export const compileKnowledge = (given: readonly KnowledgeFile[], findings: FaultList, options?: CompileOptions): Knowledge =>
  atOnce(compilingKnowledge(given, findings, options))

/** The same, a library or a plan at each step. */
export function* compilingKnowledge(
  given: readonly KnowledgeFile[],
  findings: FaultList,
  { profile = plainR4(), settings, makeCompiler, foreknowledge = {} }: CompileOptions = {},
): Steps<Knowledge> {
  const faults = findings.judgedBy(profile)
  const files = foreknowledge.isSound ? given : checkedFiles(given, faults, profile)
  const terminology = new Terminology(files, faults, {
    names: profile.names,
    language: profile.languages[0],
    isSound: foreknowledge.isSound,
  })
  if (!foreknowledge.isSound) reportUnknownProperties(files, terminology, faults)
  const vocabulary = lazily(() => createVocabulary(files, terminology, settings, profile.languages))
  const expressions = new ExpressionCompiler(terminology, vocabulary, faults, makeCompiler, foreknowledge)
  const records = recordFacts(settings !== undefined)
  const resources = new ResourceIndex(files, profile.names.base)
  const libraryContext = { resources, isTerminology: terminologyNamed(files), expressions, faults, languages: profile.languages }
  yield
  const { libraries, variables } = yield* compileLibraries(resources.every<Library>('Library'), records, libraryContext)
  const context: PlanContext = {
    expressions,
    terminology,
    faults,
    profile,
    isSound: foreknowledge.isSound ?? false,
    libraries,
    resources,
    records: { ...records, variables: variables.flat() },
    compiled: new Map(),
    inherited: new Map(),
    requirements: new Map(),
    templateOf: templateMaker(foreknowledge),
  }
  const cited = resources.all<PlanDefinition>('PlanDefinition')
  const plans: CompiledPlan[] = []
  for (const file of cited) {
    yield
    plans.push(compilePlan(file, context))
  }
  const byName = new Map(
    cited.flatMap(({ url, resource }, index) =>
      [plans[index]?.canonical, url, `PlanDefinition/${resource.id}`, resource.id].map(name => [name ?? '', plans[index]] as const),
    ),
  )
  yield
  const measures = resources.all<Measure>('Measure').flatMap(file => compileMeasure(file, context) ?? [])
  const measuresByName = new Map(
    measures.flatMap(each => [each.canonical, each.resource.url, each.resource.id].map(name => [name ?? '', each] as const)),
  )
  const activities = activitiesByName(resources.all<ActivityDefinition>('ActivityDefinition'), plans, subjectsOf, file =>
    compileActivityAlone(file, context),
  )
  return {
    files: given,
    profile,
    terminology,
    forms: formDefinitions(files, terminology),
    plans,
    plan: name => byName.get(name),
    measures,
    measure: name => measuresByName.get(name),
    activity: name => activities.get(name) ?? [],
    unfinished: foreknowledge.isSound ? [...terminology.unfinished, ...expressions.unfinished] : [],
  }
}

/** What of the files can be compiled. */
function checkedFiles(given: readonly KnowledgeFile[], faults: FaultList, { names }: KnowledgeProfile): readonly KnowledgeFile[] {
  const files = wellShaped(given, faults)
  reportDuplicates(files, faults)
  reportUnknownNames(files, faults, names)
  return files
}

function recordFacts(areSettingsKnown: boolean): CompiledFacts {
  const known = new Map<string, Items>(RESOURCE_TYPES.map(type => [type, itemsOf(type)]))
  known.set('patient', itemsOf('Patient'))
  for (const name of ['draftOrders', 'orders']) known.set(name, itemsOf(...ORDER_TYPES))
  known.set('context', itemsOf(DECLARED.context))
  for (const name of ['overrides', 'silenced']) known.set(name, itemsOf(DECLARED.overrides))
  known.set('settings', areSettingsKnown ? itemsOf(DECLARED.settings) : ANY_ITEMS)
  known.set('ucum', itemsOf('string'))
  for (const [name, { items }] of Object.entries(STANDARD_VARIABLES)) known.set(name, items)
  return { known, descriptions: new Map(), needs: new Map(), variables: recordVariables(RESOURCE_TYPES), parameters: new Set() }
}

type CompiledLibraries = Map<string, { resource: Cited<Library>; facts: CompiledFacts }>

interface LibraryContext {
  resources: ResourceIndex
  /** Whether a canonical names terminology, which a library may depend on, too. */
  isTerminology: (canonical: string) => boolean
  expressions: ExpressionCompiler
  faults: FaultList
  languages: KnowledgeProfile['languages']
}

/** Compiles libraries so that each stands after those it depends on; all their facts share one scope. */
function* compileLibraries(
  files: readonly Cited<Library>[],
  records: CompiledFacts,
  context: LibraryContext,
): Steps<{ libraries: CompiledLibraries; variables: Variables }> {
  const { expressions, faults, languages } = context
  const libraries: CompiledLibraries = new Map()
  let variables = records.variables
  let needs = records.needs
  function* visit(file: Cited<Library>, above: readonly string[]): Steps<void> {
    const { url } = file
    if (libraries.has(url)) return
    if (above.includes(url)) {
      faults.add('CANONICAL_CYCLE', file.file, 'Library.relatedArtifact', `${url} depends on itself.`)
      return
    }
    const depended = dependencies(file, context)
    for (const dependency of depended) yield* visit(dependency, [...above, url])
    yield
    const inherited = depended.flatMap(dependency => libraries.get(dependency.url) ?? [])
    reportUnread(file, faults)
    const base: CompiledFacts = {
      known: inherited.length === 0 ? records.known : joined(inherited.map(({ facts }) => facts.known)),
      descriptions: joined(inherited.map(({ facts }) => facts.descriptions)),
      needs,
      variables,
      parameters: new Set(inherited.flatMap(({ facts }) => [...facts.parameters])),
    }
    const facts = compileFacts(file, withParameters(base, file.resource), { expressions, faults, languages })
    variables = facts.variables
    needs = facts.needs
    libraries.set(url, { resource: file, facts })
  }
  for (const file of files) yield* visit(file, [])
  return { libraries, variables }
}

function dependencies(library: Cited<Library>, { resources, isTerminology, faults }: LibraryContext): Cited<Library>[] {
  return (library.resource.relatedArtifact ?? []).flatMap(({ type, resource: canonical = '' }, index) => {
    if (type !== 'depends-on' || isTerminology(canonical)) return []
    const found = resources.find<Library>('Library', canonical, library)
    if (!found) faults.add('CANONICAL_UNKNOWN', library.file, `Library.relatedArtifact[${index}]`, `There is no library ${canonical}.`)
    return found ?? []
  })
}

/** Tells of logic in another language than FHIRPath, which nobody here reads. */
function reportUnread({ file, resource }: Cited<Library>, faults: FaultList): void {
  if (resource.content && extensionsOf(resource, EXTENSION.fact).length === 0)
    faults.add('ELEMENT_NOT_CARRIED', file, 'Library.content', 'The content is not read: facts are named with the variable extension.')
}

/** Whether a canonical names a code system or a value set: by what it says itself, or since the knowledge writes codes of it. */
function terminologyNamed(files: readonly KnowledgeFile[]): (canonical: string) => boolean {
  const known = new Set(files.flatMap(({ resource }) => systemsIn(resource)))
  return canonical => /(^|\/)(CodeSystem|ValueSet|NamingSystem|ConceptMap)\//.test(canonical) || known.has(urlOf(canonical))
}

function systemsIn(resource: KnowledgeFile['resource']): string[] {
  if (resource.resourceType === 'NamingSystem')
    return ((resource as Partial<NamingSystem>).uniqueId ?? []).flatMap(({ value }: { value?: string }) => value ?? [])
  if (resource.resourceType !== 'ValueSet' && resource.resourceType !== 'CodeSystem') return []
  const { url, compose } = resource as Partial<ValueSet>
  return [url, ...(compose?.include ?? []).map(({ system }) => system)].filter(each => each !== undefined)
}

type Canonical = { url?: string; version?: string }

/** Types that answers cite by canonical|version. */
const CITED = ['PlanDefinition', 'ActivityDefinition', 'Questionnaire', 'Library', 'Measure']

function reportDuplicates(files: readonly KnowledgeFile[], faults: FaultList): void {
  const seen = new Map<string, string>()
  for (const { file, resource } of files) {
    const { url, version } = resource as Canonical
    if (CITED.includes(resource.resourceType) && !(url && version)) {
      faults.add(
        'CANONICAL_MISSING',
        file,
        `${resource.resourceType}.${url ? 'version' : 'url'}`,
        'Without url and version nothing can refer to the resource.',
      )
    }
    const before = url === undefined ? undefined : seen.get(url)
    if (before !== undefined) faults.add('RESOURCE_DUPLICATE', file, `${resource.resourceType}.url`, `${before} has the same url.`)
    if (url !== undefined) seen.set(url, file)
  }
}
