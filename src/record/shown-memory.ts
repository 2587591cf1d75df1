import type { CardSaying } from '../cds-hooks/types.js'
import { createKeyedHash } from './keyed-hash.js'
import type { ForgottenFor, ReaderOfPatient, ShownOn, ShownToReader } from './port.js'

/**
 * Remembers which cards were shown to whom about whom, so that an info card need not say the same again soon. Nothing of
 * it can be read: reader, patient, card and what it says are known by keyed hashes that mean nothing outside of this
 * process. Only the day is kept as it is.
 */
export interface ShownMemory {
  shownTo: (reader: ReaderOfPatient) => ShownOn
  /** Notes what was shown; what is shown no longer matters, and the oldest where room is needed, is forgotten. */
  remember: (shown: ShownToReader) => void
  /** Bytes that are taken up. */
  bytes: () => number
  /** Has a listener told of whatever is forgotten though it still matters. */
  onForgotten: (listener: (why: ForgottenFor) => void) => void
}

interface Shown {
  /** Hash of what the card said. */
  says: string
  day: string
}

/** Bytes of a card in memory: two hashes, a day, an object and its place in a Map, from what a heap was seen to grow by. */
export const BYTES_OF_SHOWN = 400

/**
 * A memory that lasts as long as the process.
 * @param mostBytes how many bytes it may take up.
 */
export function createShownMemory(mostBytes: number): ShownMemory {
  const hash = createKeyedHash()
  /** By hash of the reader and the card, the one shown longest ago first. */
  const cards = new Map<string, Shown>()
  const most = Math.floor(mostBytes / BYTES_OF_SHOWN)
  let forgotten: (why: ForgottenFor) => void = () => undefined
  const placeOf = ({ sender = '', client, patient, user }: ReaderOfPatient, { card }: CardSaying): string =>
    hash('place', sender, client, patient, user, card)
  const saidBy = (place: string, { says }: CardSaying): string => hash('says', place, says)

  /** Days only go on, so that the oldest come first; where a clock was set back, the next showing mends it. */
  const forgetOld = (forgetBefore: string): void => {
    for (const [place, { day }] of cards) {
      if (day >= forgetBefore) break
      cards.delete(place)
    }
    for (const place of cards.keys()) {
      if (cards.size <= most) break
      cards.delete(place)
      forgotten('room-for-shown')
    }
  }

  return {
    shownTo: reader => saying => {
      const place = placeOf(reader, saying)
      const shown = cards.get(place)
      return shown?.says === saidBy(place, saying) ? shown.day : undefined
    },
    remember({ sayings, day, forgetBefore, ...reader }) {
      for (const saying of sayings) {
        const place = placeOf(reader, saying)
        cards.delete(place)
        cards.set(place, { says: saidBy(place, saying), day })
      }
      forgetOld(forgetBefore)
    },
    bytes: () => cards.size * BYTES_OF_SHOWN,
    onForgotten: listener => {
      forgotten = listener
    },
  }
}
