import { interpreterLibrary } from './interpreter-library.js'

/** What is written at a node of a syntax tree beside its type. */
export interface Written {
  readonly text?: string
  /** Name of a variable that stands in quotes, as written. */
  readonly delimitedText?: string
  /** Number of a quantity, as written. */
  readonly value?: string
  /** Unit of a quantity, as written. */
  readonly unit?: string
}

/** A node of a syntax tree. */
export interface SyntaxNode extends Written {
  readonly type: string
  readonly children?: readonly SyntaxNode[]
}

/**
 * Parses an expression.
 * @throws Error of the parser, whose message names line and column.
 */
export function parseExpression(source: string): SyntaxNode {
  return asRead(interpreterLibrary().parse(plainSource(source)) as unknown as SyntaxNode)
}

/** A node with nothing but what is read of it: a tree that was kept is then like one that was just parsed. */
function asRead({ type, text, delimitedText, value, unit, children }: SyntaxNode): SyntaxNode {
  return {
    type,
    ...(text !== undefined && { text }),
    ...(delimitedText !== undefined && { delimitedText }),
    ...(value !== undefined && { value }),
    ...(unit !== undefined && { unit }),
    ...(children && children.length > 0 && { children: children.map(asRead) }),
  }
}

export const childNodes = (node: SyntaxNode): readonly SyntaxNode[] => node.children ?? []

const WRAPPINGS = new Set(['EntireExpression', 'TermExpression', 'InvocationTerm', 'ParenthesizedTerm'])

/** A part without the parentheses and the nodes that only wrap it. */
export function bare(node: SyntaxNode): SyntaxNode {
  const [inner] = childNodes(node)
  return WRAPPINGS.has(node.type) && inner ? bare(inner) : node
}

/** Calendar units in quotes behind their number; strings and delimited names, which are kept; and comments. */
const UNIT_OR_KEPT_OR_COMMENT =
  /(?<=\d\s*)'((?:year|month|week|day|hour|minute|second|millisecond)s?)'|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*/g

/**
 * The expression as the interpreter should read it, with every offset kept: without comments, and with calendar units
 * as words (`3 'months'` is `3 months`), since it reckons with dates in those alone.
 */
export function plainSource(source: string): string {
  return source.replace(UNIT_OR_KEPT_OR_COMMENT, (found, unit: string | undefined) =>
    unit !== undefined ? ` ${unit} ` : found.startsWith('/') ? found.replace(/[^\n]/g, ' ') : found,
  )
}

/** A name without the back-ticks or quotes that a delimited one stands in, and without its escapes. */
export const nameWithoutQuotes = (name: string): string =>
  /^([`']).*\1$/s.test(name) ? name.slice(1, -1).replace(ESCAPE, unescaped) : name

/** The text that a string literal stands for; undefined for any other node. */
export function stringLiteral(node: SyntaxNode): string | undefined {
  if (node.type === 'TermExpression' || node.type === 'LiteralTerm') {
    const [inner] = childNodes(node)
    return inner && stringLiteral(inner)
  }
  return node.type === 'StringLiteral' ? node.text?.slice(1, -1).replace(ESCAPE, unescaped) : undefined
}

const ESCAPE = /\\(u[0-9a-fA-F]{4}|.)/g

const CONTROLS: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', f: '\f' }

const unescaped = (_: string, escaped: string): string =>
  escaped.length > 1 ? String.fromCharCode(parseInt(escaped.slice(1), 16)) : (CONTROLS[escaped] ?? escaped)

/** Name and argument nodes of a function call; undefined for any other node. */
export function functionOf(node: SyntaxNode): { name: string; argumentNodes: readonly SyntaxNode[] } | undefined {
  if (node.type !== 'FunctionInvocation') return undefined
  const [call] = childNodes(node)
  if (call?.text === undefined) return undefined
  // The arguments of sort() stand without a list around them, each with its direction.
  const parameters = childNodes(call).filter(({ type }) => type !== 'Identifier')
  return { name: nameWithoutQuotes(call.text), argumentNodes: parameters.flatMap(childNodes) }
}
