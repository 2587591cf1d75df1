import type {
  ActivityDefinition, DataRequirement, Expression, Extension, Library, PlanDefinition, PlanDefinitionAction, PlanDefinitionActionDynamicValue, Questionnaire,
} from 'fhir/r4.js'
import { ORDER_TYPES, RESOURCE_TYPES } from '../model/r4-model.js'
import { isElementPath } from '../model/element-path.js'
import { itemsOf, type Items } from '../model/items.js'
import { STANDARD_VARIABLES, SUBJECT_TYPES } from '../expression/standard-variables.js'
import { ACTIVITY_KINDS, type ActivityKind, HELD, kindNamed, missingIn, resourceOfKind } from './activity-kinds.js'
import { type ActionWithId, withIds } from './action-ids.js'
import type { ApplicableActivity } from './activities.js'
import type {
  ActionTexts, CompiledAction, CompiledActivity, CompiledCardExtension, CompiledCondition, CompiledDefinition, CompiledDynamicValue, NotCarried, CompiledPlan, CompiledRequirement,
} from './compiled.js'
import { compileRequirement } from './data-requirements.js'
import { EXTENSION, extensionOf, extensionsOf } from '../model/extensions.js'
import { localized, type LocalizedText } from '../model/localized.js'
import { decisionPointsOf } from '../model/names.js'
import { inFhirPath, type ExpressionCompiler, type ExpressionFocus, type Place } from './expressions.js'
import type { FaultList } from '../model/faults.js'
import { compileFacts, reach, type CompiledFacts } from './compile-facts.js'
import { notCarriedOfAction, notCarriedOfActivity, notCarriedOfPlan } from './not-carried.js'
import { inputsWithin, withPlanVariables } from './plan-variables.js'
import type { KnowledgeProfile } from './profile.js'
import type { Cited, ResourceIndex } from './resource-index.js'
import { compileSource } from './sources.js'
import { compileTexts } from './templates.js'
import type { Terminology } from '../terminology/terminology.js'
import { HOOK_NAMES } from '../../cds-hooks/hooks.js'

/** A library with its facts. */
interface CompiledLibrary {
  resource: Cited<Library>
  facts: CompiledFacts
}

/** What plans are compiled with. */
export interface Workshop {
  expressions: ExpressionCompiler
  terminology: Terminology
  faults: FaultList
  profile: KnowledgeProfile
  /** Facts of a library by its url, own and inherited. */
  libraries: ReadonlyMap<string, CompiledLibrary>
  resources: ResourceIndex
  /** Facts that every plan may use: the records alone. */
  ground: CompiledFacts
  /** Plans that are compiled already, by canonical; a plan within several others is compiled once. */
  compiled: Map<string, CompiledPlan>
  /** Facts that plans inherit, by the list of their libraries. */
  inherited: Map<string, CompiledFacts>
}

/** Priorities that have an indicator; `asap` has none in the published mapping. */
const PRIORITIES = ['routine', 'urgent', 'stat']

/** Says that a statement has no direction. */
const DATA_ABSENT_REASON = 'http://terminology.hl7.org/CodeSystem/data-absent-reason'

/** Elements of an action that a dynamicValue may set. */
const ACTION_PATHS = /^(title|description|textEquivalent|priority|code\[0\]\.coding\[0\]\.(system|code)|timing(\[x\]|[A-Z]\w+)?)$/

/** How a dynamicValue says that it sets the action although the action has a resource. */
const ON_ACTION = /^%?action\./

/**
 * Compiles a PlanDefinition with everything it refers to.
 * @param above canonicals of the plans that lead here, to refuse a plan that contains itself.
 */
export function compilePlan(file: Cited<PlanDefinition>, workshop: Workshop, above: readonly string[] = []): CompiledPlan {
  const before = workshop.compiled.get(file.canonical)
  if (before) return before
  const compiled = new PlanCompiler(file, workshop, above).compile()
  workshop.compiled.set(file.canonical, compiled)
  return compiled
}

