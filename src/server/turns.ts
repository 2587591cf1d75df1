/** Turns of the event loop, handed out one at a time to work that holds it. */
export interface Turns {
  /** Settles at the beginning of a turn in which nobody else who asked works; first come, first served. */
  take: () => Promise<void>
  /** Milliseconds that the one who has waited longest has waited by now; 0 when nobody waits. */
  longestWait: () => number
  /** Says that a connection was let in. The loop lets in one a turn, so work stands back while more may be waiting. */
  noteConnection: () => void
}

interface Waiting {
  since: number
  begin: () => void
}

/** Most turns in a row for which work stands back, so that nobody can stop it by connecting again and again. */
const MOST_STOOD_BACK = 100

/**
 * Between two turns the loop sees to all else: timers, new connections, the health of the process. Without it all
 * bodies that have arrived are answered in one go, and nothing else is until then.
 */
export function createTurns(): Turns {
  const waiting: Waiting[] = []
  let hasConnection = false
  let stoodBack = 0
  const next = () => {
    if (hasConnection && stoodBack < MOST_STOOD_BACK) stoodBack += 1
    else {
      stoodBack = 0
      waiting.shift()?.begin()
    }
    hasConnection = false
    if (waiting.length > 0) setImmediate(next)
  }
  return {
    take: () =>
      new Promise(begin => {
        waiting.push({ since: performance.now(), begin })
        if (waiting.length === 1) setImmediate(next)
      }),
    longestWait: () => (waiting[0] === undefined ? 0 : performance.now() - waiting[0].since),
    noteConnection: () => {
      hasConnection = true
    },
  }
}
