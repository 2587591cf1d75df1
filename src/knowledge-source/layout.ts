import { Document, isCollection, isMap as isYamlMap, isScalar, isSeq, Pair, Scalar, YAMLMap, YAMLSeq, visit, type Node } from 'yaml'
import { isSameJson } from './json-equal.js'
import { nameOf, writtenOf } from './source-file.js'
import { isList, isMap, Verbatim, type Written, type WrittenMap } from './written.js'

/** Columns of a line; what fits in one stands in one. */
const WIDTH = 160

/** Columns of a line of ids or codes alone. */
const WIDTH_OF_CODES = 240

/** How many steps deep the words of a resource stand. */
const DEEP = 2

/** What is written as YAML: lists and words that fit into a line stand in one, all else a line each. */
export function toYaml(written: Written, about?: string): string {
  const document = new Document(nodeOf(written, 0), { version: '1.2', schema: 'core' })
  if (about !== undefined) document.commentBefore = about
  for (const section of pairsOf(document.contents)) for (const resource of pairsOf(section.value).slice(1)) apart(resource)
  return textOfDocument(document)
}

const pairsOf = (node: unknown): Pair<Node, Node>[] => (isYamlMap(node) ? (node.items as Pair<Node, Node>[]) : [])

/** Puts an empty line before a resource. */
function apart({ key: word }: Pair<Node, Node>): void {
  word.spaceBefore = true
}

/** A document as text, as every file of the source is written. */
export const textOfDocument = (document: Document): string =>
  document.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: true, doubleQuotedMinMultiLineLength: 1_000_000 })

/**
 * What is written as a node of YAML.
 * @param depth how many steps it stands beneath the top.
 * @param before columns that are taken in its line before it.
 */
export function nodeOf(written: Written, depth: number, before = 0): Node {
  if (written instanceof Verbatim) return jsonNode(written.json)
  if (isMap(written)) {
    const map = new YAMLMap<Node, Node>()
    const indent = 2 * depth
    for (const [word, value] of written) map.add(new Pair(key(word), nodeOf(value, depth + 1, indent + word.length + 2)))
    map.flow = map.items.length === 0 || (depth > DEEP && isSmall(map, before))
    return map
  }
  if (isList(written)) {
    const list = new YAMLSeq<Node>()
    for (const each of written) list.add(itemNode(each, depth + 1))
    list.flow = list.items.length === 0 || (depth > DEEP && list.items.every(isScalar) && isSmall(list, before))
    return list
  }
  return scalar(written)
}

/** One thing of a list; a word with what stands behind it needs no braces. */
function itemNode(written: Written, depth: number): Node {
  const node = nodeOf(written, depth, 2 * depth)
  if (isYamlMap(node) && node.items.length === 1) node.flow = false
  return node
}

/** A word before a colon, which must stand in one line. */
function key(word: string): Scalar {
  const node = scalar(word)
  if (/[\n\r]/.test(word)) node.type = Scalar.QUOTE_DOUBLE
  return node
}

/** Texts keep to one line each where they have one; a text with a backslash is quoted so that it needs no second. */
function scalar(value: string | number | boolean | null): Scalar {
  const node = new Scalar(value)
  if (typeof value === 'string' && value.includes('\\') && !value.includes("'") && !value.includes('\n')) node.type = Scalar.QUOTE_SINGLE
  return node
}

function jsonNode(json: unknown): Node {
  const { contents } = new Document(json)
  const inBraces = (node: YAMLMap | YAMLSeq): void => {
    if (node.items.length === 0) node.flow = true
  }
  visit(contents, { Map: (_, node) => inBraces(node), Seq: (_, node) => inBraces(node) })
  return contents as Node
}

/** Whether a collection fits into a line behind what stands before it: nothing in it needs lines of its own. */
function isSmall(node: YAMLMap | YAMLSeq, before: number): boolean {
  const values = isYamlMap(node) ? node.items.map(({ value }) => value) : node.items
  if (values.some(value => isCollection(value) && !isFlat(value))) return false
  if (values.some(value => isScalar(value) && typeof value.value === 'string' && value.value.includes('\n'))) return false
  const areCodes = isSeq(node) && node.items.every(item => isScalar(item) && !String(item.value).includes(' '))
  return before + lengthOf(node) <= (areCodes ? WIDTH_OF_CODES : WIDTH)
}