/** Compiles a definition that no plan uses, on the facts of its own libraries. */
export function compileActivityAlone(file: Cited<ActivityDefinition>, workshop: Workshop): Omit<ApplicableActivity, 'subjects' | 'plan'> {
  const { id, url, version, language, library, subjectCodeableConcept, subjectReference } = file.resource
  const around = { resourceType: 'PlanDefinition', status: 'draft', id, url, version, language, library, subjectCodeableConcept, subjectReference } as PlanDefinition
  return new PlanCompiler({ ...file, resource: around }, workshop, []).activityAlone(file)
}

class PlanCompiler {
  private readonly facts: CompiledFacts
  private readonly used = new Set<string>()
  private readonly nested: CompiledPlan[] = []
  private readonly ids = new Set<string>()
  private readonly language: string
  private readonly plan: PlanDefinition
  private readonly subject: Items

  constructor(private readonly source: Cited<PlanDefinition>, private readonly workshop: Workshop, private readonly above: readonly string[]) {
    this.plan = source.resource
    this.language = this.plan.language ?? workshop.profile.languages[0]
    this.subject = itemsOf(...subjectsOf(this.plan))
    const { expressions, faults } = workshop
    const inherited = withPlanVariables(this.inheritedFacts(), source, expressions, faults)
    this.facts = compileFacts(source, inherited, { expressions, faults, language: this.language })
  }

  compile(): CompiledPlan {
    const topic = this.plan.topic?.[0]?.coding?.[0]
    // Topics of other systems bring their own words.
    if (topic && (topic.system === this.workshop.profile.names.cardTopics || topic.display === undefined)) this.checkTopic(topic.system, topic.code, 'PlanDefinition.topic[0]')
    this.report(notCarriedOfPlan(this.plan), 'PlanDefinition')
    this.checkModifiers(this.plan, 'PlanDefinition')
    const actions = withIds(this.plan.action).map((action, index) => this.action(action, `PlanDefinition.action[${index}]`, true))
    return {
      resource: this.plan,
      canonical: this.source.canonical,
      language: this.language,
      variables: this.facts.variables,
      actions,
      hooks: new Set((this.plan.action ?? []).flatMap(({ trigger }) => trigger ?? []).flatMap(({ type, name }) => (type === 'named-event' ? (name ?? []) : []))),
      requirements: this.requirements(),
      parameters: this.parameters(),
      subjects: subjectsOf(this.plan),
      facts: this.facts.descriptions,
    }
  }

  activityAlone(file: Cited<ActivityDefinition>): Omit<ApplicableActivity, 'subjects' | 'plan'> {
    return { activity: this.activity(file), variables: this.facts.variables, parameters: this.parameters() }
  }

  /** Tells of elements that nothing comes of, and answers their paths. */
  private report(lost: readonly NotCarried[], element: string, file = this.source.file): readonly NotCarried[] {
    for (const { path, why } of lost) this.workshop.faults.add('ELEMENT_NOT_CARRIED', file, `${element}.${path}`, why)
    return lost
  }

  /** What modifies the meaning of an element may not be passed over. */
  private checkModifiers({ modifierExtension = [] }: { modifierExtension?: Extension[] }, element: string, file = this.source.file): void {
    for (const { url } of modifierExtension) this.workshop.faults.add('MODIFIER_UNKNOWN', file, `${element}.modifierExtension`, `${url} changes what the element means, and nobody here knows how.`)
  }

  private library(canonical: string, from: Cited = this.source): CompiledLibrary | undefined {
    const found = this.workshop.resources.find<Library>('Library', canonical, from)
    return found && this.workshop.libraries.get(found.url)
  }

  private libraries(): CompiledLibrary[] {
    return (this.plan.library ?? []).flatMap((canonical, index) => {
      const library = this.library(canonical)
      if (!library) this.fault('CANONICAL_UNKNOWN', `PlanDefinition.library[${index}]`, `There is no library ${canonical}.`)
      return library ?? []
    })
  }

  /** Names of the input parameters that the libraries declare. */
  parameters(): Set<string> {
    return new Set([...this.facts.parameters, ...this.nested.flatMap(({ parameters }) => [...parameters])])
  }

