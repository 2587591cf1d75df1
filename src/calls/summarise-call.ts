import type { FhirResource } from 'fhir/r4.js'
import { answerCall, gatherCall, itsTurn, scopeFor, withSilence, type GatheredCall } from './call-service.js'
import type { Arrival, CallEnvironment } from './environment.js'
import type { HookRequest } from '../cds-hooks/types.js'
import type { Scope } from '../engine/expression/scope.js'
import { DeadlinePassed } from '../engine/expression/steps.js'
import { inLanguage } from '../engine/model/localized.js'
import { valueSetsOf } from '../engine/knowledge/value-sets-of.js'
import type { KeyOutcome } from '../patient-data/gather-patient-data.js'
import { reasonOf } from '../patient-data/not-read.js'
import { nameOf } from '../patient-data/versions.js'
import type { CdsService } from '../knowledge-files/services.js'
import { inShadowOf } from './shadow.js'

/** What came of one prefetch key. */
export interface KeySummary {
  key: string
  /** Whether there is no answer without it. */
  essential: boolean
  state: KeyOutcome['state']
  resources: number
  /** Why it was not had, or not all of it. */
  reason?: string
}

/** An order that the hook brought, and what the knowledge takes it for. */
export interface OrderSummary {
  /** `Type/id`. */
  order: string
  /** Whether the hook is about it. */
  selected: boolean
  /** Value sets that it belongs to by its code or its name; none where no rule knows it. */
  recognisedAs: { valueSet: string; title: string }[]
}

/** What a service understood of a call, for whoever builds the client. */
export interface CallSummary {
  service: string
  hook: string
  /** Where the client is answered without cards, however many there are. */
  shadow?: true
  /** Status that the call itself has. */
  status: 200 | 412
  prefetch: KeySummary[]
  /** Keys that came and that the service does not know. */
  unknownKeys: string[]
  /** How many records of each type count. */
  records: Readonly<Record<string, number>>
  /** Types of records whose values were not all looked at, since the time of the call was up. */
  notLookedAt?: string[]
  /** Records and values that came and could not be used; they count as absent. */
  notUsed: { key: string; resource: string; element: string; reason: string }[]
  orders: OrderSummary[]
  /** How many further orders came that are not told: the list is long enough, or the time of the call was up. */
  moreOrders?: number
  /** Cards of the answer; absent where essential data is lacking. */
  cards?: number
  /** Actions that could not be decided; absent where essential data is lacking. */
  undecided?: number
}

/** Most entries of a list; whoever has more of a kind mends the first ones first. */
const MOST_LISTED = 20

/** Most characters of a key that nobody knows. */
const LONGEST_KEY = 64

/**
 * A dry run of a call: which prefetch keys were understood, read or missing, which records count, which orders were
 * recognised and as what, and what could not be used. It answers where the call lacks essential data, too.
 * @throws CdsError when the data belongs to another patient.
 */
export async function summariseCall(
  service: CdsService,
  request: HookRequest,
  language: string,
  environment: CallEnvironment,
  arrival: Arrival = {},
): Promise<CallSummary> {
  const gathered = await gatherCall(service, request, environment, { ...arrival, isDryRun: true })
  await itsTurn(gathered.stopAt, environment)
  const call = gathered.data.lacking.length > 0 ? gathered : withSilence(gathered, language, environment)
  const { keys, lacking, record } = call.data
  // Before the record is asked what it could not use: it looks at a type when a rule first asks for it.
  const scope = scopeFor(call, environment)
  const answered = lacking.length > 0 ? {} : answerIn(call, language, environment, scope)
  const types = [...new Set(['Patient', ...service.requirements.map(({ type }) => type)])]
  const unseen = unseenOf(
    types.filter(type => record.countOf(type) > 0),
    scope,
  )
  const counted = types.map(type => [type, record.countOf(type)] as const).filter(([, count]) => count > 0)
  const known = new Set(service.requirements.map(({ key }) => key))
  return {
    service: service.id,
    hook: service.hook,
    ...(inShadowOf(service.id, arrival.caller) !== undefined && { shadow: true }),
    status: lacking.length > 0 ? 412 : 200,
    prefetch: keys.map(keySummary),
    unknownKeys: Object.keys(request.prefetch)
      .filter(key => !known.has(key))
      .slice(0, MOST_LISTED)
      .map(key => key.slice(0, LONGEST_KEY)),
    records: Object.fromEntries(counted),
    ...(unseen.length > 0 && { notLookedAt: unseen }),
    notUsed: record.unusable.slice(0, MOST_LISTED).map(({ key, resource, element, reason }) => ({ key, resource, element, reason })),
    ...ordersOf(call, language, environment, scope),
    ...answered,
  }
}

/** Looks at the records of all types, as rules do, as far as the time of the scope allows; those of which types are left. */
function unseenOf(types: readonly string[], scope: Scope): string[] {
  return types.filter(type => {
    try {
      scope.state.recordsOfType(type)
      return false
    } catch (error) {
      if (error instanceof DeadlinePassed) return true
      throw error
    }
  })
}

const keySummary = ({ requirement: { key, essential }, state, resources, notRead }: KeyOutcome): KeySummary => ({
  key,
  essential,
  state,
  resources,
  ...(notRead && { reason: reasonOf(notRead) }),
})

function answerIn(
  call: GatheredCall,
  language: string,
  environment: CallEnvironment,
  scope: Scope,
): Required<Pick<CallSummary, 'cards' | 'undecided'>> {
  const {
    response: { cards },
    undecided,
  } = answerCall(call, language, environment, scope)
  return { cards: cards.length, undecided: undecided.length }
}

/** The first orders with what they are taken for, as many as the time of the scope allows. */
function ordersOf(
  { orders: { drafts, chosen } }: GatheredCall,
  language: string,
  { knowledge }: CallEnvironment,
  scope: Scope,
): Pick<CallSummary, 'orders' | 'moreOrders'> {
  const titled = (order: FhirResource) =>
    valueSetsOf(order, knowledge, scope).map(({ id, title }) => ({ valueSet: id, title: inLanguage(title, language) ?? id }))
  const orders: OrderSummary[] = []
  try {
    for (const order of drafts.slice(0, MOST_LISTED))
      orders.push({ order: nameOf(order), selected: chosen.includes(order), recognisedAs: titled(order) })
  } catch (error) {
    if (!(error instanceof DeadlinePassed)) throw error
  }
  const more = drafts.length - orders.length
  return { orders, ...(more > 0 && { moreOrders: more }) }
}
