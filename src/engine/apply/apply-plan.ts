import type { Extension, FhirResource, Goal, Reference, RelatedArtifact, RequestGroup, RequestGroupAction } from 'fhir/r4.js'
import { CdsError } from '../../errors.js'
import { failureOf } from '../expression/facts.js'
import { scopeOn, type Scope } from '../expression/scope.js'
import type { Evaluator } from '../expression/compile.js'
import { plain, toJson, truth } from '../expression/values.js'
import { nameOf } from '../expression/words.js'
import type { CompiledAction, CompiledActivity, CompiledCondition, CompiledPlan } from '../knowledge/compiled.js'
import { EXTENSION, extensionOf } from '../model/extensions.js'
import { isOnlyOnPage, PAGE, type KnowledgeNames } from '../model/names.js'
import { defined } from '../../plain-values/defined.js'
import { inLanguage } from '../model/localized.js'
import type { Terminology } from '../terminology/terminology.js'
import { applyActivity, questionnaireTask, setValue } from './apply-activity.js'
import { subjectOf, type ApplyContext } from './context.js'
import { citing } from './cited-source.js'
import { escapeMarkdown } from './markdown.js'
import { renderText } from './render-text.js'

/** An action whose evaluation failed, so that nobody can say whether it applies. */
export interface Undecided {
  plan: string
  action: string
  code: string
  /** Decision points that the action would speak for, those of plans that stand in it among them. */
  points: readonly string[]
  /** Canonicals of the plans that stand in the action, at any depth, whose actions were not asked either. */
  plansWithin: readonly string[]
}

/** Something that the knowledge states and the answer does not hold. */
export interface Omission {
  /** The action or definition that states it. */
  of: string
  element: string
  /** A sentence. */
  reason: string
}

export interface AppliedPlan {
  requestGroup: RequestGroup
  undecided: Undecided[]
  /** What of the actions that apply could not be carried over. */
  omissions: Omission[]
}

/** The three answers of a condition. */
export type Answer = 'yes' | 'no' | 'cannot-tell'

/**
 * PlanDefinition/$apply: the plan's actions that apply to the patient, as a RequestGroup that contains every
 * resource they propose. Pure: same plan, scope and context, same bytes.
 */
export function applyPlan(plan: CompiledPlan, scope: Scope, context: ApplyContext): AppliedPlan {
  return new PlanApplication(plan, scopeOn(plan.variables, scope), context).apply()
}

/** Answers a condition in three ways. @throws CdsError when it cannot be evaluated. */
export function answerOf(condition: CompiledCondition, scope: Scope, where: string): Answer {
  try {
    const value = truth(condition.evaluate(scope))
    return value === undefined ? 'cannot-tell' : value ? 'yes' : 'no'
  } catch (error) {
    throw failureOf(error, `a condition of ${where}`)
  }
}

class PlanApplication {
  /** Ids of the plan's goals in the answer, by their own. */
  private readonly goalIds = new Map<string | undefined, string>()
  /** Ids of actions that stand in the answer already, or will. */
  private placed: Set<string> | undefined

  /** @param contained shared with the plan that this one stands in, so that no two resources get the same id; and so on. */
  constructor(
    private readonly plan: CompiledPlan,
    private readonly scope: Scope,
    private readonly context: ApplyContext,
    private readonly contained: FhirResource[] = [],
    private readonly undecided: Undecided[] = [],
    private readonly omissions: Omission[] = [],
    private readonly takenByGoals = new Set<string>(),
  ) {}

  apply(): AppliedPlan {
    const { language, encounterId, proposer } = this.context
    const goals = this.goals()
    const action = this.proposals()
    const contained = [...goals, ...this.contained]
    return {
      requestGroup: {
        resourceType: 'RequestGroup',
        language,
        ...(contained.length > 0 && { contained }),
        ...(goals.length > 0 && { extension: goals.map(({ id }) => pertainsTo(id ?? '')) }),
        instantiatesCanonical: [this.plan.canonical],
        status: 'draft',
        intent: 'proposal',
        subject: subjectOf(this.context),
        ...(encounterId !== undefined && { encounter: { reference: `Encounter/${encounterId}` } }),
        ...(proposer?.practitioner !== undefined && { author: { reference: proposer.practitioner } }),
        ...(action.length > 0 && { action }),
      },
      undecided: this.undecided,
      omissions: this.omissions,
    }
  }

