import { describeAction, type ActionDescription } from '../engine/apply/describe-action.js'
import {
  explainPlan,
  hasAction,
  type ExplainedAction,
  type ExplainedCondition,
  type ExplainedFact,
  type Selection,
} from '../engine/apply/explain-plan.js'
import { gatheredBehindCalls } from './behind-calls.js'
import { answerCall, scopeFor, withSilence, type GatheredCall } from './call-service.js'
import type { Arrival, CallEnvironment } from './environment.js'
import { planSource } from '../engine/cards/plan-source.js'
import { stableUuid } from '../engine/cards/uuid.js'
import type { AlreadyTold, CdsResponse, HeldBack, HookRequest } from '../cds-hooks/types.js'
import { CdsError } from '../errors.js'
import type { CompiledAction, CompiledPlan } from '../engine/knowledge/compiled.js'
import { inLanguage } from '../engine/model/localized.js'
import { PAGE } from '../engine/model/names.js'
import { toldNotRead, type ToldNotRead } from '../patient-data/not-read.js'
import type { CdsService } from '../knowledge-files/services.js'
import { inShadowOf } from './shadow.js'

export interface ToldCondition extends Omit<ExplainedCondition, 'description'> {
  description: string
}

/** An action as a reader follows it: what it is, which of its conditions are met, and the card it became or why it became none. */
export interface ToldAction extends ActionDescription {
  listensToHook: boolean
  applies: ExplainedAction['applies']
  /** How many of its conditions are answered yes. */
  met: number
  of: number
  /** Its conditions; none of what never has a card here, unless all or one action is asked for. */
  conditions: ToldCondition[]
  /** Whether only its page shows it for this patient, where that is asked. */
  onlyOnPage?: ToldCondition
  /** Uuid of its card in the response. */
  card?: string
  noCardBecause?: string
  actions: ToldAction[]
  /** How many actions below it are not told, since it does not apply. */
  leftOut?: number
  /** The action before it below which the same actions are told, so that they are not told here. */
  toldAt?: string
}

export interface Explanation {
  service: string
  /** Where the client is answered without these cards. */
  shadow?: true
  clock: { now: string; today: string }
  /** Data that was not read, and why. */
  notRead: ToldNotRead[]
  plans: { plan: string; title: string; actions: ToldAction[] }[]
  /** Every fact that a condition asked for itself, once, by its name; where all or one action is asked for, those behind them too. */
  facts: Readonly<Record<string, ExplainedFact>>
  response: CdsResponse
}

/**
 * Answers why each card came and why the others did not: the conditions of the actions with their answers, the
 * facts they used and the resources those came from. Same input as a call. Unless all or one action is asked for it is small enough
 * to be read at once: the facts behind facts and the conditions of what never has a card
 * here are left out, and a plan that stands within several actions is told at the first.
 * @throws CdsError CDS_RESOURCE_UNKNOWN when the service has no action of the id that is asked about; else as a call.
 */
export async function explainCall(
  service: CdsService,
  request: HookRequest,
  language: string,
  environment: CallEnvironment,
  options: Selection = { isWhole: false },
  arrival: Arrival = {},
): Promise<Explanation> {
  const plans = plansToExplain(service, options)
  return gatheredBehindCalls(service, request, environment, arrival, gathered => ({
    service: service.id,
    ...(inShadowOf(service.id, arrival.caller) !== undefined && { shadow: true as const }),
    ...explainGathered(withSilence(gathered, language, environment), plans, language, environment, options),
  }))
}

function explainGathered(
  call: GatheredCall,
  plans: CdsService['plans'],
  language: string,
  environment: CallEnvironment,
  selection: Selection,
): Omit<Explanation, 'service' | 'shadow'> {
  const isShort = !selection.isWhole && selection.only === undefined
  // One scope for the answer and what is told of it: each fact is evaluated once, and both together have the time of a call.
  const scope = scopeFor(call, environment, true)
  const { response, alreadyTold, heldBack } = answerCall(call, language, environment, scope)
  const { clock, data, request } = call
  const facts = new Map<string, ExplainedFact>()
  const explainedPlans = plans.map(plan => {
    const telling: Telling = {
      language,
      plan: plan.canonical,
      hookInstance: request.hookInstance,
      cards: new Set(response.cards.map(({ uuid }) => uuid)),
      alreadyTold: alreadyTold.filter(each => each.plan === plan.canonical),
      heldBack: heldBack.filter(each => each.plan === plan.canonical),
      ...(isShort && { toldOnce: new Map() }),
    }
    const actions = explainPlan(plan, scope, request.hook, { ...selection, most: MOST_LISTED }, facts, language)
    return {
      plan: plan.canonical,
      title: planSource(plan, language, environment.knowledge.terminology).label,
      actions: actions.map(action => toldTop(action, telling)),
    }
  })
  const named = isShort ? askedIn(explainedPlans) : undefined
  return {
    clock: { now: clock.now, today: clock.today },
    notRead: data.notRead.map(each => toldNotRead(each, language)),
    plans: explainedPlans,
    facts: Object.fromEntries(named ? [...facts].filter(([name]) => named.has(name)) : facts),
    response,
  }
}

function plansToExplain({ plans }: CdsService, { only }: Selection): CdsService['plans'] {
  const chosen = only === undefined ? plans : plans.filter(plan => hasAction(plan, only))
  if (chosen.length === 0)
    throw new CdsError('CDS_RESOURCE_UNKNOWN', 'The service has no action of that id. Without `action` all are told.')
  return chosen
}

