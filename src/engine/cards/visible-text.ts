/** What of Markdown is no text: marks at the beginning of a line, the rule below the head of a table, and marks within a line. */
const MARKS = /\\([\\`*_{}[\]()#+!|<>~&@.:=-])|^[ \t]*(?:[-*+]|#+|>)[ \t]+|^[ \t]*\|?[ \t]*:?-{2,}[-:| \t]*$|[*`|]/gm

/** A link, of which a reader sees the words. */
const LINK = /(?<!\\)\[((?:\\.|[^\]\\])*)\]\([^)\s]*\)/g

/** What a reader sees of Markdown, in one line: without marks and the addresses of links. Bold, lists, links and tables are read, as cards have them. */
export const visibleText = (markdown: string): string =>
  markdown
    .replace(LINK, '$1')
    .replace(MARKS, (_mark, escaped: string | undefined) => escaped ?? '')
    .replace(/\s+/g, ' ')
    .trim()

/** Characters that a reader sees of Markdown; a line break counts as one. */
export const visibleLength = (markdown: string): number => Array.from(visibleText(markdown)).length
