/**
 * Denmark's calendar. A date without a time zone means a day in Europe/Copenhagen, whatever zone the machine is in.
 */
const WALL_CLOCK = new Intl.DateTimeFormat('en-US', {
  timeZone: 'Europe/Copenhagen',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
})

const OFFSETS = new Map<number, number>()

/** The calendar date (YYYY-MM-DD) in Denmark at an instant. */
export function copenhagenDate(instant: Date): string {
  return new Date(instant.getTime() + offsetAt(instant.getTime())).toISOString().slice(0, 10)
}

/** The instant, in milliseconds, at which Danish clocks show `wallClock` (itself milliseconds, read as if it were UTC). */
export function copenhagenInstant(wallClock: number): number {
  const guess = wallClock - offsetAt(wallClock)
  return wallClock - offsetAt(guess)
}

/** A FHIR dateTime for a Danish calendar date and a time of day (HH:MM), with the offset that holds on that day. */
export function copenhagenDateTime(date: string, time: string): string {
  const wallClock = Date.parse(`${date}T${time}:00Z`)
  const minutes = Math.round((wallClock - copenhagenInstant(wallClock)) / 60_000)
  return `${date}T${time}:00+${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`
}

// Asking the calendar is slow, and the offset can only change on the hour.
function offsetAt(instant: number): number {
  const hour = Math.floor(instant / 3_600_000)
  const known = OFFSETS.get(hour) ?? computedOffset(instant)
  OFFSETS.set(hour, known)
  return known
}

function computedOffset(instant: number): number {
  const parts = Object.fromEntries(WALL_CLOCK.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
