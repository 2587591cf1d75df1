import { IN_WORDS, writtenDate } from '../engine/expression/written-dates.js'
import { memoised } from '../engine/model/memoised.js'
import { percent } from '../quality/csv.js'
import type { Count } from '../quality/hidden.js'
import type { ChartFigures, ChartReports } from '../quality/measure-reports.js'
import type { CaseOfClient, Figures, PointFigures, PracticeFigures } from '../quality/report.js'
import { lastDayOf, weekNumber, type Period } from '../quality/weeks.js'
import { senderIn } from '../trust/sender.js'
import { Page, type PageAssets } from './page.js'
import type { PageContext } from './page-context.js'
import { PAGE_PATHS } from './page-urls.js'
import { Legend, ShareBar, Trend } from './quality-drawings.js'
import { qualityWords, type QualityWords } from './quality-words.js'

/** What a practice report is made of. */
export interface QualityView {
  period: Period
  /** The figures of the record; absent where none is kept. */
  record?: PracticeFigures & { isInvented: boolean; cases: readonly CaseOfClient[] }
  /** What the charts say; absent where the site gives no folder. */
  charts?: ChartReports
  timeZone: string
}

/** Names that the report takes from the knowledge. */
export interface QualityNames {
  /** What a decision point is about, with the path of its page. */
  pointNamed: (point: string) => { title: string; path: string } | undefined
  reasonNamed: (code: string) => string | undefined
  serviceNamed: (id: string) => string | undefined
  measureNamed: (canonical: string) => string | undefined
}

interface Told extends QualityNames {
  view: QualityView
  words: QualityWords
  context: PageContext
}

/** What the service said in one practice and what was done with it, beside others and the period before. */
export function QualityPage({
  view,
  names,
  context,
  assets,
}: {
  view: QualityView
  names: QualityNames
  context: PageContext
  assets: PageAssets
}) {
  const words = qualityWords(context.language)
  const told: Told = { ...names, view, words, context }
  const { record } = view
  return (
    <Page context={context} assets={assets} title={words.title} path={ownPath(view)} part={words.part} footer={words.footer}>
      <article class="quality">
        <Heading {...told} />
        {record === undefined && <p class="lead">{words.notKept}</p>}
        {record && record.practice === undefined && <p class="lead">{words.noCalls}</p>}
        {record?.practice !== undefined && <Record {...told} figures={record.figures} cases={record.cases} />}
        <div class="beside">
          <Charts {...told} />
          {record?.practice !== undefined && <Exclusions {...told} />}
        </div>
        {record?.practice !== undefined && <Cases {...told} figures={record.figures} cases={record.cases} />}
      </article>
    </Page>
  )
}

/** The page of the same practice and period. */
function ownPath({ period, record }: QualityView, path: string = PAGE_PATHS.quality): string {
  const last = period.weeks.at(-1)
  const query = new URLSearchParams({
    ...(record?.practice !== undefined && { practice: record.practice }),
    ...(last && { to: lastDayOf(last) }),
  })
  return `${path}?${query.toString()}`
}

