import type { Count } from './hidden.js'
import type { PracticeFigures } from './report.js'
import { lastDayOf, type Period } from './weeks.js'

/** What a table of figures is made of. */
export interface CsvReport extends PracticeFigures {
  period: Period
  isInvented: boolean
}

/**
 * The figures of a report, one a line: `section;name;figure;value`, without a value where it is hidden. Semicolons and a mark
 * at its beginning have the spreadsheets of this country open it as a table in UTF-8.
 */
export function csvOf({ practice = '', period, isInvented, figures }: CsvReport): string {
  const [first, last] = [period.weeks[0], period.weeks.at(-1)]
  const lines: (readonly (string | Count)[])[] = [
    ['section', 'name', 'figure', 'value'],
    ['report', practice, 'from', first?.begins],
    ['report', practice, 'to', last && lastDayOf(last)],
    ['report', practice, 'invented', isInvented ? 'yes' : 'no'],
    ['report', practice, 'weeks-counted', figures.counted.length],
    ['report', practice, 'other-practices', figures.others],
    ...figures.points.flatMap(({ point, ...of }) => figuresIn('decision-point', point, of)),
    ...figures.reasons.map(({ reason, count }) => ['override-reason', reason, 'cards', count] as const),
    ...figures.services.flatMap(({ service, ...of }) => figuresIn('service', service, of)),
    ...figures.trend.flatMap(({ week, ...of }) => figuresIn('week', week, of)),
  ]
  return `\uFEFF${lines.map(line => line.map(cell).join(';')).join('\r\n')}\r\n`
}

const figuresIn = (section: string, name: string, of: Readonly<Record<string, Count>>): (readonly [string, string, string, Count])[] =>
  Object.entries(of).map(([figure, count]) =>
    figure.startsWith('share')
      ? [
          section,
          name,
          figure.replace('share', 'accepted-percent').replace(/(Before|OfOthers)$/, each => WORD_OF[each] ?? ''),
          percent(count),
        ]
      : [section, name, figure, count],
  )

const WORD_OF: Readonly<Record<string, string>> = { Before: '-before', OfOthers: '-others' }

/** A share as a reader is shown it. */
export const percent = (share: Count): Count => (share === undefined ? undefined : Math.round(share * 100))

/** A spreadsheet takes a text that begins like a formula for one. */
function cell(value: string | Count): string {
  if (value === undefined || typeof value === 'number') return String(value ?? '')
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[;"\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
