/** A request as a document shows it, with the answer shown below it. */
export interface DocumentedExample {
  /** The heading that it stands under. */
  heading: string
  method: string
  path: string
  headers: Readonly<Record<string, string>>
  body: string | undefined
  answer: { status: number; contentType: string; body: unknown }
}

/** Stands in an answer for what is left out: the end of a text, further entries of a list, further members of an object. */
const GAP = '…'

/**
 * Reads the examples of a Markdown document: blocks in the language `http`, a request and then its answer.
 * @throws Error when a request has no answer, or an answer no request.
 */
export function examplesIn(markdown: string): DocumentedExample[] {
  const blocks = [...markdown.matchAll(/^(#+ .*)$|^```http\n([\s\S]*?)^```$/gm)]
  const examples: DocumentedExample[] = []
  let [heading, request]: [string, string | undefined] = ['', undefined]
  for (const [, title, block] of blocks) {
    if (title !== undefined) heading = title.replace(/^#+ /, '')
    else if (block?.startsWith('HTTP/')) {
      if (request === undefined) throw new Error(`An answer under "${heading}" has no request.`)
      examples.push({ heading, ...requestIn(request), answer: answerIn(block) })
      request = undefined
    } else {
      if (request !== undefined) throw new Error(`A request under "${heading}" has no answer.`)
      request = block
    }
  }
  if (request !== undefined) throw new Error(`A request under "${heading}" has no answer.`)
  return examples
}

function requestIn(block: string): Pick<DocumentedExample, 'method' | 'path' | 'headers' | 'body'> {
  const { line, headers, body } = messageIn(block)
  const [method = '', path = ''] = line.split(' ')
  return { method, path, headers, body }
}

function answerIn(block: string): DocumentedExample['answer'] {
  const { line, headers, body = '' } = messageIn(block)
  return { status: Number(line.split(' ')[1]), contentType: headers['content-type'] ?? '', body: JSON.parse(body) as unknown }
}

function messageIn(block: string): { line: string; headers: Record<string, string>; body: string | undefined } {
  const [head = '', ...rest] = block.split('\n\n')
  const [line = '', ...lines] = head.trim().split('\n')
  const headers = Object.fromEntries(
    lines.map(each => [each.slice(0, each.indexOf(':')).toLowerCase(), each.slice(each.indexOf(':') + 1).trim()]),
  )
  const body = rest.join('\n\n').trim()
  return { line, headers, body: body === '' ? undefined : body }
}

/** Where an answer differs from the one that is shown, as paths; all that is shown must be there, and nothing else but in the place of a gap. */
export function differences(shown: unknown, actual: unknown, path = ''): string[] {
  if (typeof shown === 'string' && typeof actual === 'string' && shown.endsWith(GAP))
    return actual.startsWith(shown.slice(0, -GAP.length)) ? [] : [path]
  if (Array.isArray(shown)) return Array.isArray(actual) ? listDifferences(shown, actual, path) : [path]
  if (isObject(shown)) return isObject(actual) ? memberDifferences(shown, actual, path) : [path]
  return shown === actual ? [] : [path]
}

function listDifferences(shown: readonly unknown[], actual: readonly unknown[], path: string): string[] {
  const hasGap = shown.at(-1) === GAP
  const told = hasGap ? shown.slice(0, -1) : shown
  const isShort = hasGap ? actual.length <= told.length : actual.length !== told.length
  return [
    ...(isShort ? [`${path} has ${actual.length} entries`] : []),
    ...told.flatMap((each, index) => differences(each, actual[index], `${path}[${index}]`)),
  ]
}

function memberDifferences(shown: Readonly<Record<string, unknown>>, actual: Readonly<Record<string, unknown>>, path: string): string[] {
  const { [GAP]: gap, ...told } = shown
  const untold = gap === undefined ? Object.keys(actual).filter(name => !Object.hasOwn(told, name)) : []
  return [
    ...untold.map(name => `${path}.${name} is not shown`),
    ...Object.entries(told).flatMap(([name, value]) => differences(value, actual[name], `${path}.${name}`)),
  ]
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
