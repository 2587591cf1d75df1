import type { Items } from '../model/items.js'
import { childNodes, stringLiteral, type SyntaxNode } from './syntax.js'

/** One operand of a comparison or a sum. */
export interface Operand {
  node: SyntaxNode
  items: Items
}

/** Most codes that a message lists. */
const MOST_LISTED = 12

/** One sentence a code that is compared with what can never be it, or a comparison that can never hold. */
export function impossibleComparisons(operator: string, left: Operand, right: Operand): string[] {
  const mismatch = kindMismatch(left.items, right.items)
  if (mismatch !== undefined) return [mismatch]
  const form = operator === '~' || operator === '!~' ? (text: string) => text.toLowerCase() : (text: string) => text
  const written = [...impossibleIn(left, right.items, form), ...impossibleIn(right, left.items, form)]
  if (written.length > 0) return written
  const [a, b] = [left.items.codes, right.items.codes]
  if (!a?.size || !b?.size) return []
  const others = new Set([...b].map(form))
  return [...a].some(code => others.has(form(code))) ? [] : [`${listed(a)} is compared with ${listed(b)}, which it can never be`]
}

/** The texts written out on one side that the other side can never hold. */
function impossibleIn({ node }: Operand, { codes }: Items, form: (text: string) => string): string[] {
  if (!codes?.size) return []
  const possible = new Set([...codes].map(form))
  return textsIn(node)
    .filter(text => !possible.has(form(text)))
    .map(text => `'${text}' can never be there; it can be ${listed(codes)}`)
}

/** Texts that a node is, or that a union of texts is made of. */
function textsIn(node: SyntaxNode): string[] {
  const text = stringLiteral(node)
  if (text !== undefined) return [text]
  const isGroup = ['TermExpression', 'ParenthesizedTerm', 'UnionExpression'].includes(node.type)
  return isGroup ? childNodes(node).flatMap(textsIn) : []
}

const listed = (codes: ReadonlySet<string>): string => {
  const names = [...codes].map(code => `'${code}'`)
  return names.length > MOST_LISTED ? `${names.slice(0, MOST_LISTED).join(', ')} and ${names.length - MOST_LISTED} more` : names.join(', ')
}

/** Kinds of value that are never equal to one another, by type. */
const KINDS: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  Boolean: 'true or false',
  string: 'a text',
  String: 'a text',
  code: 'a text',
  id: 'a text',
  uri: 'a text',
  url: 'a text',
  canonical: 'a text',
  markdown: 'a text',
  oid: 'a text',
  uuid: 'a text',
  integer: 'a number',
  Integer: 'a number',
  decimal: 'a number',
  Decimal: 'a number',
  positiveInt: 'a number',
  unsignedInt: 'a number',
  Coding: 'a coding',
  CodeableConcept: 'a coding',
}

function kindMismatch(left: Items, right: Items): string | undefined {
  const [one, other] = [kindOf(left), kindOf(right)]
  if (one === undefined || other === undefined || one === other) return undefined
  const advice = [one, other].includes('a coding') ? '; compare its code' : ''
  return `${one} is never equal to ${other}${advice}`
}

/** The kind that all items are of; undefined where they are of several or of one that we do not follow. */
function kindOf({ types }: Items): string | undefined {
  if (types === 'any') return undefined
  const kinds = new Set([...types].map(type => KINDS[type]))
  return kinds.size === 1 ? [...kinds][0] : undefined
}
