import { choice } from './functions/loops.js'
import type { Lookups, OwnFunction } from './functions/own-function.js'
import { FUNCTIONS, isLoop, REFUSED, type FunctionRow } from './functions/table.js'
import { isOfType } from '../model/r4-model.js'
import type { Interpreter } from './interpreter.js'
import { literalIn, writtenText, writtenValue } from './literals.js'
import { CONNECTIVES } from './logic.js'
import { memberAccess } from './members.js'
import { binaryOperator, COMPARING, comparison, isText, OPERATORS } from './operators.js'
import type { Scope } from './scope.js'
import { standardFunction } from './standard-function.js'
import { countItems, type Iteration, type Step } from './steps.js'
import { bare, childNodes, functionOf, nameWithoutQuotes, stringLiteral, type SyntaxNode } from './syntax.js'
import { asStep, asTest, beingThere, holding, type Criterion, type Test } from './tests.js'
import { typeTest } from './type-test.js'
import { NOTHING, numberOf, plain, typeOf, type Collection, type Item } from './values.js'
import { variable, variableName, variableTest } from './variables.js'

/** What steps are written with. */
export interface Tools {
  interpreter: Interpreter
  lookups: Lookups
}

/** Raised where an expression has a part that only the interpreter knows. */
export class NotCompiled extends Error {}

/** What `$this`, and a name that stands alone, mean. */
export interface Focus {
  this: Step
  alone: Step
}

/** The items that are looked at. */
const ITEMS: Step = (_, { items }) => items

const ON_ITEMS: Focus = { this: ITEMS, alone: ITEMS }

/** What the arguments of a call are. */
type Values = (scope: Scope, iteration: Iteration) => readonly Collection[]

/** Writes the steps of one expression; explained, each part outside of criteria tells what it yielded. */
export class ExpressionWriter {
  /**
   * @param definition what `%context` stands for; the hook's context where undefined.
   * @param focus of the items of the iteration unless given.
   */
  constructor(
    private readonly tools: Tools,
    private readonly isExplained: boolean,
    private readonly definition: Collection | undefined,
    private readonly focus: Focus = ON_ITEMS,
  ) {}

  /** @throws NotCompiled where a part cannot be taken out of its place. */
  step(node: SyntaxNode): Step {
    const step = this.plainStep(node)
    return this.isExplained ? telling(node, step) : step
  }

  /** A part as a truth value. @throws NotCompiled as `step` does. */
  private test(node: SyntaxNode): Test {
    return (this.isExplained ? undefined : (this.plainTest(node) ?? this.truthOfVariable(node))) ?? asTest(this.step(node))
  }