  private get names(): KnowledgeNames {
    return this.context.terminology.names
  }

  private proposals(): RequestGroupAction[] {
    if (isSwitchedOff(this.plan)) {
      this.omissions.push({ of: this.plan.canonical, element: 'PlanDefinition.action', reason: 'The plan says that it is not enabled.' })
      return []
    }
    const { hook } = this.context
    const listens = ({ resource }: CompiledAction) => hook === undefined || (resource.trigger ?? []).some(({ name }) => name === hook)
    return withoutDanglingRelations(this.plan.actions.filter(listens).flatMap(each => this.applyAction(each)))
  }

  private applyAction(action: CompiledAction): RequestGroupAction[] {
    const [containedBefore, omittedBefore] = [this.contained.length, this.omissions.length]
    try {
      if (!this.applies(action)) return []
      if (action.isGroup) return this.grouped(action)
      if (!action.orders) return [this.proposed(action)]
      const orders = this.ordersToChange(action, action.orders)
      return orders.length === 0 ? [] : [this.proposed(action, orders)]
    } catch (error) {
      if (!(error instanceof CdsError)) throw error
      this.contained.length = containedBefore
      this.omissions.length = omittedBefore
      this.undecided.push({ plan: this.plan.canonical, action: action.id, code: error.code, ...contentOf(action) })
      return []
    }
  }

  /** Whether every condition is answered yes. Like "and", a no decides at once and a cannot-tell hides no error. */
  private applies({ conditions, where }: CompiledAction): boolean {
    let isSure = true
    for (const condition of conditions) {
      const answer = answerOf(condition, this.scope, where)
      if (answer === 'no') return false
      if (answer === 'cannot-tell') isSure = false
    }
    return isSure
  }

  /** What stands in the place of a group; what only a page shows of the group, it shows of all of it. */
  private grouped(action: CompiledAction): RequestGroupAction[] {
    const actions = [...this.definitionOf(action, undefined).children, ...action.actions.flatMap(child => this.applyAction(child))]
    if (!action.isOnlyOnPage && !this.isLeftToPage(action)) return actions
    return actions.map(each =>
      isOnlyOnPage(each, this.names) ? each : { ...each, extension: [...(each.extension ?? []), this.shownOnPage] },
    )
  }

  /** Whether, for this patient, only the page shows an action; where one cannot tell the card does. */
  private isLeftToPage({ onlyOnPageWhen, where }: CompiledAction): boolean {
    return onlyOnPageWhen !== undefined && answerOf(onlyOnPageWhen, this.scope, where) === 'yes'
  }

  private get shownOnPage(): Extension {
    return { url: this.names.extension.shownOn, valueCode: PAGE }
  }

  /** @param orders those that the action changes, where it changes any. */
  private proposed(action: CompiledAction, orders?: readonly FhirResource[]): RequestGroupAction {
    const { resource: definition, texts, where } = action
    const title = renderText(texts.title, this.context, this.scope, 'plain', where)
    const description = renderText(texts.description, this.context, this.scope, 'markdown', where)
    const textEquivalent = renderText(texts.textEquivalent, this.context, this.scope, 'markdown', where)
    const { children, resource } = orders ? this.changedOrders(action, orders, title) : this.definitionOf(action, title)
    for (const { path, why } of action.notCarried) this.omissions.push({ of: where, element: path, reason: why })
    const extension = this.extensions(action)
    const participant = this.participants(action)
    const built: RequestGroupAction = {
      id: action.id,
      ...(extension.length > 0 && { extension }),
      ...defined({ prefix: definition.prefix, title, description, textEquivalent, priority: definition.priority, code: definition.code }),
      ...(definition.documentation && { documentation: fixedPartsOf(action, this.context).documentation }),
      ...(action.startAndStop.length > 0 && { condition: [...action.startAndStop] }),
      ...(definition.relatedAction && { relatedAction: definition.relatedAction }),
      ...timingOf(definition),
      ...(participant.length > 0 && { participant }),
      ...(definition.type && { type: definition.type }),
      ...(definition.groupingBehavior && { groupingBehavior: definition.groupingBehavior }),
      ...(definition.selectionBehavior && { selectionBehavior: definition.selectionBehavior }),
      ...(definition.requiredBehavior && { requiredBehavior: definition.requiredBehavior }),
      ...(definition.precheckBehavior && { precheckBehavior: definition.precheckBehavior }),
      ...(definition.cardinalityBehavior && { cardinalityBehavior: definition.cardinalityBehavior }),
      ...(resource && { resource }),
    }
    for (const value of action.dynamicValues.filter(({ on }) => on === 'action')) {
      setValue(built as unknown as Record<string, unknown>, 'RequestGroup.action', value, this.scope, where, this.writer(value.path))
    }
    const actions = [...children, ...action.actions.flatMap(child => this.applyAction(child))]
    return actions.length > 0 ? { ...built, action: actions } : built
  }

