import { explainPlan, type ExplainedAction } from './apply/explain-plan.js'
import { answerCall, gatherCall, scopeFor, type CallEnvironment } from './call-service.js'
import { stableUuid } from './cards/uuid.js'
import type { Card, CdsResponse, HookRequest } from './cds-hooks/types.js'
import { explained } from './patient-data/not-read.js'
import type { CdsService } from './services/service-registry.js'

/** An explained action with the card it became, or why it became none. */
export type ExplainedWithCard = ExplainedAction & { card?: Card; noCardBecause?: string }

export interface Explanation {
  service: string
  clock: { now: string; today: string }
  /** Data that was not read, and why. */
  notRead: { key: string; reason: string }[]
  plans: { plan: string; title: string | undefined; actions: ExplainedWithCard[] }[]
  response: CdsResponse
}

/**
 * Answers why each card came and why the others did not: every condition of every action with its answer, the
 * facts it used and the resources those came from. Same input as a call.
 */
export async function explainCall(service: CdsService, request: HookRequest, language: string, environment: CallEnvironment): Promise<Explanation> {
  const call = await gatherCall(service, request, environment)
  const { response } = answerCall(call, language, environment)
  // Explaining evaluates a second time, so it gets the time of a second call.
  const scope = scopeFor({ ...call, stopAt: performance.now() + environment.deadlineMs }, environment, true)
  const { clock, data } = call
  return {
    service: service.id,
    clock: { now: clock.now, today: clock.today },
    notRead: data.notRead.map(explained),
    plans: service.plans.map(plan => ({
      plan: plan.canonical,
      title: plan.resource.title,
      actions: explainPlan(plan, scope, request.hook).map(action => withCard(action, plan.canonical, request, response)),
    })),
    response,
  }
}

function withCard(action: ExplainedAction, plan: string, request: HookRequest, { cards }: CdsResponse): ExplainedWithCard {
  const card = cards.find(({ uuid }) => uuid === stableUuid(request.hookInstance, plan, action.id))
  return card ? { ...action, card } : { ...action, noCardBecause: reasonForNone(action) }
}

function reasonForNone({ listensToHook, conditions, applies }: ExplainedAction): string {
  if (!listensToHook) return 'The action has no trigger for this hook.'
  const deciding = conditions.find(({ answer }) => answer !== 'yes')
  if (!deciding) return applies === 'yes' ? 'A text or a proposed resource of the action could not be made.' : 'It could not be decided.'
  const answers = { no: 'The answer is no', 'cannot-tell': 'One cannot tell', error: 'The evaluation failed', yes: '' } as const
  return `${answers[deciding.answer]}: ${deciding.description}`
}
