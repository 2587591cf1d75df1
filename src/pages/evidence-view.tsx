import type { Estimate } from './estimates.js'
import { byScale, isDrawn, scaleOf, type Scale } from './evidence-scale.js'
import { Dots } from './grade-view.js'
import { htmlOf } from './markdown.js'
import type { PageContext } from './page-context.js'
import type { Statement } from './recommendation.js'

/** Size of the drawing of one row; lengths in SVG units. */
const WIDTH = 184
const HEIGHT = 26
const MARGIN = 12

/** What is known of the effect: a text, and each comparison as a table whose rows are drawn. */
export function Evidence({ statement: { title, text, estimates, anchors }, context }: { statement: Statement; context: PageContext }) {
  const comparisons = [...new Set(estimates.map(({ comparison }) => comparison))]
  return (
    <div class="evidence" id={anchors[0]}>
      {(title ?? text) && (
        <div
          class="prose"
          dangerouslySetInnerHTML={{ __html: htmlOf([title, text].filter(Boolean).join(' '), context.words.scrollable) }}
        />
      )}
      {comparisons.map(comparison => (
        <Comparison name={comparison} rows={estimates.filter(each => each.comparison === comparison)} context={context} />
      ))}
    </div>
  )
}

function Comparison({ name, rows, context }: { name: string; rows: readonly Estimate[]; context: PageContext }) {
  const { words } = context
  const drawn = rows.filter(isDrawn)
  return (
    <table class="estimates">
      <caption>{name}</caption>
      <thead>
        <tr>
          <th scope="col">{words.outcome}</th>
          <th scope="col">{words.plot}</th>
          <th scope="col">{words.effect}</th>
          <th scope="col">{words.participants}</th>
          <th scope="col">{words.certainty}</th>
        </tr>
      </thead>
      {byScale(rows).map(group => (
        <ScaleGroup rows={group} context={context} />
      ))}
      {drawn.length > 0 && (
        <tfoot>
          <tr>
            <td colSpan={5}>
              {[
                words.noEffect,
                ...(drawn.some(({ better }) => better) ? [words.favours] : []),
                ...(drawn.some(({ smallestRelevantDifference: relevant }) => relevant !== undefined) ? [words.relevant] : []),
              ].join(' ')}
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  )
}

function ScaleGroup({ rows, context }: { rows: readonly Estimate[]; context: PageContext }) {
  const { words } = context
  const measure = rows[0]?.measure ?? 'text'
  const unit = rows[0]?.unit
  const scale = rows.every(isDrawn) ? scaleOf(rows) : undefined
  return (
    <tbody>
      <tr class="measure">
        <th scope="rowgroup" colSpan={5}>
          {[scale ? (words.measures[measure] ?? measure) : words.measures.text, unit].filter(Boolean).join(', ')}
        </th>
      </tr>
      {rows.map((row, index) => (
        <Row row={row} scale={scale} isLast={index === rows.length - 1} context={context} />
      ))}
    </tbody>
  )
}

function Row({ row, scale, isLast, context }: { row: Estimate; scale: Scale | undefined; isLast: boolean; context: PageContext }) {
  const { words } = context
  const count = [row.participants, row.studies].filter(each => each !== undefined).map(each => numberIn(context.language)(each))
  return (
    <tr>
      <th scope="row">{row.outcome}</th>
      <td class="plot">{scale && <Drawing row={row} scale={scale} isLast={isLast} language={context.language} />}</td>
      <td class="effect">
        {effectOf(row, context)}
        {row.note && <span class="note">{row.note}</span>}
      </td>
      <td class="count">
        {count.length > 0 ? (
          <>
            <span class="label">{words.participants}: </span>
            {count.join(' / ')}
          </>
        ) : (
          '–'
        )}
      </td>
      <td class="certainty">
        {row.certainty ? (
          <>
            <Dots certainty={row.certainty} /> {row.certainty.words}
          </>
        ) : (
          '–'
        )}
      </td>
    </tr>
  )
}

/** A row as a forest plot draws it: interval, estimate, no difference, the smallest that matters, and the side that is better. */
function Drawing({ row, scale, isLast, language }: { row: Estimate; scale: Scale; isLast: boolean; language: string }) {
  const { value, low = 0, high = 0, better, smallestRelevantDifference: relevant } = row
  const x = (of: number) => MARGIN + Math.min(1, Math.max(0, scale.at(of))) * (WIDTH - 2 * MARGIN)
  const none = x(scale.none)
  const middle = HEIGHT / 2
  const height = HEIGHT + (isLast ? 16 : 0)
  return (
    <svg viewBox={`0 0 ${WIDTH} ${height}`} width={WIDTH} height={height} aria-hidden="true">
      {better && (
        <rect class="better" x={better === 'lower' ? 0 : none} y="0" width={better === 'lower' ? none : WIDTH - none} height={HEIGHT} />
      )}
      <line class="none" x1={none} x2={none} y1="0" y2={HEIGHT} />
      {relevant !== undefined &&
        (better ? [better === 'lower' ? -relevant : relevant] : [-relevant, relevant]).map(each => (
          <line class="relevant" x1={x(each)} x2={x(each)} y1="0" y2={HEIGHT} />
        ))}
      <line class="interval" x1={x(low)} x2={x(high)} y1={middle} y2={middle} />
      {scale.at(low) < 0 && <path class="off" d={`M${MARGIN - 6} ${middle}l7-4v8Z`} />}
      {scale.at(high) > 1 && <path class="off" d={`M${WIDTH - MARGIN + 6} ${middle}l-7-4v8Z`} />}
      {value !== undefined && <rect class="estimate" x={x(value) - 4} y={middle - 4} width="8" height="8" />}
      {isLast &&
        scale.ticks.map(tick => (
          <text class="tick" x={x(tick)} y={height - 3} text-anchor={tick === scale.none ? 'middle' : tick < scale.none ? 'start' : 'end'}>
            {numberIn(language)(tick)}
          </text>
        ))}
    </svg>
  )
}

/** Figures as a reader writes them, such as "MD -1,22 (-1,98 til -0,45)". */
function effectOf({ measure, value, low, high }: Estimate, { language, words }: PageContext): string {
  const number = numberIn(language)
  const interval = low !== undefined && high !== undefined ? words.interval(number(low), number(high)) : undefined
  const named = measure === 'text' || measure === 'median-difference' ? [] : [measure]
  return [
    ...(value === undefined ? [] : [...named, number(value)]),
    ...(interval === undefined ? [] : [value === undefined ? interval : `(${interval})`]),
  ].join(' ')
}

const numberIn = (language: string) => {
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 3 })
  return (value: number) => format.format(value)
}
