import type {
  ActivityDefinition,
  DataRequirement,
  Expression,
  Extension,
  Library,
  Measure,
  PlanDefinition,
  PlanDefinitionAction,
  PlanDefinitionActionDynamicValue,
  Questionnaire,
} from 'fhir/r4.js'
import { RESOURCE_TYPES } from '../model/r4-model.js'
import { isElementPath } from '../model/element-path.js'
import { itemsOf, type Items } from '../model/items.js'
import { STANDARD_VARIABLES, SUBJECT_TYPES } from '../expression/standard-variables.js'
import { type ActionWithId, idsWithin, withIds } from './action-ids.js'
import type { ApplicableActivity } from './activities.js'
import type {
  ActionTexts,
  CompiledAction,
  CompiledActivity,
  CompiledCardExtension,
  CompiledCondition,
  CompiledDefinition,
  CompiledDynamicValue,
  CompiledPlan,
  CompiledRequirement,
} from './compiled.js'
import {
  checkAction,
  checkModifiers,
  checkPageTexts,
  checkPlan,
  TEXT_PATHS,
  listens,
  reportNotCarried,
  type PlanCheck,
} from './check-plan.js'
import { compileActivity, withoutType } from './compile-activity.js'
import { byKey, checkTemplates, compileRequirement, conflictingKeys, type TemplateMaker } from './data-requirements.js'
import { extensionOf, extensionsOf } from '../model/extensions.js'
import { decisionPointsOf, isOnlyOnPage } from '../model/names.js'
import { inLanguage, lackingLanguages, localized, type LocalizedText } from '../model/localized.js'
import { documentsOf, isLeaflet, leafletText, paragraphsOf } from './leaflets.js'
import { inFhirPath, type ExpressionCompiler, type ExpressionFocus, type ElementOfFile } from './expressions.js'
import type { FaultList } from '../model/faults.js'
import { INDICATOR } from './indicators.js'
import { compileFacts, joined, neededBy, type CompiledFacts } from './compile-facts.js'
import { notCarriedOfAction, notCarriedOfPlan } from './not-carried.js'
import { inputsWithin, withPlanVariables, withRootResource } from './plan-variables.js'
import type { KnowledgeProfile } from './profile.js'
import type { Cited, ResourceIndex } from './resource-index.js'
import { compileSource } from './sources.js'
import { compileTexts } from './templates.js'
import type { Terminology } from '../terminology/terminology.js'

/** A library with its facts. */
interface CompiledLibrary {
  resource: Cited<Library>
  facts: CompiledFacts
}

/** What plans are compiled with. */
export interface PlanContext {
  expressions: ExpressionCompiler
  terminology: Terminology
  faults: FaultList
  profile: KnowledgeProfile
  /** Facts of a library by its url, own and inherited. */
  libraries: ReadonlyMap<string, CompiledLibrary>
  resources: ResourceIndex
  /** Whether these very files were checked before and nothing was found: what only looks for faults is left out. */
  isSound: boolean
  /** Facts that every plan may use: the records alone. */
  records: CompiledFacts
  /** Plans that are compiled already, by canonical; a plan within several others is compiled once. */
  compiled: Map<string, CompiledPlan>
  /** Facts that plans inherit, by the list of their libraries. */
  inherited: Map<string, CompiledFacts>
  /** Requirements that are compiled already: many plans inherit one of a library. */
  requirements: Map<DataRequirement, CompiledRequirement>
  templateOf: TemplateMaker
}

/** Elements of an action that a dynamicValue may set. */
const ACTION_PATHS = /^(title|description|textEquivalent|priority|code\[0\]\.coding\[0\]\.(system|code)|timing(\[x\]|[A-Z]\w+)?)$/

/** What a condition can decide of its action. */
const CONDITION_KINDS: readonly (string | undefined)[] = ['applicability', 'start', 'stop']

/** How a dynamicValue says that it sets the action although the action has a resource. */
const ON_ACTION = /^%?action\./

/**
 * Compiles a PlanDefinition with everything it refers to.
 * @param above canonicals of the plans that lead here, to refuse a plan that contains itself.
 */
export function compilePlan(file: Cited<PlanDefinition>, context: PlanContext, above: readonly string[] = []): CompiledPlan {
  const before = context.compiled.get(file.canonical)
  if (before) return before
  const compiled = new PlanCompiler(file, context, above).compile()
  context.compiled.set(file.canonical, compiled)
  return compiled
}