  private inheritedFacts(): CompiledFacts {
    const { ground, inherited } = this.workshop
    const key = (this.plan.library ?? []).map(canonical => this.library(canonical)?.resource.url).join()
    const before = inherited.get(key)
    if (before) return before
    const libraries = (this.plan.library ?? []).flatMap(canonical => this.library(canonical) ?? [])
    const facts = {
      known: new Map([...ground.known, ...libraries.flatMap(({ facts }) => [...facts.known])]),
      descriptions: new Map(libraries.flatMap(({ facts }) => [...facts.descriptions])),
      needs: new Map(libraries.flatMap(({ facts }) => [...facts.needs])),
      variables: ground.variables,
      parameters: new Set(libraries.flatMap(({ facts }) => [...facts.parameters])),
    }
    inherited.set(key, facts)
    return facts
  }

  /** @param id its own, or one made of its place where it has none that no other action has. */
  private action({ action, id, isOwn, below }: ActionWithId, element: string, isTop: boolean): CompiledAction {
    if (!isOwn) this.fault('ACTION_ID_INVALID', element, 'Every action needs an id that no other action of the plan or of plans within it has; cards and feedback hang on it.')
    this.ids.add(id)
    this.checkAction(action, element, isTop)
    const definition = this.definition(action, element)
    const orders = extensionOf(action, this.extension.orders)?.valueExpression
    return {
      id,
      where: `${this.plan.id} action ${id}`,
      resource: action,
      points: decisionPointsOf(action, this.workshop.profile.names).flatMap(({ code }) => code ?? []),
      conditions: this.conditions(action, element),
      texts: this.texts(action, element),
      dynamicValues: this.dynamicValues(action.dynamicValue, element, this.resourceKind(definition, orders), definition?.kind === 'activity' ? definition.activity.resource : this.plan),
      definition,
      orders: orders && this.use(orders, this.place(`${element}.extension`)),
      cardExtensions: extensionsOf(action, this.extension.cardExtension).map(extension => this.cardExtension(extension, `${element}.extension`)),
      sources: this.sources(action, element),
      overrideReasons: this.overrideReasons(action, element),
      startAndStop: (action.condition ?? []).filter(({ kind }) => kind !== 'applicability'),
      notCarried: this.report(notCarriedOfAction(action, this.plan, this.workshop.profile.names), element),
      actions: below.map((child, index) => this.action(child, `${element}.action[${index}]`, false)),
    }
  }

  private get extension() {
    return this.workshop.profile.names.extension
  }

  /** Conditions of applicability. */
  private conditions(action: PlanDefinitionAction, element: string): CompiledCondition[] {
    return (action.condition ?? []).flatMap(({ kind, expression: written }, index) => {
      const place = `${element}.condition[${index}]`
      // Whoever carries the action out asks what starts and stops it, in whatever language it is; ours is checked.
      if (kind !== 'applicability' && !inFhirPath(written)) return []
      const evaluate = this.use(written, this.place(place))
      if (kind !== 'applicability') return []
      const { description = '', _description } = written ?? {}
      if (!description.trim()) this.fault('DESCRIPTION_MISSING', place, 'Say the condition in plain language.')
      const expression = (inFhirPath(written) ?? written)?.expression ?? ''
      // What is not put into words speaks for itself.
      const descriptions = description.trim() ? localized(description, _description, this.language) : new Map([[this.language, expression]])
      return [{ description, descriptions, expression, evaluate }]
    })
  }

  private checkAction(action: PlanDefinitionAction, element: string, isTop: boolean): void {
    this.checkModifiers(action, element)
    if (action.priority !== undefined && !PRIORITIES.includes(action.priority)) {
      this.fault('PRIORITY_REFUSED', `${element}.priority`, `Use ${PRIORITIES.join(', ')}; ${action.priority} has no indicator.`)
    }
    if (!isTop && action.trigger?.length) this.fault('TRIGGER_UNSUPPORTED', `${element}.trigger`, 'Only top-level actions listen to hooks.')
    for (const { type, name } of isTop ? (action.trigger ?? []) : []) {
      if (type !== 'named-event' || !HOOK_NAMES.has(name ?? '')) {
        this.fault('TRIGGER_UNSUPPORTED', `${element}.trigger`, `A trigger is a named-event with the name of a hook; found ${type} ${name ?? ''}.`)
      }
    }
    if (isTop && this.listens() && !action.trigger?.length) {
      this.fault('TRIGGER_UNSUPPORTED', element, 'Other actions of the plan have a trigger; without one no hook ever asks for this action.')
    }
    this.checkRecommendation(action, element)
    this.checkOrders(action, element)
    const topic = extensionOf(action, this.extension.cardTopic)?.valueCoding
    if (topic) this.checkTopic(topic.system, topic.code, `${element}.extension`)
  }

