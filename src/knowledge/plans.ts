import type {
  ActivityDefinition, DataRequirement, Library, PlanDefinition, PlanDefinitionAction, PlanDefinitionActionDynamicValue, Questionnaire,
} from 'fhir/r4.js'
import type {
  CompiledAction, CompiledActivity, CompiledCardExtension, CompiledDefinition, CompiledPlan, CompiledRequirement, CompiledDynamicValue, ActionTexts,
} from './compiled.js'
import { compileRequirement } from './data-requirements.js'
import { DECISION_POINT_SYSTEM, EXTENSION, extensionOf, extensionsOf, localized, type LocalizedText } from './extensions.js'
import type { ExpressionCompiler, Place } from './expressions.js'
import type { FaultList } from './faults.js'
import { compileFacts, reach, type CompiledFacts } from './libraries.js'
import type { KnowledgeFile } from './read-resources.js'
import { compileSource } from './sources.js'
import { compileTexts } from './templates.js'
import type { Terminology } from './terminology.js'
import { HOOK_NAMES } from '../cds-hooks/hook-definitions.js'

/** What plans are compiled with. */
export interface Workshop {
  expressions: ExpressionCompiler
  terminology: Terminology
  faults: FaultList
  /** Facts of a library by its canonical, own and inherited. */
  libraries: ReadonlyMap<string, { resource: Library; facts: CompiledFacts }>
  sources: ReadonlyMap<string, Library>
  activities: ReadonlyMap<string, KnowledgeFile<ActivityDefinition>>
  questionnaires: ReadonlyMap<string, Questionnaire>
  plans: ReadonlyMap<string, KnowledgeFile<PlanDefinition>>
  /** Facts that every plan may use: the records alone. */
  ground: CompiledFacts
}

/** Languages in which every text that a reader sees must be written. */
const LANGUAGES = ['da', 'en']

/** Priorities that have an indicator; `asap` has none in the published mapping. */
const PRIORITIES = ['routine', 'urgent', 'stat']

/** Elements of an action that a dynamicValue may set. */
const ACTION_PATHS = /^(title|description|textEquivalent|priority|timing[A-Z]\w+)$/

/**
 * Compiles a PlanDefinition with everything it refers to.
 * @param above canonicals of the plans that lead here, to refuse a plan that contains itself.
 */
export function compilePlan(file: KnowledgeFile<PlanDefinition>, workshop: Workshop, above: readonly string[] = []): CompiledPlan {
  return new PlanCompiler(file, workshop, above).compile()
}

class PlanCompiler {
  private readonly facts: CompiledFacts
  private readonly used = new Set<string>()
  private readonly nested: CompiledPlan[] = []
  private readonly ids = new Set<string>()
  private readonly language: string
  private readonly plan: PlanDefinition

  constructor(private readonly source: KnowledgeFile<PlanDefinition>, private readonly workshop: Workshop, private readonly above: readonly string[]) {
    this.plan = source.resource
    this.language = this.plan.language ?? 'da'
    this.facts = compileFacts(source, this.inheritedFacts(), workshop.expressions, workshop.faults)
  }

  compile(): CompiledPlan {
    const actions = (this.plan.action ?? []).map((action, index) => this.action(action, `PlanDefinition.action[${index}]`, true))
    return {
      resource: this.plan,
      canonical: `${this.plan.url}|${this.plan.version}`,
      variables: this.facts.variables,
      actions,
      hooks: new Set((this.plan.action ?? []).flatMap(({ trigger }) => trigger ?? []).flatMap(({ name }) => name ?? [])),
      requirements: this.requirements(),
      libraries: this.libraries().map(({ resource }) => resource),
      facts: this.facts.descriptions,
    }
  }

  private libraries(): { resource: Library; facts: CompiledFacts }[] {
    return (this.plan.library ?? []).flatMap((canonical, index) => {
      const library = this.workshop.libraries.get(canonical.split('|', 1)[0] ?? canonical)
      if (!library) this.fault('CANONICAL_UNKNOWN', `PlanDefinition.library[${index}]`, `There is no library ${canonical}.`)
      return library ?? []
    })
  }

  private inheritedFacts(): CompiledFacts {
    const { ground } = this.workshop
    const libraries = (this.plan.library ?? []).flatMap(canonical => this.workshop.libraries.get(canonical.split('|', 1)[0] ?? '') ?? [])
    return {
      known: new Map([...ground.known, ...libraries.flatMap(({ facts }) => [...facts.known])]),
      descriptions: new Map(libraries.flatMap(({ facts }) => [...facts.descriptions])),
      needs: new Map(libraries.flatMap(({ facts }) => [...facts.needs])),
      variables: ground.variables,
    }
  }