function Heading({ view, words, context }: Told) {
  const { period, record } = view
  const [first, last] = [period.weeks[0], period.weeks.at(-1)]
  const counted = record?.figures.counted.length ?? 0
  return (
    <>
      <h1>
        {words.title}
        {record?.practice !== undefined && `: ${practiceName(record.practice, words)}`}
      </h1>
      {record?.isInvented && <p class="standing">{words.invented}</p>}
      {first && last && (
        <p class="lead">
          {words.period(
            writtenDate(first.begins, context.language, IN_WORDS),
            writtenDate(lastDayOf(last), context.language, IN_WORDS),
            weekNumber(first),
            weekNumber(last),
          )}
          {'. '}
          {record?.practice !== undefined && words.compared(record.figures.others)}
        </p>
      )}
      {record && counted < period.weeks.length && <p class="standing">{words.counting(counted, period.weeks.length)}</p>}
      {record && (
        <form class="choose" method="get" action={PAGE_PATHS.quality}>
          {context.language !== context.languages[0] && <input type="hidden" name="lang" value={context.language} />}
          <label>
            {words.practice}
            <select name="practice">
              {record.practices.map(practice => (
                <option value={practice} selected={practice === record.practice}>
                  {practiceName(practice, words)}
                </option>
              ))}
            </select>
          </label>
          <label>
            {words.until}
            <input type="date" name="to" value={last && lastDayOf(last)} />
          </label>
          <button class="button" type="submit">
            {words.show}
          </button>
          <p class="ways">
            <a href={ownPath(view, PAGE_PATHS.qualityCsv)} download>
              {words.csv}
            </a>{' '}
            <span class="muted">{words.printing}</span>
          </p>
        </form>
      )}
    </>
  )
}

function Record({ figures, ...told }: Told & { figures: Figures; cases: readonly CaseOfClient[] }) {
  const { words } = told
  return (
    <>
      <h2>{words.said}</h2>
      <p class="prose">{words.saidLead}</p>
      <Points points={figures.points} {...told} />
      <div class="beside">
        <TrendFigure figures={figures} {...told} />
        <Reasons figures={figures} {...told} />
      </div>
      <Services figures={figures} {...told} />
    </>
  )
}

/** Decision points that stand on the page, and on paper; more are opened. */
const FIRST_POINTS = 8

function Points({ points, ...told }: Told & { points: readonly PointFigures[] }) {
  const { words } = told
  const rest = points.slice(FIRST_POINTS)
  return (
    <section>
      <h3>{words.cards}</h3>
      <Legend here={words.here} others={words.others} before={words.before} />
      <PointTable points={points.slice(0, FIRST_POINTS)} {...told} />
      {rest.length > 0 && (
        <details class="more">
          <summary>{words.more(rest.length)}</summary>
          <PointTable points={rest} {...told} />
        </details>
      )}
      <p class="muted note">{words.hidden}</p>
    </section>
  )
}

function PointTable({ points, ...told }: Told & { points: readonly PointFigures[] }) {
  const { words } = told
  return (
    <table class="points">
      <thead>
        <tr>
          <th scope="col">{words.point}</th>
          <th scope="col" colSpan={2}>
            {words.share}
          </th>
          <th scope="col" class="number">
            {words.shown}
          </th>
          <th scope="col" class="number">
            {words.accepted}
          </th>
          <th scope="col" class="number">
            {words.overridden}
          </th>
          <th scope="col" class="number">
            {words.ignored}
          </th>
        </tr>
      </thead>
      <tbody>
        {points.map(point => (
          <PointRow figures={point} {...told} />
        ))}
      </tbody>
    </table>
  )
}

function PointRow({ figures, words, context, pointNamed }: Told & { figures: PointFigures }) {
  const { point, share, shareOfOthers, shareBefore } = figures
  const named = pointNamed(point)
  const title = named?.title ?? (point === '' ? words.withoutPoint : point)
  const inWords = (part: Count): string => percentIn(part, words)
  return (
    <tr>
      <th scope="row">
        <span class="named">
          {named ? <a href={context.link(named.path)}>{title}</a> : title} {named && <span class="point">{point}</span>}
        </span>
      </th>
      <td class="bar-cell">
        <ShareBar
          share={share}
          others={shareOfOthers}
          before={shareBefore}
          label={words.barOf(title, inWords(share), inWords(shareOfOthers), inWords(shareBefore))}
        />
      </td>
      <td class="number percent">{share === undefined ? <Hidden words={words} /> : inWords(share)}</td>
      {(['shown', 'accepted', 'overridden', 'ignored'] as const).map(column => (
        <NumberCell label={words[column]} count={figures[column]} words={words} language={context.language} />
      ))}
    </tr>
  )
}

