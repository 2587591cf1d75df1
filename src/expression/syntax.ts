import fhirpath from 'fhirpath'

/** A node of the engine's syntax tree, as far as we read it. */
export interface SyntaxNode {
  readonly type: string
  readonly text?: string
  readonly start?: { line: number; column: number }
  readonly children?: readonly SyntaxNode[]
}

/**
 * Parses an expression.
 * @throws Error of the parser, whose message names line and column.
 */
export function parseExpression(source: string): SyntaxNode {
  return fhirpath.parse(source) as unknown as SyntaxNode
}

export const childNodes = (node: SyntaxNode): readonly SyntaxNode[] => node.children ?? []

/** Offsets at which the lines of a text begin. */
export function lineStarts(source: string): number[] {
  return [0, ...[...source.matchAll(/\n/g)].map(match => match.index + 1)]
}

/** Offset of a node in its source; the parser counts lines and columns from 1. */
export function offsetOf(node: SyntaxNode, lines: readonly number[]): number {
  const { line, column } = node.start ?? { line: 1, column: 1 }
  return (lines[line - 1] ?? 0) + column - 1
}

/** Name and argument nodes of a function call; undefined for any other node. */
export function functionOf(node: SyntaxNode): { name: string; argumentNodes: readonly SyntaxNode[] } | undefined {
  if (node.type !== 'FunctionInvocation') return undefined
  const [call] = childNodes(node)
  const [name, parameters] = call ? childNodes(call) : []
  return name?.text === undefined ? undefined : { name: name.text, argumentNodes: parameters ? childNodes(parameters) : [] }
}
