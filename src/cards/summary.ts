/** Most characters of a summary: CDS Hooks asks for fewer than 140. */
const LONGEST_SUMMARY = 139

/** A title as a card's summary, cut at a word where it is too long. */
export function summaryOf(title: string): { summary: string; isCut: boolean } {
  const characters = [...title]
  if (characters.length <= LONGEST_SUMMARY) return { summary: title, isCut: false }
  const room = characters.slice(0, LONGEST_SUMMARY - 1).join('')
  const atWord = room.slice(0, Math.max(room.lastIndexOf(' '), 0)) || room
  return { summary: `${atWord.trimEnd()}…`, isCut: true }
}
