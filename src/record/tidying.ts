import type { StoreThread } from './store-thread.js'

/** How long rows are kept. */
export interface Retention {
  /** Days, of reports, cards and what readers were told. */
  days: number
  /** Days, of what clinicians wrote. */
  commentDays: number
}

const DAY = 86_400_000
const HOUR = 3_600_000
const MINUTE = 60_000

/** Deletes what need not be kept any longer, again and again. */
export interface Tidying {
  /** Says that a token is kept now, which will expire. */
  noteToken: () => void
  end: () => void
}

/**
 * Has a store rid of rows whose time is over, at the start and once a day, of links that have expired once an hour, and of tokens once a minute.
 * @param now epoch ms.
 */
export function keepTidy(thread: StoreThread, { days, commentDays }: Retention, now: () => number): Tidying {
  /** Whether tokens may be there, also of a process that was before. */
  let hasTokens = true

  async function deleteRows(): Promise<void> {
    await thread.ask('expire', DAY, { rows: now() - days * DAY, comments: now() - commentDays * DAY }).catch(() => undefined)
  }

  /** Of the clock that runs, as whoever lets tokens in. */
  async function forgetTokens(): Promise<void> {
    if (!hasTokens) return
    hasTokens = false
    await thread.ask('forgetTokens', MINUTE, Date.now()).catch(() => (hasTokens = true))
  }

  async function forgetLinks(): Promise<void> {
    await thread.ask('forgetLinks', HOUR, now()).catch(() => undefined)
  }

  void thread.triedToOpen.then(deleteRows).then(forgetLinks)
  const timers = [
    setInterval(() => void deleteRows(), DAY),
    setInterval(() => void forgetLinks(), HOUR),
    setInterval(() => void forgetTokens(), MINUTE),
  ].map(timer => timer.unref())
  return { noteToken: () => void (hasTokens = true), end: () => timers.forEach(clearInterval) }
}
