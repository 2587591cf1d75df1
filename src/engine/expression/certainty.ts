import { bare, childNodes, functionOf, nameWithoutQuotes, type SyntaxNode } from './syntax.js'

/** Whether a variable always yields something. */
export type IsCertain = (variable: string) => boolean

/** What must yield something where a part is evaluated, each as `keyOf` tells it. */
type Given = ReadonlySet<string>

const NOTHING_GIVEN: Given = new Set()

/** Whether an expression always yields something, as far as that can be known before any patient. */
export const alwaysYields = (tree: SyntaxNode, isCertain: IsCertain): boolean => new CertaintyWalk(isCertain).yields(tree, NOTHING_GIVEN)

/**
 * One sentence a choice in which "cannot tell" silently becomes the other answer: `iif(x, a, b)` with an x that can be
 * empty. What is chosen where x is not true is then said of patients of whom nobody knows.
 */
export function hiddenUnknowns(tree: SyntaxNode, isCertain: IsCertain): string[] {
  const walk = new CertaintyWalk(isCertain)
  walk.visit(tree, NOTHING_GIVEN)
  return walk.found
}

/** Functions that answer whatever they are called on. */
const ANSWER_ALWAYS = new Set([
  'exists',
  'empty',
  'all',
  'count',
  'allTrue',
  'anyTrue',
  'allFalse',
  'anyFalse',
  'isDistinct',
  'hasValue',
  'subsetOf',
  'supersetOf',
  'knownTrue',
  'notKnownTrue',
  'today',
  'now',
  'timeOfDay',
])

/** Functions that answer where what they are called on yields something. */
const ANSWER_SOMETHING = new Set([
  'not',
  'first',
  'last',
  'toString',
  'toInteger',
  'length',
  'lower',
  'upper',
  'trim',
  'memberOf',
  'written',
])

const CONNECTIVES = new Set(['AndExpression', 'OrExpression', 'ImpliesExpression'])

class CertaintyWalk {
  readonly found: string[] = []

  constructor(private readonly isCertain: IsCertain) {}

  /** Whether a part yields something, where what is given does. */
  yields(node: SyntaxNode, given: Given): boolean {
    if (given.has(keyOf(node))) return true
    const [left, right] = childNodes(node)
    switch (node.type) {
      case 'LiteralTerm':
        return left?.type !== 'NullLiteral'
      case 'ExternalConstantTerm':
        return this.isCertain(nameWithoutQuotes(node.delimitedText ?? node.text ?? ''))
      case 'InvocationExpression':
        return this.invoked(left, right, given)
      case 'FunctionInvocation':
        return this.called(node, undefined, given)
      case 'EqualityExpression':
        return node.text === '~' || node.text === '!~' || this.bothYield(node, given)
      case 'AndExpression':
      case 'OrExpression':
      case 'ImpliesExpression':
        return this.connected(node, given)
      case 'InequalityExpression':
      case 'AdditiveExpression':
        return node.text === '&' || this.bothYield(node, given)
      case 'MembershipExpression':
        return this.yieldsPart(node.text === 'in' ? left : right, given)
      // Wherever `$this` stands there is an item, and "is" answers of an item.
      case 'ThisInvocation':
        return true
      case 'TypeExpression':
        return node.text === 'is' && this.yieldsPart(left, given)
      case 'UnionExpression':
        return childNodes(node).some(child => this.yields(child, given))
      case 'EntireExpression':
      case 'TermExpression':
      case 'InvocationTerm':
      case 'ParenthesizedTerm':
        return this.yieldsPart(left, given)
      default:
        return false
    }
  }

  /** Looks at every choice within a part. */
  visit(node: SyntaxNode, given: Given): void {
    const call = functionOf(node)
    if (call?.name === 'iif') this.choice(call.argumentNodes, given)
    else if (CONNECTIVES.has(node.type)) this.visitConnected(node, given)
    else for (const child of childNodes(node)) this.visit(child, given)
  }

  private yieldsPart(node: SyntaxNode | undefined, given: Given): boolean {
    return node !== undefined && this.yields(node, given)
  }

  private bothYield(node: SyntaxNode, given: Given): boolean {
    return childNodes(node).every(child => this.yields(child, given))
  }

  /** The right side is asked only where the left has not decided. */
  private connected(node: SyntaxNode, given: Given): boolean {
    const [left, right] = childNodes(node)
    if (!left || !right || !this.yields(left, given)) return false
    return this.yields(right, beyond(node, left, given))
  }