/** Compiles a definition that no plan uses, on the facts of its own libraries. */
export function compileActivityAlone(file: Cited<ActivityDefinition>, context: PlanContext): Omit<ApplicableActivity, 'subjects' | 'plan'> {
  const { subjectCodeableConcept, subjectReference } = file.resource
  return around(file, context, { subjectCodeableConcept, subjectReference } as Partial<PlanDefinition>).activityAlone(file)
}

/** Compiles what a measure asks of a patient, on the facts of its libraries. */
export function compileCriteria(file: Cited<Measure>, context: PlanContext): Pick<PlanCompiler, 'criterion' | 'ground'> {
  return around(file, context)
}

/** What compiles a resource that is no plan, as if it were one without actions: its faults are its own. */
function around(file: Cited<ActivityDefinition | Measure>, context: PlanContext, more: Partial<PlanDefinition> = {}): PlanCompiler {
  const { resourceType, id, url, version, language, library } = file.resource
  const plan = { resourceType: 'PlanDefinition', status: 'draft', id, url, version, language, library, ...more } as PlanDefinition
  return new PlanCompiler({ ...file, resource: plan }, context, [], resourceType)
}

class PlanCompiler {
  private readonly facts: CompiledFacts
  private readonly used = new Set<string>()
  private readonly nested: CompiledPlan[] = []
  private readonly ids = new Set<string>()
  /** Names that the expression of a condition asks for itself. */
  private readonly namesIn = new Map<CompiledCondition, ReadonlySet<string>>()
  private readonly language: string
  private readonly plan: PlanDefinition
  private readonly subject: Items
  private readonly check: PlanCheck
  /** Ids of all actions, as their author gave them. */
  private readonly actionIds: ReadonlySet<string>

  constructor(
    private readonly source: Cited<PlanDefinition>,
    private readonly context: PlanContext,
    private readonly above: readonly string[],
    /** Type of the resource that is really compiled. */
    private readonly root: string = 'PlanDefinition',
  ) {
    this.plan = source.resource
    this.language = this.plan.language ?? context.profile.languages[0]
    this.subject = itemsOf(...subjectsOf(this.plan))
    const { expressions, faults, terminology, profile } = context
    this.actionIds = new Set(idsWithin(this.plan.action))
    this.check = { plan: this.plan, file: source.file, faults, terminology, profile }
    const inherited = withPlanVariables(this.inheritedFacts(), source, expressions, faults)
    this.facts = compileFacts(source, inherited, { expressions, faults, languages: profile.languages })
  }

  compile(): CompiledPlan {
    if (!this.context.isSound) this.checkWhole()
    const actions = withIds(this.plan.action).map((action, index) => this.action(action, `PlanDefinition.action[${index}]`, true))
    return {
      resource: this.plan,
      canonical: this.source.canonical,
      language: this.language,
      variables: this.facts.variables.flat(this.context.records.variables),
      actions,
      hooks: new Set(
        (this.plan.action ?? [])
          .flatMap(({ trigger }) => trigger ?? [])
          .flatMap(({ type, name }) => (type === 'named-event' ? (name ?? []) : [])),
      ),
      requirements: this.requirements(),
      parameters: this.parameters(),
      subjects: subjectsOf(this.plan),
      facts: this.facts.descriptions,
    }
  }

  private checkWhole(): void {
    checkPlan(this.check)
    reportNotCarried(this.check, notCarriedOfPlan(this.plan), 'PlanDefinition')
    checkModifiers(this.check, this.plan, 'PlanDefinition')
  }

  activityAlone(file: Cited<ActivityDefinition>): Omit<ApplicableActivity, 'subjects' | 'plan'> {
    return { activity: this.activity(file), variables: this.facts.variables, parameters: this.parameters() }
  }

  /** A condition that stands somewhere else than in an action. */
  criterion(expression: Expression | undefined, element: string): CompiledCondition {
    return this.condition(expression, element)
  }

  /** What the conditions that were compiled so far rest on. */
  ground(): Pick<CompiledPlan, 'variables' | 'requirements'> {
    return { variables: this.facts.variables.flat(this.context.records.variables), requirements: this.requirements() }
  }

  private library(canonical: string, from: Cited = this.source): CompiledLibrary | undefined {
    const found = this.context.resources.find<Library>('Library', canonical, from)
    return found && this.context.libraries.get(found.url)
  }

  private libraries(): CompiledLibrary[] {
    return (this.plan.library ?? []).flatMap((canonical, index) => {
      const library = this.library(canonical)
      if (!library) this.fault('CANONICAL_UNKNOWN', `${this.root}.library[${index}]`, `There is no library ${canonical}.`)
      return library ?? []
    })
  }

