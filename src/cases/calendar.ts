import { clockAt } from '../engine/expression/clock.js'
import type { CaseVocabulary, DateUnit, DateWords } from './vocabulary.js'

/** Hour at which something happened when a case gives the day alone. */
const MORNING = '08:00'

const escaped = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Reads the dates of one case, seen from the case's own today, by the vocabulary's calendar whatever the machine's own time zone. */
export class CaseCalendar {
  /** The day of the case. */
  readonly today: string
  private readonly words: DateWords
  private readonly distance: RegExp

  constructor(
    readonly now: Date,
    private readonly vocabulary: Pick<CaseVocabulary, 'dates' | 'timeZone'>,
  ) {
    const { dates: words, timeZone } = vocabulary
    this.words = words
    this.today = clockAt(now, timeZone).today
    this.distance = new RegExp(
      `^(?:(?<before>\\d+) (?<unitBefore>\\p{L}+) ${escaped(words.ago)}|${escaped(words.ahead)} (?<ahead>\\d+) (?<unitAhead>\\p{L}+))$`,
      'u',
    )
  }

  /** A date, written as a distance from today, as today itself, as `2026-02-10`, or partly, such as `2026-02`. */
  date(written: string): string {
    return /^\d{4}(-\d{2}(-\d{2})?)?$/.test(written) ? written : this.day(written)
  }

  /**
   * A date with a time: as `date`, with the hour behind it where the time matters, or said to be without time where only
   * the day is known; a full date-time stands as written.
   */
  dateTime(written: string = this.words.today): string {
    const { at, dayAlone } = this.words
    if (/^\d{4}-\d{2}-\d{2}T/.test(written) || /^\d{4}(-\d{2})?$/.test(written)) return written
    if (written.endsWith(` ${dayAlone}`)) return this.date(written.slice(0, -dayAlone.length - 1))
    const [day = '', time = MORNING] = written.split(` ${at} `)
    const date = this.date(day)
    const offset = clockAt(new Date(`${date}T${time}:00Z`), this.vocabulary.timeZone).now.slice(-6)
    return `${date}T${time}:00${offset}`
  }

  /** Birth date of somebody who has been `age` years old for a hundred days. */
  birthDate(age: number): string {
    return shift(shift(this.today, -age, 'year'), -100, 'day')
  }

  private day(written: string): string {
    const { today, ago, ahead: inFront, units } = this.words
    if (written === today) return this.today
    const { before, unitBefore, ahead, unitAhead } = this.distance.exec(written)?.groups ?? {}
    const unit = Object.entries(units).find(([, names]) => names.includes(unitBefore ?? unitAhead ?? ''))?.[0] as DateUnit | undefined
    const [, days = ''] = units.day
    if (unit === undefined)
      throw new Error(`'${written}' is not a date: write '20 ${days} ${ago}', '${inFront} 2 ${days}', '${today}' or 2026-02-10.`)
    return shift(this.today, before === undefined ? Number(ahead) : -Number(before), unit)
  }
}

/** Moves a date by calendar; a day that the month does not have becomes the month's last. */
function shift(date: string, amount: number, unit: DateUnit): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  if (unit === 'day' || unit === 'week') {
    return new Date(Date.UTC(year, month - 1, day + amount * (unit === 'week' ? 7 : 1))).toISOString().slice(0, 10)
  }
  const months = month - 1 + amount * (unit === 'year' ? 12 : 1)
  const lastDay = new Date(Date.UTC(year, months + 1, 0)).getUTCDate()
  return new Date(Date.UTC(year, months, Math.min(day, lastDay))).toISOString().slice(0, 10)
}
