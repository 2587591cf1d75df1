import { GradeTag } from './grade-view.js'
import { groupedBy, matching, type Entry } from './guideline-list.js'
import { Page, type PageAssets } from './page.js'
import type { PageContext } from './page-context.js'
import { PAGE_PATHS } from './page-urls.js'

/** How the list is asked for. */
export interface IndexView {
  by: 'document' | 'hook'
  /** What is searched for; empty for everything. */
  search: string
}

/** The list of all recommendations. */
export function IndexPage(props: { entries: readonly Entry[]; view: IndexView; context: PageContext; assets: PageAssets }) {
  const { entries, view, context, assets } = props
  const { words, link, language, languages } = context
  const found = view.search === '' ? entries : matching(entries, view.search)
  const path = pathOf(view)
  return (
    <Page context={context} assets={assets} title={words.index} path={path}>
      <h1>{words.index}</h1>
      <p class="lead">{words.indexLead}</p>
      <form class="search" role="search" method="get" action={PAGE_PATHS.index}>
        <label for="q">{words.searchLabel}</label>
        <div class="search-row">
          <input id="q" name="q" type="search" maxLength={LONGEST_SEARCH} value={view.search} />
          {view.by === 'hook' && <input type="hidden" name="by" value="hook" />}
          {language !== languages[0] && <input type="hidden" name="lang" value={language} />}
          <button type="submit">{words.search}</button>
        </div>
      </form>
      <nav class="views" aria-label={words.index}>
        {(['document', 'hook'] as const).map(by => (
          <a href={link(pathOf({ ...view, by }))} {...(by === view.by && { 'aria-current': 'page' })}>
            {by === 'document' ? words.byDocument : words.byHook}
          </a>
        ))}
        <a href={link(PAGE_PATHS.review)}>{words.review}</a>
      </nav>
      <p class="muted" role="status">
        {found.length === 0 ? words.nothingFound : words.found(found.length)}
      </p>
      {groupedBy(found, view.by === 'document' ? documentOf(context) : hooksOf(context)).map(group => (
        <section class="group">
          <h2>{group.heading}</h2>
          {groupedBy(group.entries, ({ topic }) => [topic]).map(({ heading, entries: below }) => (
            <>
              <h3>{heading}</h3>
              <ul class="entries">
                {below.map(entry => (
                  <Item entry={entry} isTwin={below.some(other => other !== entry && other.title === entry.title)} context={context} />
                ))}
              </ul>
            </>
          ))}
        </section>
      ))}
    </Page>
  )
}

/** Longest text that is searched for. */
export const LONGEST_SEARCH = 100

const documentOf =
  ({ words }: PageContext) =>
  ({ document, standing }: Entry): string[] => [
    document === undefined ? words.withoutDocument : [document, ...(standing ? [standing] : [])].join(' – '),
  ]

const hooksOf =
  ({ words }: PageContext) =>
  ({ place: { hooks } }: Entry): string[] =>
    hooks.map(hook => words.hooks[hook] ?? hook)

function pathOf({ by, search }: IndexView): string {
  const parameters = new URLSearchParams([...(by === 'hook' ? [['by', by]] : []), ...(search === '' ? [] : [['q', search]])])
  const query = parameters.toString()
  return query === '' ? PAGE_PATHS.index : `${PAGE_PATHS.index}?${query}`
}

/** @param isTwin whether another one beside it is called the same: then it says where it is shown. */
function Item({ entry, isTwin, context }: { entry: Entry; isTwin: boolean; context: PageContext }) {
  const { title, path, grade, place } = entry
  return (
    <li>
      <a href={context.link(path)}>{title}</a>
      <span class="meta">
        {grade && <GradeTag grade={grade} context={context} />}
        {isTwin && <span class="muted">{hooksOf(context)(entry).join(' · ')}</span>}
        {place.action.points.map(point => (
          <span class="point">{point}</span>
        ))}
      </span>
    </li>
  )
}
