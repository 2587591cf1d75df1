import type { Feedback, OverrideReason } from '../cds-hooks/types.js'
import type { AnsweredCall, ForgottenFor, Override, PatientOfClient } from './port.js'
import { defined } from '../plain-values/defined.js'
import { COMMENT, MOST_OVERRIDES } from './answer-limits.js'
import { createKeyedHash } from './keyed-hash.js'

/**
 * Remembers which cards were overridden or accepted for whom, so that knowledge can stay silent about the same thing. Patients are
 * known by a keyed hash that means nothing outside of this process. A uuid that came for two patients tells of neither:
 * a client that uses a hookInstance again must not silence one by what was answered for the other.
 */
export interface OverrideMemory {
  /** Notes the cards that a patient's call was answered with; not those that nobody saw. */
  remember: (answered: AnsweredCall) => void
  /** Whether a card is known to be the answer of other services than this one. */
  isOfAnotherService: (card: string, service: string, sender?: string) => boolean
  /** Notes what users did with remembered cards that a service answered to the same client; others are ignored. False where there was no room for all. */
  note: (service: string, feedback: readonly Feedback[], receivedAt: string, sender?: string) => boolean
  /** Overrides of a patient, oldest first. */
  overridesOf: (patient: PatientOfClient) => readonly Override[]
  /** Bytes that are taken up. */
  bytes: () => number
  /** Has a listener told of whatever is forgotten. */
  onForgotten: (listener: (why: ForgottenFor) => void) => void
}

/** A card as one service answered it. */
interface Shown {
  service: string
  /** The decision point that leads the card. Its other lines were not what the user answered. */
  point: string
  encounter?: string
  /** What was reported of the card, so that a report that comes again can only add the reason it lacked. */
  reported: Partial<Record<Feedback['outcome'], Override>>
}

interface RememberedCard {
  patient: string
  shown: readonly Shown[]
}

/** In place of a card whose uuid came for two patients. */
const MIXED_UP = { patient: '', shown: [] } satisfies RememberedCard

interface NotedOverride {
  card: string
  override: Override
}

/** A report whose card has not been answered yet. */
type EarlyReport = Pick<Override, 'service' | 'outcome' | 'at' | 'reason'>

/** Most cards of which reports wait for them; beyond that the oldest are forgotten. */
const MOST_EARLY = 1_000

/**
 * A memory that lasts as long as the process. Cards make room for newer ones; an override that was taken never does.
 * @param mostBytes how many bytes it may take up, half of them with cards and half with overrides.
 * @param decisionPoints member of a card's extension that names what it speaks for, the first foremost.
 */
export function createOverrideMemory(mostBytes: number, decisionPoints = 'org.columna.decision-points'): OverrideMemory {
  const memory = new Memory(mostBytes / 2, decisionPoints)
  return {
    remember: answered => memory.remember(answered),
    isOfAnotherService: (card, service, sender) => memory.isOfAnotherService(memory.keyOf(card, sender), service),
    note: (service, feedback, receivedAt, sender) =>
      feedback.map(each => memory.note(service, each, memory.keyOf(each.card, sender), receivedAt)).every(Boolean),
    overridesOf: patient => memory.overridesOf(patient),
    bytes: () => memory.cardBytes + memory.overrideBytes,
    onForgotten: listener => {
      memory.forgotten = listener
    },
  }
}

class Memory {
  cardBytes = 0
  overrideBytes = 0
  forgotten: (why: ForgottenFor) => void = () => undefined
  private readonly keyedHash = createKeyedHash()
  /** By uuid and client, oldest first. */
  private readonly cards = new Map<string, RememberedCard>()
  /** By hash of the patient. */
  private readonly overrides = new Map<string, NotedOverride[]>()
  /** Reports that came before their cards, by uuid and client, oldest first. */
  private readonly early = new Map<string, readonly EarlyReport[]>()

  /** @param share bytes that cards may take up, and overrides as many. */
  constructor(
    private readonly share: number,
    private readonly decisionPoints: string,
  ) {}