  private action(action: PlanDefinitionAction, element: string, isTop: boolean): CompiledAction {
    this.checkAction(action, element, isTop)
    const compile = (expression: string) => this.use(expression, element)
    return {
      id: action.id ?? '',
      where: `${this.plan.id} action ${action.id}`,
      resource: action,
      conditions: (action.condition ?? []).flatMap((condition, index) => {
        if (condition.kind !== 'applicability') return []
        const place = `${element}.condition[${index}]`
        const { description, expression } = condition.expression ?? {}
        if (!description?.trim()) this.fault('DESCRIPTION_MISSING', place, 'Say the condition in plain language.')
        const checked = this.workshop.expressions.expression(condition.expression, this.place(place), this.facts.known)
        checked.variables.forEach(name => this.used.add(name))
        return [{ description: description ?? '', expression: expression ?? '', evaluate: checked.evaluate }]
      }),
      texts: this.texts(action, element),
      dynamicValues: this.dynamicValues(action.dynamicValue, element, action.definitionCanonical === undefined),
      definition: this.definition(action, element),
      cardExtensions: extensionsOf(action, EXTENSION.cardExtension).map(extension => this.cardExtension(extension, compile)),
      sources: this.sources(action, element),
      overrideReasons: this.overrideReasons(action, element),
      actions: (action.action ?? []).map((child, index) => this.action(child, `${element}.action[${index}]`, false)),
    }
  }

  private checkAction(action: PlanDefinitionAction, element: string, isTop: boolean): void {
    if (!action.id || this.ids.has(action.id)) {
      this.fault('ACTION_ID_INVALID', element, 'Every action needs an id that no other action of the plan has; cards and feedback hang on it.')
    }
    this.ids.add(action.id ?? '')
    if (action.priority !== undefined && !PRIORITIES.includes(action.priority)) {
      this.fault('PRIORITY_REFUSED', `${element}.priority`, `Use ${PRIORITIES.join(', ')}; ${action.priority} has no indicator.`)
    }
    for (const { type, name } of isTop ? (action.trigger ?? []) : []) {
      if (type !== 'named-event' || !HOOK_NAMES.has(name ?? '')) {
        this.fault('TRIGGER_UNSUPPORTED', `${element}.trigger`, `A trigger is a named-event with the name of a hook; found ${type} ${name ?? ''}.`)
      }
    }
    const listens = (this.plan.action ?? []).some(({ trigger }) => trigger?.length)
    if (isTop && listens && !action.trigger?.length) {
      this.fault('TRIGGER_UNSUPPORTED', element, 'Other actions of the plan have a trigger; without one no hook ever asks for this action.')
    }
    this.checkRecommendation(action, element)
  }

  /** An action that speaks for a decision point must carry grade and source. */
  private checkRecommendation(action: PlanDefinitionAction, element: string): void {
    const points = (action.code ?? []).flatMap(({ coding }) => coding ?? []).filter(({ system }) => system === DECISION_POINT_SYSTEM)
    if (points.length === 0) return
    for (const { code } of points) {
      if (!this.workshop.terminology.display(DECISION_POINT_SYSTEM, code)) {
        this.fault('CANONICAL_UNKNOWN', `${element}.code`, `There is no decision point ${code}.`)
      }
    }
    if (!extensionOf(action, EXTENSION.strength)) this.fault('GRADE_MISSING', element, 'A recommendation needs cqf-strengthOfRecommendation.')
    if (!extensionOf(action, EXTENSION.direction)) this.fault('GRADE_MISSING', element, 'A recommendation needs cpg-directionOfRecommendation, so that "against" never reads as "for".')
    if (!action.documentation?.length) this.fault('SOURCE_MISSING', element, 'A recommendation needs documentation that names its source and section.')
  }

  private texts(element: PlanDefinitionAction | ActivityDefinition, place: string, file = this.source.file): ActionTexts {
    const parts = element as PlanDefinitionAction
    const compile = (texts: LocalizedText, name: string) => {
      const missing = LANGUAGES.filter(language => texts.size > 0 && !texts.has(language))
      if (missing.length > 0) {
        this.workshop.faults.add('TRANSLATION_MISSING', file, `${place}.${name}`, `The text is missing in ${missing.join(', ')}.`)
      }
      return compileTexts(texts, expression => this.use(expression, `${place}.${name}`))
    }
    return {
      title: compile(localized(parts.title, parts._title, this.language), 'title'),
      description: compile(localized(parts.description, parts._description, this.language), 'description'),
      textEquivalent: compile(localized(parts.textEquivalent, parts._textEquivalent, this.language), 'textEquivalent'),
    }
  }

  private dynamicValues(values: PlanDefinitionActionDynamicValue[] | undefined, element: string, isActionAlone: boolean): CompiledDynamicValue[] {
    return (values ?? []).map((value, index) => {
      const place = `${element}.dynamicValue[${index}]`
      const path = value.path ?? ''
      if (!/^%?[A-Za-z][\w.]*(\[\d+\])?/.test(path) || (isActionAlone && !ACTION_PATHS.test(path.replace(/^action\./, '')))) {
        this.fault('DYNAMIC_PATH_INVALID', place, `'${path}' is not an element that can be set here.`)
      }
      const checked = this.workshop.expressions.expression(value.expression, this.place(place), this.facts.known)
      checked.variables.forEach(name => this.used.add(name))
      return { path, evaluate: checked.evaluate }
    })
  }