  private listens(): boolean {
    return (this.plan.action ?? []).some(({ trigger }) => trigger?.length)
  }

  /** A topic whose code nobody puts into words is a misspelt one. */
  private checkTopic(system: string | undefined, code: string | undefined, element: string): void {
    if (!this.workshop.terminology.display(system, code)) this.fault('CANONICAL_UNKNOWN', element, `There is no topic ${code} in ${system}, or no words for it.`)
  }

  /** Existing orders are changed or removed; with any other type they would be ordered a second time. */
  private checkOrders(action: PlanDefinitionAction, element: string): void {
    const orders = extensionOf(action, this.extension.orders)?.valueExpression
    if (!orders) return
    const type = action.type?.coding?.[0]?.code ?? ''
    if (!['update', 'remove'].includes(type)) this.fault('SHAPE_INVALID', `${element}.type`, 'An action on existing orders has the type update or remove.')
    if (!ORDER_TYPES.some(name => name === orders.name)) this.fault('SHAPE_INVALID', `${element}.extension`, `Name the expression of the orders after their type: ${ORDER_TYPES.join(', ')}.`)
    if (action.definitionCanonical !== undefined) this.fault('SHAPE_INVALID', `${element}.definitionCanonical`, 'An action changes existing orders or proposes something new, not both.')
  }

  /** Ids of the actions of a plan within this one. */
  private takeIds(ids: readonly string[], element: string): void {
    for (const id of ids) {
      if (this.ids.has(id)) this.fault('ACTION_ID_INVALID', element, `The plan within has an action ${id}, and so has this one, or another within it.`)
      this.ids.add(id)
    }
  }

  /** An action that speaks for a decision point must carry grade and source. */
  private checkRecommendation(action: PlanDefinitionAction, element: string): void {
    const { names } = this.workshop.profile
    const points = decisionPointsOf(action, names)
    if (points.length === 0) return
    for (const { code } of points) {
      if (!this.workshop.terminology.display(names.decisionPoints, code)) {
        this.fault('CANONICAL_UNKNOWN', `${element}.code`, `There is no decision point ${code}.`)
      }
    }
    for (const name of ['strength', 'direction', 'quality'] as const) this.checkGrade(action, EXTENSION[name], element)
    if (!extensionOf(action, EXTENSION.strength)) this.fault('GRADE_MISSING', element, 'A recommendation needs cqf-strengthOfRecommendation.')
    if (!extensionOf(action, EXTENSION.direction)) this.fault('GRADE_MISSING', element, 'A recommendation needs cpg-directionOfRecommendation, so that "against" never reads as "for".')
    if (!action.documentation?.length) this.fault('SOURCE_MISSING', element, 'A recommendation needs documentation that names its source and section.')
  }

  /** A grade that no code system of ours puts into words would show its bare code to a reader. */
  private checkGrade(action: PlanDefinitionAction, extension: string, element: string): void {
    for (const { system, code } of extensionOf(action, extension)?.valueCodeableConcept?.coding ?? []) {
      const isNamed = system === DATA_ABSENT_REASON || this.workshop.terminology.display(system, code) !== undefined
      if (!isNamed) this.fault('CANONICAL_UNKNOWN', `${element}.extension`, `There is no code ${code} in ${system}, or no words for it.`)
    }
  }