  /** Names of the input parameters that the libraries declare. */
  parameters(): Set<string> {
    return new Set([...this.facts.parameters, ...this.nested.flatMap(({ parameters }) => [...parameters])])
  }

  private inheritedFacts(): CompiledFacts {
    const { records, inherited } = this.context
    const key = (this.plan.library ?? []).map(canonical => this.library(canonical)?.resource.url).join()
    const before = inherited.get(key)
    if (before) return before
    const libraries = (this.plan.library ?? []).flatMap(canonical => this.library(canonical) ?? [])
    const facts = {
      known: withRootResource(libraries.length === 0 ? records.known : joined(libraries.map(({ facts }) => facts.known))),
      descriptions: joined(libraries.map(({ facts }) => facts.descriptions)),
      needs: joined(libraries.map(({ facts }) => facts.needs)),
      variables: records.variables,
      parameters: new Set(libraries.flatMap(({ facts }) => [...facts.parameters])),
    }
    inherited.set(key, facts)
    return facts
  }

  /** @param id its own, or one made of its place where it has none that no other action has. */
  private action({ action, id, isOwn, below }: ActionWithId, element: string, isTop: boolean): CompiledAction {
    if (!isOwn)
      this.fault(
        'ACTION_ID_INVALID',
        element,
        'Every action needs an id that no other action of the plan or of plans within it has; cards and feedback hang on it.',
      )
    this.ids.add(id)
    if (!this.context.isSound) checkAction(this.check, action, element, isTop)
    const definition = this.definition(action, element)
    const orders = extensionOf(action, this.extension.orders)?.valueExpression
    const compiled: CompiledAction = {
      id,
      where: `${this.plan.id} action ${id}`,
      resource: action,
      points: decisionPointsOf(action, this.context.profile.names).flatMap(({ code }) => code ?? []),
      conditions: this.conditions(action, element),
      texts: this.texts(action, element),
      dynamicValues: this.dynamicValues(
        action.dynamicValue,
        element,
        this.resourceKind(definition, orders),
        definition?.kind === 'activity' ? definition.activity.resource : this.plan,
      ),
      definition,
      orders: orders && this.evaluator(orders, this.place(`${element}.extension`)),
      cardExtensions: extensionsOf(action, this.extension.cardExtension).map(extension =>
        this.cardExtension(extension, `${element}.extension`),
      ),
      sources: this.sources(action, element),
      overrideReasons: this.overrideReasons(action, element),
      startAndStop: (action.condition ?? []).filter(({ kind }) => kind !== 'applicability'),
      notCarried: reportNotCarried(this.check, notCarriedOfAction(action, this.plan, this.actionIds, this.context.profile.names), element),
      isGroup: orders === undefined && isGroup(action, definition),
      isOnlyOnPage: isOnlyOnPage(action, this.context.profile.names),
      onlyOnPageWhen: this.shownOn(action, `${element}.extension`),
      actions: below.map((child, index) => this.action(child, `${element}.action[${index}]`, false)),
    }
    if (!this.context.isSound) this.checkCompiled(compiled, element)
    return compiled
  }

  private checkCompiled(action: CompiledAction, element: string): void {
    if (action.isOnlyOnPage) checkPageTexts(this.check, action, `${element}.extension`)
    if (isCriticalWithin(action)) this.checkSilence(action, element)
  }

  /** No answer of a user may decide whether a critical card comes, nor what of it a card shows. */
  private checkSilence({ conditions, onlyOnPageWhen }: CompiledAction, element: string): void {
    const asksSilence = (condition: CompiledCondition): boolean =>
      neededBy(this.namesIn.get(condition) ?? [], this.facts.needs).has(SILENCED)
    if ([...conditions, ...(onlyOnPageWhen ? [onlyOnPageWhen] : [])].some(asksSilence))
      this.fault(
        'CRITICAL_SILENCED',
        element,
        `It is critical, or holds what is, and asks in the end for %${SILENCED}; a critical card comes whatever users answered before.`,
      )
  }

  private get extension() {
    return this.context.profile.names.extension
  }

