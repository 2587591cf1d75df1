import MarkdownIt from 'markdown-it'
import { lazily } from '../engine/model/memoised.js'

// Whatever an author writes stays text: no HTML, no image (it could be of another host), no heading out of order.
const parser = lazily(() =>
  new MarkdownIt({ html: false, linkify: false, typographer: false }).disable(['image', 'heading', 'lheading', 'code', 'fence']),
)

/** HTML of a Markdown text of the knowledge. @param label of a table to whoever cannot see that it scrolls. */
export function htmlOf(markdown: string, label: string): string {
  const { utils } = parser()
  return parser()
    .render(markdown)
    .replaceAll('<table>', `<div class="scroll" role="region" tabindex="0" aria-label="${utils.escapeHtml(label)}"><table>`)
    .replaceAll('</table>', '</table></div>')
}

/** Leaflets may have headings, below the one of the page. */
const withHeadings = lazily(() => {
  const made = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable(['image', 'lheading', 'code', 'fence'])
  made.core.ruler.push('headings-below', ({ tokens }) => {
    for (const token of tokens) if (token.type.startsWith('heading_') && token.tag === 'h1') token.tag = 'h2'
  })
  return made
})

/** HTML of the Markdown text of a leaflet. */
export const leafletHtmlOf = (markdown: string): string => withHeadings().render(markdown)
