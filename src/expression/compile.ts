import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { invocationTable, ownFunctions, OWN_FUNCTION_NAMES, type ValueSetLookup } from './functions.js'
import { STATE, type Evidence, type Scope } from './scope.js'
import { memoised } from './memoised.js'
import { PLAIN_OPERATORS } from './operators.js'
import { isNode, NO, NOTHING, resourceReference, truth, truthCollection, YES, type Collection, type Item } from './values.js'
import { childNodes, functionOf, lineStarts, offsetOf, parseExpression, stringLiteral, plainSource, type SyntaxNode } from './syntax.js'

/** An expression ready to run: a scope in, a collection out. */
export type Evaluator = (scope: Scope) => Collection

/**
 * Turns the text of an expression into an evaluator; what it refers to must have been checked before. The same text
 * gives the same evaluator. Whoever has parsed the text already can hand over its tree.
 */
export type Compiler = (source: string, tree?: SyntaxNode) => Evaluator

/** Raised inside the interpreter when the evaluation has used up its time. */
export class DeadlinePassed extends Error {}

/** Calls that evaluate something once an item; without one an expression takes few steps, and watching them costs more than they do. */
const LOOPS = /\b(?:where|select|all|exists|repeat|aggregate|sort|coalesce|descendants|children)\s*\(/

/** Name of the variable that holds what a path began with; no fact can be called that. */
const BEGINNING = '(beginning)'

/** How many steps of the interpreter pass between two looks at the clock. */
const STEPS_BETWEEN_CLOCK_CHECKS = 32

/**
 * Builds a compiler over a set of value sets. The boolean skeleton of an expression (and, or, xor, implies, not,
 * exists, empty, count, iif, variables, our own functions, operators on plain values) runs natively and stops as soon as the answer is certain;
 * everything between is left to the FHIRPath interpreter.
 */
export function createCompiler(valueSets: ValueSetLookup): Compiler {
  const native = ownFunctions(valueSets)
  const interpreterOptions = {
    resolveInternalTypes: false,
    async: false as const,
    userInvocationTable: invocationTable(valueSets) as never,
  }

  const compile = (node: SyntaxNode, source: Slice): Evaluator =>
    compilePart(node, source) ?? fromNothing(node, continued(node, source) ?? interpreted(source.text()))

  /** A path that goes on from a function of ours: that runs natively, and the interpreter takes over from its result. */
  const continued = (node: SyntaxNode, source: Slice): Evaluator | undefined => {
    for (let path: SyntaxNode | undefined = node; path?.type === 'InvocationExpression'; path = childNodes(path)[0]) {
      const [target, call] = childNodes(path)
      const begin = target && call && isOwnCall(target) ? compilePart(target, source.upTo(call)) : undefined
      if (!begin || !call) continue
      // The beginning is a variable and not what the rest runs on: `$this` in its arguments is still the root.
      const goOn = interpreted(`%\`${BEGINNING}\`.${source.startingAt(call).text()}`)
      return scope => goOn(Object.create(scope, { [BEGINNING]: { value: beginningFrom(begin, scope) } }) as Scope)
    }
    return undefined
  }

  /** An evaluator that needs no interpreter, or undefined where this part is beyond the skeleton. */
  const compilePart = (node: SyntaxNode, source: Slice): Evaluator | undefined => {
    const [only] = childNodes(node)
    switch (node.type) {
      case 'TermExpression':
        return only && compilePart(only, source)
      case 'ParenthesizedTerm':
        return only && compilePart(only, source.withoutParentheses())
      case 'ExternalConstantTerm':
        return node.text === undefined ? undefined : variable(node.text)
      case 'AndExpression':
      case 'OrExpression':
      case 'ImpliesExpression':
        return connective(node, source)
      case 'EqualityExpression':
      case 'InequalityExpression':
      case 'AdditiveExpression':
      case 'MembershipExpression':
        return operation(node, source)
      case 'InvocationExpression':
        return invocation(node, source)
      case 'InvocationTerm':
        return only && functionOf(only)?.name === 'iif' ? choice(only, source) : undefined
      default:
        return undefined
    }
  }

  const connective = (node: SyntaxNode, source: Slice): Evaluator | undefined => {
    const [left, right] = childNodes(node)
    const operator = node.text ?? (node.type === 'ImpliesExpression' ? 'implies' : '')
    const combine = CONNECTIVES[operator]
    if (!left || !right || !combine || !node.start) return undefined
    const { before, after } = source.around(node, operator.length)
    return combine(compile(left, before), compile(right, after))
  }

  /** An operator between two values; what is more than plain values is left to the interpreter, whole. */
  const operation = (node: SyntaxNode, source: Slice): Evaluator | undefined => {
    const [left, right] = childNodes(node)
    const operator = node.text ?? ''
    const compute = Object.hasOwn(PLAIN_OPERATORS, operator) ? PLAIN_OPERATORS[operator] : undefined
    if (!left || !right || !compute || !node.start) return undefined
    const { before, after } = source.around(node, operator.length)
    const one = literal(left) ?? compilePart(left, before)
    const other = literal(right) ?? compilePart(right, after)
    if (!one || !other) return undefined
    const whole = interpreted(source.text())
    return scope => compute(noting(one)(scope), noting(other)(scope)) ?? whole(scope)
  }

  const invocation = (node: SyntaxNode, source: Slice): Evaluator | undefined => {
    const [target, call] = childNodes(node)
    const called = call && functionOf(call)
    if (!target || !called) return undefined
    const { name, argumentNodes } = called
    const isQuestion = argumentNodes.length === 0 && (name === 'exists' || name === 'empty' || name === 'count')
    const on = isQuestion ? compile(target, source.upTo(call)) : compilePart(target, source.upTo(call))
    if (!on) return undefined
    if (argumentNodes.length === 0 && Object.hasOwn(PLAIN_FUNCTIONS, name)) return PLAIN_FUNCTIONS[name]?.(on)
    const own = OWN_FUNCTION_NAMES.has(name) ? native[name] : undefined
    if (!own && name !== 'combine') return undefined
    const args = argumentsOf(call, argumentNodes, source)
    if (name === 'combine') return args[0] && combined(on, args[0])
    return own && (scope => {
      const input = on(scope)
      return noteFound(scope, input, own(input, args.map(arg => arg(scope)), scope[STATE]))
    })
  }

  /** `iif` that stands alone: what its criterion did not choose is not evaluated. */
  const choice = (call: SyntaxNode, source: Slice): Evaluator | undefined => {
    const [criterion, whenTrue, otherwise = () => NOTHING] = argumentsOf(call, functionOf(call)?.argumentNodes ?? [], source)
    return criterion && whenTrue && (scope => (truth(criterion(scope)) ? whenTrue(scope) : otherwise(scope)))
  }

  /** The arguments of a call that runs natively: outside of it nothing iterates, so each stands for itself. */
  const argumentsOf = (call: SyntaxNode, nodes: readonly SyntaxNode[], source: Slice): Evaluator[] => {
    const parts = source.argumentsOf(call)
    return nodes.map((node, index) => literal(node) ?? compile(node, parts[index] ?? source))
  }

  const interpreted = memoised((text: string): Evaluator => {
    // Prepared when first asked for: the text is known to parse, many are seldom reached, and few calls are explained.
    const prepare = (debug?: unknown) => fhirpath.compile(text, r4, debug ? { ...interpreterOptions, debugger: debug as never } : interpreterOptions)
    let run: ReturnType<typeof prepare> | undefined
    let runExplained: ReturnType<typeof prepare> | undefined
    return scope => {
      const { frames, evidence } = scope[STATE]
      if (!evidence) {
        run ??= prepare(LOOPS.test(text) && checkDeadline)
        return run({}, scope as never) as Collection
      }
      runExplained ??= prepare(noteEvidence)
      const steps: Steps = new Map()
      const outer = traced.get(scope)
      traced.set(scope, steps)
      try {
        return runExplained({}, scope as never) as Collection
      } finally {
        if (outer) traced.set(scope, outer)
        const frame = frames.at(-1)
        if (frame) noteNarrowest(steps.get('last') as SyntaxNode | undefined, steps, frame)
      }
    }
  })

  return memoised((source: string, tree = parseExpression(source)) => {
    const root = withoutWrapping(tree)
    if (!root) throw new TypeError('the expression is empty')
    return noting(compile(root, new Slice(plainSource(source))))
  })
}

/** The expression itself; the parser wraps it more than once. */
function withoutWrapping(node: SyntaxNode | undefined): SyntaxNode | undefined {
  return node?.type === 'EntireExpression' ? withoutWrapping(childNodes(node)[0]) : node
}

/** The part of an expression's text, free of comments, that a syntax node covers. */
class Slice {
  constructor(
    private readonly source: string,
    private readonly lines: readonly number[] = lineStarts(source),
    private readonly from = 0,
    private readonly to = source.length,
  ) {}

  text(): string {
    return this.source.slice(this.from, this.to)
  }

  withoutParentheses(): Slice {
    return this.part(this.source.indexOf('(', this.from) + 1, this.source.lastIndexOf(')', this.to - 1))
  }

  around(operator: SyntaxNode, length: number): { before: Slice; after: Slice } {
    const at = offsetOf(operator, this.lines)
    return { before: this.part(this.from, at), after: this.part(at + length, this.to) }
  }

  /** From the name of an invocation on. */
  startingAt(call: SyntaxNode): Slice {
    return this.part(offsetOf(call, this.lines), this.to)
  }

  /** What stands before the dot of an invocation. */
  upTo(call: SyntaxNode): Slice {
    return this.part(this.from, this.source.lastIndexOf('.', offsetOf(call, this.lines)))
  }

  /** The arguments between the parentheses of a call. */
  argumentsOf(call: SyntaxNode): Slice[] {
    const open = this.source.indexOf('(', offsetOf(call, this.lines))
    const [close, ...commas] = closingAndCommas(this.source, open)
    return [...commas, close].map((end, index) => this.part((index === 0 ? open : (commas[index - 1] ?? open)) + 1, end))
  }

  private part(from: number, to: number): Slice {
    return new Slice(this.source, this.lines, from, to)
  }
}

/** Strings and delimited names, whose signs mean nothing, and the signs that part arguments. */
const SIGNS = /'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[()[\]{},]/g

/** Where the parenthesis that opens at an offset closes, and the commas directly within it. */
function closingAndCommas(source: string, open: number): [close: number, ...commas: number[]] {
  const commas: number[] = []
  let depth = 0
  for (const { 0: sign, index } of source.slice(open).matchAll(SIGNS)) {
    if ('([{'.includes(sign)) depth += 1
    else if (')]}'.includes(sign)) depth -= 1
    else if (sign === ',' && depth === 1) commas.push(open + index)
    if (depth === 0 && sign === ')') return [open + index, ...commas]
  }
  return [source.length, ...commas]
}

/**
 * Three-valued logic in which one side can decide alone: `decisive` on either side is the answer. The right side is
 * left alone once the left has decided, and an error on the left does not hide that the right decides.
 */
const decidedBy = (decisive: boolean, left: Evaluator, right: Evaluator): Evaluator => scope => {
  let first: boolean | undefined
  let failure: unknown
  try {
    first = truth(left(scope))
  } catch (error) {
    failure = error
  }
  if (first === decisive) return truthCollection(decisive)
  const second = truth(right(scope))
  if (second === decisive) return truthCollection(decisive)
  if (failure !== undefined) throw failure
  return first === undefined || second === undefined ? NOTHING : truthCollection(!decisive)
}

const negated = (on: Evaluator): Evaluator => scope => {
  const value = truth(on(scope))
  return value === undefined ? NOTHING : truthCollection(!value)
}

const isOwnCall = (node: SyntaxNode): boolean => {
  const called = childNodes(node)[1]
  return node.type === 'InvocationExpression' && called !== undefined && OWN_FUNCTION_NAMES.has(functionOf(called)?.name ?? '')
}

/** Functions that make nothing of nothing. */
const NOTHING_FROM_NOTHING = new Set(['where', 'select', 'ofType', 'repeat', 'first', 'last', 'tail', 'skip', 'take', 'distinct', 'min', 'max', 'lowBoundary', 'highBoundary', 'codedIn', 'referringTo', 'newest', 'since', 'notInFuture', 'calendarDate', 'recordDate', 'ofQuestionnaire', 'answering', 'aboveRange'])

/** The variable at which a path begins that leads nowhere where the variable holds nothing; undefined for any other expression. */
function beginningOf(node: SyntaxNode): string | undefined {
  const [first, call] = childNodes(node)
  if (node.type === 'TermExpression') return first?.type === 'ExternalConstantTerm' ? first.text : undefined
  if (node.type !== 'InvocationExpression' || !first || !call) return undefined
  const name = functionOf(call)?.name
  return name === undefined ? (call.type === 'MemberInvocation' ? beginningOf(first) : undefined) : NOTHING_FROM_NOTHING.has(name) ? beginningOf(first) : undefined
}

/** Leaves a path alone whose beginning holds nothing. */
function fromNothing(node: SyntaxNode, follow: Evaluator): Evaluator {
  const name = beginningOf(node)
  if (name === undefined) return follow
  const beginning = variable(name)
  return scope => (beginning(scope).length === 0 ? NOTHING : follow(scope))
}

const CONNECTIVES: Readonly<Record<string, (left: Evaluator, right: Evaluator) => Evaluator>> = {
  and: (left, right) => decidedBy(false, left, right),
  or: (left, right) => decidedBy(true, left, right),
  implies: (left, right) => decidedBy(true, negated(left), right),
  xor: (left, right) => scope => {
    const first = truth(left(scope))
    const second = truth(right(scope))
    return first === undefined || second === undefined ? NOTHING : truthCollection(first !== second)
  },
}

const PLAIN_FUNCTIONS: Readonly<Record<string, (on: Evaluator) => Evaluator>> = {
  not: negated,
  exists: on => {
    const noted = noting(on)
    return scope => truthCollection(noted(scope).length > 0)
  },
  empty: on => {
    const noted = noting(on)
    return scope => truthCollection(noted(scope).length === 0)
  },
  count: on => {
    const noted = noting(on)
    return scope => [noted(scope).length]
  },
}

/** A string, a whole number, a truth value or nothing, written out; undefined for anything else. */
function literal(node: SyntaxNode): Evaluator | undefined {
  const text = stringLiteral(node)
  const value = text === undefined ? writtenValue(node) : Object.freeze([text])
  return value && (() => value)
}

function writtenValue(node: SyntaxNode): Collection | undefined {
  const [only] = childNodes(node)
  switch (node.type) {
    case 'TermExpression':
    case 'LiteralTerm':
      return only && writtenValue(only)
    case 'BooleanLiteral':
      return node.text === 'true' ? YES : NO
    case 'NumberLiteral':
      return /^\d{1,9}$/.test(node.text ?? '') ? Object.freeze([Number(node.text)]) : undefined
    case 'NullLiteral':
      return NOTHING
    default:
      return undefined
  }
}

const combined = (left: Evaluator, right: Evaluator): Evaluator => scope => {
  const first = left(scope)
  const second = right(scope)
  return first.length === 0 ? second : second.length === 0 ? first : [...first, ...second]
}

const variable = (name: string): Evaluator => scope => {
  const value = scope[name]
  return Array.isArray(value) ? value : value === undefined || value === null ? NOTHING : [value]
}

interface InterpreterContext {
  vars: Scope
}

function checkDeadline(context: InterpreterContext): void {
  const state = context.vars[STATE]
  state.steps += 1
  if (state.steps % STEPS_BETWEEN_CLOCK_CHECKS === 0 && performance.now() > state.stopAt) throw new DeadlinePassed()
}

/** Resources met at each step of an explained evaluation, and the step that came last (the whole expression). */
type Steps = Map<SyntaxNode | 'last', Set<string> | SyntaxNode>

/** The evaluation that runs now in each scope; a fact that asks for another fact nests them. */
const traced = new WeakMap<Scope, Steps>()

function noteEvidence(context: InterpreterContext, _focus: unknown, result: Item | Item[], node: SyntaxNode): void {
  checkDeadline(context)
  const steps = traced.get(context.vars)
  if (!steps) return
  steps.set('last', node)
  steps.set(node, new Set(referencesIn(Array.isArray(result) ? result : [result])))
}

const referencesIn = (items: Collection): string[] =>
  items.flatMap(item => (isNode(item) ? (resourceReference(item) ?? []) : []))

/**
 * Notes the resources of the outermost steps that still held records: what was found, not what was searched.
 * Criteria inside function arguments look at every record and say nothing about the result.
 */
function noteNarrowest(node: SyntaxNode | undefined, steps: Steps, frame: Evidence): void {
  if (!node || node.type === 'ParamList') return
  const found = steps.get(node)
  if (found instanceof Set && found.size > 0) for (const reference of found) frame.resources.add(reference)
  else if (!isFilter(node)) for (const child of childNodes(node)) noteNarrowest(child, steps, frame)
}

/** Functions that keep some of the records they are called on; where none is left, none was found. */
const FILTERS = new Set(['where', 'ofType', 'codedIn', 'since', 'notInFuture', 'referringTo', 'newest', 'ofQuestionnaire', 'answering', 'intersect', 'exclude'])

const isFilter = (node: SyntaxNode): boolean => childNodes(node).some(child => FILTERS.has(functionOf(child)?.name ?? ''))

/**
 * What a path begins with. Explained, the rest of the path tells which of these records led to the result; the
 * beginning tells of records itself where it yields plain values, which lead back to none.
 */
function beginningFrom(begin: Evaluator, scope: Scope): Collection {
  const { frames } = scope[STATE]
  const frame = frames.at(-1)
  if (!frame) return begin(scope)
  const aside: Evidence = { facts: frame.facts, resources: new Set() }
  frames.push(aside)
  try {
    const beginning = begin(scope)
    if (beginning.some(item => !isNode(item))) for (const reference of aside.resources) frame.resources.add(reference)
    return beginning
  } finally {
    frames.pop()
  }
}

/** Notes the records in the final result of an expression that ran without the interpreter. */
const noting = (evaluate: Evaluator): Evaluator => scope => {
  const result = evaluate(scope)
  note(scope, result)
  return result
}

/** Notes the records that a function of ours found; for a function that answers with plain values, those it judged. */
function noteFound(scope: Scope, input: Collection, result: Collection): Collection {
  note(scope, result.some(item => !isNode(item)) ? input : result)
  return result
}

function note(scope: Scope, collection: Collection): void {
  const frame = scope[STATE].frames.at(-1)
  if (frame) for (const reference of referencesIn(collection)) frame.resources.add(reference)
}