  /** Conditions of applicability. */
  private conditions(action: PlanDefinitionAction, element: string): CompiledCondition[] {
    return (action.condition ?? []).flatMap(({ kind, expression: written }, index) => {
      const place = `${element}.condition[${index}]`
      // Passed over, it would let the action apply to everybody.
      if (!CONDITION_KINDS.includes(kind))
        this.fault(
          'MODIFIER_UNKNOWN',
          `${place}.kind`,
          `The kind of a condition is ${CONDITION_KINDS.join(', ')}; found ${kind ?? 'none'}.`,
        )
      // Whoever carries the action out asks what starts and stops it, in whatever language it is; ours is checked.
      if (kind !== 'applicability' && !inFhirPath(written)) return []
      if (kind === 'applicability') return [this.condition(written, place)]
      this.evaluator(written, this.place(place))
      return []
    })
  }

  /** When only the page shows an action, where that depends on the patient. */
  private shownOn(action: PlanDefinitionAction, place: string): CompiledCondition | undefined {
    const written = extensionOf(action, this.extension.shownOn)?.valueExpression
    return written && this.condition(written, place)
  }

  private condition(written: Expression | undefined, place: string): CompiledCondition {
    const { evaluate, variables } = this.checked(written, this.place(place))
    const { description = '', _description } = written ?? {}
    if (!description.trim()) this.fault('DESCRIPTION_MISSING', place, 'Say the condition in plain language.')
    const expression = (inFhirPath(written) ?? written)?.expression ?? ''
    // What is not put into words speaks for itself.
    const descriptions = description.trim() ? localized(description, _description, this.language) : new Map([[this.language, expression]])
    const missing = lackingLanguages(descriptions, this.context.profile.languages)
    if (description.trim() && missing.length > 0)
      this.fault('TRANSLATION_MISSING', place, `The description is missing in ${missing.join(', ')}.`)
    const condition = { description, descriptions, expression, evaluate }
    this.namesIn.set(condition, variables)
    return condition
  }

  /** Ids of the actions of a plan within this one. */
  private takeIds(ids: readonly string[], element: string): void {
    for (const id of ids) {
      if (this.ids.has(id))
        this.fault('ACTION_ID_INVALID', element, `The plan within has an action ${id}, and so has this one, or another within it.`)
      this.ids.add(id)
    }
  }

