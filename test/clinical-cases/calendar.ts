import { clockAt } from '../../src/engine/expression/clock.js'

/** The calendar by which every case is read, whatever the machine's own time zone. */
export const TIME_ZONE = 'Europe/Copenhagen'

/** Hour at which something happened when a case gives the day alone. */
const MORNING = '08:00'

const DAY_ALONE = ' uden klokkeslæt'

const UNITS: Readonly<Record<string, 'day' | 'week' | 'month' | 'year'>> = {
  dag: 'day', dage: 'day', uge: 'week', uger: 'week', måned: 'month', måneder: 'month', år: 'year',
}

/** Reads the dates of one case, seen from the case's own today. */
export class CaseCalendar {
  private readonly today: string

  constructor(readonly now: Date) {
    this.today = clockAt(now, TIME_ZONE).today
  }

  /** A date: `20 dage siden`, `om 2 dage`, `i dag`, `2026-02-10`, or a partial one such as `2026-02`. */
  date(written: string): string {
    return /^\d{4}(-\d{2}(-\d{2})?)?$/.test(written) ? written : this.day(written)
  }

  /**
   * A date with a time: as `date`, with `kl. 23:30` behind it where the time matters, or `uden klokkeslæt`
   * where only the day is known; a full date-time stands as written.
   */
  dateTime(written: string): string {
    if (/^\d{4}-\d{2}-\d{2}T/.test(written) || /^\d{4}(-\d{2})?$/.test(written)) return written
    if (written.endsWith(DAY_ALONE)) return this.date(written.slice(0, -DAY_ALONE.length))
    const [day = '', time = MORNING] = written.split(' kl. ')
    const date = this.date(day)
    const offset = clockAt(new Date(`${date}T${time}:00Z`), TIME_ZONE).now.slice(-6)
    return `${date}T${time}:00${offset}`
  }

  /** Birth date of somebody who has been `age` years old for a hundred days. */
  birthDate(age: number): string {
    return shift(shift(this.today, -age, 'year'), -100, 'day')
  }

  private day(written: string): string {
    if (written === 'i dag') return this.today
    const [, before, , unitBefore, ahead, unitAhead] = /^(?:(\d+)( )([a-zå]+) siden|om (\d+) ([a-zå]+))$/.exec(written) ?? []
    const unit = UNITS[unitBefore ?? unitAhead ?? '']
    if (unit === undefined) throw new Error(`'${written}' is not a date: write '20 dage siden', 'om 2 dage', 'i dag' or 2026-02-10.`)
    return shift(this.today, before === undefined ? Number(ahead) : -Number(before), unit)
  }
}

/** Moves a date by calendar; a day that the month does not have becomes the month's last. */
function shift(date: string, amount: number, unit: 'day' | 'week' | 'month' | 'year'): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  if (unit === 'day' || unit === 'week') {
    return new Date(Date.UTC(year, month - 1, day + amount * (unit === 'week' ? 7 : 1))).toISOString().slice(0, 10)
  }
  const months = month - 1 + amount * (unit === 'year' ? 12 : 1)
  const lastDay = new Date(Date.UTC(year, months + 1, 0)).getUTCDate()
  return new Date(Date.UTC(year, months, Math.min(day, lastDay))).toISOString().slice(0, 10)
}
