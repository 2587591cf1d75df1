import { existsSync, readFileSync, readdirSync } from 'node:fs'
import type { Bundle, Resource } from 'fhir/r4.js'
import { copenhagenDate, copenhagenDateTime } from './copenhagen.js'

const PEOPLE_FOLDER = new URL('src/demo/people/', projectRoot())

const RELATIVE_DATE = /\{\{([^{}]*)\}\}/g

/** `today`, then steps back or forward (`-34y`, `-3m`, `+14d`), then a time of day if the date is a dateTime. */
const TOKEN = /^today((?:[+-]\d+[dmy])*)(?: ([01]\d:[0-5]\d|2[0-3]:[0-5]\d))?$/

/**
 * Every resource of the synthetic people in `src/demo/people`, with their relative dates counted from `now`.
 * `{{today-20d}}` becomes a date and `{{today-20d 09:30}}` a dateTime; days, months (m) and years (y) can be combined.
 * Today is the calendar date in Europe/Copenhagen; a month or year step that leaves its month stops at the last day.
 * @throws Error when a file is not JSON or holds a date token that cannot be read.
 */
export function demoPeople(now: Date): Resource[] {
  const today = copenhagenDate(now)
  const files = readdirSync(PEOPLE_FOLDER)
    .filter(file => file.endsWith('.json'))
    .sort()
  return files.flatMap(file => readPerson(new URL(file, PEOPLE_FOLDER), today))
}

function readPerson(file: URL, today: string): Resource[] {
  const text = readFileSync(file, 'utf8').replace(RELATIVE_DATE, (_, token: string) => absoluteDate(token, today))
  const bundle = JSON.parse(text) as Bundle
  return (bundle.entry ?? []).flatMap(entry => entry.resource ?? [])
}

function absoluteDate(token: string, today: string): string {
  const [, steps, time] = TOKEN.exec(token) ?? []
  if (steps === undefined) throw new Error(`A demo person has the unreadable date {{${token}}}.`)
  const date = (steps.match(/[+-]\d+[dmy]/g) ?? []).reduce(step, today)
  return time === undefined ? date : copenhagenDateTime(date, time)
}

function step(date: string, text: string): string {
  const amount = Number(text.slice(0, -1))
  if (text.endsWith('d')) return isoDate(Date.parse(date) + amount * 86_400_000)
  return addMonths(date, text.endsWith('y') ? 12 * amount : amount)
}

function addMonths(date: string, months: number): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return isoDate(Date.UTC(year, month - 1 + months, Math.min(day, lastDay)))
}

function isoDate(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10)
}

// The people are read from the source tree also when the compiled code in `dist` runs.
function projectRoot(): URL {
  let folder = new URL('./', import.meta.url)
  while (!existsSync(new URL('package.json', folder)) && folder.pathname !== '/') folder = new URL('../', folder)
  return folder
}
