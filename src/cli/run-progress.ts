import type { Progress } from '../population/run.js'
import type { Teller } from './teller.js'

/** Milliseconds between two lines. */
const EVERY_MS = { watched: 200, plain: 10_000 }

/**
 * Tells how far a run is, at which rate and for how long still: in one line where somebody looks, else in a line now and then.
 * @param now milliseconds of a clock that never goes back.
 */
export function runProgress(teller: Pick<Teller, 'isWatched' | 'progress' | 'note'>, now = () => performance.now()): Progress {
  const every = teller.isWatched ? EVERY_MS.watched : EVERY_MS.plain
  let [unit, total, before, done, began, toldAt]: ['bytes' | 'patients', number, number, number, number, number] = ['bytes', 0, 0, 0, 0, 0]
  const line = (): string => {
    toldAt = now()
    const seconds = (toldAt - began) / 1000
    const rate = seconds > 0 ? (done - before) / seconds : 0
    return progressLine(unit, { done, total, rate })
  }
  const tell = (): void => (teller.isWatched ? teller.progress(line()) : teller.note(line()))
  return {
    begin: (what, all, doneBefore) => {
      ;[unit, total, before, done, began] = [what, all, doneBefore, doneBefore, now()]
      tell()
    },
    add: count => {
      done += count
      if (now() - toldAt >= every) tell()
    },
    end: () => teller.note(line()),
  }
}

/** How far a run is, in words. @param rate what is done in a second. */
export function progressLine(unit: 'bytes' | 'patients', { done, total, rate }: { done: number; total: number; rate: number }): string {
  const written = unit === 'bytes' ? megabytes : (count: number) => Math.round(count).toLocaleString('en-US')
  const verb = unit === 'bytes' ? 'sorted' : 'asked'
  const things = unit === 'bytes' ? 'MB' : 'patients'
  const left = Math.max(0, total - done)
  const timeLeft = left === 0 ? '' : rate > 0 ? `, ${duration(left / rate)} left` : ''
  const speed = rate > 0 ? `, ${written(rate)}${unit === 'bytes' ? ' MB' : ''} a second` : ''
  return `${verb} ${written(done)} of ${written(total)} ${things}${speed}${timeLeft}`
}

const megabytes = (bytes: number): string => (bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: bytes < 1e7 ? 1 : 0 })

/** A time in its two largest units. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`
}
