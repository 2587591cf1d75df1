import { keyOf } from './certainty.js'
import { areApart, writtenValue, type Limit, type Written } from './limits.js'
import { bare, childNodes, functionOf, nameWithoutQuotes, type SyntaxNode } from './syntax.js'

/** What must be so where an expression is true. */
export interface Claims {
  /** By what it is about, whether that is so or not. */
  said: ReadonlyMap<string, ReadonlySet<boolean>>
  /** How much something is at least, and at most. */
  limits: readonly Limit[]
}

/** The tree of a fact; undefined for any other variable. */
export type FactTree = (name: string) => SyntaxNode | undefined

/**
 * All that must be so where an expression is true, or where it is false, read from its syntax and that of the facts it names.
 * Whatever is not understood claims itself alone.
 */
export function claimsOf(tree: SyntaxNode, isTrue: boolean, factTree: FactTree): Claims {
  const walk = new ClaimWalk(factTree)
  walk.claim(tree, isTrue)
  return walk
}

/** Whether some claims cannot be so together. */
export const areImpossible = (...all: readonly Claims[]): boolean => {
  const seen = new Map<string, boolean>()
  for (const [about, claimed] of all.flatMap(({ said }) => [...said]))
    for (const isSo of claimed) {
      if (seen.has(about) && seen.get(about) !== isSo) return true
      seen.set(about, isSo)
    }
  return areApart(all.flatMap(({ limits }) => limits))
}

/** Functions that yield nothing of nothing. */
const OF_SOMETHING = new Set(['where', 'select', 'ofType', 'first', 'last', 'tail', 'skip', 'take', 'single', 'distinct'])

/** Functions whose criterion something meets where they yield something. */
const CHOOSING = new Set(['where', 'exists'])

/** Comparisons as one that is so, or is not. */
const ORDERS: Readonly<Record<string, readonly [as: '<' | '<=', isSo: boolean]>> = {
  '<': ['<', true],
  '>=': ['<', false],
  '<=': ['<=', true],
  '>': ['<=', false],
}

/** The comparison that holds where one does not, and where its sides change places. */
const OPPOSITE: Readonly<Record<string, string>> = { '<': '>=', '>=': '<', '<=': '>', '>': '<=' }
const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' }

class ClaimWalk implements Claims {
  readonly said = new Map<string, Set<boolean>>()
  readonly limits: Limit[] = []

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
    this.among(right)
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
    else if (node.type === 'InequalityExpression') this.order(node.text ?? '', left, right, isTrue)
    else if (node.type === 'EqualityExpression') this.equality(node.text ?? '', left, right, isTrue)
  }

  private call(on: SyntaxNode, call: SyntaxNode, isTrue: boolean): void {
    const { name, argumentNodes } = functionOf(call) ?? { argumentNodes: [] }
    if (name === 'exists' && argumentNodes.length > 0 && isTrue) {
      this.presence(on, true)
      this.among(call)
    }
    if (argumentNodes.length > 0) return
    if (name === 'not') this.claim(on, !isTrue)
    else if (name === 'exists' || name === 'empty') this.presence(on, (name === 'exists') === isTrue)
    else if (name === 'knownTrue' || name === 'notKnownTrue') this.known(on, (name === 'knownTrue') === isTrue)
  }

  /** That something meets the criterion of a function, which nothing does where it contradicts itself. */
  private among(call: SyntaxNode): void {
    const { name = '', argumentNodes: [criterion] = [] } = functionOf(call) ?? {}
    if (criterion && CHOOSING.has(name) && areImpossible(claimsOf(criterion, true, this.factTree))) this.never()
  }

  private known(on: SyntaxNode, isKnown: boolean): void {
    if (isKnown) this.claim(on, true)
    else this.add(`known ${keyOf(on)}`, false)
  }

  private order(operator: string, left: SyntaxNode, right: SyntaxNode, isTrue: boolean): void {
    const order = ORDERS[operator]
    if (!order) return
    this.limit((isTrue ? operator : OPPOSITE[operator]) ?? '', left, right)
    const sides = `${keyOf(left)} ${keyOf(right)}`
    const [as, isSo] = [order[0], order[1] === isTrue]
    this.add(`${as} ${sides}`, isSo)
    // What is less is not more, and what is more is not less.
    if ((as === '<') === isSo) this.add(`${isSo ? '<=' : '<'} ${sides}`, isSo)
  }

  private equality(operator: string, left: SyntaxNode, right: SyntaxNode, isTrue: boolean): void {
    if (operator !== '=' && operator !== '!=') return
    const isSame = (operator === '=') === isTrue
    const truth = truthOf(bare(right))
    if (truth !== undefined) return this.claim(left, truth === isSame)
    this.add(`= ${keyOf(left)} ${keyOf(right)}`, isSame)
    if (isSame) for (const operator of ['<=', '>=']) this.limit(operator, left, right)
  }

  /** How much one side of a comparison is at least or at most, where the other is written out. */
  private limit(operator: string, left: SyntaxNode, right: SyntaxNode): void {
    const [value, mirrored] = [right, left].map(side => writtenValue(side, node => this.factOf(node)))
    if (value) this.limitTo(operator, left, value)
    if (mirrored) this.limitTo(MIRRORED[operator] ?? '', right, mirrored)
  }

  private limitTo(operator: string, what: SyntaxNode, { scale, least, most }: Written): void {
    const isUpper = operator.startsWith('<')
    // What is not known to the day is taken as wide as it may be.
    const isIncluded = operator.endsWith('=') || least !== most
    this.limits.push({ about: `${keyOf(what)} in ${scale}`, isUpper, value: isUpper ? most : least, isIncluded })
  }

  /** `true` is never false, nor `false` true, and `{}` neither. */
  private literal(written: SyntaxNode | undefined, isTrue: boolean): void {
    const isNever = written?.type === 'NullLiteral' || (written?.type === 'BooleanLiteral' && (written.text === 'true') !== isTrue)
    if (isNever) this.never()
  }

  private never(): void {
    for (const isSo of [true, false]) this.add('never', isSo)
  }

  private factOf(node: SyntaxNode): SyntaxNode | undefined {
    return node.type === 'ExternalConstantTerm' ? this.factTree(nameWithoutQuotes(node.delimitedText ?? node.text ?? '')) : undefined
  }

  private add(about: string, isSo: boolean): void {
    this.said.set(about, (this.said.get(about) ?? new Set()).add(isSo))
  }
}

function truthOf(node: SyntaxNode): boolean | undefined {
  const [literal] = node.type === 'LiteralTerm' ? childNodes(node) : []
  return literal?.type === 'BooleanLiteral' ? literal.text === 'true' : undefined
}