  private definition(action: PlanDefinitionAction, element: string): CompiledDefinition | undefined {
    const canonical = action.definitionCanonical
    if (canonical === undefined) return undefined
    const url = canonical.split('|', 1)[0] ?? canonical
    const activity = this.workshop.activities.get(url)
    if (activity) return { kind: 'activity', activity: this.activity(activity) }
    const questionnaire = this.workshop.questionnaires.get(url)
    if (questionnaire) return { kind: 'questionnaire', resource: questionnaire, canonical: `${url}|${questionnaire.version}` }
    const plan = this.workshop.plans.get(url)
    if (plan && this.above.concat(this.plan.url ?? '').includes(url)) {
      this.fault('CANONICAL_CYCLE', `${element}.definitionCanonical`, `${url} contains itself.`)
    } else if (plan) {
      const compiled = compilePlan(plan, this.workshop, [...this.above, this.plan.url ?? ''])
      this.nested.push(compiled)
      return { kind: 'plan', plan: compiled }
    } else {
      this.fault('CANONICAL_UNKNOWN', `${element}.definitionCanonical`, `There is no ${canonical}.`)
    }
    return undefined
  }

  private activity({ file, resource }: KnowledgeFile<ActivityDefinition>): CompiledActivity {
    const place = 'ActivityDefinition'
    return {
      resource,
      canonical: `${resource.url}|${resource.version}`,
      texts: this.texts(resource, place, file),
      dynamicValues: (resource.dynamicValue ?? []).map((value, index) => {
        const checked = this.workshop.expressions.expression(value.expression, { file, element: `${place}.dynamicValue[${index}]` }, this.facts.known)
        checked.variables.forEach(name => this.used.add(name))
        return { path: value.path, evaluate: checked.evaluate }
      }),
    }
  }

  private cardExtension(extension: { extension?: { url: string; valueString?: string; valueExpression?: { name?: string; expression?: string } }[] }, compile: (expression: string) => CompiledCardExtension['members'][number]['evaluate']): CompiledCardExtension {
    const parts = extension.extension ?? []
    return {
      name: parts.find(({ url }) => url === 'name')?.valueString ?? '',
      members: parts.filter(({ url }) => url === 'member').map(({ valueExpression }) => ({
        name: valueExpression?.name ?? '',
        evaluate: compile(valueExpression?.expression ?? ''),
      })),
    }
  }

  private sources(action: PlanDefinitionAction, element: string) {
    return (action.documentation ?? []).flatMap((artifact, index) => {
      if (artifact.resource === undefined) return []
      const source = compileSource(artifact, this.workshop.sources)
      if (!source) this.fault('SOURCE_MISSING', `${element}.documentation[${index}]`, `No source has the section ${artifact.resource}.`)
      return source ?? []
    })
  }

  private overrideReasons(action: PlanDefinitionAction, element: string) {
    const canonical = extensionOf(action, EXTENSION.overrideReasons)?.valueCanonical
    if (canonical === undefined) return []
    if (!this.workshop.terminology.membership(canonical)) {
      this.fault('CANONICAL_UNKNOWN', `${element}.extension`, `There is no value set ${canonical}.`)
    }
    return this.workshop.terminology.expand(canonical)
  }

  /** Requirements of the libraries, the plan's inputs and nested plans, as far as some expression reads their type. */
  private requirements(): CompiledRequirement[] {
    const needed = reach(this.used, this.facts.needs)
    const reads = ({ type }: { type: string }) => needed.has(type) || (type === 'Patient' && needed.has('patient'))
    const ofLibraries = this.libraries().flatMap(({ resource }) => this.inheritedRequirements(resource))
    const inputs = (this.plan.action ?? []).flatMap(({ input }) => input ?? []).map(input => ({ input, file: this.source.file }))
    const own = [...ofLibraries, ...inputs].filter(({ input }) => reads(input)).map(({ input, file }) =>
      compileRequirement(input, { file, element: `dataRequirement ${input.id ?? input.type}` }, this.workshop.terminology, this.workshop.faults))
    return byKey([...own, ...this.nested.flatMap(plan => plan.requirements)])
  }

  private inheritedRequirements(library: Library): { input: DataRequirement; file: string }[] {
    const inherited = (library.relatedArtifact ?? []).flatMap(({ type, resource }) =>
      type === 'depends-on' ? (this.workshop.libraries.get(resource?.split('|', 1)[0] ?? '')?.resource ?? []) : [])
    const own = (library.dataRequirement ?? []).map(input => ({ input, file: `fhir-resources/Library/${library.id}.json` }))
    return [...own, ...inherited.flatMap(other => this.inheritedRequirements(other))]
  }

  private use(expression: string, element: string) {
    const checked = this.workshop.expressions.text(expression, this.place(element), this.facts.known)
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

/** One requirement a key; the first stands. */
export function byKey(requirements: readonly CompiledRequirement[]): CompiledRequirement[] {
  return [...new Map(requirements.map(requirement => [requirement.key, requirement] as const).reverse()).values()].reverse()
}
