import { APP_PATHS } from '../browser-apps/app-list.js'
import { frontWords } from './front-words.js'
import { Page, type PageAssets } from './page.js'
import type { PageContext } from './page-context.js'
import { PAGE_PATHS } from './page-urls.js'
import type { Spoken, Tour, TourPatient } from './tour.js'

/** What stands on the first page beside its words. */
export interface FrontView {
  /** What the knowledge is about, in English, where its folder says so. */
  about?: string
  /** Invented patients to look at, in a demonstration of our own knowledge. */
  tour?: Tour
  /** Base URL of the embedded FHIR server, where it runs. */
  fhirServer?: string
  /** Whether the programs for browsers were built. */
  hasApps: boolean
}

/** Where a visitor begins: what this is, patients to look at, the pages, and the addresses for programs. */
export function FrontPage({ view, context, assets }: { view: FrontView; context: PageContext; assets: PageAssets }) {
  const { tour, about, fhirServer, hasApps } = view
  const { link, language } = context
  const words = frontWords(language)
  const { workbench, consultation, startBack, guidelines, review, quality } = words.places
  const { discovery, openapi, knowledge, health, fhir } = words.interfaces
  const title = spoken(tour?.title, context) ?? words.title
  return (
    <Page context={context} assets={assets} title={title} path="/" part={words.part}>
      {tour && <p class="standing">{words.demonstration}</p>}
      <h1>{title}</h1>
      <p class="lead">{spoken(tour?.lead, context) ?? words.lead}</p>
      {!tour && about !== undefined && <p class="muted">{words.about(about)}</p>}
      {tour && hasApps && (
        <section>
          <h2>{words.patients}</h2>
          <p class="prose">{words.patientsLead}</p>
          <ul class="tiles">
            {tour.patients.map(patient => (
              <Patient patient={patient} context={context} />
            ))}
          </ul>
        </section>
      )}
      {hasApps && (
        <Places
          heading={words.programs}
          places={[
            [link(`${APP_PATHS.workbench}/`), workbench],
            [link(`${APP_PATHS.consultation}/`), consultation],
            [link(`${APP_PATHS['start-back']}/`), startBack],
          ]}
        />
      )}
      <Places
        heading={words.pages}
        places={[
          [link(PAGE_PATHS.index), guidelines],
          [link(PAGE_PATHS.review), review],
          [link(PAGE_PATHS.quality), quality],
        ]}
      />
      <section>
        <h2>{words.integrators}</h2>
        <ul class="addresses">
          {[discovery, openapi, knowledge, health].map(({ name, text }) => (
            <li>
              <a href={name}>
                <code>{name}</code>
              </a>{' '}
              <span class="muted">{text}</span>
            </li>
          ))}
          {fhirServer !== undefined && (
            <li>
              <a href={`${fhirServer}/Patient`}>
                <code>{fhirServer}</code>
              </a>{' '}
              <span class="muted">{fhir.text}</span>
            </li>
          )}
        </ul>
      </section>
    </Page>
  )
}

/** Opened by the name of a story of the demonstration, which is nobody's. */
function Patient({ patient: { id, service, name, title, text, isShortFormToo }, context }: { patient: TourPatient; context: PageContext }) {
  const words = frontWords(context.language)
  return (
    <li class="tile">
      <p class="muted">{spoken(name, context)}</p>
      <h3>{spoken(title, context)}</h3>
      <p>{spoken(text, context)}</p>
      <p class="tile-ways">
        <a class="button" href={`${context.link(`${APP_PATHS.workbench}/`)}#demo=${id}&service=${service}`}>
          {words.open}
          <span class="visually-hidden">: {spoken(title, context)}</span>
        </a>
        {isShortFormToo && <a href={`${context.link(`${APP_PATHS.consultation}/`)}#demo=${id}`}>{words.shortForm}</a>}
      </p>
    </li>
  )
}

function Places({ heading, places }: { heading: string; places: readonly (readonly [path: string, { name: string; text: string }])[] }) {
  return (
    <section>
      <h2>{heading}</h2>
      <ul class="places">
        {places.map(([path, { name, text }]) => (
          <li>
            <a href={path}>{name}</a>
            <p class="muted">{text}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}

const spoken = (texts: Spoken | undefined, { language, languages }: PageContext): string | undefined =>
  texts?.[language] ?? texts?.[languages[0]]
