/** Days in a week and milliseconds in a day; no zone changes its offset twice within a week. */
const DAY = 86_400_000
const WEEK = 7 * DAY
/** No zone has ever changed its offset within a quarter of an hour. */
const QUARTER = 900_000

/** Most weeks and quarters whose offset is remembered; charts speak of few. */
const MOST_REMEMBERED = 20_000

const formatters = new Map<string, Intl.DateTimeFormat>()
const remembered = new Map<string, Map<number, number | undefined>>()

/** Minutes by which the clocks of an IANA time zone are ahead of UTC at an instant (milliseconds since 1970). */
export function offsetMinutes(instant: number, timeZone: string): number {
  return offsetOfWeek(Math.floor(instant / WEEK), timeZone) ?? offsetOfQuarter(Math.floor(instant / QUARTER), timeZone)
}

/**
 * The instant at which clocks of the zone show a local time (milliseconds, read as if it were UTC). A time that the
 * clocks skip is moved on, and of one that they show twice the second is meant, as a calendar would take it.
 */
export function instantOfLocal(local: number, timeZone: string): number {
  const guess = local - offsetMinutes(local, timeZone) * 60_000
  return local - offsetMinutes(guess, timeZone) * 60_000
}

/** What clocks of the zone show at an instant, in milliseconds read as if it were UTC. */
export const localTime = (instant: number, timeZone: string): number => instant + offsetMinutes(instant, timeZone) * 60_000

/** The one offset of a whole week; undefined in a week in which the clocks change. */
function offsetOfWeek(week: number, timeZone: string): number | undefined {
  return recalled(`${timeZone} week`, week, () => {
    const first = readOffset(week * WEEK, timeZone)
    return first === readOffset((week + 1) * WEEK, timeZone) ? first : undefined
  })
}

function offsetOfQuarter(quarter: number, timeZone: string): number {
  return recalled(`${timeZone} quarter`, quarter, () => readOffset(quarter * QUARTER, timeZone)) ?? 0
}

function recalled(kind: string, key: number, compute: () => number | undefined): number | undefined {
  const known = remembered.get(kind) ?? new Map<number, number | undefined>()
  if (known.has(key)) return known.get(key)
  if (known.size >= MOST_REMEMBERED) known.clear()
  const value = compute()
  remembered.set(kind, known.set(key, value))
  return value
}

function readOffset(instant: number, timeZone: string): number {
  const formatter = formatters.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  formatters.set(timeZone, formatter)
  const name = formatter.formatToParts(new Date(instant)).find(part => part.type === 'timeZoneName')?.value ?? 'GMT'
  const [, sign, hours, minutes] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
