// One instant is one instant and one day, however it is written; what is no date is none.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { FhirResource } from 'fhir/r4.js'
import { readDate } from '../../src/engine/expression/dates.js'
import { takeIn } from '../../src/patient-data/intake.js'
import { evaluate } from '../support/evaluate.js'

const ZONES = [
  'Europe/Copenhagen',
  'UTC',
  'America/New_York',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
  'Pacific/Auckland',
  'Africa/Casablanca',
]
const two = (value: number) => String(value).padStart(2, '0')

/** Seconds, so that every way of writing keeps all of it. */
const instant = fc.integer({ min: Date.UTC(1990, 0, 1) / 1000, max: Date.UTC(2036, 0, 1) / 1000 }).map(seconds => seconds * 1000)
const offset = fc.integer({ min: -14 * 4, max: 14 * 4 }).map(quarters => quarters * 15)

function written(at: number, minutes: number, style: { separator: string; colon: boolean; fraction: string; zulu: string }): string {
  const local = new Date(at + minutes * 60_000).toISOString()
  const size = Math.abs(minutes)
  const zone =
    minutes === 0 ? style.zulu : `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${style.colon ? ':' : ''}${two(size % 60)}`
  return `${local.slice(0, 10)}${style.separator}${local.slice(11, 19)}${style.fraction}${zone}`
}

const style = fc.record({
  separator: fc.constantFrom('T', 't', ' '),
  colon: fc.boolean(),
  fraction: fc.constantFrom('', '.0', '.000', '.000000000', ',0'),
  zulu: fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+0000'),
})

/** The calendar day by the platform's own calendar. */
const dayByPlatform = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at))

test('all spellings of one instant are that instant, and the day it is in the zone', () => {
  fc.assert(
    fc.property(instant, offset, style, fc.constantFrom(...ZONES), (at, minutes, how, timeZone) => {
      expect(readDate(written(at, minutes, how), timeZone)).toEqual({ day: dayByPlatform(at, timeZone), instant: at })
    }),
    { numRuns: 500 },
  )
})

test('a time without an offset is local: its day is the day that is written', () => {
  fc.assert(
    fc.property(instant, fc.constantFrom(...ZONES), (at, timeZone) => {
      const text = new Date(at).toISOString().slice(0, 19)
      const read = readDate(text, timeZone)!
      const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(new Date(read.instant!))
      // A time that the clocks skip is moved on by what they skip.
      if (shown === text.replace('T', ' ')) expect(read.day).toBe(text.slice(0, 10))
      else expect(Math.abs(Date.parse(`${shown.replace(' ', 'T')}Z`) - Date.parse(`${text}Z`))).toBeLessThanOrEqual(24 * 3_600_000)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['2026-11-18T24:00:00+01:00', '2026-11-19T00:00:00+01:00'],
  ['2026-11-18T08:15:60+01:00', '2026-11-18T08:16:00+01:00'],
  ['2026-11-18T08:15+01:00', '2026-11-18T08:15:00+01:00'],
  ['2026-11-18T08:15:00 +01:00', '2026-11-18T07:15:00Z'],
  [' 2026-11-18T07:15:00Z ', '2026-11-18T07:15:00Z'],
])('%s is %s', (one, other) => {
  expect(readDate(one, 'Europe/Copenhagen')).toEqual(readDate(other, 'Europe/Copenhagen'))
})

test('partial dates stay partial', () => {
  expect(['2026', '2026-02', '2028-02-29'].map(text => readDate(text, 'UTC'))).toEqual([
    { day: '2026' },
    { day: '2026-02' },
    { day: '2028-02-29' },
  ])
})

describe('what is no date', () => {
  test('days and times that do not exist', () => {
    for (const text of [
      '0000',
      '2026-00',
      '2026-13',
      '2026-02-29',
      '2026-04-31',
      '2026-01-00',
      '2026-01-01T24:00:01',
      '2026-01-01T12:60:00',
      '2026-01-01T12:00:61',
      '2026-01-01T12:00:00+15:00',
      '2026-01-01T12:00:00+14:15',
      '2026-01-01T12:00:00+05:99',
      '2026-01-01T12:00:00-13:60',
      '2026-01-01T',
      '2026-01-01T12',
    ]) {
      expect([text, readDate(text, 'UTC')]).toEqual([text, undefined])
    }
  })

  test('is nothing to an expression, and all else has its order', () => {
    const part = (least: number, most: number) => fc.integer({ min: least, max: most }).map(two)
    const zone = fc.oneof(
      fc.constant('Z'),
      fc.tuple(fc.constantFrom('+', '-'), part(0, 16), part(0, 70)).map(([sign, ...time]) => `${sign}${time.join(':')}`),
    )
    const second = fc.constantFrom('', ':00', ':59', ':00.5', ':00.123', `:00.${'1'.repeat(20)}`, `:00.${'1'.repeat(21)}`)
    const day = fc.constantFrom('2026-03-01', '2026-02-30', '0000-01-01')
    fc.assert(
      fc.property(day, part(0, 24), part(0, 60), second, zone, (date, hour, minute, rest, offset) => {
        const effectiveDateTime = `${date}T${hour}:${minute}${rest}${offset}`
        const records = [{ resourceType: 'Observation', id: 'o', effectiveDateTime }]
        const ask = (expression: string) => evaluate(`%Observation.effective${expression}`, { records })
        if (readDate(effectiveDateTime, 'UTC') === undefined) expect(ask('')).toEqual([])
        else if (ask('').length > 0) expect(ask('.select($this <= @2027-01-01T00:00:00Z)')).toEqual([true])
      }),
      { numRuns: 60 },
    )
  })

  test('anything with something before or behind it', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter(text => text.trim() !== ''),
        fc.constantFrom('2026-03-01', '2026-03', '2026'),
        fc.boolean(),
        (text, date, isBefore) => {
          const mixed = isBefore ? `${text}${date}` : `${date}${text}`
          const read = readDate(mixed, 'UTC')
          // Text may complete a date, such as -01 behind a month; then it is that date and no prefix of it.
          if (read) expect(mixed.trim().startsWith(read.day.slice(0, 4))).toBe(true)
          if (read && read.instant === undefined) expect(read.day).toBe(mixed.trim())
        },
      ),
      { numRuns: 500 },
    )
  })
})

/** A record as rules see it, its dates in FHIR's own spelling. */
const takenIn = (record: object): object => takeIn(record as FhirResource, { index: new Map(), timeZone: 'Europe/Copenhagen' }).resource

test('calendarDate(), since(), notInFuture(), newest() and difference() see the same instant in every spelling', () => {
  const now = new Date('2026-03-30T12:00:00+02:00')
  fc.assert(
    fc.property(
      fc.integer({ min: -40 * 86_400, max: 2 * 86_400 }).map(seconds => now.getTime() + seconds * 1000),
      offset,
      style,
      (at, minutes, how) => {
        const asked = (effectiveDateTime: string) => {
          const records = [
            takenIn({ resourceType: 'Observation', id: 'o', effectiveDateTime }),
            { resourceType: 'Observation', id: 'other', effectiveDateTime: '2026-03-20T12:00:00Z' },
          ]
          return [
            '%Observation.effective.calendarDate()',
            '%Observation.since(@2026-03-10).id',
            '%Observation.notInFuture().id',
            '%Observation.newest().id',
            "%Observation.where(id = 'o').effective.difference(today(), 'day')",
          ].map(expression => evaluate(expression, { records, now }))
        }
        expect(asked(written(at, minutes, how))).toEqual(asked(new Date(at).toISOString()))
      },
    ),
    { numRuns: 60 },
  )
})
