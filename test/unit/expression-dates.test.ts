import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { clockAt } from '../../src/engine/expression/clock.js'
import { evaluate } from '../support/evaluate.js'
import { runnable } from '../support/runnable.js'

const at = (instant: string) => ({ now: new Date(instant) })

describe('today() and now() follow the clock of the service', () => {
  test.each([
    ['just before midnight in winter', '2026-01-14T22:59:59.999Z', '2026-01-14', '2026-01-14T23:59:59.999+01:00'],
    ['at midnight in winter', '2026-01-14T23:00:00Z', '2026-01-15', '2026-01-15T00:00:00.000+01:00'],
    ['just before midnight in summer', '2026-07-14T21:59:59Z', '2026-07-14', '2026-07-14T23:59:59.000+02:00'],
    ['at midnight in summer', '2026-07-14T22:00:00Z', '2026-07-15', '2026-07-15T00:00:00.000+02:00'],
    ['before the clock goes forward', '2026-03-29T00:59:59Z', '2026-03-29', '2026-03-29T01:59:59.000+01:00'],
    ['after the clock went forward', '2026-03-29T01:00:00Z', '2026-03-29', '2026-03-29T03:00:00.000+02:00'],
    ['the evening before it goes back', '2026-10-24T22:30:00Z', '2026-10-25', '2026-10-25T00:30:00.000+02:00'],
    ['the first 02:30 of that night', '2026-10-25T00:30:00Z', '2026-10-25', '2026-10-25T02:30:00.000+02:00'],
    ['the second 02:30 of that night', '2026-10-25T01:30:00Z', '2026-10-25', '2026-10-25T02:30:00.000+01:00'],
    ['the turn of the year', '2026-12-31T23:00:00Z', '2027-01-01', '2027-01-01T00:00:00.000+01:00'],
  ])('%s', (_, instant, today, now) => {
    expect(evaluate('today().toString() | now().toString()', at(instant))).toEqual([today, now])
    expect(evaluate('timeOfDay().toString()', at(instant))).toEqual([now.slice(11, 23)])
  })

  test('in other zones, too', () => {
    const instant = new Date('2026-03-30T03:30:00Z')
    expect(clockAt(instant, 'America/New_York')).toEqual({
      now: '2026-03-29T23:30:00.000-04:00',
      today: '2026-03-29',
      timeZone: 'America/New_York',
    })
    expect(clockAt(instant, 'Asia/Kathmandu')).toEqual({
      now: '2026-03-30T09:15:00.000+05:45',
      today: '2026-03-30',
      timeZone: 'Asia/Kathmandu',
    })
    expect(clockAt(instant, 'UTC')).toEqual({ now: '2026-03-30T03:30:00.000+00:00', today: '2026-03-30', timeZone: 'UTC' })
    expect(clockAt(instant, 'Europe/Copenhagen').today).toBe('2026-03-30')
  })

  test('an age is counted to the day', () => {
    const records = [{ resourceType: 'Patient', id: 'p', birthDate: '1976-03-30' }]
    const isFifty = '%Patient.birthDate <= today() - 50 years'
    expect(evaluate(isFifty, { records, now: new Date('2026-03-29T12:00:00Z') })).toEqual([false])
    expect(evaluate(isFifty, { records, now: new Date('2026-03-29T22:00:00Z') })).toEqual([true])
  })
})

describe('partial dates keep their uncertainty', () => {
  const onset = (onsetDateTime: string) => ({
    records: [{ resourceType: 'Condition', id: 'c', onsetDateTime }],
    now: new Date('2026-03-30T10:00:00Z'),
  })
  const twelveWeeks = '%Condition.onset.calendarDate() <= today() - 12 weeks'

  test.each([
    ['2026-01-05', [true]],
    ['2026-01-06', [false]],
    ['2026-01', []],
    ['2025-12', [true]],
    ['2026-02', [false]],
    ['2026', []],
    ['2025', [true]],
  ])('an onset in %s, twelve weeks after 2026-01-05', (date, expected) => {
    expect(evaluate(twelveWeeks, onset(date))).toEqual(expected)
  })

  test('also without calendarDate()', () => {
    expect(evaluate('%Condition.onset <= today() - 12 weeks', onset('2026-01'))).toEqual([])
  })

  test('difference() counts no days from them', () => {
    expect(evaluate("%Condition.onset.difference(today(), 'day')", onset('2026-01'))).toEqual([])
  })
})

