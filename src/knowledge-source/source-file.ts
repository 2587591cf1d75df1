import { isMap as isYamlMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node, type Pair } from 'yaml'
import { Verbatim, VERBATIM, type SourcePath, type Written } from './written.js'

/** A place in a file of the source, counted from 1. */
export interface Place {
  file: string
  line: number
  column: number
}

/** What is wrong in the source, and where. */
export interface SourceFault extends Place {
  message: string
}

/** A file of the source, read. */
export interface SourceFile {
  /** Its path below the folder of the knowledge, such as `knowledge/red-flags.yaml`. */
  file: string
  written: Written
  faults: SourceFault[]
  /** Where what stands at a path begins, or else what it stands in. */
  placeOf: (path: SourcePath) => Place
  document: Document
}

/** Which subtrees are FHIR as it is. */
type IsVerbatim = (path: SourcePath) => boolean

const isBehindWord: IsVerbatim = path => path.at(-1) === VERBATIM

/**
 * Reads a file of the source. YAML 1.2: `no`, `on` and `off` are words, a date is a text; whatever stands in place of a text is one as it was written, leading zeros and all.
 * @param isVerbatim which subtrees hold FHIR; what stands behind `fhir` unless given.
 */
export function readSourceFile(file: string, text: string, isVerbatim: IsVerbatim = isBehindWord): SourceFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', schema: 'core', merge: false, prettyErrors: false })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const faults = [...document.errors, ...document.warnings].map(({ pos: [start], message }) => ({
    ...placeAt(start),
    message: /\btabs?\b/i.test(message) ? `${message}; indent with blanks` : message,
  }))
  visit(document, {
    Alias: (_, { range, source }) => {
      faults.push({
        ...placeAt(range?.[0] ?? 0),
        message: `*${source} stands for something else: write it out, so that each place can be read alone.`,
      })
    },
  })
  const written = faults.length > 0 ? null : writtenOf(document.contents, [], isVerbatim)
  return { file, written, faults, placeOf: path => placeAt(offsetOf(document, path)), document }
}

/** What stands in a node. */
export function writtenOf(node: unknown, path: SourcePath = [], isVerbatim: IsVerbatim = isBehindWord): Written {
  if (isVerbatim(path)) return new Verbatim((node as Node | null)?.toJS(NO_ANCHORS) ?? null)
  if (isYamlMap(node))
    return new Map(
      node.items.map(({ key, value }) => {
        const word = nameOf(key)
        return [word, writtenOf(value, [...path, word], isVerbatim)] as const
      }),
    )
  if (isSeq(node)) return node.items.map((item, index) => writtenOf(item, [...path, index], isVerbatim))
  if (!isScalar(node) || node.value === null) return null
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}

/** Documents have no anchors, so that whatever document stands in gives the same. */
const NO_ANCHORS = parseDocument('')

/** The word of a key, as it is written. */
export const nameOf = (key: unknown): string =>
  isScalar(key) ? (typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))) : String(key)

/** Offset of the word at a path, or of the nearest thing above it that is there. */
function offsetOf(document: Document, path: SourcePath): number {
  let node: unknown = document.contents
  let offset = (document.contents as Node | null)?.range?.[0] ?? 0
  for (const step of path) {
    const found = stepInto(node, step)
    if (!found) return offset
    ;[node, offset] = [found.node, found.offset ?? offset]
  }
  return offset
}

function stepInto(node: unknown, step: string | number): { node: unknown; offset: number | undefined } | undefined {
  if (isYamlMap(node)) {
    const pair = node.items.find(({ key }) => nameOf(key) === String(step)) as Pair<Node, Node> | undefined
    return pair && { node: pair.value, offset: pair.key.range?.[0] }
  }
  const item = isSeq(node) && typeof step === 'number' ? (node.items[step] as Node | undefined) : undefined
  return item && { node: item, offset: item.range?.[0] }
}
