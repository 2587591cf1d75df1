import { noteEvidence } from './evidence.js'
import { choice, type Loop } from './functions/loops.js'
import { NO_FORMS, type Lookups, type OwnFunction } from './functions/own-function.js'
import { FUNCTIONS, REFUSED } from './functions/table.js'
import type { ValueSetLookup } from './functions/value-set-test.js'
import { createInterpreter, type Interpreter } from './interpreter.js'
import { CONNECTIVES, negated } from './logic.js'
import { memberAccess } from './members.js'
import { memoised } from '../model/memoised.js'
import { binaryOperator, OPERATORS } from './operators.js'
import { STATE, type Scope } from './scope.js'
import { standardFunction } from './standard-function.js'
import { countItems, type Iteration, type Results, type Step } from './steps.js'
import { childNodes, functionOf, nameWithoutQuotes, parseExpression, plainSource, stringLiteral, type SyntaxNode } from './syntax.js'
import { typeTest } from './type-test.js'
import { bareNode, NO, NOTHING, numberOf, plain, YES, type Collection } from './values.js'

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
const START: Iteration = { items: Object.freeze([bareNode({})]) }

/** Raised while compiling where an expression has a part that only the interpreter knows. */
class NotCompiled extends Error {}

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

interface Tools {
  interpreter: Interpreter
  lookups: Lookups
}

function evaluator(root: SyntaxNode, source: string, tools: Tools, definition: Collection | undefined): Evaluator {
  const plainly = compiled(root, tools, false, definition)
  if (!plainly) return interpreted(root, source, tools, definition)
  let explained: Step | undefined
  return scope => {
    if (!scope[STATE].evidence) return plainly(scope, START)
    explained ??= compiled(root, tools, true, definition) ?? plainly
    return withEvidence(explained, root, scope)
  }
}

function interpreted(root: SyntaxNode, source: string, { interpreter }: Tools, definition: Collection | undefined): Evaluator {
  if (hasSignedPath(root))
    throw new TypeError('a minus may stand before a number only, beside what the interpreter alone knows; write 0 - x.')
  const whole = interpreter.expression(source, definition || asksFocus(root) ? { subject: SUBJECT, definition } : undefined)
  return scope => whole(scope, START)
}

