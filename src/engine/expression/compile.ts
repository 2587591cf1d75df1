import { noteEvidence } from './evidence.js'
import { constant, ExpressionWriter, NotCompiled, type Tools } from './expression-writer.js'
import { FUNCTIONS } from './functions/table.js'
import { NO_FORMS } from './functions/own-function.js'
import type { ValueSetLookup } from './functions/value-set-test.js'
import { createInterpreter } from './interpreter.js'
import { memoised } from '../model/memoised.js'
import type { Scope } from './scope.js'
import { iterationOver, type Results, type Step } from './steps.js'
import { childNodes, functionOf, parseExpression, plainSource, type SyntaxNode } from './syntax.js'
import { bareNode, NOTHING, type Collection } from './values.js'

/** An expression ready to run: a scope in, a collection out. */
export type Evaluator = (scope: Scope) => Collection

/**
 * Turns the text of an expression into an evaluator; what it refers to must have been checked before. The same text
 * gives the same evaluator. Whoever has parsed the text already can hand over its tree.
 * @param definition the definition that the expression belongs to as a dynamic value: names that stand alone are its
 *   elements, and it is `%context`. Elsewhere names that stand alone are elements of the subject.
 */
export type Compiler = (source: string, tree?: SyntaxNode, definition?: object) => Evaluator

/** Builds a compiler over a set of value sets, and the forms and words of the knowledge where it has them. */
export type CompilerMaker = (valueSets: ValueSetLookup, more?: typeof NO_FORMS) => Compiler

/** Where an expression begins; what it asks of its focus it asks of the scope, so that nobody looks a subject up in vain. */
const NOWHERE: Collection = Object.freeze([bareNode({})])

const START = iterationOver(NOWHERE)

/**
 * Builds a compiler over a set of value sets, and the forms and words of the knowledge where it has them. An expression becomes a closure over closures, one for each part of it;
 * what stands in it beyond the common functions runs, on values that are there already, by the interpreter's own
 * function. An expression with a part that cannot be taken out of its place is left to the interpreter whole.
 */
export const createCompiler: CompilerMaker = (valueSets, more = NO_FORMS) => compilerWith(evaluator, valueSets, more)

/** Builds what runs every expression by the interpreter alone; slow, for whoever compares. */
export const createInterpretingCompiler: CompilerMaker = (valueSets, more = NO_FORMS) => compilerWith(interpreted, valueSets, more)

function compilerWith(prepare: typeof evaluator, valueSets: ValueSetLookup, more: typeof NO_FORMS): Compiler {
  const known = memoised(valueSets)
  const tools: Tools = { interpreter: createInterpreter(known, more), lookups: { valueSets: known, ...more } }
  const compile = (source: string, tree = parseExpression(source), definition?: object) => {
    const root = withoutWrapping(tree)
    if (!root) throw new TypeError('the expression is empty')
    return prepare(root, plainSource(source), tools, definition && [bareNode(definition)])
  }
  const onSubject = memoised(compile)
  return (source, tree, definition) => (definition ? compile(source, tree, definition) : onSubject(source, tree))
}

function evaluator(root: SyntaxNode, source: string, tools: Tools, definition: Collection | undefined): Evaluator {
  const plainly = compiled(root, tools, false, definition)
  if (!plainly) return interpreted(root, source, tools, definition)
  let explained: Step | undefined
  return scope => {
    if (!scope.state.evidence) return plainly(scope, START)
    explained ??= compiled(root, tools, true, definition) ?? plainly
    return withEvidence(explained, root, scope)
  }
}

function interpreted(root: SyntaxNode, source: string, { interpreter }: Tools, definition: Collection | undefined): Evaluator {
  if (hasSignedPath(root))
    throw new TypeError('a minus may stand before a number only, beside what the interpreter alone knows; write 0 - x.')
  if (definition && asksThis(root))
    throw new TypeError('$this may not stand for the subject beside what the interpreter alone knows; write %subject.')
  const whole = interpreter.expression(source, definition || asksFocus(root) ? { subject: SUBJECT, definition } : undefined)
  return scope => whole(scope, START)
}

function withEvidence(run: Step, root: SyntaxNode, scope: Scope): Collection {
  const results: Results = new Map()
  try {
    return run(scope, iterationOver(NOWHERE, undefined, undefined, results))
  } finally {
    noteEvidence(root, results, scope)
  }
}

/** The step of an expression; undefined where only the interpreter can run it. */
function compiled(root: SyntaxNode, tools: Tools, isExplained: boolean, definition: Collection | undefined): Step | undefined {
  try {
    return new ExpressionWriter(tools, isExplained, definition, { this: SUBJECT, alone: definition ? constant(definition) : SUBJECT }).step(
      root,
    )
  } catch (error) {
    if (error instanceof NotCompiled) return undefined
    throw error
  }
}

/** Whether an expression runs without being left to the interpreter whole. */
export function isCompiled(tree: SyntaxNode): boolean {
  const root = withoutWrapping(tree)
  const tools: Tools = { interpreter: createInterpreter(() => undefined), lookups: { valueSets: () => undefined, ...NO_FORMS } }
  return root !== undefined && compiled(root, tools, false, undefined) !== undefined
}

/** Whether a minus stands before anything but a number: the interpreter changes what it stands before for the rest of the expression. */
const hasSignedPath = (node: SyntaxNode): boolean =>
  (node.type === 'PolarityExpression' &&
    node.text === '-' &&
    !childNodes(node).every(child => childNodes(child)[0]?.type === 'LiteralTerm')) ||
  childNodes(node).some(hasSignedPath)

/** Whether `$this` stands outside of all functions that run on each item: the interpreter takes it for the definition that the expression belongs to. */
const asksThis = (node: SyntaxNode): boolean => node.type === 'ThisInvocation' || partsAtTop(node).some(asksThis)

/** Functions whose arguments, where nothing stands before them, see the `$this` around them. */
const OF_NO_LIST: ReadonlySet<string> = new Set(['iif', 'coalesce'])

function partsAtTop(node: SyntaxNode): readonly SyntaxNode[] {
  const [left, right] = childNodes(node)
  const isChain = node.type === 'InvocationExpression' && left !== undefined && right !== undefined
  const { name = '' } = functionOf(isChain ? right : node) ?? {}
  if (!FUNCTIONS.get(name)?.onEachItem) return childNodes(node)
  return isChain ? [left] : OF_NO_LIST.has(name) ? childNodes(node) : []
}

/** The expression itself; the parser wraps it more than once. */
function withoutWrapping(node: SyntaxNode | undefined): SyntaxNode | undefined {
  return node?.type === 'EntireExpression' ? withoutWrapping(childNodes(node)[0]) : node
}

/** Whom the call is about. */
const SUBJECT: Step = scope => scope.valueOf('subject') ?? NOTHING

/** Whether an expression may ask for what it is evaluated on. */
const asksFocus = (node: SyntaxNode): boolean => node.type === 'InvocationTerm' || childNodes(node).some(asksFocus)