/** Names of the facts that conditions ask for themselves. */
function askedIn(plans: Explanation['plans']): ReadonlySet<string> {
  const namesIn = ({ conditions, onlyOnPage, actions }: ToldAction): string[] => [
    ...[...conditions, ...(onlyOnPage ? [onlyOnPage] : [])].flatMap(({ facts }) => facts),
    ...actions.flatMap(namesIn),
  ]
  return new Set(plans.flatMap(({ actions }) => actions.flatMap(namesIn)))
}

interface Telling {
  language: string
  /** Canonical of the service's plan, of whose actions the cards are. */
  plan: string
  hookInstance: string
  cards: ReadonlySet<string>
  /** Cards of the plan that stay away since their reader was told the same before. */
  alreadyTold: readonly AlreadyTold[]
  /** What of the plan stays away since a user answered it before. */
  heldBack: readonly HeldBack[]
  /** Where each plan within is told once: the action below which it is told. */
  toldOnce?: Map<CompiledPlan, string>
}

/** An action of the service's own plans: it has a card, actions below it have, or it says why there is none. */
function toldTop(explainedAction: ExplainedAction, telling: Telling): ToldAction {
  const itself = told(explainedAction, telling)
  const { isGroup } = explainedAction.action
  const action = isGroup ? { ...itself, actions: explainedAction.actions.map(child => toldTop(child, telling)) } : itself
  if (hasCard(action)) return action
  const isEmptyGroup = isGroup && itself.applies === 'yes' && itself.listensToHook && itself.onlyOnPage?.answer !== 'yes'
  return { ...action, noCardBecause: isEmptyGroup ? NOTHING_GROUPED : reasonForNone(action, telling) }
}

const NOTHING_GROUPED = 'Nothing that it groups has a card.'

const hasCard = ({ card, actions }: ToldAction): boolean => card !== undefined || actions.some(hasCard)

function told({ action, listensToHook, applies, conditions, onlyOnPage, actions, leftOut }: ExplainedAction, telling: Telling): ToldAction {
  // What does not apply has no card; what could not be answered in time for this may have one.
  const neverHasCard = !listensToHook || action.isOnlyOnPage
  const card = applies === 'no' ? undefined : stableUuid(telling.hookInstance, telling.plan, action.id)
  return {
    ...describeAction(action, telling.language),
    listensToHook,
    applies,
    met: conditions.filter(({ answer }) => answer === 'yes').length,
    of: conditions.length,
    conditions: (telling.toldOnce && neverHasCard ? [] : conditions).map(condition => toldCondition(condition, telling.language)),
    ...(onlyOnPage && { onlyOnPage: toldCondition(onlyOnPage, telling.language) }),
    ...(card !== undefined && telling.cards.has(card) && { card }),
    ...toldBelow(action, actions, telling),
    ...(leftOut > 0 && { leftOut }),
  }
}

/** The actions below one; those of a plan that was told before are told there, where each is told once: their conditions are answered the same. */
function toldBelow(
  { id, definition, actions: own }: CompiledAction,
  below: readonly ExplainedAction[],
  telling: Telling,
): Pick<ToldAction, 'actions' | 'toldAt'> {
  const within = definition?.kind === 'plan' && own.length === 0 && below.length > 0 ? definition.plan : undefined
  const toldAt = within && telling.toldOnce?.get(within)
  if (toldAt !== undefined) return { actions: [], toldAt }
  if (within) telling.toldOnce?.set(within, id)
  return { actions: below.map(child => told(child, telling)) }
}

/** Most entries of a list that a reader goes through. */
const MOST_LISTED = 50

const toldCondition = ({ description, ...condition }: ExplainedCondition, language: string): ToldCondition => ({
  description: inLanguage(description, language) ?? '',
  ...condition,
})

function reasonForNone(
  { id, listensToHook, conditions, applies, shownOn, onlyOnPage }: ToldAction,
  { alreadyTold, heldBack }: Telling,
): string {
  if (!listensToHook) return 'The action has no trigger for this hook.'
  const told = alreadyTold.find(({ action }) => action === id)
  if (told) return `This user was shown the same on ${told.since}; it is not repeated yet (CDS_REPEAT_INFO_DAYS).`
  const held = heldBack.find(({ action }) => action === id)
  if (held) return reasonOfSilence(held)
  const deciding =
    conditions.find(({ answer }) => answer === 'no' || answer === 'error') ?? conditions.find(({ answer }) => answer !== 'yes')
  if (!deciding && applies === 'yes' && shownOn === PAGE) return 'Only the page of the recommendation shows it.'
  if (!deciding && applies === 'yes' && onlyOnPage?.answer === 'yes')
    return `Only the page of the recommendation shows it: ${onlyOnPage.description}`
  if (!deciding && applies === 'yes' && onlyOnPage?.answer === 'error') return `The evaluation failed: ${onlyOnPage.description}`
  if (!deciding) return applies === 'yes' ? 'A text or a proposed resource of the action could not be made.' : 'It could not be decided.'
  const answers = { no: 'The answer is no', 'cannot-tell': 'One cannot tell', error: 'The evaluation failed', yes: '' } as const
  return `${answers[deciding.answer]}: ${deciding.description}`
}

const reasonOfSilence = ({ point, outcome, reason, since, until }: HeldBack): string =>
  `Held back: ${point} was ${outcome} on ${since}${reason === undefined ? '' : ` (${reason})`}. It speaks again on ${until}, or as soon as data comes that changes what it rests on.`
