import { Page, type PageAssets } from './page.js'
import type { PageContext } from './page-context.js'
import { PAGE_PATHS } from './page-urls.js'
import { notShown } from './sign-in-words.js'

/** What a person reads where there is no page, or where it cannot be shown. */
export function ErrorPage({ status, code, context, assets }: { status: number; code: string; context: PageContext; assets: PageAssets }) {
  const { words, link, language } = context
  const told = notShown(language, code)
  const title = told?.title ?? (status === 404 ? words.notFoundTitle : words.wrongTitle)
  return (
    <Page context={context} assets={assets} title={title} path={PAGE_PATHS.index}>
      <h1>{title}</h1>
      {status === 404 && <p class="lead">{words.notFound}</p>}
      {told && <p class="lead">{told.text}</p>}
      {told?.forOperator !== undefined && <p>{told.forOperator}</p>}
      {told?.signIn !== undefined && (
        <p>
          <a href={link('/sign-in')}>{told.signIn}</a>
        </p>
      )}
      <p>
        <a href={link(PAGE_PATHS.index)}>{words.toIndex}</a>
      </p>
    </Page>
  )
}