  /** How a dynamic value writes an element of the action: a text calls codes by their names, and Markdown takes no value for mark-up. */
  private writer(path: string): (item: unknown) => unknown {
    const { language, terminology } = this.context
    const told = (item: unknown) => nameOf(item, language, terminology) ?? toJson(item)
    return MARKDOWN.has(path) ? item => withoutMarkup(told(item)) : path === 'title' ? told : toJson
  }

  /** What the action's definition yields: a contained resource, or the actions of a nested plan. */
  private definitionOf(action: CompiledAction, title: string | undefined): { resource?: Reference; children: RequestGroupAction[] } {
    const { definition, dynamicValues } = action
    if (!definition) return { children: [] }
    if (definition.kind === 'plan') return { children: this.nested(definition.plan, action.id) }
    if (definition.kind === 'uri') return { resource: { reference: definition.uri }, children: [] }
    const { resource: made, missing } =
      definition.kind === 'activity'
        ? applyActivity(
            definition.activity,
            dynamicValues.filter(({ on }) => on === 'resource'),
            this.context,
            this.scope,
          )
        : questionnaireTask(definition.resource, definition.canonical, title, this.context, this.scope)
    if (definition.kind === 'activity') this.omissions.push(...omissionsOf(definition.activity, missing))
    if (missing.length > 0) return { children: [] }
    const changesRecord = (action.resource.type?.coding ?? []).some(({ code }) => code === 'update' || code === 'remove')
    if (changesRecord && made.id === undefined) {
      throw new CdsError('CDS_EXPRESSION_FAILED', `${action.where} proposes to change a record but does not say which; set its id.`)
    }
    return { resource: this.contain(made, action.id), children: [] }
  }

  /** Existing orders as the action changes them: a whole updated copy, or a reference to what is to be removed. */
  private changedOrders(
    action: CompiledAction,
    orders: readonly FhirResource[],
    title: string | undefined,
  ): { resource?: Reference; children: RequestGroupAction[] } {
    const [first, ...others] = orders.map(order => this.changedOrder(action, order))
    const children = others.map((resource, index) => ({
      id: `${action.id}-${index + 2}`,
      ...(title !== undefined && { title }),
      ...(action.resource.type && { type: action.resource.type }),
      resource,
    }))
    return { ...(first && { resource: first }), children }
  }

  private changedOrder(action: CompiledAction, order: FhirResource): Reference {
    if (action.resource.type?.coding?.[0]?.code === 'remove') return { reference: `${order.resourceType}/${order.id}` }
    const copy = { ...(order as unknown as Record<string, unknown>) }
    for (const value of action.dynamicValues.filter(({ on }) => on === 'resource'))
      setValue(copy, order.resourceType, value, this.scope, action.where)
    return this.contain(copy as unknown as FhirResource, action.id)
  }

  /** The orders that an action changes, each once; one without an id cannot be named to the EHR and is left alone. */
  private ordersToChange({ where }: CompiledAction, orders: Evaluator): FhirResource[] {
    try {
      const { asSent = (order: FhirResource) => order } = this.context
      const found = new Set(orders(this.scope).map(item => asSent(plain(item) as FhirResource)))
      return [...found].filter(({ resourceType, id }) => resourceType !== undefined && typeof id === 'string' && id !== '')
    } catch (error) {
      throw failureOf(error, `the orders of ${where}`)
    }
  }

