import type { Library } from 'fhir/r4.js'
import { leafletText } from '../engine/knowledge/leaflets.js'
import { localized } from '../engine/model/localized.js'
import { leafletHtmlOf } from './markdown.js'
import { Page, type PageAssets } from './page.js'
import type { PageContext } from './page-context.js'
import { leafletPath } from './page-urls.js'

/** A leaflet for patients: large type, and nothing beside its text. */
export function LeafletPage({ leaflet, context, assets }: { leaflet: Library; context: PageContext; assets: PageAssets }) {
  const { say, words, languages } = context
  const { id = '', title, _title, status, language = languages[0] } = leaflet
  const heading = say(localized(title, _title, language)) ?? id
  const text = say(leafletText(leaflet, languages[0])) ?? ''
  return (
    <Page context={context} assets={assets} title={heading} path={leafletPath(id)}>
      <article class="leaflet">
        <p class="crumbs">{words.leaflet}</p>
        <h1>{heading}</h1>
        {status !== 'active' && <p class="draft">{words.draft}</p>}
        <div dangerouslySetInnerHTML={{ __html: leafletHtmlOf(text) }} />
      </article>
    </Page>
  )
}
