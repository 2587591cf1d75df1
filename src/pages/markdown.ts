import MarkdownIt from 'markdown-it'

// Whatever an author writes stays text: no HTML, no image (it could be of another host), no heading out of order.
const parser = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable([
  'image',
  'heading',
  'lheading',
  'code',
  'fence',
])

/** HTML of a Markdown text of the knowledge. @param label of a table to whoever cannot see that it scrolls. */
export function htmlOf(markdown: string, label: string): string {
  return parser
    .render(markdown)
    .replaceAll('<table>', `<div class="scroll" role="region" tabindex="0" aria-label="${parser.utils.escapeHtml(label)}"><table>`)
    .replaceAll('</table>', '</table></div>')
}

/** Leaflets may have headings, below the one of the page. */
const withHeadings = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable(['image', 'lheading', 'code', 'fence'])
withHeadings.core.ruler.push('headings-below', ({ tokens }) => {
  for (const token of tokens) if (token.type.startsWith('heading_') && token.tag === 'h1') token.tag = 'h2'
})

/** HTML of the Markdown text of a leaflet. */
export const leafletHtmlOf = (markdown: string): string => withHeadings.render(markdown)
