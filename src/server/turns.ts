/** Turns of the event loop, handed out to work that holds it. */
export interface Turns {
  /**
   * Settles when it is the turn of who asks, and nobody else who asked works; first come, first served. Who asks again
   * within his turn keeps it while he has worked for a short time only.
   */
  take: () => Promise<void>
  /** Milliseconds that who asks now will wait, by how many wait and how long the last ones worked; at least what the first in the line has waited. */
  expectedWait: () => number
  /** How many pieces of work have begun so far. */
  begun: () => number
  /** Says that a connection was let in. The loop lets in one a round, so work stands back while more may be waiting. */
  noteConnection: () => void
}

interface Waiting {
  since: number
  begin: () => void
}

/** Milliseconds of work, at most, between two looks at all else; the last to begin may take longer. */
const ROUND_MS = 50

/** Milliseconds of work after which who asks again waits again. */
const KEEPS_MS = 20

/** Most pieces of work that begin in one round. */
const MOST_A_ROUND = 100

/** Most rounds in a row for which work stands back, so that nobody can stop it by connecting again and again. */
const MOST_STOOD_BACK = 100

/** How much the latest piece of work counts in the mean length of all. */
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
  let stoodBack = 0
  let meanMs = 0
  let endOfRound: number | undefined
  let begunAt: number | undefined
  let begun = 0

  const noteWork = () => {
    if (begunAt !== undefined) meanMs += WEIGHT_OF_LATEST * (performance.now() - begunAt - meanMs)
    begunAt = undefined
  }
  const beginInTime = () => {
    noteWork()
    const now = performance.now()
    endOfRound ??= now + ROUND_MS
    if (now >= endOfRound) return
    begunAt = now
    begun += 1
    waiting.shift()?.begin()
  }
  const round = () => {
    noteWork()
    isGoing = waiting.length > 0
    if (!isGoing) return
    stoodBack = hasConnection && stoodBack < MOST_STOOD_BACK ? stoodBack + 1 : 0
    hasConnection = false
    endOfRound = undefined
    // They run one after the other when the loop has come round, each with all that follows from it.
    if (stoodBack === 0) for (let each = Math.min(waiting.length, MOST_A_ROUND); each > 0; each -= 1) setImmediate(beginInTime)
    setImmediate(round)
  }

  return {
    take: async () => {
      // Whatever runs between a beginning and the next thing that the loop does belongs to the work begun.
      if (begunAt !== undefined && performance.now() - begunAt < KEEPS_MS) return
      await new Promise<void>(begin => {
        waiting.push({ since: performance.now(), begin })
        if (isGoing) return
        isGoing = true
        setImmediate(round)
      })
    },
    expectedWait: () => (waiting[0] === undefined ? 0 : Math.max(performance.now() - waiting[0].since, waiting.length * meanMs)),
    begun: () => begun,
    noteConnection: () => {
      hasConnection = true
    },
  }
}
