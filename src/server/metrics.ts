import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { NearMiss } from '../engine/terminology/terminology.js'
import { createClientMetrics, type ClientMetrics } from './client-metrics.js'
import { createEditionFigures, type EditionFigures } from './edition-figures.js'

/** Figures for an operator. No label ever holds patient data: routes are templates, codes are ours. */
export interface Metrics extends ClientMetrics, EditionFigures {
  contentType: string
  /** All figures in Prometheus form, those of the process among them. */
  text: () => Promise<string>
  observe: (route: string, status: number, seconds: number) => void
  countAborted: (route: string) => void
  countError: (code: string) => void
  /** @param topic the card's family; orders that were not recognised have one of their own. */
  countCard: (service: string, indicator: string, topic: string) => void
  /** @param client by the operator's own name for it. */
  countShadowCard: (client: string, service: string, indicator: string, topic: string) => void
  countAlreadyTold: (service: string, topic: string) => void
  countHeldBack: (service: string, topic: string) => void
  countUndecided: (plan: string, action: string, code: string) => void
  countNearMiss: (miss: NearMiss) => void
  countOwnerless: (service: string, records: number) => void
  countForgotten: (why: string) => void
  /** Has the bytes told that a part of the record takes up, whenever the figures are asked for. */
  watchRecord: (part: string, bytes: () => number) => void
  /** Has told whether the store answers, and how often what keeps it was started again. */
  watchStore: (store: { fault: () => string | undefined; restarts: () => number }) => void
  /** Counts a call of which nothing remembered was heard, so that no card stayed away. */
  countUnremembered: () => void
  /** Has told how many wait for their turn, whenever the figures are asked for. */
  watchWaiting: (waiting: () => number) => void
}

/**
 * Makes a set of metrics of its own, so that two services in one process do not share figures.
 * @param processFigures those of the process, told with them.
 */
export function createMetrics(processFigures = new Registry()): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const duration = new Histogram({
    name: 'cds_request_duration_seconds',
    help: 'Time from request to answer.',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const aborted = new Counter({
    name: 'cds_requests_aborted_total',
    help: 'Requests whose client went away before it had the answer.',
    labelNames: ['route'],
    registers,
  })
  const errors = new Counter({ name: 'cds_errors_total', help: 'Errors answered, by code.', labelNames: ['code'], registers })
  const cards = new Counter({
    name: 'cds_cards_total',
    help: 'Cards answered, by family (source.topic).',
    labelNames: ['service', 'indicator', 'topic'],
    registers,
  })
  const shadowCards = new Counter({
    name: 'cds_shadow_cards_total',
    help: 'Cards that were evaluated and recorded for clients in shadow, who were answered without them.',
    labelNames: ['client', 'service', 'indicator', 'topic'],
    registers,
  })
  const undecided = new Counter({
    name: 'cds_undecided_actions_total',
    help: 'Actions that could not be decided: by code those that failed and those for which the time ran out.',
    labelNames: ['plan', 'action', 'code'],
    registers,
  })
  const nearMisses = new Counter({
    name: 'cds_code_near_misses_total',
    help: 'Codings met for the first time that belong to no value set but nearly do, by the code system they are near to: a system or a case that a client spells wrongly, or no system at all.',
    labelNames: ['system', 'kind'],
    registers,
  })
  const ownerless = new Counter({
    name: 'cds_ownerless_records_total',
    help: "Records left out since nobody can tell whether they are this patient's.",
    labelNames: ['service'],
    registers,
  })
  const forgotten = new Counter({
    name: 'cds_override_memory_forgotten_total',
    help: 'What the record forgot: uuids that came for two patients, answered cards whose room was needed, the oldest override of a patient who has too many, shown cards whose room was needed, what the store did not take (audit: of what auditors alone read).',
    labelNames: ['why'],
    registers,
  })
  const watched = new Map<string, () => number>()
  new Gauge({
    name: 'cds_record_bytes',
    help: 'Bytes of memory that feedback, overridden cards and shown cards take up.',
    labelNames: ['part'],
    registers,
    collect() {
      for (const [part, bytes] of watched) this.set({ part }, bytes())
    },
  })
  let store: Parameters<Metrics['watchStore']>[0] = { fault: () => undefined, restarts: () => 0 }
  new Gauge({
    name: 'cds_store_up',
    help: 'Whether the store of feedback, overridden and shown cards answers: 1 or 0.',
    registers,
    collect() {
      this.set(store.fault() === undefined ? 1 : 0)
    },
  })
  new Gauge({
    name: 'cds_store_restarts',
    help: 'How often the thread of the store ended by itself and was started again.',
    registers,
    collect() {
      this.set(store.restarts())
    },
  })
  const unremembered = new Counter({
    name: 'cds_calls_without_memory_total',
    help: 'Questions to the record that went unanswered while a call could wait, so that no card stayed away.',
    registers,
  })
  let waiting = () => 0
  new Gauge({
    name: 'cds_requests_waiting',
    help: 'Requests whose body has come and that wait for their turn to be evaluated.',
    registers,
    collect() {
      this.set(waiting())
    },
  })
  return {
    ...createClientMetrics(registers),
    ...createEditionFigures(registers),
    contentType: registry.contentType,
    text: async () => `${await registry.metrics()}${await processFigures.metrics()}`,
    observe: (route, status, seconds) => duration.observe({ route, status }, seconds),
    countAborted: route => aborted.inc({ route }),
    countError: code => errors.inc({ code }),
    countCard: (service, indicator, topic) => cards.inc({ service, indicator, topic }),
    countShadowCard: (client, service, indicator, topic) => shadowCards.inc({ client, service, indicator, topic }),
    ...countersOfCardsAway(registers),
    countUndecided: (plan, action, code) => undecided.inc({ plan, action, code }),
    countNearMiss: ({ system, kind }) => nearMisses.inc({ system, kind }),
    countOwnerless: (service, records) => ownerless.inc({ service }, records),
    countForgotten: why => forgotten.inc({ why }),
    watchRecord: (part, bytes) => void watched.set(part, bytes),
    watchStore: watchedStore => void (store = watchedStore),
    countUnremembered: () => unremembered.inc(),
    watchWaiting: asked => void (waiting = asked),
  }
}

/** Memory, processor time, open files, garbage collection and event-loop lag: of the process, however many services it holds. Made once a process. */
export function figuresOfProcess(): Registry {
  const register = new Registry()
  collectDefaultMetrics({ register })
  return register
}

/** Counts the cards that stay away. */
function countersOfCardsAway(registers: Registry[]): Pick<Metrics, 'countAlreadyTold' | 'countHeldBack'> {
  const labelNames = ['service', 'topic']
  const alreadyTold = new Counter({
    name: 'cds_cards_already_told_total',
    help: 'Info cards that stayed away since their reader was told the same before, by family (source.topic).',
    labelNames,
    registers,
  })
  const heldBack = new Counter({
    name: 'cds_cards_held_back_total',
    help: 'Recommendations that stayed away since a user had answered them before, by family (source.topic).',
    labelNames,
    registers,
  })
  return {
    countAlreadyTold: (service, topic) => alreadyTold.inc({ service, topic }),
    countHeldBack: (service, topic) => heldBack.inc({ service, topic }),
  }
}
