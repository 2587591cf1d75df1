import { setMaxListeners } from 'node:events'

/** Ends a read for which the time of its call ran out: the server was too slow. */
export class OutOfTime extends Error {}

/** Ends a read that nobody waits for any longer; it says nothing of the server. */
export class NoLongerNeeded extends Error {}

/** How long one call waits for what it reads. */
export interface ReadingTime {
  /** Aborted when the time is up. */
  essential: AbortSignal
  /** Aborted then too, or when optional data was waited for long enough. */
  optional: AbortSignal
  /** `performance.now()` at which the time is up. */
  until: number
  /** Says that all essential data is there, from when on optional data is waited for `milliseconds` more. */
  waitForOptional: (milliseconds: number) => void
  /** Ends whatever is still under way. */
  end: () => void
}

/** Starts the time that one call may read, in milliseconds. */
export function startReadingTime(limit: number): ReadingTime {
  const [essential, optional] = [new AbortController(), new AbortController()]
  // Every query that is run listens to the one signal; more than a few is no leak.
  for (const { signal } of [essential, optional]) setMaxListeners(0, signal)
  const stop = (reason: Error) => [essential, optional].forEach(each => each.abort(reason))
  const timers = [setTimeout(() => stop(new OutOfTime()), limit)]
  return {
    essential: essential.signal,
    optional: optional.signal,
    until: performance.now() + limit,
    waitForOptional: milliseconds => void timers.push(setTimeout(() => optional.abort(new NoLongerNeeded()), milliseconds)),
    end: () => {
      timers.forEach(clearTimeout)
      stop(new NoLongerNeeded())
    },
  }
}

/** The outcome of something under way, or the error of the signal, where there is one, when that is aborted first. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, underWay: Promise<T>): Promise<T> {
  if (!signal) return underWay
  let abandon = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    abandon = () => reject(signal.reason as Error)
    if (signal.aborted) abandon()
    else signal.addEventListener('abort', abandon, { once: true })
  })
  // What is left behind may fail later, without anybody who waits for it.
  underWay.catch(() => undefined)
  try {
    return await Promise.race([underWay, aborted])
  } finally {
    signal.removeEventListener('abort', abandon)
  }
}
