import fhirpath from 'fhirpath'
import { functionOf, childNodes, plainSource, type SyntaxNode } from '../../../src/engine/expression/syntax.js'
import { FUNCTIONS } from '../../../src/engine/expression/functions/table.js'
import { NOTHING, truth, truthCollection, type Collection } from '../../../src/engine/expression/values.js'

/** A part of an expression: its node, and where its text begins and ends. */
interface Part {
  node: SyntaxNode
  from: number
  to: number
}

/** Evaluates the text of a part, in which more names stand for values that are there already. */
type Ask = (part: string, values: Readonly<Record<string, Collection>>) => Collection

type Placed = SyntaxNode & { start?: { line: number; column: number }; length?: number }

/**
 * What an expression must come to where we differ from the interpreter on purpose: one side of a connective decides alone,
 * also where the other fails, and a criterion is true, false or nothing. The logic stands here once more, in other words
 * than in the engine; all between the connectives is asked of the interpreter.
 * @param ask evaluates a part by the interpreter alone.
 * @throws whatever the parts throw that decide.
 */
export function decidedAlone(written: string, ask: Ask): Collection {
  const source = plainSource(written)
  const lines = source.split('\n')
  const offsetOf = ({ start }: Placed): number =>
    lines.slice(0, (start?.line ?? 1) - 1).reduce((sum, line) => sum + line.length + 1, 0) + (start?.column ?? 1) - 1
  let items = 0
  /** The items of a list for which a criterion is true, each asked by itself. */
  const kept = (input: Collection, criterion: Part, asking: Ask): Collection =>
    input.filter(item => {
      const name = `item${(items += 1)}`
      const ofItem: Ask = (part, values) => asking(`%${name}.select(${part})`, { ...values, [name]: [item] })
      return truth(walk(criterion, ofItem)) === true
    })
  const walk = (part: Part, asking: Ask): Collection => {
    const { node, from, to } = part
    const [left, right] = childNodes(node)
    switch (node.type) {
      case 'EntireExpression':
      case 'TermExpression':
      case 'InvocationTerm':
        return left ? walk({ node: left, from, to }, asking) : NOTHING
      case 'ParenthesizedTerm':
        return left ? walk({ node: left, from: source.indexOf('(', from) + 1, to: source.lastIndexOf(')', to - 1) }, asking) : NOTHING
      case 'AndExpression':
      case 'OrExpression':
      case 'ImpliesExpression': {
        if (!left || !right) return NOTHING
        const { text: sign = '' } = node
        const at = offsetOf(node)
        return connected(
          sign,
          () => truth(walk({ node: left, from, to: at }, asking)),
          () => truth(walk({ node: right, from: at + sign.length, to }, asking)),
        )
      }
      case 'AdditiveExpression': {
        if (!left || !right) return NOTHING
        const { text: sign = '' } = node
        const at = offsetOf(node)
        const values = {
          left: walk({ node: left, from, to: at }, asking),
          right: walk({ node: right, from: at + sign.length, to }, asking),
        }
        return asking(`%left ${sign} %right`, values)
      }
      case 'InvocationExpression': {
        const { name = '', argumentNodes = [] } = (right && functionOf(right)) ?? {}
        if (!left || !right || !FUNCTIONS.has(name)) break
        const within: Part = { node: left, from, to: source.lastIndexOf('.', offsetOf(right)) }
        if (FUNCTIONS.get(name)?.onEachItem && argumentNodes.length > 0) {
          const [criterion, place] = [argumentNodes[0], argumentPlaces(source, offsetOf(right), to)[0]]
          const keep = ON_CRITERION[name]
          if (!keep || !criterion || !place || source.slice(place.from, place.to).includes('$index')) break
          return keep(kept(walk(within, asking), { node: criterion, ...place }, asking))
        }
        const input = walk(within, asking)
        const apply = argumentNodes.length === 0 ? ON_TRUTH[name] : undefined
        if (apply) return apply(input)
        const places = argumentPlaces(source, offsetOf(right), to)
        const isType = ['ofType', 'as', 'is'].includes(name)
        const values = isType ? [] : argumentNodes.map((argument, index) => walk({ node: argument, ...(places[index] ?? NOWHERE) }, asking))
        const args = isType ? source.slice(places[0]?.from, places[0]?.to) : values.map((_, index) => `%argument${index}`).join()
        return asking(`%input.${name}(${args})`, {
          input,
          ...Object.fromEntries(values.map((value, index) => [`argument${index}`, value])),
        })
      }
      case 'FunctionInvocation': {
        const { name, argumentNodes = [] } = functionOf(node) ?? {}
        if (name !== 'iif') break
        const places = argumentPlaces(source, from, to)
        const chosen = (index: number): Collection => {
          const [argument, place] = [argumentNodes[index], places[index]]
          return argument && place ? walk({ node: argument, ...place }, asking) : NOTHING
        }
        return chosen(truth(chosen(0)) === true ? 1 : 2)
      }
    }
    return asking(source.slice(from, to), {})
  }
  return walk({ node: fhirpath.parse(source) as unknown as SyntaxNode, from: 0, to: source.length }, ask)
}

