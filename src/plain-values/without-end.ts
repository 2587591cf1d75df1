/**
 * A text without a character, however often it ends with it. A regular expression would look at each run of the
 * character once for every place in it, so that a stranger's text of slashes holds the process for minutes.
 */
export function withoutEnd(text: string, character: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === character) end -= 1
  return text.slice(0, end)
}