  private plainStep(node: SyntaxNode): Step {
    const test = this.plainTest(node)
    if (test) return asStep(test)
    const [first, second] = childNodes(node)
    switch (node.type) {
      case 'TermExpression':
      case 'ParenthesizedTerm':
      case 'InvocationTerm':
        return this.ofTerm(first)
      case 'LiteralTerm':
        return constant(writtenValue(node) ?? this.tools.interpreter.constant(writtenText(node)))
      case 'ExternalConstantTerm':
        return this.definition && this.isDefinition(node) ? constant(this.definition) : variable(node)
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

  /** A part that is a truth value by its form; undefined for any other. */
  private plainTest(node: SyntaxNode): Test | undefined {
    const [left, right] = childNodes(node)
    switch (node.type) {
      case 'TermExpression':
      case 'ParenthesizedTerm':
        // Explained, each part is asked by itself, so that it tells.
        return this.isExplained || !left ? undefined : this.plainTest(left)
      case 'InvocationExpression':
        return left && right?.type === 'FunctionInvocation' ? this.truthOfCall(right, left) : undefined
      default:
        return left && right ? this.connected(signOf(node), left, right) : undefined
    }
  }

  /** Whether a variable is the definition that the expression belongs to. */
  private isDefinition(node: SyntaxNode): boolean {
    return this.definition !== undefined && variableName(node) === 'context'
  }

  /** A variable that stands alone, as a truth value; undefined for any other part. */
  private truthOfVariable(node: SyntaxNode): Test | undefined {
    const inner = bare(node)
    return inner.type !== 'ExternalConstantTerm' || this.isDefinition(inner) ? undefined : variableTest(inner)
  }

  private connected(sign: string, left: SyntaxNode, right: SyntaxNode): Test | undefined {
    const connective = Object.hasOwn(CONNECTIVES, sign) ? CONNECTIVES[sign] : undefined
    if (connective) return connective(this.test(left), this.test(right))
    return COMPARING.has(sign) ? this.comparison(sign, left, right) : undefined
  }

  private comparison(sign: string, leftNode: SyntaxNode, rightNode: SyntaxNode): Test {
    const compare = comparison(sign, this.tools.interpreter.operation)
    const [left, right] = [this.step(leftNode), this.step(rightNode)]
    const text = this.isExplained ? undefined : stringLiteral(rightNode)
    if (text === undefined || !(sign === '=' || sign === '!='))
      return (scope, iteration) => compare(scope, left(scope, iteration), right(scope, iteration))
    const isWanted = sign === '='
    return (scope, iteration) => {
      const items = left(scope, iteration)
      if (items.length === 0) return undefined
      const answer = isText(items, text)
      return answer === undefined ? compare(scope, items, [text]) : answer === isWanted
    }
  }

  /** A function of which the answer is a truth value. */
  private truthOfCall(call: SyntaxNode, on: SyntaxNode): Test | undefined {
    const { name, argumentNodes } = functionOf(call) ?? fail()
    const { ofTruth, ofList, quantifier } = FUNCTIONS.get(name) ?? NO_ROW
    const [ask] = argumentNodes
    if (ask) return quantifier && this.quantified(quantifier, ask, this.step(on))
    if (ofTruth) return this.ofTruth(ofTruth, this.test(on))
    if (!ofList) return undefined
    const list = this.step(on)
    return (scope, iteration) => ofList(list(scope, iteration))
  }

  private ofTruth(tell: NonNullable<FunctionRow['ofTruth']>, on: Test): Test {
    return (scope, iteration) => tell(on(scope, iteration))
  }

  private quantified(quantifier: NonNullable<FunctionRow['quantifier']>, ask: SyntaxNode, on: Step): Test {
    const within = this.within()
    return quantifier(on, within.criterion(ask), within.step(ask))
  }

  /** Writes what a loop asks of each item. */
  private within(): ExpressionWriter {
    return new ExpressionWriter(this.tools, false, this.definition)
  }

  private criterion(node: SyntaxNode): Criterion {
    const test = this.plainTest(node)
    return test ? holding(test) : beingThere(this.step(node))
  }

  /** A term that stands alone: a name means an element of `$this`. */
  private ofTerm(node: SyntaxNode | undefined): Step {
    const term = known(node)
    return term.type.endsWith('Invocation') ? this.invocation(term, undefined) : this.step(term)
  }

  private operation(node: SyntaxNode): Step {
    const [left, right] = childNodes(node).map(child => this.step(child))
    const sign = signOf(node)
    if (!left || !right || !OPERATORS.has(sign)) return fail()
    const compute = binaryOperator(sign, this.tools.interpreter.operation)
    return (scope, iteration) => compute(scope, left(scope, iteration), right(scope, iteration))
  }

  private typeExpression(node: SyntaxNode): Step {
    const [value, type] = childNodes(node)
    const run = this.tools.interpreter.operation(`%input ${node.text ?? ''} ${known(type).text ?? ''}`)
    const on = this.step(known(value))
    return (scope, iteration) => run(scope, on(scope, iteration))
  }

  /** The interpreter knows no sign of nothing, nor of an element. @throws TypeError where the step runs on anything but one number or quantity. */
  private signed(sign: string, on: Step): Step {
    const quantity = this.tools.interpreter.operation(`${sign}(%input.toQuantity())`)
    return (scope, iteration) => {
      const items = on(scope, iteration)
      if (items.length === 0) return NOTHING
      const number = items.length === 1 ? numberOf(items[0]) : undefined
      if (number !== undefined) return [sign === '-' ? -number : number]
      if (items.length === 1 && isQuantity(items[0])) return quantity(scope, items)
      throw new TypeError('expected one number or quantity')
    }
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
    const row = FUNCTIONS.get(name) ?? NO_ROW
    if (isLoop(row) && argumentNodes.length > 0) return this.loop(row, argumentNodes, input)
    if ((row.interpretedOnly || REFUSED.has(name)) && argumentNodes.length > 0) return fail()
    if (argumentNodes.length === 0) {
      const { ofTruth, ofList } = row
      if (ofTruth) return asStep(this.ofTruth(ofTruth, asTest(input)))
      if (ofList) return asStep((scope, iteration) => ofList(input(scope, iteration)))
    }
    const [type] = argumentNodes
    if ((name === 'ofType' || name === 'is' || name === 'as') && type) return this.typeTest(name, type, input)
    const args = this.values(argumentNodes)
    return row.own ? this.own(row.own, input, args) : this.standard(name, argumentNodes.length, input, args)
  }

  /** What arguments yield; those that are written out, once for all calls. */
  private values(nodes: readonly SyntaxNode[]): Values {
    const steps = nodes.map(node => this.step(node))
    const fixed = this.isExplained ? [] : nodes.flatMap(node => [literalIn(node)].filter(value => value !== undefined))
    if (fixed.length === nodes.length) return () => fixed
    const [only] = steps
    if (only && steps.length === 1) return (scope, iteration) => [only(scope, iteration)]
    return (scope, iteration) => steps.map(step => step(scope, iteration))
  }

  private standard(name: string, argumentCount: number, input: Step, args: Values): Step {
    const compute = standardFunction(name, argumentCount, this.tools.interpreter.operation)
    return (scope, iteration) => compute(scope, counted(input(scope, iteration), scope), args(scope, iteration))
  }

  private choice(nodes: readonly SyntaxNode[], on: Step | undefined): Step {
    const writer = on ? new ExpressionWriter(this.tools, this.isExplained, this.definition) : this
    const [criterion, whenTrue, otherwise] = nodes
    return choice(on, writer.test(known(criterion)), writer.step(known(whenTrue)), otherwise && writer.step(otherwise))
  }

  private own(run: OwnFunction, input: Step, args: Values): Step {
    const { lookups } = this.tools
    return (scope, iteration) => run(counted(input(scope, iteration), scope), args(scope, iteration), scope.state, lookups)
  }

  private loop({ loop, filter, quantifier }: FunctionRow, [ask, start]: readonly SyntaxNode[], on: Step): Step {
    const asked = known(ask)
    if (quantifier) return asStep(this.quantified(quantifier, asked, on))
    if (filter) return filter(on, this.within().criterion(asked))
    return (loop ?? fail())(on, this.within().step(asked), start && this.step(start))
  }

  private typeTest(name: 'ofType' | 'is' | 'as', node: SyntaxNode, on: Step): Step {
    const test = typeTest(name, node.text ?? fail(), this.tools.interpreter.operation)
    return (scope, iteration) => test(scope, counted(on(scope, iteration), scope))
  }
}

const NO_ROW: Partial<FunctionRow> & Pick<FunctionRow, 'takes' | 'yields'> = { takes: [0, 0], yields: 'any' }

const isQuantity = (item: Item): boolean => isOfType(typeOf(item) ?? '', 'Quantity') === true

const fail = (): never => {
  throw new NotCompiled()
}

const known = (node: SyntaxNode | undefined): SyntaxNode => node ?? fail()

/** The sign of an operator, or the word of a connective. */
const signOf = (node: SyntaxNode): string => node.text ?? (node.type === 'ImpliesExpression' ? 'implies' : '')

const telling =
  (node: SyntaxNode, step: Step): Step =>
  (scope, iteration) => {
    const result = step(scope, iteration)
    iteration.results?.set(node, result)
    return result
  }

/** A step that yields the same for everybody. */
export const constant =
  (value: Collection): Step =>
  () =>
    value

function member(name: string, on: Step): Step {
  const access = memberAccess(name)
  return (scope, iteration) => {
    const items = on(scope, iteration)
    return items.length === 0 ? NOTHING : access(counted(items, scope))
  }
}

/** A list that is gone through, so that the time for it counts. */
function counted(items: Collection, scope: Scope): Collection {
  countItems(scope.state, items)
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