const NOWHERE = { from: 0, to: 0 }

/** Functions that ask of a whole part whether it is true, or there. */
const ON_TRUTH: Readonly<Record<string, (input: Collection) => Collection>> = {
  not: input => opposite(truth(input)),
  knownTrue: input => truthCollection(truth(input) === true),
  notKnownTrue: input => truthCollection(truth(input) !== true),
  exists: input => truthCollection(input.length > 0),
  empty: input => truthCollection(input.length === 0),
}

/** Functions that ask of each item whether a criterion is true, by what they make of those for which it is. */
const ON_CRITERION: Readonly<Record<string, (kept: Collection) => Collection>> = {
  where: kept => kept,
  exists: kept => truthCollection(kept.length > 0),
}

const opposite = (value: boolean | undefined): Collection => (value === undefined ? NOTHING : truthCollection(!value))

type Side = boolean | undefined | { error: unknown }

/** Tables of three-valued logic in which an error stands for a side that nobody can tell. */
function connected(sign: string, left: () => boolean | undefined, right: () => boolean | undefined): Collection {
  const one = sideOf(left)
  const isError = typeof one === 'object'
  if (sign === 'xor') return isError ? thrown(one) : exclusive(one, right())
  const first = sign === 'implies' && typeof one === 'boolean' ? !one : one
  const decisive = sign !== 'and'
  if (first === decisive) return truthCollection(decisive)
  const second = right()
  if (second === decisive) return truthCollection(decisive)
  if (typeof first === 'object') return thrown(first)
  return first === undefined || second === undefined ? NOTHING : truthCollection(!decisive)
}

const exclusive = (one: boolean | undefined, other: boolean | undefined): Collection =>
  one === undefined || other === undefined ? NOTHING : truthCollection(one !== other)

function sideOf(ask: () => boolean | undefined): Side {
  try {
    return ask()
  } catch (error) {
    return { error }
  }
}

function thrown({ error }: { error: unknown }): never {
  throw error
}

/** Where the arguments of a call begin and end, which commas outside of texts and parentheses part. */
function argumentPlaces(source: string, from: number, to: number): { from: number; to: number }[] {
  const open = source.indexOf('(', from)
  const places: { from: number; to: number }[] = []
  let [depth, begin, quote] = [0, open + 1, '']
  for (let at = open + 1; at < to; at += 1) {
    const letter = source.charAt(at)
    if (quote !== '') {
      if (letter === '\\') at += 1
      else if (letter === quote) quote = ''
    } else if (letter === "'" || letter === '`') quote = letter
    else if (letter === '(' || letter === '{') depth += 1
    else if ((letter === ')' || letter === '}') && depth > 0) depth -= 1
    else if (depth === 0 && (letter === ',' || letter === ')')) {
      places.push({ from: begin, to: at })
      begin = at + 1
      if (letter === ')') break
    }
  }
  return places
}
