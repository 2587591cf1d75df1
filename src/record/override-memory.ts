import { createHmac, randomBytes } from 'node:crypto'
import { CARD_EXTENSION, type Card, type Feedback } from '../cds-hooks/types.js'

/** The headline decision point of a card that a user overrode, and when. */
export interface Override {
  point: string
  at: string
}

/**
 * Remembers which cards were overridden for whom, so that knowledge can stay silent about the same thing.
 * Patients are known by a keyed hash that means nothing outside of this process.
 */
export interface OverrideMemory {
  /** Notes the cards that a patient's call was answered with; `patient` must tell patients of several servers apart. */
  remember: (patient: string, cards: readonly Card[]) => void
  /** Notes what users did with cards that are remembered; others are ignored. */
  note: (feedback: readonly Feedback[], receivedAt: string) => void
  /** Overrides of a patient, oldest first. */
  overridesOf: (patient: string) => readonly Override[]
}

/** Most cards that are remembered; beyond that the oldest are forgotten. */
const MOST_CARDS = 50_000

/** Most overrides of one patient; beyond that the oldest are forgotten. */
const MOST_OVERRIDES = 100

interface RememberedCard {
  patient: string
  /** The decision point that leads the card. Its other lines were not what the user answered. */
  point: string
}

/** A memory that lasts as long as the process. */
export function createOverrideMemory(mostCards = MOST_CARDS): OverrideMemory {
  const key = randomBytes(32)
  const hash = (patient: string) => createHmac('sha256', key).update(patient).digest('base64')
  const cards = new Map<string, RememberedCard>()
  const overrides = new Map<string, Override[]>()
  return {
    remember(patient, answered) {
      if (answered.length === 0) return
      const hashed = hash(patient)
      for (const { uuid, extension } of answered) {
        const point = headlineOf(extension)
        if (point !== undefined) cards.set(uuid, { patient: hashed, point })
      }
      forgetOldest(cards, mostCards)
    },
    note(feedback, receivedAt) {
      for (const { card, outcome, outcomeTimestamp } of feedback) {
        const remembered = outcome === 'overridden' ? cards.get(card) : undefined
        // A timestamp may be well written and yet no instant, such as a leap second.
        if (!remembered || Number.isNaN(Date.parse(outcomeTimestamp))) continue
        // Reported once; a report that comes again says nothing new.
        cards.delete(card)
        const before = overrides.get(remembered.patient) ?? []
        // Set anew, so that the patient who was heard of last is forgotten last.
        overrides.delete(remembered.patient)
        overrides.set(remembered.patient, [...before, { point: remembered.point, at: earlier(outcomeTimestamp, receivedAt) }].slice(-MOST_OVERRIDES))
        forgetOldest(overrides, mostCards)
      }
    },
    overridesOf: patient => (overrides.size === 0 ? [] : (overrides.get(hash(patient)) ?? [])),
  }
}

/** The earlier of two instants as written: a clock that runs ahead must not silence episodes to come. */
const earlier = (one: string, other: string): string => (Date.parse(one) <= Date.parse(other) ? one : other)

function headlineOf(extension: Card['extension']): string | undefined {
  const points = extension?.[CARD_EXTENSION.decisionPoints]
  return Array.isArray(points) ? (points as string[])[0] : undefined
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return
    map.delete(key)
  }
}