interface Shown {
  count: Count
  unit?: string
  words: QualityWords
  language: string
}

const NumberCell = ({ label, ...shown }: Shown & { label: string }) => (
  <td class="number">
    <span class="label">{label}: </span>
    <Shown {...shown} />
  </td>
)

/** A count as a reader may see it. */
const Shown = ({ count, unit = '', words, language }: Shown) =>
  count === undefined ? <Hidden words={words} /> : <>{`${numberIn(count, language)}${unit}`}</>

const Hidden = ({ words }: { words: QualityWords }) => <span class="hidden-count">{words.hiddenMark}</span>

function TrendFigure({ figures: { trend }, words }: Told & { figures: Figures }) {
  const shown = trend.filter(({ share }) => share !== undefined)
  const [first, last] = [shown[0], shown.at(-1)]
  const others = trend.findLast(({ shareOfOthers }) => shareOfOthers !== undefined)
  const label = words.trendOf(
    percentIn(first?.share, words),
    percentIn(last?.share, words),
    others ? `${words.others}: ${percentIn(others.shareOfOthers, words)}.` : '',
  )
  return (
    <section class="trend-figure">
      <h3>{words.trend}</h3>
      <Trend weeks={trend} numbers={trend.map(({ week }) => weekNumber({ begins: week }))} label={`${words.trend}. ${label}`} />
      <p class="legend">
        <span class="line-own">{words.here}</span> <span class="line-others">{words.others}</span>
      </p>
      <p class="muted note">{words.trendLead}</p>
      <div class="visually-hidden">
        <table>
          <caption>{words.trend}</caption>
          <tbody>
            {trend.map(({ week, share, shareOfOthers }) => (
              <tr>
                <th scope="row">{`${words.week} ${weekNumber({ begins: week })}`}</th>
                <td>{`${words.here}: ${percentIn(share, words)}`}</td>
                <td>{`${words.others}: ${percentIn(shareOfOthers, words)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Reasons({ figures: { reasons }, words, context, reasonNamed }: Told & { figures: Figures }) {
  const nameOf = (reason: string): string =>
    reason === '' ? words.noReason : reason === 'comment' ? words.inWords : (reasonNamed(reason) ?? reason)
  return (
    <section>
      <table>
        <caption>{words.reasons}</caption>
        <thead>
          <tr>
            <th scope="col">{words.reason}</th>
            <th scope="col" class="number">
              {words.count}
            </th>
          </tr>
        </thead>
        <tbody>
          {reasons.map(({ reason, count }) => (
            <tr>
              <th scope="row">{nameOf(reason)}</th>
              <td class="number">{numberIn(count, context.language)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{words.restOfReasons}</th>
            <td class="number">
              <Hidden words={words} />
            </td>
          </tr>
        </tbody>
      </table>
    </section>
  )
}

function Services({ figures: { services }, words, context, serviceNamed }: Told & { figures: Figures }) {
  return (
    <section>
      <table class="services">
        <caption>{words.services}</caption>
        <thead>
          <tr>
            <th scope="col">{words.service}</th>
            {[words.calls, words.half, words.most, words.refused, words.undecided].map(heading => (
              <th scope="col" class="number">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {services.map(({ service, calls, p50, p95, refused, undecided }) => (
            <tr>
              <th scope="row">{serviceNamed(service) ?? service}</th>
              {(
                [
                  [words.calls, calls, ''],
                  [words.half, p50, ` ${words.milliseconds}`],
                  [words.most, p95, ` ${words.milliseconds}`],
                  [words.refused, refused, ''],
                  [words.undecided, undecided, ''],
                ] as const
              ).map(([label, count, unit]) => (
                <NumberCell label={label} count={count} unit={unit} words={words} language={context.language} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Charts({ view: { charts }, words, ...told }: Told) {
  return (
    <section class="charts">
      <h2>{words.charts}</h2>
      {charts === undefined || charts.reports.length === 0 ? (
        <p class="muted">{words.chartsNone}</p>
      ) : (
        <>
          <p class="prose">{words.chartsLead}</p>
          <ChartTable reports={charts.reports} words={words} {...told} />
        </>
      )}
      {charts && charts.unread.length > 0 && <p class="standing">{words.chartsUnread(charts.unread.join(', '))}</p>}
    </section>
  )
}

/** What none of the figures holds. */
const Exclusions = ({ words }: Told) => (
  <section class="exclusions">
    <h2>{words.excluded}</h2>
    <ul>
      {words.exclusions.map(each => (
        <li>{each}</li>
      ))}
    </ul>
  </section>
)

function ChartTable({
  reports,
  words,
  context,
  measureNamed,
}: Pick<Told, 'words' | 'context' | 'measureNamed'> & { reports: readonly ChartFigures[] }) {
  const count = (of: Count) => <Shown count={of} words={words} language={context.language} />
  const isAlone = ({ measure }: ChartFigures): boolean => reports.filter(each => each.measure === measure).length === 1
  const whenceOf = ({ reporter, from, to }: ChartFigures): string =>
    [
      ...(reporter === undefined ? [] : [`${words.reporter} ${reporter}`]),
      ...(from === undefined || to === undefined
        ? []
        : [`${writtenDate(from, context.language, IN_WORDS)} – ${writtenDate(to, context.language, IN_WORDS)}`]),
    ].join(' · ')
  const [common, ...others] = new Set(reports.map(whenceOf))
  const isCommon = others.length === 0
  return (
    <table class="measures">
      {isCommon && <caption>{common}</caption>}
      <thead>
        <tr>
          <th scope="col">{words.measure}</th>
          <th scope="col" class="number">
            {words.numerator}
          </th>
          <th scope="col" class="number">
            {words.denominator}
          </th>
          <th scope="col" class="number">
            %
          </th>
        </tr>
      </thead>
      <tbody>
        {reports.map(report => {
          const { measure, group, numerator, denominator, share } = report
          return (
            <tr>
              <th scope="row">
                {[measureNamed(measure) ?? measure, ...(group === undefined || isAlone(report) ? [] : [group.toLowerCase()])].join(', ')}
                {!isCommon && <span class="meta">{whenceOf(report)}</span>}
              </th>
              <td class="number">{count(numerator)}</td>
              <td class="number">{count(denominator)}</td>
              <td class="number">{share === undefined ? <Hidden words={words} /> : percentIn(share, words)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Cases({ figures, cases, view, words, context }: Told & { figures: Figures; cases: readonly CaseOfClient[] }) {
  const time = new Intl.DateTimeFormat(context.language, { dateStyle: 'medium', timeStyle: 'short', timeZone: view.timeZone })
  return (
    <section class="cases">
      <h2>{words.cases}</h2>
      {!figures.areCasesListed ? (
        <p class="muted">{words.casesHidden}</p>
      ) : (
        <>
          <p class="prose">{words.casesLead}</p>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.time}</th>
                <th scope="col">hookInstance</th>
              </tr>
            </thead>
            <tbody>
              {cases.map(({ at, hookInstance }) => (
                <tr>
                  <td>{time.format(at)}</td>
                  <td>
                    <code>{hookInstance}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  )
}

/** A client as the record names it: its name and its tenant, if it has one. */
function practiceName(client: string, words: QualityWords): string {
  const sender = senderIn(client)
  if (!sender) return words.everybody
  return sender.tenant === '' ? sender.name : `${sender.tenant} (${sender.name})`
}

const percentIn = (part: Count, words: QualityWords): string => (part === undefined ? words.hiddenMark : `${percent(part)} %`)

const numberFormat = memoised((language: string) => new Intl.NumberFormat(language))

const numberIn = (count: number, language: string): string => numberFormat(language).format(count)