  /** Applies a nested plan with its own facts, whatever hook it listens to. */
  private nested(plan: CompiledPlan, below: string): RequestGroupAction[] {
    const { hook: _, ...context } = this.context
    const within = new PlanApplication(
      plan,
      scopeOn(plan.variables, this.scope),
      context,
      this.contained,
      this.undecided,
      this.omissions,
      this.takenByGoals,
    )
    this.contained.push(...within.goals())
    return this.withFreeIds(within.proposals(), below)
  }

  /** The actions of a nested plan; where one of them has the id of another action of the answer, it gets one of its own. */
  private withFreeIds(actions: RequestGroupAction[], below: string): RequestGroupAction[] {
    if (actions.length === 0) return actions
    this.placed ??= new Set(idsIn(this.plan.actions))
    const placed = this.placed
    const ids = idsIn(actions)
    const taken = new Set([...placed, ...ids])
    const renamed = new Map<string, string>()
    for (const id of ids.filter(each => placed.has(each))) {
      const free = freeId(`${below}-${id}`, taken)
      taken.add(free)
      renamed.set(id, free)
    }
    const free = renamed.size === 0 ? actions : actions.map(action => withIds(action, renamed))
    for (const id of idsIn(free)) placed.add(id)
    return free
  }

  /**
   * Contains a proposed resource. One that the EHR already has (its id was set) keeps its id where that is free; else
   * the reference tells it, so that nobody changes another record.
   */
  private contain(resource: FhirResource, actionId: string): Reference {
    const isTaken = resource.id !== undefined && this.isUsed(resource.id)
    const id = resource.id === undefined || isTaken ? this.unusedId(`${actionId}-${this.contained.length + 1}`) : resource.id
    this.contained.push({ ...resource, id })
    return { reference: `#${id}`, ...(resource.id !== undefined && isTaken && { identifier: { value: resource.id } }) }
  }

  /** Whether a resource that the answer contains, or a goal that it will contain, has an id. */
  private isUsed(wanted: string): boolean {
    return this.takenByGoals.has(wanted) || this.contained.some(({ id }) => id === wanted)
  }

  private unusedId(wanted: string): string {
    return freeId(wanted, { has: id => this.isUsed(id) })
  }

  /** Grade, topic, override reasons, goals and computed card members, in the language of the reply. */
  private extensions(action: CompiledAction): Extension[] {
    const computed = action.cardExtensions.flatMap(({ name, members }) => {
      const values = members.flatMap(member => this.member(member, action.where))
      return values.length === 0
        ? []
        : [{ url: this.names.extension.cardExtension, extension: [{ url: 'name', valueString: name }, ...values] }]
    })
    const goals = (action.resource.goalId ?? []).flatMap(goal => this.goalIds.get(goal) ?? []).map(pertainsTo)
    const page = this.isLeftToPage(action) ? [this.shownOnPage] : []
    return [...fixedPartsOf(action, this.context).extensions, ...page, ...computed, ...goals]
  }

  private member({ name, evaluate }: CompiledAction['cardExtensions'][number]['members'][number], where: string): Extension[] {
    try {
      return evaluate(this.scope).map(item => ({ url: name, ...primitiveValue(toJson(item)) }))
    } catch (error) {
      throw failureOf(error, `card extension ${name} of ${where}`)
    }
  }

  private participants({ resource }: CompiledAction): Reference[] {
    const { userId } = this.context
    return (resource.participant ?? []).flatMap(({ type, role }): Reference[] => {
      const display = role?.text ?? role?.coding?.[0]?.display
      if (type === 'patient') return [{ ...subjectOf(this.context), ...(display && { display }) }]
      if (type === 'practitioner' && userId?.startsWith('Practitioner')) return [{ reference: userId, ...(display && { display }) }]
      return display ? [{ display }] : []
    })
  }

  /** An id for a goal that nothing else in the answer has. */
  private goalId(own: string | undefined, index: number): string {
    const id = this.unusedId(`goal-${own ?? index + 1}`)
    this.takenByGoals.add(id)
    this.goalIds.set(own, id)
    return id
  }

