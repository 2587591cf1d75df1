import type { Extension, FhirResource, Goal, Reference, RequestGroup, RequestGroupAction } from 'fhir/r4.js'
import { CdsError } from '../../errors.js'
import { failureOf } from '../expression/facts.js'
import { scopeOn, type Scope } from '../expression/scope.js'
import type { Evaluator } from '../expression/compile.js'
import { plain, toJson, truth } from '../expression/values.js'
import { nameOf } from '../expression/words.js'
import { hooksOf, listensTo } from '../knowledge/action-hooks.js'
import type { CompiledAction, CompiledActivity, CompiledCondition, CompiledPlan } from '../knowledge/compiled.js'
import { extensionOf } from '../model/extensions.js'
import { madeOnce } from '../model/memoised.js'
import { isOnlyOnPage, PAGE, type KnowledgeNames } from '../model/names.js'
import { applyActivity, questionnaireTask, setValue } from './apply-activity.js'
import { subjectOf, type ApplyContext } from './context.js'
import { fixedPartsOf, type FixedParts } from './fixed-parts.js'
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
  /** Ids of actions of nested plans that stand in the answer already. */
  private readonly placed = new Set<string>()

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
    const actions = hook === undefined ? this.plan.actions : (actionsByHook(this.plan).get(hook) ?? [])
    return withoutDanglingRelations(actions.flatMap(each => this.applyAction(each)))
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
    const fixed = fixedPartsOf(action, this.context.language, this.context.terminology)
    if (!fixed.isWhole) return this.built(action, fixed, orders)
    return (fixed.whole ??= this.built(action, fixed))
  }

  private built(action: CompiledAction, fixed: FixedParts, orders?: readonly FhirResource[]): RequestGroupAction {
    const { texts, where } = action
    const title = renderText(texts.title, this.context, this.scope, 'plain', where)
    const description = renderText(texts.description, this.context, this.scope, 'markdown', where)
    const textEquivalent = renderText(texts.textEquivalent, this.context, this.scope, 'markdown', where)
    const { children, resource } = orders ? this.changedOrders(action, orders, title) : this.definitionOf(action, title)
    for (const { path, why } of action.notCarried) this.omissions.push({ of: where, element: path, reason: why })
    const extension = this.extensions(action, fixed)
    const participant = this.participants(action)
    const built: RequestGroupAction = {
      id: action.id,
      ...(extension.length > 0 && { extension }),
      ...fixed.beforeTexts,
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(textEquivalent !== undefined && { textEquivalent }),
      ...fixed.afterTexts,
      ...(participant.length > 0 && { participant }),
      ...fixed.behaviours,
      ...(resource && { resource }),
    }
    for (const value of fixed.valuesOnAction)
      setValue(built as unknown as Record<string, unknown>, 'RequestGroup.action', value, this.scope, where, this.writer(value.path))
    const actions = action.actions.length === 0 ? children : [...children, ...action.actions.flatMap(child => this.applyAction(child))]
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
    const { definition } = action
    if (!definition) return { children: [] }
    if (definition.kind === 'plan') return { children: this.nested(definition.plan, action.id) }
    if (definition.kind === 'uri') return { resource: { reference: definition.uri }, children: [] }
    const { resource: made, missing } =
      definition.kind === 'activity'
        ? applyActivity(definition.activity, this.valuesOnResource(action), this.context, this.scope)
        : questionnaireTask(definition.resource, definition.canonical, title, this.context, this.scope)
    if (definition.kind === 'activity') this.omissions.push(...omissionsOf(definition.activity, missing))
    if (missing.length > 0) return { children: [] }
    const changesRecord = (action.resource.type?.coding ?? []).some(({ code }) => code === 'update' || code === 'remove')
    if (changesRecord && made.id === undefined) {
      throw new CdsError('CDS_EXPRESSION_FAILED', `${action.where} proposes to change a record but does not say which; set its id.`)
    }
    return { resource: this.contain(made, action.id), children: [] }
  }

  private valuesOnResource(action: CompiledAction): FixedParts['valuesOnResource'] {
    return fixedPartsOf(action, this.context.language, this.context.terminology).valuesOnResource
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
    for (const value of this.valuesOnResource(action)) setValue(copy, order.resourceType, value, this.scope, action.where)
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
    const ids = idsIn(actions)
    const taken = ids.filter(id => this.isPlaced(id))
    const free = taken.length === 0 ? actions : this.renamed(actions, below, taken)
    for (const id of free === actions ? ids : idsIn(free)) this.placed.add(id)
    return free
  }

  private renamed(actions: readonly RequestGroupAction[], below: string, taken: readonly string[]): RequestGroupAction[] {
    const others = new Set(idsIn(actions))
    const names = new Map<string, string>()
    for (const id of taken) {
      const free = freeId(`${below}-${id}`, { has: wanted => others.has(wanted) || this.isPlaced(wanted) })
      others.add(free)
      names.set(id, free)
    }
    return actions.map(action => withIds(action, names))
  }

  /** Whether an action of the plan, or one that stands in the answer already, has an id. */
  private isPlaced(id: string): boolean {
    return idsOfPlan(this.plan).has(id) || this.placed.has(id)
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
  private extensions(action: CompiledAction, { extensions: fixed }: FixedParts): Extension[] {
    const computed = action.cardExtensions.flatMap(({ name, members }) => {
      const values = members.flatMap(member => this.member(member, action.where))
      return values.length === 0
        ? []
        : [{ url: this.names.extension.cardExtension, extension: [{ url: 'name', valueString: name }, ...values] }]
    })
    const goals = (action.resource.goalId ?? []).flatMap(goal => this.goalIds.get(goal) ?? []).map(pertainsTo)
    const page = this.isLeftToPage(action) ? [this.shownOnPage] : []
    return page.length + computed.length + goals.length === 0 ? fixed : [...fixed, ...page, ...computed, ...goals]
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

/** Actions of a plan by the names of the hooks that they listen to. */
const actionsByHook = madeOnce(({ actions }: CompiledPlan): ReadonlyMap<string, readonly CompiledAction[]> => {
  return new Map(actions.flatMap(hooksOf).map(hook => [hook, actions.filter(action => listensTo(action, hook))] as const))
})

interface Identified {
  id?: string
  action?: readonly Identified[]
  actions?: readonly Identified[]
}

/** Ids of actions and of those below them. */
function idsIn(all: readonly Identified[], found: string[] = []): string[] {
  for (const { id, action, actions = action } of all) {
    if (id !== undefined) found.push(id)
    if (actions) idsIn(actions, found)
  }
  return found
}

const idsOfPlan = madeOnce(({ actions }: CompiledPlan): ReadonlySet<string> => new Set(idsIn(actions)))

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
function withoutDanglingRelations(actions: RequestGroupAction[]): RequestGroupAction[] {
  if (!actions.some(isRelated)) return actions
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

const isRelated = ({ relatedAction, action }: RequestGroupAction): boolean =>
  relatedAction !== undefined || (action?.some(isRelated) ?? false)
