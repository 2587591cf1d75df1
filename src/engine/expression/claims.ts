import { keyOf } from './certainty.js'
import { bare, childNodes, functionOf, nameWithoutQuotes, type SyntaxNode } from './syntax.js'

/** What must be so, or not so, where an expression is true; by what it is about. */
export type Claims = ReadonlyMap<string, ReadonlySet<boolean>>

/** The tree of a fact; undefined for any other variable. */
export type FactTree = (name: string) => SyntaxNode | undefined

/**
 * All that must be so where an expression is true, or where it is false, read from its syntax and that of the facts it names.
 * Whatever is not understood claims itself alone.
 */
export function claimsOf(tree: SyntaxNode, isTrue: boolean, factTree: FactTree): Claims {
  const walk = new ClaimWalk(factTree)
  walk.claim(tree, isTrue)
  return walk.found
}

/** Whether some claims cannot be so together. */
export const areImpossible = (...all: readonly Claims[]): boolean => {
  const seen = new Map<string, boolean>()
  for (const [about, claimed] of all.flatMap(claims => [...claims]))
    for (const isSo of claimed) {
      if (seen.has(about) && seen.get(about) !== isSo) return true
      seen.set(about, isSo)
    }
  return false
}

/** Functions that yield nothing of nothing. */
const OF_SOMETHING = new Set(['where', 'select', 'ofType', 'first', 'last', 'tail', 'skip', 'take', 'single', 'distinct'])

/** Comparisons as one that is so, or is not. */
const ORDERS: Readonly<Record<string, readonly [as: '<' | '<=', isSo: boolean]>> = {
  '<': ['<', true],
  '>=': ['<', false],
  '<=': ['<=', true],
  '>': ['<=', false],
}

class ClaimWalk {
  readonly found = new Map<string, Set<boolean>>()

  constructor(private readonly factTree: FactTree) {}

  claim(written: SyntaxNode, isTrue: boolean): void {
    const node = bare(written)
    const [left, right] = childNodes(node)
    if (node.type === 'LiteralTerm') return this.literal(left, isTrue)
    this.add(keyOf(node), isTrue)
    this.add(`known ${keyOf(node)}`, isTrue)
    this.add(`there is ${keyOf(node)}`, true)
    const fact = this.factOf(node)
    if (fact) this.claim(fact, isTrue)
    if (left && right) this.both(node, left, right, isTrue)
  }

  /** That a part yields something, or nothing. */
  private presence(written: SyntaxNode, isThere: boolean): void {
    const node = bare(written)
    this.add(`there is ${keyOf(node)}`, isThere)
    const fact = this.factOf(node)
    if (fact) this.presence(fact, isThere)
    const [left, right] = childNodes(node)
    if (!isThere || node.type !== 'InvocationExpression' || !left || !right) return
    if (right.type === 'MemberInvocation' || OF_SOMETHING.has(functionOf(right)?.name ?? '')) this.presence(left, true)
  }

  private both(node: SyntaxNode, left: SyntaxNode, right: SyntaxNode, isTrue: boolean): void {
    if (node.type === (isTrue ? 'AndExpression' : 'OrExpression')) {
      this.claim(left, isTrue)
      this.claim(right, isTrue)
    } else if (node.type === 'ImpliesExpression' && !isTrue) {
      this.claim(left, true)
      this.claim(right, false)
    } else if (node.type === 'InvocationExpression') this.call(left, right, isTrue)
    else if (node.type === 'InequalityExpression') this.order(node.text ?? '', `${keyOf(left)} ${keyOf(right)}`, isTrue)
    else if (node.type === 'EqualityExpression') this.equality(node.text ?? '', left, right, isTrue)
  }

  private call(on: SyntaxNode, call: SyntaxNode, isTrue: boolean): void {
    const { name, argumentNodes } = functionOf(call) ?? { argumentNodes: [] }
    if (name === 'exists' && argumentNodes.length > 0 && isTrue) this.presence(on, true)
    if (argumentNodes.length > 0) return
    if (name === 'not') this.claim(on, !isTrue)
    else if (name === 'exists' || name === 'empty') this.presence(on, (name === 'exists') === isTrue)
    else if (name === 'knownTrue' || name === 'notKnownTrue') this.known(on, (name === 'knownTrue') === isTrue)
  }

  private known(on: SyntaxNode, isKnown: boolean): void {
    if (isKnown) this.claim(on, true)
    else this.add(`known ${keyOf(on)}`, false)
  }

  private order(operator: string, sides: string, isTrue: boolean): void {
    const order = ORDERS[operator]
    if (!order) return
    const [as, isSo] = [order[0], order[1] === isTrue]
    this.add(`${as} ${sides}`, isSo)
    // What is less is not more, and what is more is not less.
    if ((as === '<') === isSo) this.add(`${isSo ? '<=' : '<'} ${sides}`, isSo)
  }

  private equality(operator: string, left: SyntaxNode, right: SyntaxNode, isTrue: boolean): void {
    if (operator !== '=' && operator !== '!=') return
    const isSame = (operator === '=') === isTrue
    const truth = truthOf(bare(right))
    if (truth === undefined) this.add(`= ${keyOf(left)} ${keyOf(right)}`, isSame)
    else this.claim(left, truth === isSame)
  }

  /** `true` is never false, nor `false` true, and `{}` neither. */
  private literal(written: SyntaxNode | undefined, isTrue: boolean): void {
    const isNever = written?.type === 'NullLiteral' || (written?.type === 'BooleanLiteral' && (written.text === 'true') !== isTrue)
    if (isNever) for (const isSo of [true, false]) this.add('never', isSo)
  }

  private factOf(node: SyntaxNode): SyntaxNode | undefined {
    return node.type === 'ExternalConstantTerm' ? this.factTree(nameWithoutQuotes(node.delimitedText ?? node.text ?? '')) : undefined
  }

  private add(about: string, isSo: boolean): void {
    this.found.set(about, (this.found.get(about) ?? new Set()).add(isSo))
  }
}

function truthOf(node: SyntaxNode): boolean | undefined {
  const [literal] = node.type === 'LiteralTerm' ? childNodes(node) : []
  return literal?.type === 'BooleanLiteral' ? literal.text === 'true' : undefined
}