describe('calendarDate()', () => {
  const dated = (effectiveDateTime: string) => ({ records: [{ resourceType: 'Observation', id: 'o', effectiveDateTime }] })

  test.each(['2026-03-28T23:30:00Z', '2026-03-29T00:10:00+01:00', '2026-03-28T15:00:00-08:00', '2026-03-29T23:59:00', '2026-03-29'])(
    'of %s is the day in Denmark',
    written => {
      expect(evaluate('%Observation.effective.calendarDate().toString()', dated(written))).toEqual(['2026-03-29'])
      expect(evaluate('%Observation.effective.calendarDate() = @2026-03-29', dated(written))).toEqual([true])
    },
  )

  test.each(['2026-02-30', '20260329', '1500 m walk', '0000-00-00', '2026-03-29T25:00:00Z', 'x'])('of %s is none', written => {
    expect(evaluate('%Observation.effective.calendarDate()', dated(written))).toEqual([])
  })

  test('of a month is that month, of a Period its start, of nothing nothing', () => {
    expect(evaluate('%Observation.effective.calendarDate().toString()', dated('2026-03'))).toEqual(['2026-03'])
    const records = [
      { resourceType: 'Encounter', id: 'e', period: { start: '2026-02-01T08:00:00+01:00' } },
      { resourceType: 'Encounter', id: 'f', period: {} },
    ]
    expect(evaluate('%Encounter.period.calendarDate().toString()', { records })).toEqual(['2026-02-01'])
    expect(evaluate('%Encounter.status.calendarDate()', { records })).toEqual([])
  })

  test('of dates made by expressions', () => {
    expect(evaluate('@2026-03-29T23:30:00Z.calendarDate() = @2026-03-30')).toEqual([true])
    expect(evaluate("'2026-13-45'.calendarDate().exists()")).toEqual([false])
    expect(evaluate('(today() - 1 day).calendarDate()', at('2026-03-30T10:00:00Z'))).toEqual(['2026-03-29'])
  })
})

describe('difference()', () => {
  test.each([
    ["@2026-01-05.difference(@2026-03-30, 'day')", [84]],
    ["@2026-01-05.difference(@2026-03-30, 'week')", [12]],
    ["@2026-01-06.difference(@2026-03-30, 'weeks')", [11]],
    // Calendar units in quotes are the words; a text that looks like one stays a text.
    ["@2026-03-31 - 1 'month'", ['2026-02-28']],
    ["@2026-03-30 - 3 'months' = @2026-03-30 - 3 months", [true]],
    ["@2026-03-30 + 1'wk'", ['2026-04-06']],
    ["1 year = 12 'months'", [true]],
    ["'3 ' & 'months'", ['3 months']],
    ["iif(true, 'in 2 \\'weeks\\'', '')", ["in 2 'weeks'"]],
    ["@2026-03-30 - /* 1 */ 2 'weeks'", ['2026-03-16']],
    ["@2026-03-28.difference(@2026-03-30, 'days')", [2]],
    ["@2026-03-30.difference(@2026-03-28, 'day')", [-2]],
    ["@2026-03-30.difference(@2026-03-28, 'week')", [0]],
    ["@2026-03-28T23:59:00+01:00.difference(@2026-03-29T00:01:00+01:00, 'day')", [1]],
    ["@2026-10-24.difference(@2026-10-26, 'day')", [2]],
    ["{}.difference(@2026-03-30, 'day')", []],
    ["@2026-03.difference(@2026-03-30, 'day')", []],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression)).toEqual(expected)
  })

  test('of several dates or in other units is an error', () => {
    expect(() => evaluate("(@2026-01-01 | @2026-01-02).difference(@2026-03-30, 'day')")).toThrow('expected one date')
    expect(() => evaluate("@2026-01-01.difference(@2026-03-30, 'month')")).toThrow("'day' and 'week'")
  })
})

test('the day is the same whatever zone the process runs in', async () => {
  const script = `
    import { evaluate } from '${pathToFileURL(await runnable('test/support/evaluate.ts')).href}'
    const records = [{ resourceType: 'Condition', id: 'c', onsetDateTime: '2026-03-28T23:30:00Z' }]
    const given = { records, now: new Date('2026-03-29T22:30:00Z') }
    const asked = ["today().toString()", "%Condition.onset.difference(today(), 'day')", "%Condition.onset < now()", "now().toString()"]
    console.log(JSON.stringify(asked.map(expression => evaluate(expression, given))))`
  const run = promisify(execFile)
  const outputs = await Promise.all(
    ['UTC', 'America/New_York', 'Pacific/Auckland'].map(TZ =>
      run(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TZ } }),
    ),
  )
  const expected = JSON.stringify([['2026-03-30'], [1], [true], ['2026-03-30T00:30:00.000+02:00']])
  expect(outputs.map(({ stdout }) => stdout.trim())).toEqual([expected, expected, expected])
}, 30_000)