  private texts(element: PlanDefinitionAction | ActivityDefinition, place: string, file = this.source.file, written = this.language): ActionTexts {
    const parts = element as PlanDefinitionAction
    const compile = (texts: LocalizedText, name: string) => {
      const missing = this.workshop.profile.languages.filter(language => texts.size > 0 && !texts.has(language))
      if (missing.length > 0) {
        this.workshop.faults.add('TRANSLATION_MISSING', file, `${place}.${name}`, `The text is missing in ${missing.join(', ')}.`)
      }
      return compileTexts(texts, expression => this.use({ language: 'text/fhirpath', expression }, { file, element: `${place}.${name}` }))
    }
    return {
      title: compile(localized(parts.title, parts._title, written), 'title'),
      description: compile(localized(parts.description, parts._description, written), 'description'),
      textEquivalent: compile(localized(parts.textEquivalent, parts._textEquivalent, written), 'textEquivalent'),
    }
  }

  /** The type whose elements an action's dynamic values set: of what it proposes, or of the order it changes. */
  private resourceKind(definition: CompiledDefinition | undefined, orders: Expression | undefined): string | undefined {
    if (definition?.kind === 'activity') return definition.activity.kind
    return orders?.name
  }

  /**
   * @param kind of the resource that the action proposes; the action itself is set when it proposes none.
   * @param definition on whose elements the expressions are evaluated.
   */
  private dynamicValues(values: PlanDefinitionActionDynamicValue[] | undefined, element: string, kind: string | undefined, definition: ActivityDefinition | PlanDefinition, file = this.source.file): CompiledDynamicValue[] {
    return (values ?? []).map((value, index) => {
      const place = { file, element: `${element}.dynamicValue[${index}]` }
      const written = value.path ?? ''
      const onAction = written.replace(ON_ACTION, '')
      const on = kind === undefined || onAction !== written ? 'action' : 'resource'
      const path = on === 'resource' ? withoutType(written, kind) : onAction
      const isKnown = on === 'action' ? ACTION_PATHS.test(path) : isElementPath(kind ?? '', path)
      if (!isKnown) this.workshop.faults.add('DYNAMIC_PATH_INVALID', file, place.element, `'${written}' is not an element that can be set here.`)
      return { path, on, evaluate: this.use(value.expression, place, { definition }) }
    })
  }

  private definition(action: PlanDefinitionAction, element: string): CompiledDefinition | undefined {
    const { definitionCanonical: canonical, definitionUri: uri } = action
    if (canonical === undefined) return uri === undefined ? undefined : { kind: 'uri', uri }
    const { resources } = this.workshop
    const activity = resources.find<ActivityDefinition>('ActivityDefinition', canonical, this.source)
    if (activity) return { kind: 'activity', activity: this.activity(activity, action.dynamicValue) }
    const questionnaire = resources.find<Questionnaire>('Questionnaire', canonical, this.source)
    if (questionnaire) return { kind: 'questionnaire', resource: questionnaire.resource, canonical: questionnaire.canonical }
    const plan = resources.find<PlanDefinition>('PlanDefinition', canonical, this.source)
    if (plan) return this.nestedPlan(plan, element)
    this.fault('CANONICAL_UNKNOWN', `${element}.definitionCanonical`, `There is no ${canonical}.`)
    return undefined
  }

  private nestedPlan(plan: Cited<PlanDefinition>, element: string): CompiledDefinition | undefined {
    const above = [...this.above, this.source.url]
    if (above.includes(plan.url)) {
      this.fault('CANONICAL_CYCLE', `${element}.definitionCanonical`, `${plan.url} contains itself.`)
      return undefined
    }
    const compiled = compilePlan(plan, this.workshop, above)
    const isNestedBefore = this.nested.some(({ canonical: known }) => known === compiled.canonical)
    if (!isNestedBefore) this.takeIds(idsOf(compiled.actions), `${element}.definitionCanonical`)
    this.nested.push(compiled)
    return { kind: 'plan', plan: compiled }
  }

  /** @param onAction what the action sets on top. */
  private activity({ file, resource, canonical }: Cited<ActivityDefinition>, onAction: PlanDefinitionActionDynamicValue[] = []): CompiledActivity {
    const kind = this.activityKind(resource, file)
    this.checkComplete(kind, resource, onAction, file)
    const notCarried = this.report(notCarriedOfActivity(kind, resource), 'ActivityDefinition', file)
    this.checkModifiers(resource, 'ActivityDefinition', file)
    return {
      resource,
      kind,
      canonical,
      notCarried,
      texts: this.texts(resource, 'ActivityDefinition', file, resource.language),
      dynamicValues: this.dynamicValues(resource.dynamicValue, 'ActivityDefinition', kind, resource, file),
    }
  }

