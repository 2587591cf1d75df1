/** A text of an expression, or anything else that stands between the signs that part it. */
const PIECE = /'(?:\\.|[^'\\])*'|[(),&]|[^'(),&]+/g

/**
 * The words that an expression only chooses or joins, as an author wrote them: `iif(…, 'a', 'b')` says "a / b", and what
 * is joined to them with `&` is "…"; of what is joined, words that may be missing stand in parentheses. Undefined where it
 * writes no words of its own.
 */
export function writtenWords(expression: string): string | undefined {
  const parts = partedAt('&', expression)
  const joined = parts.map(part => textOf(part) ?? chosenWords(part, parts.length > 1))
  return joined.some(part => part !== undefined) ? joined.map(part => part ?? '…').join('') : undefined
}

/** The words of both ways of a choice; a way without words says nothing. */
function chosenWords(expression: string, isJoined: boolean): string | undefined {
  const choice = /^iif\(([\s\S]*)\)$/.exec(expression)?.[1]
  if (choice === undefined) return undefined
  const [, ...ways] = partedAt(',', choice)
  const words = ways.map(way => writtenWords(way)).filter(way => way !== undefined)
  if (words.length === 0) return undefined
  const said = words.filter(way => way !== '').join(' / ')
  return isJoined && words.includes('') && said !== '' ? inParentheses(said) : said
}

/** Words in parentheses, but for the spaces around them. */
const inParentheses = (words: string): string => words.replace(words.trim(), told => `(${told})`)

/** The text that an expression is; undefined where it is anything else. */
const textOf = (expression: string): string | undefined => /^'((?:\\.|[^'\\])*)'$/.exec(expression)?.[1]?.replace(/\\(.)/g, '$1')

/** The parts of an expression between signs that stand outside of its brackets and texts. */
function partedAt(sign: ',' | '&', expression: string): string[] {
  const parts = ['']
  let depth = 0
  for (const [piece] of expression.matchAll(PIECE)) {
    if (piece === '(') depth += 1
    if (piece === ')') depth -= 1
    if (piece === sign && depth === 0) parts.push('')
    else parts[parts.length - 1] += piece
  }
  return parts.map(part => part.trim())
}
