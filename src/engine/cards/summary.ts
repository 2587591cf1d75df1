/** Most characters of a summary: CDS Hooks asks for fewer than 140. */
const LONGEST_SUMMARY = 139

/** A title as a card's summary, cut at a word where it is too long. Length is counted as JavaScript does. */
export function summaryOf(title: string): { summary: string; isCut: boolean } {
  if (title.length <= LONGEST_SUMMARY) return { summary: title, isCut: false }
  // One character more than fits, besides the ellipsis: a space there means that the last word is whole.
  const room = title.slice(0, LONGEST_SUMMARY)
  const atWord = room.slice(0, Math.max(room.lastIndexOf(' '), 0)).trimEnd() || room.slice(0, -1).replace(HALF_CHARACTER, '')
  return { summary: `${atWord}…`, isCut: true }
}

/** The first half of a character that takes two units, such as an emoji, without its second. */
const HALF_CHARACTER = /[\uD800-\uDBFF]$/
