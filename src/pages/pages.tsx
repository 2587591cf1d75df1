import { createHash } from 'node:crypto'
import type { Library } from 'fhir/r4.js'
import type { ComponentChild } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { AppName } from '../browser-apps/app-list.js'
import type { AppFiles } from '../browser-apps/built-apps.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import { lazily, memoised } from '../engine/model/memoised.js'
import { CdsError } from '../errors.js'
import type { CaseRecord } from '../knowledge-files/case-record.js'
import type { CdsService } from '../knowledge-files/services.js'
import { catalogueOf, type CardPlace } from './catalogue.js'
import { AppPage } from './app-page.js'
import { ErrorPage } from './error-page.js'
import { FrontPage, type FrontView } from './front-page.js'
import { entriesOf, matching } from './guideline-list.js'
import { IndexPage, LONGEST_SEARCH, type IndexView } from './index-page.js'
import type { PageAssets } from './page.js'
import { pageContext, type PageContext } from './page-context.js'
import { recommendationPath } from './page-urls.js'
import { RecommendationPage } from './recommendation-page.js'
import { recommendationOf } from './recommendation.js'
import { LeafletPage } from './leaflet-page.js'
import { leafletsIn } from './leaflets.js'
import { QualityPage, type QualityView } from './quality-page.js'
import { qualityNames } from './quality-names.js'
import { ReviewPage } from './review-page.js'
import { ICON, STYLESHEET } from './stylesheet.js'

/** Files that every page asks for; their names change with their content, so that they may be kept for ever. */
const STYLESHEET_PATH = `/assets/pages-${digestOf(STYLESHEET)}.css`
const ICON_PATH = `/assets/icon-${digestOf(ICON)}.svg`

const ASSETS: PageAssets = { stylesheet: STYLESHEET_PATH, icon: ICON_PATH }

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

/** The icon of all pages. */
export const ICON_FILE = { type: 'image/svg+xml', body: ICON } as const

/** A file that pages ask for by its name, if there is one. */
export const assetNamed = (name: string): { type: string; text: string } | undefined =>
  ({ [STYLESHEET_PATH]: { type: 'text/css', text: STYLESHEET }, [ICON_PATH]: { type: ICON_FILE.type, text: ICON } })[`/assets/${name}`]

/** The pages of one body of knowledge, each made when it is first asked for and kept. */
export interface Pages {
  /** The language asked for, where the knowledge has it, else its usual one. */
  languageOf: (asked: unknown) => string
  /** Where a visitor begins. */
  front: (view: FrontView, language: string) => string
  index: (view: IndexView, language: string) => string
  /** The list of all pages as data. */
  list: (view: IndexView, language: string) => object
  /** @throws CdsError CDS_RESOURCE_UNKNOWN */
  recommendation: (plan: string, action: string, language: string) => { html: string } | { path: string }
  /** Path of the page on which a decision point speaks. @throws CdsError CDS_RESOURCE_UNKNOWN */
  pathOfPoint: (point: string) => string
  /** Every plan as a decision table. */
  review: (language: string) => string
  /** A leaflet for patients. @throws CdsError CDS_RESOURCE_UNKNOWN */
  leaflet: (id: string, language: string) => string
  /** The practice report, which is made anew each time. */
  quality: (view: QualityView, language: string) => string
  /** The page in which a program runs. */
  app: (app: AppName, files: AppFiles, language: string) => string
  /** @param code stable code of the error. */
  error: (status: number, code: string, language: string) => string
  /** A path in a language. */
  inLanguage: (path: string, language: string) => string
}

