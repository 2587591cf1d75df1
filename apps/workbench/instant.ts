/**
 * The instant of a local date and time in a time zone, with the offset that holds there and then.
 * @param local such as `2026-03-30T12:00`.
 */
export function instantIn(local: string, timeZone: string): string {
  const seconds = /T\d{2}:\d{2}$/.test(local) ? `${local}:00` : local
  const asIfUtc = Date.parse(`${seconds}Z`)
  // An hour that a change of the clock leaves out or repeats may be either of two; the offset before it is taken.
  const offset = offsetAt(asIfUtc - offsetAt(asIfUtc, timeZone) * MINUTE, timeZone)
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
  return `${seconds}${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
}

const MINUTE = 60_000

/** Minutes by which the clocks of a zone are ahead of UTC at an instant. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(new Date(instant))
  const part = (type: string) => Number(parts.find(each => each.type === type)?.value)
  const there = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
  return Math.round((there - Math.floor(instant / MINUTE) * MINUTE) / MINUTE)
}
