import { Page, type PageAssets } from './page.js'
import type { PageContext } from './page-context.js'
import { PAGE_PATHS } from './page-urls.js'

/** What a person reads where there is no page, or where it cannot be shown. */
export function ErrorPage({ status, context, assets }: { status: number; context: PageContext; assets: PageAssets }) {
  const { words, link } = context
  const title = status === 404 ? words.notFoundTitle : words.wrongTitle
  return (
    <Page context={context} assets={assets} title={title} path={PAGE_PATHS.index}>
      <h1>{title}</h1>
      {status === 404 && <p class="lead">{words.notFound}</p>}
      <p>
        <a href={link(PAGE_PATHS.index)}>{words.toIndex}</a>
      </p>
    </Page>
  )
}
