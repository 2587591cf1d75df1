/** All that is blank, but for one space, which stays as it is. */
const BLANKS = /[^\S ]\s*| \s+/g

/** Keeps data from acting as Markdown or HTML, or as an address that readers make a link of. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~&@]|:(?=\/\/)|\.(?<=www\.)/gi, '\\$&').replace(BLANKS, ' ')
}

/** What may stand before a list or a heading on its line. */
const LINE_START = /^[\s>*+-]*$/

/** Keeps a value that begins a line, such as a date, from opening a list or a rule. */
export function escapeLineStart(before: string, text: string): string {
  if (!LINE_START.test(before.slice(before.lastIndexOf('\n') + 1))) return text
  return text.replace(/^(\d+)([.)])/, '$1\\$2').replace(/^[-=]/, '\\$&')
}