  private visitConnected(node: SyntaxNode, given: Given): void {
    const [left, right] = childNodes(node)
    if (left) this.visit(left, given)
    if (left && right) this.visit(right, beyond(node, left, given))
  }

  private invoked(on: SyntaxNode | undefined, call: SyntaxNode | undefined, given: Given): boolean {
    if (call?.type === 'FunctionInvocation') return this.called(call, on, given)
    // What is there has the parts that are asked of it, as far as we know.
    return call?.type === 'MemberInvocation' && isGiven(on, given)
  }

  private called(node: SyntaxNode, on: SyntaxNode | undefined, given: Given): boolean {
    const { name = '', argumentNodes = [] } = functionOf(node) ?? {}
    if (ANSWER_ALWAYS.has(name)) return true
    if (ANSWER_SOMETHING.has(name)) return this.yieldsPart(on, given)
    if (name === 'combine' || name === 'union') return [on, ...argumentNodes].some(part => this.yieldsPart(part, given))
    if (name !== 'iif' || on) return false
    const [criterion, whenTrue, otherwise] = argumentNodes
    return (
      criterion !== undefined &&
      this.yieldsPart(whenTrue, union(given, givenBy(criterion, true))) &&
      this.yieldsPart(otherwise, union(given, givenBy(criterion, false)))
    )
  }

  private choice([criterion, whenTrue, otherwise]: readonly SyntaxNode[], given: Given): void {
    if (!criterion || !whenTrue) return
    this.visit(criterion, given)
    this.visit(whenTrue, union(given, givenBy(criterion, true)))
    if (!otherwise) return
    this.visit(otherwise, union(given, givenBy(criterion, false)))
    // What is unknown stays so where the choice falls back on nothing, or on the criterion itself.
    if (isNothing(otherwise) || keyOf(otherwise) === keyOf(criterion) || this.yields(criterion, given)) return
    this.found.push(
      'a choice on what can be unknown takes the unknown for a no; write iif(x.knownTrue(), …), x.knownTrue() or x.notKnownTrue(), or ask x.exists() first',
    )
  }
}

const union = (one: Given, other: Given): Given => (other.size === 0 ? one : new Set([...one, ...other]))

/** What is given to the right side of `and`, `or` and `implies`. */
const beyond = (node: SyntaxNode, left: SyntaxNode, given: Given): Given => union(given, givenBy(left, node.type !== 'OrExpression'))

/** What must yield something where a criterion is true, or where it is not. */
function givenBy(criterion: SyntaxNode, isTrue: boolean): Given {
  const node = bare(criterion)
  const [left, right] = childNodes(node)
  if (!left || !right) return isTrue ? new Set([keyOf(node)]) : NOTHING_GIVEN
  if (node.type === (isTrue ? 'AndExpression' : 'OrExpression')) return union(givenBy(left, isTrue), givenBy(right, isTrue))
  const own: Given = isTrue ? new Set([keyOf(node)]) : NOTHING_GIVEN
  if (node.type !== 'InvocationExpression') return own
  const { name, argumentNodes } = functionOf(right) ?? { argumentNodes: [] }
  if (name === 'not') return givenBy(left, !isTrue)
  if (argumentNodes.length > 0) return own
  if (name === 'knownTrue') return isTrue ? union(own, givenBy(left, true)) : own
  return name === (isTrue ? 'exists' : 'empty') ? union(own, new Set([keyOf(left)])) : own
}

/** Whether a part, or what it is a part of, is given. */
function isGiven(node: SyntaxNode | undefined, given: Given): boolean {
  if (!node) return false
  const inner = bare(node)
  if (given.has(keyOf(inner))) return true
  const [on, call] = childNodes(inner)
  return inner.type === 'InvocationExpression' && call?.type === 'MemberInvocation' && isGiven(on, given)
}

const isNothing = (node: SyntaxNode): boolean => childNodes(bare(node))[0]?.type === 'NullLiteral'

const keys = new WeakMap<SyntaxNode, string>()

/** The same text for parts that say the same. */
export function keyOf(node: SyntaxNode): string {
  const before = keys.get(node)
  if (before !== undefined) return before
  const inner = bare(node)
  const { type, text = '', delimitedText = '', unit = '' } = inner
  // The text of a path is there only where it is an argument.
  const own = type === 'InvocationExpression' ? '' : text
  const key = `${type} ${own}${delimitedText}${unit}(${childNodes(inner).map(keyOf).join()})`
  keys.set(node, key)
  return key
}
