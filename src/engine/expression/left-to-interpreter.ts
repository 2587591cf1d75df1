import { isCompiled } from './compile.js'
import { FUNCTIONS, isLoop, type FunctionRow } from './functions/table.js'
import { COMPARING, hasShortcut, OPERATORS } from './operators.js'
import { childNodes, functionOf, type SyntaxNode } from './syntax.js'

/** What of an expression the interpreter runs, as far as that is known before any patient. */
export interface LeftToInterpreter {
  /** Whether it runs the expression as a whole. */
  isWhole: boolean
  /** Functions, such as `replaceMatches()`, and signs of operators that only it has, each as often as they stand there. */
  parts: readonly string[]
}

/** Tells what of an expression is left to the interpreter. */
export const leftToInterpreter = (tree: SyntaxNode): LeftToInterpreter => ({ isWhole: !isCompiled(tree), parts: partsOf(tree) })

function partsOf(node: SyntaxNode): string[] {
  const own = interpretedCall(node) ?? interpretedOperator(node)
  return [...(own === undefined ? [] : [own]), ...childNodes(node).flatMap(partsOf)]
}

/** Functions that the compiler knows by their names. */
const KNOWN_BY_NAME: ReadonlySet<string> = new Set(['iif', 'ofType'])

function interpretedCall(node: SyntaxNode): string | undefined {
  const { name } = functionOf(node) ?? {}
  const row = name === undefined || KNOWN_BY_NAME.has(name) ? undefined : FUNCTIONS.get(name)
  return row && !runsAlone(row) ? `${name}()` : undefined
}

const runsAlone = (row: FunctionRow): boolean =>
  isLoop(row) || [row.own, row.native, row.nativeHere, row.ofTruth, row.ofList].some(run => run !== undefined)

function interpretedOperator({ type, text = '' }: SyntaxNode): string | undefined {
  if (type === 'TypeExpression') return text
  return OPERATORS.has(text) && type.endsWith('Expression') && !COMPARING.has(text) && !hasShortcut(text) ? text : undefined
}