  private goals(): Goal[] {
    return (this.plan.resource.goal ?? []).map(({ id: ownId, category, description, priority, start, addresses, target }, index) => ({
      resourceType: 'Goal',
      id: this.goalId(ownId, index),
      lifecycleStatus: 'proposed',
      ...(category && { category: [category] }),
      ...(priority && { priority }),
      description: (description as Goal['description'] | undefined) ?? WORDLESS,
      subject: subjectOf(this.context),
      ...(start && { startCodeableConcept: start }),
      ...(addresses && { addresses: addresses.flatMap(({ text }) => (text === undefined ? [] : [{ display: text }])) }),
      ...(target && {
        target: target.map(({ measure, detailQuantity, detailRange, detailCodeableConcept, due }) => ({
          ...(measure && { measure }),
          ...(detailQuantity && { detailQuantity }),
          ...(detailRange && { detailRange }),
          ...(detailCodeableConcept && { detailCodeableConcept }),
          ...(due && { dueDuration: due }),
        })),
      }),
    }))
  }
}

/** What a resource made of a definition does not hold of it. @param missing what it lacks to be valid, so that it is not proposed. */
export function omissionsOf({ resource: { id }, kind, notCarried }: CompiledActivity, missing: readonly string[]): Omission[] {
  const of = `ActivityDefinition ${id}`
  return [
    ...notCarried.map(({ path, why }) => ({ of, element: path, reason: why })),
    ...missing.map(element => ({ of, element, reason: `Without it a ${kind} is no valid R4, so that none is proposed.` })),
  ]
}

const pertainsTo = (goal: string): Extension => ({
  url: 'http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal',
  valueReference: { reference: `#${goal}` },
})

/** Stands for the words of a goal that has none. */
const WORDLESS: Goal['description'] = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
}

const ENABLED = 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-enabled'

/** Whether a plan says that it is not to be proposed. */
const isSwitchedOff = ({ resource }: CompiledPlan): boolean => extensionOf(resource, ENABLED)?.valueBoolean === false

interface Identified {
  id?: string
  action?: readonly Identified[]
  actions?: readonly Identified[]
}

/** Ids of actions and of those below them. */
const idsIn = (all: readonly Identified[]): string[] =>
  all.flatMap(({ id, action = [], actions = action }) => [...(id === undefined ? [] : [id]), ...idsIn(actions)])

/** An id that is not taken yet: the wanted one, else with a number behind it. */
function freeId(wanted: string, taken: { has: (id: string) => boolean }): string {
  for (let number = 1, id = wanted; ; number += 1, id = `${wanted}-${number}`) if (!taken.has(id)) return id
}

/** An action, and those below it, under other ids. */
function withIds(action: RequestGroupAction, ids: ReadonlyMap<string, string>): RequestGroupAction {
  const renamed = (id: string) => ids.get(id) ?? id
  return {
    ...action,
    ...(action.id !== undefined && { id: renamed(action.id) }),
    ...(action.relatedAction && {
      relatedAction: action.relatedAction.map(relation => ({ ...relation, actionId: renamed(relation.actionId) })),
    }),
    ...(action.action && { action: action.action.map(child => withIds(child, ids)) }),
  }
}

/** What an action says of every patient, in one language. */
interface FixedParts {
  extensions: readonly Extension[]
  documentation: RelatedArtifact[]
}

const fixed = new WeakMap<CompiledAction, Map<string, FixedParts>>()

/** The parts of an action that no patient changes, made once a language. */
function fixedPartsOf(action: CompiledAction, { language, terminology }: ApplyContext): FixedParts {
  const byLanguage = fixed.get(action) ?? new Map<string, FixedParts>()
  fixed.set(action, byLanguage)
  const parts = byLanguage.get(language) ?? makeFixedParts(action, language, terminology)
  byLanguage.set(language, parts)
  return parts
}