  private activityKind(definition: ActivityDefinition, file: string): ActivityKind {
    const kind = kindNamed(definition)
    const found = ACTIVITY_KINDS.find(name => name === kind)
    const place = ['ACTIVITY_KIND_UNSUPPORTED', file, 'ActivityDefinition.kind'] as const
    if (!found) this.workshop.faults.add(...place, `The kind must be one of ${ACTIVITY_KINDS.join(', ')}; found ${kind ?? 'none'}.`)
    if (found && definition.doNotPerform && !HELD[found].includes('doNotPerform')) {
      this.workshop.faults.add(...place, `A ${found} cannot say that something should not be done.`)
    }
    return found ?? 'Task'
  }

  /** What R4 demands of the resource must come from the definition or be set. */
  private checkComplete(kind: ActivityKind, definition: ActivityDefinition, onAction: PlanDefinitionActionDynamicValue[], file: string): void {
    const set = [...(definition.dynamicValue ?? []), ...onAction].map(({ path = '' }) => withoutType(path, kind))
    const made = resourceOfKind(kind, definition, { canonical: '', subject: { reference: 'Patient/x' }, isCard: false, now: '' })
    const isSet = (name: string) => set.some(path => isAtOrBelow(path, name))
    const missing = missingIn(kind, made).filter(names => !names.split(' or ').some(name => isSet(name)))
    for (const name of missing) this.workshop.faults.add('ACTIVITY_INCOMPLETE', file, 'ActivityDefinition', `A ${kind} without ${name} is no valid R4; state it, or set it with a dynamicValue.`)
  }

  private cardExtension({ extension: parts = [] }: Extension, element: string): CompiledCardExtension {
    return {
      name: parts.find(({ url }) => url === 'name')?.valueString ?? '',
      members: parts.filter(({ url }) => url === 'member').map(({ valueExpression }) => ({
        name: valueExpression?.name ?? '',
        evaluate: this.use(valueExpression, this.place(element)),
      })),
    }
  }

  private sources(action: PlanDefinitionAction, element: string) {
    return (action.documentation ?? []).map((artifact, index) => {
      if (artifact.resource === undefined) return undefined
      const source = compileSource(artifact, canonical => this.workshop.resources.find<Library>('Library', canonical, this.source)?.resource, this.workshop.profile)
      if (!source) this.fault('SOURCE_MISSING', `${element}.documentation[${index}]`, `No source has the section ${artifact.resource}.`)
      return source
    })
  }

  private overrideReasons(action: PlanDefinitionAction, element: string) {
    const canonical = extensionOf(action, this.extension.overrideReasons)?.valueCanonical
    if (canonical === undefined) return []
    if (!this.workshop.terminology.membership(canonical)) {
      this.fault('CANONICAL_UNKNOWN', `${element}.extension`, `There is no value set ${canonical}.`)
    }
    return this.workshop.terminology.expand(canonical)
  }

  /** Requirements of the libraries, the plan's inputs and nested plans, as far as some expression reads their type. */
  private requirements(): CompiledRequirement[] {
    const needed = reach(this.used, this.facts.needs)
    if (needed.has('patient')) needed.add('Patient')
    const named = Object.entries(STANDARD_VARIABLES).flatMap(([name, { reads }]) => (reads && needed.has(name) ? [reads] : []))
    const wanted = new Set([...needed, ...named])
    const ofLibraries = this.libraries().flatMap(({ resource }) => this.inheritedRequirements(resource))
    const inputs = inputsWithin(this.plan.action).map(({ input }) => ({ input, file: this.source.file }))
    const own = [...ofLibraries, ...inputs].filter(({ input }) => wanted.has(input.type) || needed.has('resource')).map(({ input, file }) =>
      compileRequirement(input, { file, element: `dataRequirement ${input.id ?? input.type}` }, this.workshop.terminology, this.workshop.faults))
    const all = [...own, ...this.nested.flatMap(plan => plan.requirements)]
    this.checkConflicts(all)
    // Whoever applies a plan that no hook asks for sends the data along.
    return byKey([...all, ...this.unmet(all, this.listens() ? wanted : needed)])
  }