function withEvidence(run: Step, root: SyntaxNode, scope: Scope): Collection {
  const results: Results = new Map()
  try {
    return run(scope, { ...START, results })
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

/** Whether a minus stands before anything but a number: the interpreter changes what it stands before for the rest of the expression. */
const hasSignedPath = (node: SyntaxNode): boolean =>
  (node.type === 'PolarityExpression' &&
    node.text === '-' &&
    !childNodes(node).every(child => childNodes(child)[0]?.type === 'LiteralTerm')) ||
  childNodes(node).some(hasSignedPath)

/** The expression itself; the parser wraps it more than once. */
function withoutWrapping(node: SyntaxNode | undefined): SyntaxNode | undefined {
  return node?.type === 'EntireExpression' ? withoutWrapping(childNodes(node)[0]) : node
}

/** Writes the steps of one expression; explained, each part outside of criteria tells what it yielded. */
class ExpressionWriter {
  /**
   * @param definition what `%context` stands for; the hook's context where undefined.
   * @param focus what `$this` and names that stand alone mean; the items of the iteration where undefined.
   */
  constructor(
    private readonly tools: Tools,
    private readonly isExplained: boolean,
    private readonly definition: Collection | undefined,
    private readonly focus: { this: Step; alone: Step } = { this: ITEMS, alone: ITEMS },
  ) {}

  /** @throws NotCompiled where a part cannot be taken out of its place. */
  step(node: SyntaxNode): Step {
    const step = this.plainStep(node)
    return this.isExplained ? telling(node, step) : step
  }

  private plainStep(node: SyntaxNode): Step {
    const [first, second] = childNodes(node)
    switch (node.type) {
      case 'TermExpression':
      case 'ParenthesizedTerm':
      case 'InvocationTerm':
        return this.ofTerm(first)
      case 'LiteralTerm':
        return constant(writtenValue(node) ?? this.tools.interpreter.constant(writtenText(node)))
      case 'ExternalConstantTerm':
        return this.definition && variableName(node) === 'context' ? constant(this.definition) : variable(node)
      case 'InvocationExpression':
        return this.invocation(known(second), this.step(known(first)))
      case 'IndexerExpression':
        return indexed(this.step(known(first)), this.step(known(second)))
      case 'PolarityExpression':
        return this.signed(node.text ?? '', this.step(known(first)))
      case 'TypeExpression':
        return this.typeExpression(node)
      default:
        return this.operation(node)
    }
  }

  /** A term that stands alone: a name means an element of `$this`. */
  private ofTerm(node: SyntaxNode | undefined): Step {
    const term = known(node)
    return term.type.endsWith('Invocation') ? this.invocation(term, undefined) : this.step(term)
  }

  private operation(node: SyntaxNode): Step {
    const [left, right] = childNodes(node).map(child => this.step(child))
    const sign = node.text ?? (node.type === 'ImpliesExpression' ? 'implies' : '')
    if (!left || !right) throw new NotCompiled()
    const connective = Object.hasOwn(CONNECTIVES, sign) ? CONNECTIVES[sign] : undefined
    if (connective) return connective(left, right)
    if (!OPERATORS.has(sign)) throw new NotCompiled()
    const compute = binaryOperator(sign, this.tools.interpreter.operation)
    return (scope, iteration) => compute(scope, left(scope, iteration), right(scope, iteration))
  }

  private typeExpression(node: SyntaxNode): Step {
    const [value, type] = childNodes(node)
    return this.onValues(`%input ${node.text ?? ''} ${known(type).text ?? ''}`, this.step(known(value)))
  }

  /** The interpreter knows no sign of nothing, nor of an element. */
  private signed(sign: string, on: Step): Step {
    const run = this.tools.interpreter.operation(`%input * ${sign}1`)
    return (scope, iteration) => {
      const items = on(scope, iteration)
      const number = items.length === 1 ? numberOf(items[0]) : undefined
      return number === undefined ? (items.length === 0 ? NOTHING : run(scope, items)) : [sign === '-' ? -number : number]
    }
  }

  private onValues(source: string, on: Step): Step {
    const run = this.tools.interpreter.operation(source)
    return (scope, iteration) => run(scope, on(scope, iteration))
  }

  /** What stands behind a dot, or alone where `on` is undefined. */
  private invocation(call: SyntaxNode, on: Step | undefined): Step {
    switch (call.type) {
      case 'MemberInvocation':
        return member(nameWithoutQuotes(known(childNodes(call)[0]).text ?? ''), on ?? this.focus.alone)
      case 'FunctionInvocation':
        return this.call(call, on)
      case 'ThisInvocation':
        return on ? fail() : this.focus.this
      case 'IndexInvocation':
        return on ? fail() : (_, { index }) => (index === undefined ? NOTHING : [index])
      case 'TotalInvocation':
        return on ? fail() : (_, { total }) => total ?? NOTHING
      default:
        return fail()
    }
  }

  private call(node: SyntaxNode, on: Step | undefined): Step {
    const { name, argumentNodes } = functionOf(node) ?? fail()
    const input = on ?? this.focus.alone
    if (name === 'iif') return this.choice(argumentNodes, on)
    const { loop, own, interpretedOnly } = FUNCTIONS.get(name) ?? {}
    if (loop && argumentNodes.length > 0) return this.loop(loop, argumentNodes, input)
    if ((interpretedOnly || REFUSED.has(name)) && argumentNodes.length > 0) return fail()
    if (name === 'not' && argumentNodes.length === 0) return negated(input)
    const [type] = argumentNodes
    if ((name === 'ofType' || name === 'is' || name === 'as') && type) return this.typeTest(name, type, input)
    const args = argumentNodes.map(argument => this.step(argument))
    if (own) return this.own(own, input, args)
    const compute = standardFunction(name, args.length, this.tools.interpreter.operation)
    return (scope, iteration) =>
      compute(
        scope,
        counted(input(scope, iteration), scope),
        args.map(arg => arg(scope, iteration)),
      )
  }

  private choice(nodes: readonly SyntaxNode[], on: Step | undefined): Step {
    const writer = on ? new ExpressionWriter(this.tools, this.isExplained, this.definition) : this
    const [criterion, whenTrue, otherwise] = nodes.map(node => writer.step(node))
    return criterion && whenTrue ? choice(on, criterion, whenTrue, otherwise) : fail()
  }

  private own(run: OwnFunction, input: Step, args: readonly Step[]): Step {
    const { lookups } = this.tools
    return (scope, iteration) =>
      run(
        counted(input(scope, iteration), scope),
        args.map(arg => arg(scope, iteration)),
        scope[STATE],
        lookups,
      )
  }

  private loop(loop: Loop, [ask, start]: readonly SyntaxNode[], on: Step): Step {
    const within = new ExpressionWriter(this.tools, false, this.definition)
    return loop(on, within.step(known(ask)), start && this.step(start))
  }

  private typeTest(name: 'ofType' | 'is' | 'as', node: SyntaxNode, on: Step): Step {
    const test = typeTest(name, node.text ?? fail(), this.tools.interpreter.operation)
    return (scope, iteration) => test(scope, counted(on(scope, iteration), scope))
  }
}

const fail = (): never => {
  throw new NotCompiled()
}

const known = (node: SyntaxNode | undefined): SyntaxNode => node ?? fail()

const telling =
  (node: SyntaxNode, step: Step): Step =>
  (scope, iteration) => {
    const result = step(scope, iteration)
    iteration.results?.set(node, result)
    return result
  }

/** The items that are looked at. */
const ITEMS: Step = (_, { items }) => items

/** Whom the call is about. */
const SUBJECT: Step = scope => scope.subject as Collection

/** Whether an expression may ask for what it is evaluated on. */
const asksFocus = (node: SyntaxNode): boolean => node.type === 'InvocationTerm' || childNodes(node).some(asksFocus)

const constant =
  (value: Collection): Step =>
  () =>
    value

/** Looks a variable up where the scope's plan defines it, else in the table that all plans share; again only when a plan asks that defines it otherwise. */
function variable(node: SyntaxNode): Step {
  const name = variableName(node)
  let definedBy: object | undefined
  let shared: object | null = null
  let read: (() => unknown) | undefined
  return scope => {
    const variables = Object.getPrototypeOf(scope) as object
    if (variables !== definedBy) {
      definedBy = variables
      const table = Object.getPrototypeOf(variables) as object | null
      const isOwn = table === null || Object.hasOwn(variables, name)
      if (isOwn || table !== shared) {
        shared = isOwn ? null : table
        // oxlint-disable-next-line typescript/unbound-method -- it is called on each scope
        read = Object.getOwnPropertyDescriptor(shared ?? variables, name)?.get
      }
    }
    const value = read ? read.call(scope) : scope[name]
    return Array.isArray(value) ? (value as Collection) : value === undefined || value === null ? NOTHING : [value]
  }
}

const variableName = (node: SyntaxNode): string => nameWithoutQuotes(node.delimitedText ?? node.text ?? '')

function member(name: string, on: Step): Step {
  const access = memberAccess(name)
  return (scope, iteration) => {
    const items = on(scope, iteration)
    return items.length === 0 ? NOTHING : access(counted(items, scope))
  }
}

/** A list that is gone through, so that the time for it counts. */
function counted(items: Collection, scope: Scope): Collection {
  countItems(scope[STATE], items)
  return items
}

const indexed =
  (on: Step, by: Step): Step =>
  (scope, iteration) => {
    const items = on(scope, iteration)
    const index = by(scope, iteration)
    const item = index.length === 0 ? undefined : items[parseInt(String(plain(index[0])), 10)]
    return item === undefined ? NOTHING : [item]
  }

/** Text of a literal as it is written. */
function writtenText(node: SyntaxNode): string {
  const [literal] = childNodes(node)
  if (literal?.type === 'QuantityLiteral') return `${literal.value ?? ''} ${literal.unit ?? ''}`
  return literal?.text ?? node.text ?? ''
}

/** A string, a truth value or nothing, written out; undefined for anything else. */
function writtenValue(node: SyntaxNode): Collection | undefined {
  const text = stringLiteral(node)
  if (text !== undefined) return Object.freeze([text])
  const [literal] = childNodes(node)
  switch (literal?.type) {
    case 'BooleanLiteral':
      return literal.text === 'true' ? YES : NO
    case 'NullLiteral':
      return NOTHING
    default:
      return undefined
  }
}
