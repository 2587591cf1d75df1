import MarkdownIt from 'markdown-it'

// Whatever stands in a card stays text: no HTML, and no image, which would be asked for elsewhere.
const parser = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable([
  'image',
  'heading',
  'lheading',
  'code',
  'fence',
])

parser.renderer.rules.link_open = (tokens, index, options, _env, renderer) => {
  tokens[index]?.attrSet('target', '_blank')
  tokens[index]?.attrSet('rel', 'noreferrer')
  return renderer.renderToken(tokens, index, options)
}

/** The Markdown of a card, all of it. */
export function Markdown({ text }: { text: string }) {
  // The parser lets no HTML of the text through.
  return <div class="markdown" dangerouslySetInnerHTML={{ __html: parser.render(text) }} />
}
