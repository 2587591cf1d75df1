import { Quantity } from './quantities.js'
import { bare, childNodes, stringLiteral, type SyntaxNode } from './syntax.js'
import { Temporal } from './temporals.js'
import { isValue, NO, NOTHING, YES, type Collection } from './values.js'

/** Text of a literal as the interpreter reads it. */
export function writtenText(node: SyntaxNode): string {
  const [literal] = childNodes(node)
  if (literal?.type === 'QuantityLiteral') return `${literal.value ?? ''} ${literal.unit ?? ''}`
  return literal?.text ?? node.text ?? ''
}

/** What a literal stands for; undefined where only the interpreter can read it. @throws TypeError for a number of 64 bits. */
export function writtenValue(node: SyntaxNode): Collection | undefined {
  const text = stringLiteral(node)
  if (text !== undefined) return Object.freeze([text])
  const [literal] = childNodes(node)
  return literal && READERS[literal.type]?.(literal)
}

function refusedLong({ text = '' }: SyntaxNode): never {
  throw new TypeError(`JSON has no numbers such as ${text}; write it without the L.`)
}

/** What is written of each kind. */
const READERS: Readonly<Record<string, (literal: SyntaxNode) => Collection | undefined>> = {
  BooleanLiteral: ({ text }) => (text === 'true' ? YES : NO),
  NullLiteral: () => NOTHING,
  NumberLiteral: ({ text = '' }) => numberIn(text, number => number),
  LongNumberLiteral: refusedLong,
  QuantityLiteral: ({ value = '', unit = '' }) => numberIn(value, number => new Quantity(number, unit)),
  // The interpreter tells what is wrong with a day that there is not.
  DateLiteral: ({ text = '' }) => (isValue('date', text.slice(1)) ? Object.freeze([new Temporal('date', text.slice(1))]) : undefined),
}

/** A decimal keeps the noughts that it is written with, which no number does. */
const numberIn = (text: string, of: (number: number) => unknown): Collection | undefined =>
  String(Number(text)) === text ? Object.freeze([of(Number(text))]) : undefined

/** What a part stands for that is nothing but a literal; undefined for any other. */
export function literalIn(node: SyntaxNode): Collection | undefined {
  const inner = bare(node)
  return inner.type === 'LiteralTerm' ? writtenValue(inner) : undefined
}