  /** Every record type that an expression reads must be fetched, asked for or not. */
  private unmet(requirements: readonly CompiledRequirement[], needed: ReadonlySet<string>): CompiledRequirement[] {
    const unmet = RESOURCE_TYPES.filter(type => needed.has(type) && !requirements.some(requirement => requirement.type === type))
    if (unmet.length > 0) this.fault('DATA_NOT_ASKED_FOR', 'PlanDefinition.library', `Expressions read ${unmet.join(', ')}, but no DataRequirement asks for it.`)
    return unmet.map(type => compileRequirement({ type } as DataRequirement, this.place('PlanDefinition'), this.workshop.terminology, this.workshop.faults))
  }

  /** No key may stand for two queries. */
  private checkConflicts(requirements: readonly CompiledRequirement[]): void {
    for (const key of conflictingKeys(requirements)) this.fault('PREFETCH_INVALID', 'PlanDefinition.library', `Two DataRequirements ask for different data under the key ${key}; give each an id.`)
  }

  private inheritedRequirements(library: Cited<Library>, above: readonly Cited<Library>[] = []): { input: DataRequirement; file: string }[] {
    if (above.includes(library)) return []
    const { relatedArtifact = [], dataRequirement = [] } = library.resource
    const inherited = relatedArtifact.flatMap(({ type, resource }) => (type === 'depends-on' ? (this.library(resource ?? '', library)?.resource ?? []) : []))
    const own = dataRequirement.map(input => ({ input, file: library.file }))
    return [...own, ...inherited.flatMap(other => this.inheritedRequirements(other, [...above, library]))]
  }

  private use(expression: Expression | undefined, place: Place, focus: ExpressionFocus = {}) {
    const checked = this.workshop.expressions.expression(expression, place, this.facts.known, { subject: this.subject, ...focus })
    checked.variables.forEach(name => this.used.add(name))
    return checked.evaluate
  }

  private place(element: string): Place {
    return { file: this.source.file, element }
  }

  private fault(code: Parameters<FaultList['add']>[0], element: string, message: string): void {
    this.workshop.faults.add(code, this.source.file, element, message)
  }
}

/** Whether a path sets an element or something within it; `code[x]` is any of its types. */
function isAtOrBelow(path: string, name: string): boolean {
  const isChoice = name.endsWith('[x]')
  const stem = isChoice ? name.slice(0, -'[x]'.length) : name
  return path.startsWith(stem) && (isChoice ? /^(\[x\]|[A-Z.]|$)/ : /^([.[]|$)/).test(path.slice(stem.length))
}

/** The path of an element within a resource; some authors write the type before it. */
const withoutType = (path: string, type: string | undefined): string => (type !== undefined && path.startsWith(`${type}.`) ? path.slice(type.length + 1) : path)

/** Whom a plan is for; a patient where it does not say. */
export function subjectsOf({ subjectCodeableConcept, subjectReference }: PlanDefinition | ActivityDefinition): readonly string[] {
  const codes = [...(subjectCodeableConcept?.coding ?? []).map(({ code }) => code), subjectReference && 'Group']
  const types = SUBJECT_TYPES.filter(type => codes.includes(type))
  return types.length === 0 ? ['Patient'] : types
}

function idsOf(actions: readonly CompiledAction[]): string[] {
  return actions.flatMap(({ id, actions: children }) => [id, ...idsOf(children)])
}

/** Keys under which requirements ask for different data. */
export function conflictingKeys(requirements: readonly CompiledRequirement[]): string[] {
  const queries = ({ template, further }: CompiledRequirement) => [template, ...further].join('\n')
  const byName = new Map(requirements.map(requirement => [requirement.key, queries(requirement)] as const))
  return [...new Set(requirements.filter(requirement => byName.get(requirement.key) !== queries(requirement)).map(({ key }) => key))]
}

/** One requirement a key; the first stands. */
export function byKey(requirements: readonly CompiledRequirement[]): CompiledRequirement[] {
  return [...new Map(requirements.map(requirement => [requirement.key, requirement] as const).reverse()).values()].reverse()
}