  private texts(
    element: PlanDefinitionAction | ActivityDefinition,
    place: string,
    file = this.source.file,
    written = this.language,
  ): ActionTexts {
    const parts = element as PlanDefinitionAction
    const compile = (texts: LocalizedText, name: string) => {
      const missing = lackingLanguages(texts, this.context.profile.languages)
      if (missing.length > 0) {
        this.context.faults.add('TRANSLATION_MISSING', file, `${place}.${name}`, `The text is missing in ${missing.join(', ')}.`)
      }
      return compileTexts(texts, expression =>
        this.evaluator({ language: 'text/fhirpath', expression }, { file, element: `${place}.${name}` }),
      )
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
  private dynamicValues(
    values: PlanDefinitionActionDynamicValue[] | undefined,
    element: string,
    kind: string | undefined,
    definition: ActivityDefinition | PlanDefinition,
    file = this.source.file,
  ): CompiledDynamicValue[] {
    return (values ?? []).map((value, index) => {
      const place = { file, element: `${element}.dynamicValue[${index}]` }
      const written = value.path ?? ''
      const onAction = written.replace(ON_ACTION, '')
      const on = kind === undefined || onAction !== written ? 'action' : 'resource'
      const path = on === 'resource' ? withoutType(written, kind) : onAction
      const isKnown = on === 'action' ? ACTION_PATHS.test(path) : isElementPath(kind ?? '', path)
      if (!isKnown)
        this.context.faults.add('DYNAMIC_PATH_INVALID', file, place.element, `'${written}' is not an element that can be set here.`)
      return { path, on, evaluate: this.evaluator(value.expression, place, { definition }) }
    })
  }

  private definition(action: PlanDefinitionAction, element: string): CompiledDefinition | undefined {
    const { definitionCanonical: canonical, definitionUri: uri } = action
    if (canonical === undefined) return uri === undefined ? undefined : { kind: 'uri', uri }
    const { resources } = this.context
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
    const compiled = compilePlan(plan, this.context, above)
    const isNestedBefore = this.nested.some(({ canonical: known }) => known === compiled.canonical)
    if (!isNestedBefore) this.takeIds(idsOf(compiled.actions), `${element}.definitionCanonical`)
    this.nested.push(compiled)
    return { kind: 'plan', plan: compiled }
  }

  /** @param onAction what the action sets on top. */
  private activity(file: Cited<ActivityDefinition>, onAction: PlanDefinitionActionDynamicValue[] = []): CompiledActivity {
    return compileActivity(file, onAction, {
      faults: this.context.faults,
      isSound: this.context.isSound,
      texts: (definition, at) => this.texts(definition, 'ActivityDefinition', at, definition.language),
      dynamicValues: (definition, kind, at) => this.dynamicValues(definition.dynamicValue, 'ActivityDefinition', kind, definition, at),
      leaflet: (definition, at) => this.leaflet(definition, at),
    })
  }

  private leaflet(definition: ActivityDefinition, file: string): string[] {
    const { resources, profile, faults } = this.context
    return documentsOf(definition).flatMap(canonical => {
      const found = resources.find<Library>('Library', canonical, this.source)
      if (!found && canonical.startsWith(`${profile.names.base}/`))
        faults.add('CANONICAL_UNKNOWN', file, 'ActivityDefinition.relatedArtifact', `There is no ${canonical}.`)
      if (!found || !isLeaflet(found.resource, profile.names)) return []
      const [usual] = profile.languages
      return paragraphsOf(inLanguage(leafletText(found.resource, usual), usual) ?? '')
    })
  }

  private cardExtension({ extension: parts = [] }: Extension, element: string): CompiledCardExtension {
    return {
      name: parts.find(({ url }) => url === 'name')?.valueString ?? '',
      members: parts
        .filter(({ url }) => url === 'member')
        .map(({ valueExpression }) => ({
          name: valueExpression?.name ?? '',
          evaluate: this.evaluator(valueExpression, this.place(element)),
        })),
    }
  }

  private sources(action: PlanDefinitionAction, element: string) {
    return (action.documentation ?? []).map((artifact, index) => {
      if (artifact.resource === undefined) return undefined
      const source = compileSource(
        artifact,
        canonical => this.context.resources.find<Library>('Library', canonical, this.source)?.resource,
        this.context.profile,
      )
      if (!source) this.fault('SOURCE_MISSING', `${element}.documentation[${index}]`, `No source has the section ${artifact.resource}.`)
      return source
    })
  }

  private overrideReasons(action: PlanDefinitionAction, element: string) {
    const canonical = extensionOf(action, this.extension.overrideReasons)?.valueCanonical
    if (canonical === undefined) return []
    if (!this.context.terminology.membership(canonical)) {
      this.fault('CANONICAL_UNKNOWN', `${element}.extension`, `There is no value set ${canonical}.`)
    }
    return this.context.terminology.expand(canonical)
  }

  /** Requirements of the libraries, the plan's inputs and nested plans, as far as some expression reads their type. */
  private requirements(): CompiledRequirement[] {
    const needed = neededBy(this.used, this.facts.needs)
    if (needed.has('patient')) needed.add('Patient')
    const named = Object.entries(STANDARD_VARIABLES).flatMap(([name, { reads }]) => (reads && needed.has(name) ? [reads] : []))
    const wanted = new Set([...needed, ...named])
    const ofLibraries = this.librariesWithin(this.libraries().map(({ resource }) => resource)).flatMap(inputsOf)
    const inputs = inputsWithin(this.plan.action).map(({ input }) => ({ input, file: this.source.file }))
    const own = [...ofLibraries, ...inputs]
      .filter(({ input }) => wanted.has(input.type) || needed.has('resource'))
      .map(({ input, file }) => this.requirement(input, file))
    const all = [...own, ...this.nested.flatMap(plan => plan.requirements)]
    if (!this.context.isSound) this.checkConflicts(all)
    // Whoever applies a plan that no hook asks for sends the data along.
    return byKey([...all, ...this.unmet(all, listens(this.plan) ? wanted : needed)])
  }

  private requirement(input: DataRequirement, file: string): CompiledRequirement {
    const { requirements, terminology, faults, isSound, templateOf } = this.context
    const before = requirements.get(input)
    if (before) return before
    const compiled = compileRequirement(input, terminology, templateOf)
    if (!isSound) checkTemplates(compiled, { file, element: `dataRequirement ${input.id ?? input.type}` }, faults)
    requirements.set(input, compiled)
    return compiled
  }

  /** Every record type that an expression reads must be fetched, asked for or not. */
  private unmet(requirements: readonly CompiledRequirement[], needed: ReadonlySet<string>): CompiledRequirement[] {
    const unmet = RESOURCE_TYPES.filter(type => needed.has(type) && !requirements.some(requirement => requirement.type === type))
    if (unmet.length > 0)
      this.fault('DATA_NOT_ASKED_FOR', `${this.root}.library`, `Expressions read ${unmet.join(', ')}, but no DataRequirement asks for it.`)
    return unmet.map(type => compileRequirement({ type } as DataRequirement, this.context.terminology, this.context.templateOf))
  }

  /** No key may stand for two queries. */
  private checkConflicts(requirements: readonly CompiledRequirement[]): void {
    for (const key of conflictingKeys(requirements))
      this.fault(
        'PREFETCH_INVALID',
        `${this.root}.library`,
        `Two DataRequirements ask for different data under the key ${key}; give each an id.`,
      )
  }

  /**
   * Libraries and those that they depend on, where the first way leads to each and again where the last does, however many
   * there are: of what they ask for under one key the first stands, at the place of the last.
   */
  private librariesWithin(libraries: readonly Cited<Library>[]): Cited<Library>[] {
    const beneath = (library: Cited<Library>) =>
      (library.resource.relatedArtifact ?? []).flatMap(({ type, resource = '' }) =>
        type === 'depends-on' ? (this.library(resource, library)?.resource ?? []) : [],
      )
    const first = new Set<Cited<Library>>()
    const visit = (library: Cited<Library>): void => {
      if (first.has(library)) return
      first.add(library)
      beneath(library).forEach(visit)
    }
    libraries.forEach(visit)
    const seen = new Set<Cited<Library>>()
    const fromLast: Cited<Library>[] = []
    const visitBack = (library: Cited<Library>): void => {
      if (seen.has(library)) return
      seen.add(library)
      beneath(library).toReversed().forEach(visitBack)
      fromLast.push(library)
    }
    libraries.toReversed().forEach(visitBack)
    return [...first, ...fromLast.reverse()]
  }

  private evaluator(expression: Expression | undefined, place: ElementOfFile, focus: ExpressionFocus = {}) {
    return this.checked(expression, place, focus).evaluate
  }

  private checked(expression: Expression | undefined, place: ElementOfFile, focus: ExpressionFocus = {}) {
    const checked = this.context.expressions.expression(expression, place, this.facts.known, { subject: this.subject, ...focus })
    checked.variables.forEach(name => this.used.add(name))
    return checked
  }

  private place(element: string): ElementOfFile {
    return { file: this.source.file, element }
  }

  private fault(code: Parameters<FaultList['add']>[0], element: string, message: string): void {
    this.context.faults.add(code, this.source.file, element, message)
  }
}

/** The answers to cards by which their points are silent. */
const SILENCED = 'silenced'

/** Whether an action, or one that stands in it, is critical. */
const isCriticalWithin = ({ resource: { priority }, actions, definition }: CompiledAction): boolean =>
  INDICATOR[priority ?? 'routine'] === 'critical' ||
  actions.some(isCriticalWithin) ||
  (definition?.kind === 'plan' && definition.plan.actions.some(isCriticalWithin))

/**
 * Whether an action has no text, nothing to propose and no decision point of its own, but children or a plan. One that says
 * how what is below it hangs together, such as that one of several is to be chosen, is an action like any other.
 */
function isGroup(action: PlanDefinitionAction, definition: CompiledDefinition | undefined): boolean {
  const { title, description, textEquivalent, dynamicValue = [] } = action
  const isTextSet = dynamicValue.some(({ path = '' }) => TEXT_PATHS.has(path.replace(ON_ACTION, '')))
  if (title !== undefined || description !== undefined || textEquivalent !== undefined) return false
  if (definition) return definition.kind === 'plan'
  const isWhole = action.selectionBehavior ?? action.groupingBehavior ?? action.code ?? action.definitionCanonical
  return isWhole === undefined && !isTextSet && (action.action ?? []).length > 0
}

/** Whom a plan is for; a patient where it does not say. */
export function subjectsOf({ subjectCodeableConcept, subjectReference }: PlanDefinition | ActivityDefinition): readonly string[] {
  const codes = [...(subjectCodeableConcept?.coding ?? []).map(({ code }) => code), subjectReference && 'Group']
  const types = SUBJECT_TYPES.filter(type => codes.includes(type))
  return types.length === 0 ? ['Patient'] : types
}

const inputsOf = ({ file, resource: { dataRequirement = [] } }: Cited<Library>): { input: DataRequirement; file: string }[] =>
  dataRequirement.map(input => ({ input, file }))

function idsOf(actions: readonly CompiledAction[]): string[] {
  return actions.flatMap(({ id, actions: children }) => [id, ...idsOf(children)])
}