  /** A card is its client's alone: another may use the same hookInstance, and so have cards of the same uuid. */
  keyOf(uuid: string, sender?: string): string {
    const id = uuid.toLowerCase()
    return sender === undefined ? id : this.keyedHash(sender, id)
  }

  remember({ service, cards, encounter, isInShadow, ...whose }: AnsweredCall): void {
    if (cards.length === 0 || isInShadow) return
    const patient = this.hash(whose)
    for (const { uuid, extension } of cards) {
      const points = extension?.[this.decisionPoints]
      const point = Array.isArray(points) ? (points as string[])[0] : undefined
      if (point !== undefined)
        this.show(this.keyOf(uuid, whose.sender), patient, { service, point, reported: {}, ...defined({ encounter }) })
    }
    this.forgetCards()
  }

  isOfAnotherService(card: string, service: string): boolean {
    const { shown } = this.cards.get(card) ?? MIXED_UP
    return shown.length > 0 && !shown.some(each => each.service === service)
  }

  /** Notes one report; false where there is no room for it. */
  note(service: string, { outcome, outcomeTimestamp, overrideReason }: Feedback, card: string, receivedAt: string): boolean {
    // A timestamp may be well written and yet no instant, such as a leap second.
    if (Number.isNaN(Date.parse(outcomeTimestamp))) return true
    const report = { service, outcome, at: earlier(outcomeTimestamp, receivedAt), ...defined({ reason: reasonOf(overrideReason) }) }
    const remembered = this.cards.get(card)
    if (!remembered?.shown.some(each => each.service === service)) {
      if (remembered !== MIXED_UP) this.await(card, report)
      return true
    }
    return this.hear(card, remembered, report)
  }

  private hear(card: string, { patient, shown }: RememberedCard, { service, outcome, at, reason }: EarlyReport): boolean {
    const answered = shown.find(each => each.service === service)
    if (!answered) return true
    const before = answered.reported[outcome]
    if (before) return this.addReason(patient, before, reason)
    const { point, encounter } = answered
    const override = { service, point, outcome, at, ...defined({ reason, encounter }) }
    if (!this.add(patient, { card, override })) return false
    answered.reported[outcome] = override
    return true
  }

  /** Keeps a report until its card is answered, as long as there is room for it. */
  private await(card: string, report: EarlyReport): void {
    const reports = [...(this.early.get(card) ?? []), report]
    this.setEarly(card, [])
    if (this.cardBytes + bytesOfEarly(reports) <= this.share) this.setEarly(card, reports)
    for (const oldest of this.early.keys()) {
      if (this.early.size <= MOST_EARLY) break
      this.setEarly(oldest, [])
    }
  }

  private setEarly(card: string, reports: readonly EarlyReport[]): void {
    this.cardBytes += bytesOfEarly(reports) - bytesOfEarly(this.early.get(card) ?? [])
    this.early.delete(card)
    if (reports.length > 0) this.early.set(card, reports)
  }

  /** Hears the reports that came before their card, as far as they are on what the same service answered. */
  private hearEarly(uuid: string): void {
    const [reports, card] = [this.early.get(uuid), this.cards.get(uuid)]
    if (!reports || !card) return
    const isMeant = ({ service }: EarlyReport) => card === MIXED_UP || card.shown.some(each => each.service === service)
    this.setEarly(
      uuid,
      reports.filter(each => !isMeant(each)),
    )
    for (const report of reports.filter(isMeant)) this.hear(uuid, card, report)
  }

  overridesOf(whose: PatientOfClient): readonly Override[] {
    return this.overrides.size === 0 ? [] : (this.overrides.get(this.hash(whose)) ?? []).map(({ override }) => override)
  }

  private hash({ sender = '', client, patient }: PatientOfClient): string {
    return this.keyedHash(sender, client, patient)
  }

  private show(uuid: string, patient: string, shown: Shown): void {
    const before = this.cards.get(uuid)
    if (!before) this.put(uuid, { patient, shown: [shown] })
    else if (before !== MIXED_UP && before.patient === patient) this.put(uuid, { patient, shown: withShown(before.shown, shown) })
    else if (before !== MIXED_UP) this.mixUp(uuid, before)
    this.hearEarly(uuid)
  }

