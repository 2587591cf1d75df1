import type { ComponentChildren } from 'preact'
import { PAGE_PATHS } from './page-urls.js'
import type { PageContext } from './page-context.js'
import { pageWords } from './words.js'

/** What surrounds every page. @param path of the page itself, for the way to other languages. */
export function Page({
  context: { language, languages, words, link },
  assets,
  title,
  path,
  part,
  head,
  footer,
  children,
}: {
  context: PageContext
  assets: PageAssets
  title: string
  path: string
  /** What of the service this is, beside its name; the recommendations unless said. */
  part?: string
  /** What else stands in the head of the document. */
  head?: ComponentChildren
  /** What is said at its end; that it is the same for everybody unless said. */
  footer?: string
  children: ComponentChildren
}) {
  return (
    <html lang={language}>
      <head>
        <meta charSet="utf-8" />
        <title>{`${title} · ${words.service}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href={assets.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.stylesheet} />
        {head}
      </head>
      <body>
        <a class="skip" href="#content">
          {words.skip}
        </a>
        <header class="bar">
          <a class="brand" href={link(PAGE_PATHS.index)}>
            <img src={assets.icon} alt="" width="22" height="22" />
            <span>{words.service}</span> <span class="brand-part">{part ?? words.index}</span>
          </a>
          <nav aria-label={words.otherLanguage}>
            {languages
              .filter(other => other !== language)
              .map(other => (
                <a href={languageSwitch(path, other)} lang={other} hreflang={other} rel="alternate">
                  {pageWords(other).languageName}
                </a>
              ))}
          </nav>
        </header>
        <main id="content">{children}</main>
        <footer class="foot">
          <p>{footer ?? words.footer}</p>
        </footer>
      </body>
    </html>
  )
}

/** Where the stylesheet and the icon are. */
export interface PageAssets {
  stylesheet: string
  icon: string
}

/** The same page in another language. */
function languageSwitch(path: string, language: string): string {
  const [before = '', query = ''] = path.split('?', 2)
  const parameters = new URLSearchParams(query)
  parameters.set('lang', language)
  return `${before}?${parameters.toString()}`
}
