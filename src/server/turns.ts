/** Turns of the event loop, handed out to work that holds it. */
export interface Turns {
  /**
   * Settles when it is the turn of who asks, and nobody else who asked works. Who asks again within his turn keeps it
   * while he has worked for a short time only.
   * @param arrivedAt `performance.now()` at which his request had come, now unless given: first come, first served, so
   *   that who asks a second time, since he had to read meanwhile, does not stand behind all who came after him.
   */
  take: (arrivedAt?: number) => Promise<void>
  /** Milliseconds that who asks now will wait, by how many wait and how fast they went of late; at least what the first in the line has waited. */
  expectedWait: () => number
  /** How many wait. */
  waiting: () => number
  /** How many pieces of work have begun so far. */
  begun: () => number
  /** Says that a connection was let in. The loop lets in one a round, so work stands back while more may be waiting. */
  noteConnection: () => void
}

interface Waiting {
  arrivedAt: number
  since: number
  begin: () => void
}

/** Milliseconds of work, at most, between two looks at all else; the last to begin may take longer. */
const ROUND_MS = 50

/** Milliseconds of work after which who asks again waits again. */
const KEEPS_MS = 20

/** Most pieces of work that begin in one round. */
const MOST_A_ROUND = 100

/**
 * Milliseconds, at most, for which work stands back for connections before it goes on: nobody can stop it by connecting
 * again and again, and while many connect at once those who are in need not be turned away.
 */
const MOST_STOOD_BACK_MS = 50

/** How much each piece of work counts in the pace, against all before it. */
const WEIGHT_OF_LATEST = 0.1

/**
 * Between two rounds the loop sees to all else: timers, new connections, the health of the process. Without it all
 * bodies that have arrived are answered in one go, and nothing else is until then. One piece of work a round would
 * leave the process to those that it turns away while it is late.
 */
export function createTurns(): Turns {
  const waiting: Waiting[] = []
  let isGoing = false
  let hasConnection = false
  let workedAt = 0
  let paceMs = 0
  let paceTakenAt = 0
  let begunBefore = 0
  let endOfRound: number | undefined
  let begunAt: number | undefined
  let begun = 0

  // What the loop did between two pieces of work, turning others away not least, is what the next one waits for as well.
  const takePace = () => {
    const now = performance.now()
    const pieces = begun - begunBefore
    if (pieces === 0) return
    paceMs += (1 - (1 - WEIGHT_OF_LATEST) ** pieces) * ((now - paceTakenAt) / pieces - paceMs)
    paceTakenAt = now
    begunBefore = begun
  }
  const beginInTime = () => {
    const now = performance.now()
    begunAt = undefined
    endOfRound ??= now + ROUND_MS
    if (now >= endOfRound) return
    begunAt = now
    begun += 1
    waiting.shift()?.begin()
  }
  const round = () => {
    begunAt = undefined
    takePace()
    isGoing = waiting.length > 0
    if (!isGoing) return
    if (endOfRound !== undefined) workedAt = performance.now()
    const standsBack = hasConnection && performance.now() - workedAt < MOST_STOOD_BACK_MS
    hasConnection = false
    endOfRound = undefined
    // They run one after the other when the loop has come round, each with all that follows from it.
    if (!standsBack) for (let each = Math.min(waiting.length, MOST_A_ROUND); each > 0; each -= 1) setImmediate(beginInTime)
    setImmediate(round)
  }

  return {
    take: async arrivedAt => {
      const since = performance.now()
      // Whatever runs between a beginning and the next thing that the loop does belongs to the work begun.
      if (begunAt !== undefined && since - begunAt < KEEPS_MS) return
      await new Promise<void>(begin => {
        lineUp(waiting, { arrivedAt: arrivedAt ?? since, since, begin })
        if (isGoing) return
        isGoing = true
        paceTakenAt = since
        workedAt = since
        setImmediate(round)
      })
    },
    expectedWait: () => (waiting[0] === undefined ? 0 : Math.max(performance.now() - waiting[0].since, waiting.length * paceMs)),
    waiting: () => waiting.length,
    begun: () => begun,
    noteConnection: () => {
      hasConnection = true
    },
  }
}

/** Stands behind all who came before, which is nearly always at the end. */
function lineUp(waiting: Waiting[], newcomer: Waiting): void {
  let place = waiting.length
  while (place > 0 && (waiting[place - 1]?.arrivedAt ?? 0) > newcomer.arrivedAt) place -= 1
  waiting.splice(place, 0, newcomer)
}
