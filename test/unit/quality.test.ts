// The figures of a practice report: what they are, and that nothing which is hidden can be worked out of them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { INVENTED_WEEKS } from '../../src/demo/invented-weeks.js'
import { csvOf } from '../../src/quality/csv.js'
import { largest, wholeWithParts, type Count } from '../../src/quality/hidden.js'
import { readableReports, readMeasureReports } from '../../src/quality/measure-reports.js'
import { figuresOf } from '../../src/quality/report.js'
import { lastDayOf, periodAsked, weekNumber, weeksToCount } from '../../src/quality/weeks.js'
import type { WeeklyCounts } from '../../src/record/port.js'

const ZONE = 'Europe/Copenhagen'
const NOW = new Date('2026-03-30T10:00:00Z')

describe('what is hidden', () => {
  /** All values that a hidden part may have, as far as a reader can tell from the whole and the parts that are shown. */
  const possible = (whole: number, parts: readonly Count[], place: number): number[] => {
    const rest = whole - parts.reduce<number>((sum, part) => sum + (part ?? 0), 0)
    const others = parts.filter((part, index) => part === undefined && index !== place).length
    return Array.from({ length: rest + 1 }, (_, value) => value).filter(value => others > 0 || value === rest)
  }

  test('cannot be worked out of the whole and the parts that are shown', () => {
    const parts = fc.oneof(fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }), fc.array(fc.nat(60), { minLength: 2, maxLength: 4 }))
    fc.assert(
      fc.property(parts, counts => {
        const shown = wholeWithParts(
          counts.reduce((sum, count) => sum + count, 0),
          counts,
        )
        expect([shown.whole, ...shown.parts].filter(count => count !== undefined && count < 5)).toEqual([])
        const { whole } = shown
        if (whole === undefined) expect(shown.parts.every(part => part === undefined)).toBe(true)
        else
          shown.parts.forEach((part, place) => {
            if (part === undefined) expect(possible(whole, shown.parts, place).length).toBeGreaterThan(1)
            else expect(part).toBe(counts[place])
          })
      }),
      { numRuns: 400 },
    )
  })

  test.each([
    { parts: [20, 10, 9], shown: [20, 10, 9] },
    { parts: [20, 3, 9], shown: [20, undefined, undefined] },
    { parts: [20, 3, 2], shown: [20, undefined, undefined] },
    { parts: [20, 0, 0], shown: [undefined, undefined, undefined] },
  ])('$parts is shown as $shown', ({ parts, shown }) => {
    expect(
      wholeWithParts(
        parts.reduce((sum, part) => sum + part),
        parts,
      ).parts,
    ).toEqual(shown)
  })

  test('of reasons, those that are left out are none, or five cards together', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 7 }), counts => {
        const listed = largest(counts.map((count, reason) => ({ reason, count })))
        const sum = (of: readonly number[]) => of.reduce((all, count) => all + count, 0)
        const rest = sum(counts) - sum(listed.map(({ count }) => count))
        expect(listed.length === 0 || rest === 0 || rest >= 5).toBe(true)
        expect(listed.every(({ count }) => count >= 5)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('weeks', () => {
  test('a period is twelve whole weeks of the site, across the change of clocks', () => {
    const { weeks, before } = periodAsked({}, NOW, ZONE)
    expect([weeks.length, before.length]).toEqual([12, 12])
    expect(weeks.at(-1)).toEqual({
      begins: '2026-03-23',
      from: Date.parse('2026-03-22T23:00:00Z'),
      to: Date.parse('2026-03-29T22:00:00Z'),
    })
    expect([before[0]?.begins, weeks[0]?.begins]).toEqual(['2025-10-13', '2026-01-05'])
    expect(weeks.map(weekNumber)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    expect(weekNumber({ begins: '2025-12-29' })).toBe(1)
    expect(weekNumber({ begins: '2026-12-28' })).toBe(53)
  })

  test.each([
    { asked: { to: '2026-02-25' }, ends: '2026-03-01' },
    { asked: { from: '2025-11-05' }, ends: '2026-01-25' },
    { asked: { from: '2026-02-01', to: '2026-02-25' }, ends: '2026-03-01' },
    { asked: { to: '2030-01-01' }, ends: '2026-03-29' },
  ])('$asked ends with $ends', ({ asked, ends }) => {
    const last = periodAsked(asked, NOW, ZONE).weeks.at(-1)
    expect(last && lastDayOf(last)).toBe(ends)
  })

  test('are counted when they are over, the newest first, as long as their calls are kept', () => {
    const counted = weeksToCount(NOW, ZONE, 183).map(({ begins }) => begins)
    expect([counted.length, counted[0]]).toEqual([27, '2026-03-23'])
    expect(weeksToCount(new Date('2026-03-29T22:10:00Z'), ZONE, 183)[0]?.begins).toBe('2026-03-16')
  })
})

describe('figures', () => {
  const period = periodAsked({}, NOW, ZONE)
  const [week, weekBefore] = [period.weeks[0]?.begins ?? '', period.before[0]?.begins ?? '']
  const counts = (clients: readonly string[]): WeeklyCounts => ({
    counted: [week],
    clients,
    client: clients[0],
    own: {
      points: [
        { week, point: 'A', shown: 40, accepted: 20, overridden: 12, ignored: 8 },
        { week, point: 'B', shown: 4, accepted: 4, overridden: 0, ignored: 0 },
        { week: weekBefore, point: 'A', shown: 20, accepted: 5, overridden: 5, ignored: 10 },
      ],
      reasons: [{ week, reason: 'seen', cards: 12 }],
      services: [
        {
          week,
          service: 's',
          calls: 20,
          aborted: 0,
          refused: 6,
          undecided: 1,
          took: [
            [10, 10],
            [30, 9],
            [500, 1],
          ],
        },
        { week, service: 't', calls: 4, aborted: 0, refused: 0, undecided: 0, took: [[10, 4]] },
      ],
    },
    others: [{ week, point: 'A', shown: 100, accepted: 30, overridden: 30, ignored: 40 }],
  })
  const figures = async (...clients: string[]) => (await figuresOf({ counts: async () => counts(clients) }, period, 'a', 'all')).figures

  test('are of the practice, beside all others and the period before', async () => {
    const { points, others, services, reasons, trend, areCasesListed } = await figures('a', 'b', 'c', 'd')
    expect(others).toBe(3)
    expect(points).toEqual([
      { point: 'A', shown: 40, accepted: 20, overridden: 12, ignored: 8, share: 0.5, shareOfOthers: 0.3, shareBefore: 0.25 },
      { point: 'B' },
    ])
    expect(services).toEqual([{ service: 's', calls: 20, refused: 6, undecided: undefined, p50: 10, p95: 30 }, { service: 't' }])
    expect(reasons).toEqual([{ reason: 'seen', count: 12 }])
    expect(trend[0]).toEqual({ week, share: 24 / 44, shareOfOthers: 0.3 })
    expect(trend[1]).toEqual({ week: period.weeks[1]?.begins })
    expect(areCasesListed).toBe(true)
  })

  test('are compared with nobody where fewer than three others are there', async () => {
    const { points, others, trend } = await figures('a', 'b', 'c')
    expect([others, points[0]?.shareOfOthers, trend[0]?.shareOfOthers]).toEqual([undefined, undefined, undefined])
  })

  test('are compared with nobody where none of what is read has any calls', async () => {
    const { client: _none, ...others } = counts(['a', 'b', 'c', 'd'])
    const { practice, figures: told } = await figuresOf({ counts: async () => ({ ...others, client: undefined }) }, period, undefined, [
      'e',
    ])
    expect([practice, told.others]).toEqual([undefined, undefined])
  })

  test.each<[string[], number | undefined]>([
    [['a'], 3],
    [['a', 'b'], undefined],
    [['a', 'b', 'c', 'd'], 3],
  ])(
    'are compared for whoever reads of %j with %s others: from what is known of some nobody tells the rest',
    async (readable, compared) => {
      const { practices, figures: told } = await figuresOf({ counts: async () => counts(['a', 'b', 'c', 'd']) }, period, 'a', readable)
      expect([practices, told.others, told.points[0]?.shareOfOthers]).toEqual([readable, compared, compared && 0.3])
    },
  )

  test('as a table hold what the page holds, nothing that is hidden, and no formula', async () => {
    const found = { practices: ['a'], practice: '=cmd()', figures: await figures('a', 'b', 'c', 'd') }
    const lines = csvOf({ ...found, period, isInvented: true }).split('\r\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        'decision-point;A;accepted;20',
        'decision-point;A;accepted-percent-before;25',
        'decision-point;B;shown;',
        'service;t;p95;',
      ]),
    )
    expect(lines[0]).toBe('\uFEFFsection;name;figure;value')
    expect(lines[1]).toBe("report;'=cmd();from;2026-01-05")
    expect(lines).toContain("report;'=cmd();invented;yes")
  })

  test('that are invented are the same each time, and add up', async () => {
    const weeks = period.weeks.map(({ begins }) => begins)
    const client = '["Klinik Enghaven",""]'
    const [once, again] = [await INVENTED_WEEKS.counts({ client, weeks }), await INVENTED_WEEKS.counts({ client, weeks })]
    expect(again).toEqual(once)
    expect(once.own.points.length).toBeGreaterThan(50)
    for (const { shown, accepted, overridden, ignored } of once.own.points) {
      expect(accepted + overridden + ignored).toBe(shown)
      expect(Math.min(accepted, overridden, ignored)).toBeGreaterThanOrEqual(0)
    }
  })
})

test('what the charts say is read of summaries, with few people hidden, and of groups within one another too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'columna-measures-'))
  const report = (group: readonly (readonly [number, number, number])[], type = 'summary') => ({
    resourceType: 'MeasureReport',
    type,
    measure: 'm|1',
    reporter: { display: 'Torvet', identifier: { value: 'north/t7' } },
    period: { start: '2026-01-01', end: '2026-03-31' },
    group: group.map(counts => ({
      population: ['denominator', 'denominator-exclusion', 'numerator'].map((code, index) => ({
        code: { coding: [{ code }] },
        count: counts[index],
      })),
    })),
  })
  const files = {
    'a.json': report([
      [50, 10, 20],
      [50, 10, 23],
      [50, 10, 30],
    ]),
    'b.json': report([[20, 0, 17]]),
    'c.json': report([[20, 0, 10]], 'individual'),
    'd.json': {},
  }
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content))
    const { reports, unread } = await readMeasureReports(folder)
    expect(reports.map(({ denominator, numerator, share }) => [denominator, numerator, share])).toEqual([
      [40, 20, 0.5],
      [undefined, undefined, undefined],
      [40, 30, 0.75],
      [20, undefined, undefined],
    ])
    expect(reports[0]).toMatchObject({ measure: 'm|1', reporter: 'Torvet', practice: 'north/t7', from: '2026-01-01', to: '2026-03-31' })
    expect(unread).toEqual(['c.json', 'd.json'])
    const of = (practice?: string) => ({
      ...(practice !== undefined && { practice }),
      measure: 'm|1',
      denominator: 9,
      numerator: 6,
      share: 1,
    })
    const charts = { reports: [of(), of('north/t7'), of('north'), of('Lægehuset')], unread }
    expect(readableReports(charts, 'all')).toEqual(charts)
    expect(readableReports(charts, ['["north","t7"]'])).toEqual({ reports: [of(), of('north/t7')], unread: [] })
    expect(await readMeasureReports(join(folder, 'none'))).toEqual({ reports: [], unread: [join(folder, 'none')] })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