const isFlat = (node: unknown): boolean =>
  (isYamlMap(node) || isSeq(node)) &&
  node.flow === true &&
  (isYamlMap(node) ? node.items.map(({ value }) => value) : node.items).every(isScalar)

/** About how many columns a node takes up in one line. */
function lengthOf(node: unknown): number {
  if (isYamlMap(node)) return node.items.reduce((sum, { key, value }) => sum + lengthOf(key) + lengthOf(value) + 4, 2)
  if (isSeq(node)) return node.items.reduce<number>((sum, item) => sum + lengthOf(item) + 2, 2)
  return isScalar(node) ? String(node.value).length + 2 : 0
}

/**
 * What is written put into a document in place of what stands there under the same section and id, or behind all others.
 * What says the same stays as it stands, with its comments.
 */
export function put(document: Document, section: string, id: string, written: Written): void {
  if (!isYamlMap(document.contents)) document.contents = new YAMLMap<Node, Node>()
  const sections = document.contents as YAMLMap<Node, Node>
  const resources = sections.get(section, true) as unknown
  if (!isYamlMap(resources)) {
    sections.add(new Pair<Node, Node>(key(section), nodeOf(new Map([[id, written]]), 1)))
    return
  }
  const pair = pairsOf(resources).find(each => nameOf(each.key) === id)
  if (pair) pair.value = renewed(pair.value, written, 2, 0)
  else {
    const added = new Pair<Node, Node>(key(id), nodeOf(written, 2))
    apart(added)
    resources.items.push(added)
  }
}

/** A node that says what is written: the same one as far as it says so already. */
function renewed(node: Node | null, written: Written, depth: number, before: number): Node {
  if (node !== null && isSameWritten(writtenOf(node), written)) return node
  if (isMap(written) && isYamlMap(node) && node.flow !== true) return renewedMap(node as YAMLMap<Node, Node>, written, depth)
  if (isList(written) && isSeq(node) && node.flow !== true) return renewedList(node as YAMLSeq<Node>, written, depth)
  const fresh = nodeOf(written, depth, before)
  fresh.commentBefore = node?.commentBefore ?? null
  fresh.comment = node?.comment ?? null
  return fresh
}

function renewedMap(node: YAMLMap<Node, Node>, written: WrittenMap, depth: number): Node {
  const before = pairsOf(node)
  node.items = [...written].map(([word, value]) => {
    const pair = before.find(({ key }) => nameOf(key) === word)
    const taken = 2 * depth + word.length + 2
    if (!pair) return new Pair<Node, Node>(key(word), nodeOf(value, depth + 1, taken))
    pair.value = renewed(pair.value, value, depth + 1, taken)
    return pair
  })
  return node
}

/** Things of a list are known by their id, or else by what they say. */
function renewedList(node: YAMLSeq<Node>, written: readonly Written[], depth: number): Node {
  const before = [...node.items]
  node.items = written.map(each => {
    const id = isMap(each) ? each.get('id') : undefined
    const found = before.findIndex(item =>
      id === undefined ? isSameWritten(writtenOf(item), each) : isYamlMap(item) && isSameWritten(writtenOf(item.get('id', true)), id),
    )
    const [item] = found < 0 ? [] : before.splice(found, 1)
    return item ? renewed(item, each, depth + 1, 2 * depth) : itemNode(each, depth + 1)
  })
  return node
}

/** Whether the same is written; a number is what it is written as. */
function isSameWritten(one: Written, other: Written): boolean {
  if (one instanceof Verbatim || other instanceof Verbatim)
    return one instanceof Verbatim && other instanceof Verbatim && isSameJson(one.json, other.json)
  if (isMap(one) || isMap(other)) {
    if (!isMap(one) || !isMap(other) || one.size !== other.size) return false
    const [words, others] = [[...one], [...other]]
    return words.every(([word, value], index) => others[index]?.[0] === word && isSameWritten(value, others[index]?.[1] ?? null))
  }
  if (isList(one) || isList(other))
    return (
      isList(one) && isList(other) && one.length === other.length && one.every((each, index) => isSameWritten(each, other[index] ?? null))
    )
  return String(one) === String(other)
}