function makeFixedParts({ resource, overrideReasons, sources }: CompiledAction, language: string, terminology: Terminology): FixedParts {
  const own = resource.extension ?? []
  const { names } = terminology
  const read = new Set<string>([...Object.values(EXTENSION), ...Object.values<string>({ ...names.extension })])
  return {
    extensions: [
      ...[EXTENSION.strength, EXTENSION.direction, EXTENSION.quality]
        .flatMap(url => own.filter(extension => extension.url === url))
        .map(extension => graded(extension, language, terminology)),
      ...own.filter(({ url }) => url === names.extension.cardTopic).map(extension => topic(extension, language, terminology)),
      ...own.filter(({ url, valueCode }) => (url === names.extension.shownOn && valueCode === PAGE) || !read.has(url)),
      ...overrideReasons.map(({ code, system, display }) => ({
        url: names.extension.overrideReasons,
        valueCoding: { system, code, display: inLanguage(display, language) ?? code },
      })),
    ],
    documentation: (resource.documentation ?? []).map((artifact, index) => citing(artifact, sources[index], language, names)),
  }
}

/** The family of a card with what a reader calls it. */
function topic({ url, valueCoding = {} }: Extension, language: string, terminology: Terminology): Extension {
  const displays = terminology.display(valueCoding.system, valueCoding.code)
  const display = displays && inLanguage(displays, language)
  return { url, valueCoding: { ...valueCoding, ...(display !== undefined && { display }) } }
}

/** A grade with what a reader calls it. */
function graded(extension: Extension, language: string, terminology: Terminology): Extension {
  const coding = extension.valueCodeableConcept?.coding ?? []
  const displays = coding.flatMap(({ system, code }) => {
    const display = terminology.display(system, code)
    return display ? (inLanguage(display, language) ?? []) : []
  })
  const text = displays.at(-1)
  return text === undefined ? extension : { ...extension, valueCodeableConcept: { ...extension.valueCodeableConcept, text } }
}

function timingOf(definition: CompiledAction['resource']): Partial<RequestGroupAction> {
  const { timingDateTime, timingAge, timingPeriod, timingDuration, timingRange } = definition
  const isTimed = timingDateTime ?? timingAge ?? timingPeriod ?? timingDuration ?? timingRange
  // What is proposed again and again is to be done so.
  const timingTiming =
    definition.timingTiming ??
    (isTimed === undefined
      ? definition.trigger?.find(({ type, timingTiming: timing }) => type === 'periodic' && timing)?.timingTiming
      : undefined)
  return {
    ...(timingDateTime && { timingDateTime }),
    ...(timingAge && { timingAge }),
    ...(timingPeriod && { timingPeriod }),
    ...(timingDuration && { timingDuration }),
    ...(timingRange && { timingRange }),
    ...(timingTiming && { timingTiming }),
  }
}

function primitiveValue(value: unknown): Partial<Extension> {
  if (typeof value === 'boolean') return { valueBoolean: value }
  if (typeof value === 'number') return Number.isInteger(value) ? { valueInteger: value } : { valueDecimal: value }
  if (typeof value !== 'string' || value === '') throw new TypeError('expected a plain value')
  return { valueString: value }
}

/** Elements of an action that a reader sees as Markdown. */
const MARKDOWN: ReadonlySet<string> = new Set(['description', 'textEquivalent'])

const withoutMarkup = (value: unknown): unknown => (typeof value === 'string' ? escapeMarkdown(value) : value)

/** What an action would have brought: a plan that stands in it goes with it. */
function contentOf({ points, definition, actions }: CompiledAction): Pick<Undecided, 'points' | 'plansWithin'> {
  const plan = definition?.kind === 'plan' ? definition.plan : undefined
  const below = [...actions, ...(plan?.actions ?? [])].map(contentOf)
  return {
    points: [...points, ...below.flatMap(each => each.points)],
    plansWithin: [...(plan ? [plan.canonical] : []), ...below.flatMap(({ plansWithin }) => plansWithin)],
  }
}

/** Relations whose target did not apply say nothing and are left out. */
function withoutDanglingRelations(actions: readonly RequestGroupAction[]): RequestGroupAction[] {
  const ids = new Set(idsIn(actions))
  const clean = (action: RequestGroupAction): RequestGroupAction => {
    const { relatedAction, action: children, ...rest } = action
    const kept = relatedAction?.filter(({ actionId }) => ids.has(actionId)) ?? []
    return {
      ...rest,
      ...(kept.length > 0 && { relatedAction: kept }),
      ...(children && { action: children.map(clean) }),
    }
  }
  return actions.map(clean)
}
