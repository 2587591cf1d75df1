import type { ActivityDefinition } from 'fhir/r4.js'
import { Evidence } from './evidence-view.js'
import { GradePanel, GradeTag } from './grade-view.js'
import { htmlOf } from './markdown.js'
import { Page, type PageAssets } from './page.js'
import type { PageContext } from './page-context.js'
import { leafletPath, PAGE_PATHS, pointPath, recommendationPath } from './page-urls.js'
import { layoutOf, statementsWithin, type Recommendation, type Source, type Statement } from './recommendation.js'
import { localized } from '../engine/model/localized.js'

/** What the page of a recommendation is made with. */
export interface RecommendationPageProps {
  recommendation: Recommendation
  context: PageContext
  assets: PageAssets
  /** Id of the leaflet that an activity hands out, where it does. */
  leafletOf: (activity: string) => string | undefined
}

/** The page of one card: everything that its plan says. */
export function RecommendationPage({ recommendation, context, assets, leafletOf }: RecommendationPageProps) {
  const { place, title, statement } = recommendation
  const { words, link, say } = context
  const { resource, language } = place.applied
  const layout = layoutOf(recommendation)
  const spoken = new Set(statementsWithin(statement).flatMap(({ anchors }) => anchors))
  const own = statement.sources[0]
  const plan = say(localized(resource.title, resource._title, language)) ?? resource.name
  return (
    <Page context={context} assets={assets} title={title} path={recommendationPath(resource.id ?? '', place.action.id)}>
      <p class="crumbs">
        <a href={link(PAGE_PATHS.index)}>{words.index}</a> <span aria-hidden="true">›</span> {plan}
      </p>
      <h1 id={statement.anchors[0]}>{title}</h1>
      {statement.points.length > 0 && (
        <p class="meta">
          <Points of={statement} context={context} />
        </p>
      )}
      {own?.standing && <p class="standing">{`${own.document}: ${own.standing}`}</p>}
      {resource.status !== 'active' && <p class="draft">{words.draft}</p>}
      {statement.grade && <GradePanel grade={statement.grade} context={context} />}
      {statement.text && <div class="lead prose" dangerouslySetInnerHTML={{ __html: htmlOf(statement.text, words.scrollable) }} />}
      <Applies statement={statement} hooks={place.hooks} context={context} />
      <Lines heading={words.lines} lines={layout.lines} own={own} context={context} />
      {layout.sections.map(({ heading, lines }) => (
        <Lines heading={heading} lines={lines} own={own} context={context} />
      ))}
      <Lines heading={words.elsewhere} lines={layout.elsewhere} own={own} context={context} />
      {layout.evidence.length > 0 && (
        <section>
          <h2>{words.evidence}</h2>
          {layout.evidence.map(each => (
            <Evidence statement={each} context={context} />
          ))}
        </section>
      )}
      {statement.rationale && (
        <section>
          <h2>{words.rationale}</h2>
          <div class="prose" dangerouslySetInnerHTML={{ __html: htmlOf(statement.rationale, words.scrollable) }} />
        </section>
      )}
      <Suggestions lines={layout.suggestions} context={context} leafletOf={leafletOf} />
      <Sources sources={layout.sources} context={context} />
      <footer class="about">
        <p>
          {`${words.points}: `}
          {place.points.map((point, index) => (
            <>
              {index > 0 && ', '}
              <a {...(!spoken.has(point) && { id: point })} href={link(pointPath(point))}>
                {point}
              </a>
            </>
          ))}
        </p>
        <p>{`${words.version} ${resource.version ?? '–'} · ${resource.id}/${place.action.id}`}</p>
        <p>{words.placeholder}</p>
        <p class="screen-only">{words.printing}</p>
      </footer>
    </Page>
  )
}

function Applies({ statement, hooks, context: { words } }: { statement: Statement; hooks: readonly string[]; context: PageContext }) {
  return (
    <section class="applies">
      <h2>{words.appliesWhen}</h2>
      {statement.conditions.length === 0 ? (
        <p>{words.always}</p>
      ) : (
        <ul>
          {statement.conditions.map(condition => (
            <li>{condition}</li>
          ))}
        </ul>
      )}
      {hooks.length > 0 && (
        <p class="muted">{`${words.shownWhen} ${hooks.map(hook => lowerFirst(words.hooks[hook] ?? hook)).join(', ')}.`}</p>
      )}
    </section>
  )
}

function Lines(props: { heading: string; lines: readonly Statement[]; own: Source | undefined; context: PageContext }) {
  if (props.lines.length === 0) return null
  return (
    <section>
      <h2>{props.heading}</h2>
      <ul class="lines">
        {props.lines.map(line => (
          <Line line={line} above={props.own} context={props.context} />
        ))}
      </ul>
    </section>
  )
}

