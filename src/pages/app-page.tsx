import { APP_PATHS, type AppName } from '../browser-apps/app-list.js'
import type { AppFiles } from '../browser-apps/built-apps.js'
import { appWords } from './app-words.js'
import { Page, type PageAssets } from './page.js'
import type { PageContext } from './page-context.js'

/** The page in which a program runs: its frame, its files, and what is read until it runs, or where it may not. */
export function AppPage({ app, files, context, assets }: { app: AppName; files: AppFiles; context: PageContext; assets: PageAssets }) {
  const { titles, loading, needsScript, footer } = appWords(context.language)
  const head = (
    <>
      {files.style !== undefined && <link rel="stylesheet" href={files.style} />}
      <script type="module" src={files.script} />
    </>
  )
  return (
    <Page context={context} assets={assets} title={titles[app]} path={`${APP_PATHS[app]}/`} part={titles[app]} head={head} footer={footer}>
      <div id="app" data-app={app}>
        <p class="muted" role="status">
          {loading}
        </p>
        <noscript>
          <p>{needsScript}</p>
        </noscript>
      </div>
    </Page>
  )
}