/** @param services whose plans have pages. @param record of the clinical cases, where there is one. */
export function createPages({ profile, terminology, files }: Knowledge, services: Iterable<CdsService>, record?: CaseRecord): Pages {
  const { languages } = profile
  const served = lazily(() => [...services])
  const catalogue = lazily(() => catalogueOf(served()))
  const contextIn = memoised((language: string) => pageContext(language, languages, terminology))
  const entriesIn = memoised((language: string) => entriesOf(catalogue(), contextIn(language)))
  const recommendationIn = memoised((_key: string, place: CardPlace, language: string) =>
    renderRecommendation(place, contextIn(language), leaflets().ofActivity),
  )
  const errorIn = memoised((key: string) => {
    const [status, code = '', language = ''] = key.split(' ')
    return documentOf(<ErrorPage status={Number(status)} code={code} context={contextIn(language)} assets={ASSETS} />)
  })
  const leaflets = lazily(() => leafletsIn(files, profile.names))
  const leafletIn = memoised((_key: string, leaflet: Library, language: string) =>
    documentOf(<LeafletPage leaflet={leaflet} context={contextIn(language)} assets={ASSETS} />),
  )
  const reviewIn = memoised((language: string) =>
    documentOf(
      <ReviewPage plans={catalogue().plans} catalogue={catalogue()} record={record} context={contextIn(language)} assets={ASSETS} />,
    ),
  )
  const namesIn = memoised((language: string) => qualityNames(catalogue(), served(), files, contextIn(language)))
  const whole = memoised((key: string) => {
    const [by, language = ''] = key.split(' ')
    return renderIndex({ by: by === 'hook' ? 'hook' : 'document', search: '' }, entriesIn(language), contextIn(language))
  })
  return {
    languageOf: asked => languages.find(language => language === asked) ?? languages[0],
    front: (view, language) => documentOf(<FrontPage view={view} context={contextIn(language)} assets={ASSETS} />),
    index: (view, language) =>
      view.search === '' ? whole(`${view.by} ${language}`) : renderIndex(view, entriesIn(language), contextIn(language)),
    list: (view, language) => listOf(entriesIn(language), view, contextIn(language)),
    recommendation: (plan, action, language) => {
      const place = catalogue().find(plan, action)
      if (!place) throw unknown()
      const own = place.applied.resource.id ?? ''
      if (place.action.id !== action || own !== plan) return { path: recommendationPath(own, place.action.id, action) }
      return { html: recommendationIn(`${language} ${plan} ${action}`, place, language) }
    },
    pathOfPoint: point => {
      const [place] = catalogue().speakingFor(point)
      if (!place) throw unknown()
      return recommendationPath(place.applied.resource.id ?? '', place.action.id, point)
    },
    review: language => reviewIn(language),
    leaflet: (id, language) => {
      const found = leaflets().byId.get(id)
      if (!found) throw unknown()
      return leafletIn(`${language} ${id}`, found, language)
    },
    quality: (view, language) =>
      documentOf(<QualityPage view={view} names={namesIn(language)} context={contextIn(language)} assets={ASSETS} />),
    app: (app, files, language) => documentOf(<AppPage app={app} files={files} context={contextIn(language)} assets={ASSETS} />),
    error: (status, code, language) => errorIn(`${status} ${code} ${language}`),
    inLanguage: (path, language) => contextIn(language).link(path),
  }
}

const unknown = (): CdsError => new CdsError('CDS_RESOURCE_UNKNOWN', 'There is no such page. GET /guidelines lists the pages.')

const documentOf = (page: ComponentChild): string => `<!doctype html>${renderToString(<>{page}</>)}`

const renderRecommendation = (place: CardPlace, context: PageContext, leafletOf: (activity: string) => string | undefined): string =>
  documentOf(
    <RecommendationPage recommendation={recommendationOf(place, context)} context={context} assets={ASSETS} leafletOf={leafletOf} />,
  )

const renderIndex = (view: IndexView, entries: ReturnType<typeof entriesOf>, context: PageContext): string =>
  documentOf(<IndexPage entries={entries} view={view} context={context} assets={ASSETS} />)

function listOf(entries: ReturnType<typeof entriesOf>, { search }: IndexView, { link }: PageContext): object {
  const found = search === '' ? entries : matching(entries, search)
  return {
    guidelines: found.map(({ place, title, path, grade, document, topic }) => ({
      plan: place.applied.resource.id,
      action: place.action.id,
      title,
      path: link(path),
      points: place.points,
      hooks: place.hooks,
      topic,
      ...(grade && { strength: grade.strength, ...(grade.certainty && { certainty: grade.certainty.words }) }),
      ...(document !== undefined && { document }),
    })),
  }
}

/** What is searched for, cut to what anybody would type. */
export const searchIn = (asked: unknown): string => (typeof asked === 'string' ? asked.trim().slice(0, LONGEST_SEARCH) : '')