/** @param above what the line above rests on; what is the same is not said again. */
function Line({ line, above, context }: { line: Statement; above: Source | undefined; context: PageContext }) {
  const { words } = context
  const [source] = line.sources
  const below = line.below.filter(({ proposal, estimates }) => !proposal && estimates.length === 0)
  return (
    <li id={line.anchors[0]}>
      <div class="prose" dangerouslySetInnerHTML={{ __html: htmlOf(sentenceOf(line), words.scrollable) }} />
      <p class="meta">
        {line.grade && <GradeTag grade={line.grade} context={context} />}
        {source && citationOf(source, above) !== '' && <span class="cite">{citationOf(source, above)}</span>}
        {source?.standing && source.document !== above?.document && <span class="standing-tag">{source.standing}</span>}
        <Points of={line} context={context} />
      </p>
      {line.conditions.length > 0 && (
        <p class="when">
          <span class="when-word">{words.lineWhen}:</span> {line.conditions.join(' ')}
        </p>
      )}
      {below.length > 0 && (
        <ul class="lines">
          {below.map(inner => (
            <Line line={inner} above={source ?? above} context={context} />
          ))}
        </ul>
      )}
    </li>
  )
}

/** Decision points that speak here; the first place of each is where links lead. */
function Points({ of: { points, anchors }, context: { link } }: { of: Statement; context: PageContext }) {
  return (
    <>
      {points.map(point => (
        <a class="point" {...(anchors.includes(point) && { id: point })} href={link(pointPath(point))}>
          {point}
        </a>
      ))}
    </>
  )
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** Title and text as one paragraph of Markdown; a title that the text does not go on from ends as a sentence does. */
function sentenceOf({ title, text }: Pick<Statement, 'title' | 'text'>): string {
  const heading = title !== undefined && text !== undefined && /^\p{Lu}/u.test(text) ? asSentence(title) : title
  return [...(heading === undefined ? [] : [`**${escapeTitle(heading)}**`]), ...(text === undefined ? [] : [text])].join(' ')
}

/** A name that ends as a sentence does, so that a text can follow. */
const asSentence = (name: string): string => (/[.:!?]$/.test(name) ? name : `${name}.`)

const escapeTitle = (title: string): string => title.replace(/[\\`*_{}[\]()#+!|<>~&]/g, '\\$&')

/** Name of a document with its year, where it has one. */
const datedName = ({ document, year }: Source): string => (year === '' ? document : `${document} (${year})`)

function citationOf(source: Source, above: Source | undefined): string {
  const isSame = source.document === above?.document
  return [...(isSame ? [] : [datedName(source)]), ...(source.section ? [source.section] : [])].join(', ')
}

function Suggestions(props: {
  lines: readonly Statement[]
  context: PageContext
  leafletOf: (activity: ActivityDefinition['id'] & string) => string | undefined
}) {
  const { words, link } = props.context
  if (props.lines.length === 0) return null
  return (
    <section>
      <h2>{words.suggestions}</h2>
      <p class="muted">{words.suggestionsLead}</p>
      <ul class="lines">
        {props.lines.map(line => {
          const leaflet = line.proposal?.activity === undefined ? undefined : props.leafletOf(line.proposal.activity)
          return (
            <li id={line.anchors[0]}>
              <div
                class="prose"
                dangerouslySetInnerHTML={{
                  __html: htmlOf(sentenceOf({ ...line, title: line.proposal && asSentence(line.proposal.name) }), words.scrollable),
                }}
              />
              <p class="meta">
                {line.grade && <GradeTag grade={line.grade} context={props.context} />}
                <Points of={line} context={props.context} />
                {leaflet !== undefined && <a href={link(leafletPath(leaflet))}>{words.leaflet}</a>}
              </p>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Sources({ sources, context: { words } }: { sources: readonly Source[]; context: PageContext }) {
  if (sources.length === 0) return null
  const documents = [...new Set(sources.map(({ document }) => document))]
  return (
    <section class="sources">
      <h2>{documents.length === 1 ? words.source : words.sources}</h2>
      {documents.map(document => {
        const ofDocument = sources.filter(each => each.document === document)
        const [first] = ofDocument
        const sections = ofDocument.flatMap(({ section }) => section ?? [])
        return (
          <article class="source">
            <h3>{document}</h3>
            {first?.standing && <p class="standing">{first.standing}</p>}
            <p>{[first?.publisher, first?.year].filter(Boolean).join(', ')}</p>
            {sections.length > 0 && <p class="muted">{`${words.section}: ${sections.join('; ')}`}</p>}
            {first?.url && (
              <p>
                <a href={first.url} rel="noreferrer external">
                  {words.openDocument}
                </a>
              </p>
            )}
          </article>
        )
      })}
    </section>
  )
}
