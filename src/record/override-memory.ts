import { createHmac, randomBytes } from 'node:crypto'
import { CARD_EXTENSION, type Card, type Feedback, type OverrideReason } from '../cds-hooks/types.js'

/** A card that a user overrode: its headline, when, why, and in which contact it was shown. */
export interface Override {
  /** The headline decision point of the card. */
  point: string
  at: string
  /** Code of the reason, or `comment` where only words were given. */
  reason?: string
  /** Id of the encounter of the call that brought the card. */
  encounter?: string
}

/** The answer of a call, as far as it has to be remembered. */
export interface AnsweredCall {
  /** Must tell patients of several servers apart. */
  patient: string
  cards: readonly Card[]
  /** Id of the call's encounter, if it has one. */
  encounter?: string
}

/**
 * Remembers which cards were overridden for whom, so that knowledge can stay silent about the same thing.
 * Patients are known by a keyed hash that means nothing outside of this process.
 */
export interface OverrideMemory {
  /** Notes the cards that a patient's call was answered with. */
  remember: (answered: AnsweredCall) => void
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
  encounter?: string
  /** What was reported of the card, so that a report that comes again can only add the reason it lacked. */
  reported?: Override
}

/** A memory that lasts as long as the process. */
export function createOverrideMemory(mostCards = MOST_CARDS): OverrideMemory {
  const key = randomBytes(32)
  const hash = (patient: string) => createHmac('sha256', key).update(patient).digest('base64')
  const cards = new Map<string, RememberedCard>()
  const overrides = new Map<string, Override[]>()

  const add = (patient: string, override: Override) => {
    const before = overrides.get(patient) ?? []
    // Set anew, so that the patient who was heard of last is forgotten last.
    overrides.delete(patient)
    overrides.set(patient, [...before, override].slice(-MOST_OVERRIDES))
    forgetOldest(overrides, mostCards)
  }

  return {
    remember({ patient, cards: answered, encounter }) {
      if (answered.length === 0) return
      const hashed = hash(patient)
      for (const { uuid, extension } of answered) {
        const point = headlineOf(extension)
        if (point !== undefined) cards.set(uuid.toLowerCase(), { patient: hashed, point, ...(encounter !== undefined && { encounter }) })
      }
      forgetOldest(cards, mostCards)
    },
    note(feedback, receivedAt) {
      for (const { card, outcome, outcomeTimestamp, overrideReason } of feedback) {
        const remembered = outcome === 'overridden' ? cards.get(card.toLowerCase()) : undefined
        // A timestamp may be well written and yet no instant, such as a leap second.
        if (!remembered || Number.isNaN(Date.parse(outcomeTimestamp))) continue
        const reason = reasonOf(overrideReason)
        if (remembered.reported) {
          if (reason !== undefined) remembered.reported.reason ??= reason
          continue
        }
        const { patient, point, encounter } = remembered
        remembered.reported = { point, at: earlier(outcomeTimestamp, receivedAt), ...(reason !== undefined && { reason }), ...(encounter !== undefined && { encounter }) }
        add(patient, remembered.reported)
      }
    },
    overridesOf: patient => (overrides.size === 0 ? [] : (overrides.get(hash(patient)) ?? [])),
  }
}

/** The earlier of two instants as written: a clock that runs ahead must not silence episodes to come. */
const earlier = (one: string, other: string): string => (Date.parse(one) <= Date.parse(other) ? one : other)

/** A reason that only says that there were words. */
const COMMENT = 'comment'

const reasonOf = ({ reason, userComment }: OverrideReason = {}): string | undefined => reason?.code ?? (userComment === undefined ? undefined : COMMENT)

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
