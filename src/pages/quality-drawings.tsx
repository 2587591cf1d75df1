import type { Count } from '../quality/hidden.js'
import type { WeekFigures } from '../quality/report.js'

/** Sizes in SVG units. */
const BAR = { width: 220, height: 22 } as const

/** A share of a practice as a bar, that of others as a line, and that of the period before as a dot. @param label what it shows in words. */
export function ShareBar({ share, others, before, label }: { share: Count; others: Count; before: Count; label: string }) {
  const x = (part: number): number => Math.round(part * BAR.width * 10) / 10
  return (
    <svg class="share-bar" viewBox={`-4 0 ${BAR.width + 8} ${BAR.height}`} role="img" aria-label={label}>
      <rect class="track" x="0" y="5" width={BAR.width} height="12" />
      {[0.25, 0.5, 0.75].map(part => (
        <line class="quarter" x1={x(part)} x2={x(part)} y1="5" y2="17" />
      ))}
      {share !== undefined && <rect class="own" x="0" y="5" width={x(share)} height="12" />}
      {others !== undefined && <line class="others" x1={x(others)} x2={x(others)} y1="1" y2="21" />}
      {before !== undefined && <circle class="before" cx={x(before)} cy="11" r="3.6" />}
    </svg>
  )
}

const LINE = { width: 560, height: 150, left: 46, right: 8, top: 8, bottom: 24 } as const

/** The shares of weeks as a line, those of others as a broken one; a week that is hidden is a gap. */
export function Trend({ weeks, numbers, label }: { weeks: readonly WeekFigures[]; numbers: readonly number[]; label: string }) {
  const inner = { width: LINE.width - LINE.left - LINE.right, height: LINE.height - LINE.top - LINE.bottom }
  const x = (index: number): number => LINE.left + (inner.width * index) / Math.max(1, weeks.length - 1)
  const y = (part: number): number => LINE.top + inner.height * (1 - part)
  return (
    <svg class="trend" viewBox={`0 0 ${LINE.width} ${LINE.height}`} role="img" aria-label={label}>
      {[0, 0.25, 0.5, 0.75, 1].map(part => (
        <>
          <line class="grid" x1={LINE.left} x2={LINE.width - LINE.right} y1={y(part)} y2={y(part)} />
          <text class="tick" x={LINE.left - 6} y={y(part) + 4} text-anchor="end">{`${part * 100} %`}</text>
        </>
      ))}
      {numbers.map((number, index) => (
        <text class="tick" x={x(index)} y={LINE.height - 6} text-anchor="middle">
          {number}
        </text>
      ))}
      <path
        class="others"
        d={pathOf(
          weeks.map(({ shareOfOthers }) => shareOfOthers),
          x,
          y,
        )}
      />
      <path
        class="own"
        d={pathOf(
          weeks.map(({ share }) => share),
          x,
          y,
        )}
      />
      {weeks.map(({ share }, index) => share !== undefined && <circle class="own" cx={x(index)} cy={y(share)} r="3.2" />)}
    </svg>
  )
}

/** A line through points, broken where one is absent. */
function pathOf(parts: readonly Count[], x: (index: number) => number, y: (part: number) => number): string {
  const round = (value: number): number => Math.round(value * 10) / 10
  return parts
    .map((part, index) => (part === undefined ? '' : `${parts[index - 1] === undefined ? 'M' : 'L'}${round(x(index))} ${round(y(part))}`))
    .join('')
}

/** What the marks of the bars mean. */
export function Legend({ here, others, before }: { here: string; others: string; before: string }) {
  return (
    <p class="legend">
      <span>
        <svg viewBox="0 0 22 14" width="22" height="14" aria-hidden="true">
          <rect class="own" x="0" y="2" width="22" height="10" />
        </svg>{' '}
        {here}
      </span>
      <span>
        <svg viewBox="0 0 6 16" width="6" height="16" aria-hidden="true">
          <line class="others" x1="3" x2="3" y1="0" y2="16" />
        </svg>{' '}
        {others}
      </span>
      <span>
        <svg viewBox="0 0 10 14" width="10" height="14" aria-hidden="true">
          <circle class="before" cx="5" cy="7" r="3.6" />
        </svg>{' '}
        {before}
      </span>
    </p>
  )
}