  /** Forgets a card for both its patients, with what was noted of it. */
  private mixUp(uuid: string, { patient }: RememberedCard): void {
    this.put(uuid, MIXED_UP)
    this.setOverrides(
      patient,
      (this.overrides.get(patient) ?? []).filter(({ card }) => card !== uuid),
    )
    this.forgotten('two-patients')
  }

  private put(uuid: string, card: RememberedCard): void {
    this.cardBytes += bytesOfCard(card) - bytesOfCard(this.cards.get(uuid))
    this.cards.set(uuid, card)
  }

  /** Forgets reports without cards, and the oldest cards, until all fits. */
  private forgetCards(): void {
    for (const card of this.early.keys()) if (this.cardBytes > this.share) this.setEarly(card, [])
    for (const [uuid, card] of this.cards) {
      if (this.cardBytes <= this.share) return
      this.cards.delete(uuid)
      this.cardBytes -= bytesOfCard(card)
      this.forgotten('room')
    }
  }

  private add(patient: string, noted: NotedOverride): boolean {
    const before = this.overrides.get(patient) ?? []
    const kept = [...before, noted].slice(-MOST_OVERRIDES)
    if (this.overrideBytes + bytesOfOverrides(kept) - bytesOfOverrides(before) > this.share) return false
    if (kept.length === before.length) this.forgotten('too-many-of-one-patient')
    this.setOverrides(patient, kept)
    return true
  }

  private addReason(patient: string, reported: Override, reason: string | undefined): boolean {
    const isKept = this.overrides.get(patient)?.some(({ override }) => override === reported) ?? false
    if (reason === undefined || reported.reason !== undefined || !isKept) return true
    const bytes = bytesOfText(reason) - bytesOfText()
    if (this.overrideBytes + bytes > this.share) return false
    this.overrideBytes += bytes
    reported.reason = reason
    return true
  }

  private setOverrides(patient: string, noted: NotedOverride[]): void {
    this.overrideBytes += bytesOfOverrides(noted) - bytesOfOverrides(this.overrides.get(patient) ?? [])
    if (noted.length === 0) this.overrides.delete(patient)
    else this.overrides.set(patient, noted)
  }
}

/** What services showed under one uuid; a service that answers the same call again shows the same card. */
function withShown(before: readonly Shown[], shown: Shown): readonly Shown[] {
  const same = before.find(({ service }) => service === shown.service)
  return same?.point === shown.point ? before : [...before.filter(each => each !== same), shown]
}

/** Bytes of a text as the engine may hold it, and of what holds it. */
const bytesOfText = (text = ''): number => 2 * text.length + 24

/** Bytes of objects and of their places in a Map, from what a heap was seen to grow by. */
const CARD_OVERHEAD = 200
const OVERRIDE_OVERHEAD = 200

function bytesOfCard(card: RememberedCard | undefined): number {
  if (!card) return 0
  return card.shown.reduce((bytes, { point, encounter }) => bytes + 100 + bytesOfText(point) + bytesOfText(encounter), CARD_OVERHEAD)
}

const bytesOfEarly = (reports: readonly EarlyReport[]): number =>
  reports.length === 0
    ? 0
    : reports.reduce(
        (bytes, { service, at, reason }) => bytes + 100 + bytesOfText(service) + bytesOfText(at) + bytesOfText(reason),
        CARD_OVERHEAD,
      )

function bytesOfOverrides(noted: readonly NotedOverride[]): number {
  if (noted.length === 0) return 0
  return noted.reduce(
    (bytes, { override: { service, at, reason, encounter, point } }) =>
      bytes + OVERRIDE_OVERHEAD + [service, at, reason, encounter, point].reduce((sum, text) => sum + bytesOfText(text), 0),
    OVERRIDE_OVERHEAD,
  )
}

/** The earlier of two instants as written: a clock that runs ahead must not silence episodes to come. */
const earlier = (one: string, other: string): string => (Date.parse(one) <= Date.parse(other) ? one : other)

const reasonOf = ({ reason, userComment }: OverrideReason = {}): string | undefined =>
  reason?.code ?? (userComment === undefined ? undefined : COMMENT)
