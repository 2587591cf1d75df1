import r4 from 'fhirpath/fhir-context/r4'
import { OWN_FUNCTION_NAMES } from './functions.js'
import { childNodes, functionOf, type SyntaxNode } from './syntax.js'

/**
 * What is known of the items an expression yields: a set of FHIR types or element paths such as `Condition` or
 * `QuestionnaireResponse.item`; 'any' where nothing is known and nothing can be checked.
 */
export type ItemTypes = ReadonlySet<string> | 'any'

/** The variables an expression may use, with the types of their items. */
export type KnownVariables = ReadonlyMap<string, ItemTypes>

export interface NamingResult {
  types: ItemTypes
  /** One sentence a fault: unknown element, variable, type or function. */
  faults: string[]
  /** Names of the variables that the expression uses. */
  variables: ReadonlySet<string>
}

/**
 * Follows an expression through the R4 model and reports every name that does not exist, since the interpreter
 * would silently answer "nothing" for it.
 */
export function checkNames(tree: SyntaxNode, focus: ItemTypes, variables: KnownVariables): NamingResult {
  const walk = new NameWalk(variables, focus)
  const types = walk.typesOf(tree, focus)
  return { types, faults: walk.faults, variables: walk.used }
}

const NONE: ReadonlySet<string> = new Set()
const only = (type: string): ItemTypes => new Set([type])
const BOOLEAN = only('boolean')

const PATH_TYPES = r4.path2Type as Readonly<Record<string, string>>
const CHOICES = r4.choiceTypePaths as Readonly<Record<string, readonly string[]>>
const PARENTS = r4.type2Parent as Readonly<Record<string, string>>
const ELSEWHERE = r4.pathsDefinedElsewhere as Readonly<Record<string, string>>

/** Functions that yield items of the type they are called on. */
const KEEPS_TYPE = new Set([
  'first', 'last', 'tail', 'skip', 'take', 'single', 'distinct', 'where', 'trace', 'exclude', 'intersect', 'sort',
  'union', 'combine', 'codedIn', 'newest', 'min', 'max', 'sum', 'avg', 'lowBoundary', 'highBoundary', 'abs', 'round', 'coalesce',
])

/** Functions with a result of one type, whatever they are called on. */
const RESULT: ReadonlyMap<string, string> = new Map(Object.entries({
  exists: 'boolean', empty: 'boolean', not: 'boolean', all: 'boolean', allTrue: 'boolean', anyTrue: 'boolean',
  allFalse: 'boolean', anyFalse: 'boolean', is: 'boolean', memberOf: 'boolean', refersTo: 'boolean', contains: 'boolean',
  startsWith: 'boolean', endsWith: 'boolean', matches: 'boolean', matchesFull: 'boolean', subsetOf: 'boolean',
  supersetOf: 'boolean', isDistinct: 'boolean', hasValue: 'boolean', toBoolean: 'boolean', comparable: 'boolean',
  count: 'integer', length: 'integer', indexOf: 'integer', toInteger: 'integer', difference: 'integer',
  truncate: 'integer', ceiling: 'integer', floor: 'integer', ordinal: 'decimal', weight: 'decimal', toDecimal: 'decimal',
  toString: 'string', upper: 'string', lower: 'string', substring: 'string', replace: 'string', replaceMatches: 'string',
  join: 'string', split: 'string', trim: 'string', toChars: 'string', today: 'date', calendarDate: 'date', toDate: 'date',
  now: 'dateTime', toDateTime: 'dateTime', timeOfDay: 'time', toQuantity: 'Quantity',
}))

/** Functions whose result depends on more than we follow. */
const ANY_RESULT = new Set(['children', 'descendants', 'answer', 'aggregate', 'getValue', 'power', 'sqrt'])

/** Functions that would leave the machine or hide what they do; knowledge may not use them. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['resolve', 'would read from the network; use the records that the call brings'],
  ['defineVariable', 'hides a fact; name it in a Library'],
])

/** Functions whose argument is evaluated on each item; the arguments of all others see what `$this` is around them. */
const ON_EACH_ITEM = new Set(['where', 'select', 'all', 'exists', 'repeat', 'sort', 'aggregate', 'trace', 'iif', 'coalesce'])

/** Operators that yield a truth value. */
const TRUTH_EXPRESSIONS = new Set([
  'AndExpression', 'OrExpression', 'ImpliesExpression', 'EqualityExpression', 'InequalityExpression', 'MembershipExpression',
])

class NameWalk {
  readonly faults: string[] = []
  readonly used = new Set<string>()

  /** What `$this` is outside of the innermost function that runs on each item. */
  private around: ItemTypes

  constructor(private readonly variables: KnownVariables, root: ItemTypes) {
    this.around = root
  }

  typesOf(node: SyntaxNode, focus: ItemTypes): ItemTypes {
    const children = childNodes(node)
    switch (node.type) {
      case 'ExternalConstantTerm':
        return this.variable(node.text ?? '')
      case 'MemberInvocation':
        return this.member(node.text ?? '', focus)
      case 'ThisInvocation':
        return focus
      case 'FunctionInvocation':
        return this.call(node, focus)
      case 'InvocationExpression':
        return this.chain(children, focus)
      case 'IndexerExpression':
        return this.firstOf(children, focus)
      case 'UnionExpression':
        return merge(children.map(child => this.typesOf(child, focus)))
      case 'TypeExpression':
        return this.typeExpression(node, focus)
      case 'LiteralTerm':
        return 'any'
    }
    const types = children.map(child => this.typesOf(child, focus))
    if (TRUTH_EXPRESSIONS.has(node.type)) return BOOLEAN
    return types.length === 1 ? (types[0] ?? 'any') : 'any'
  }

  private chain([target, step]: readonly SyntaxNode[], focus: ItemTypes): ItemTypes {
    const on = target ? this.typesOf(target, focus) : focus
    return step ? this.typesOf(step, on) : on
  }

  private firstOf(children: readonly SyntaxNode[], focus: ItemTypes): ItemTypes {
    const types = children.map(child => this.typesOf(child, focus))
    return types[0] ?? 'any'
  }

  private variable(text: string): ItemTypes {
    const name = text.replace(/^[`']|[`']$/g, '')
    this.used.add(name)
    const types = this.variables.get(name)
    if (types === undefined) this.faults.push(`%${name} is not a known fact or variable`)
    return types ?? 'any'
  }

  private member(name: string, focus: ItemTypes): ItemTypes {
    if (name === '$this' || focus === 'any') return focus
    if (focus.size === 1 && focus.has(name)) return focus
    const found = [...focus].map(type => childTypes(type, name))
    const known = found.filter(types => types !== undefined)
    if (known.length === 0 && focus.size > 0) {
      this.faults.push(`'${name}' is not an element of ${[...focus].join(' or ')}`)
      return 'any'
    }
    return merge(known)
  }

  private call(node: SyntaxNode, focus: ItemTypes): ItemTypes {
    const called = functionOf(node)
    if (!called) return 'any'
    const { name, argumentNodes } = called
    const refusal = REFUSED.get(name)
    if (refusal !== undefined) this.faults.push(`${name}() ${refusal}`)
    if (name === 'ofType' || name === 'as' || name === 'is') {
      const type = this.typeName(argumentNodes[0])
      return name === 'is' ? BOOLEAN : type
    }
    const argumentTypes = this.argumentTypes(name, argumentNodes, focus)
    if (KEEPS_TYPE.has(name)) return name === 'union' || name === 'combine' ? merge([focus, ...argumentTypes]) : focus
    if (name === 'select' || name === 'repeat') return argumentTypes[0] ?? 'any'
    if (name === 'extension') return only('Extension')
    if (name === 'iif') return merge(argumentTypes.slice(1))
    const result = RESULT.get(name)
    if (result !== undefined) return only(result)
    if (!ANY_RESULT.has(name) && !OWN_FUNCTION_NAMES.has(name) && refusal === undefined) {
      this.faults.push(`${name}() is not a known function`)
    }
    return 'any'
  }

  private argumentTypes(name: string, argumentNodes: readonly SyntaxNode[], focus: ItemTypes): ItemTypes[] {
    if (!ON_EACH_ITEM.has(name)) return argumentNodes.map(argument => this.typesOf(argument, this.around))
    const outside = this.around
    this.around = focus
    const types = argumentNodes.map(argument => this.typesOf(argument, focus))
    this.around = outside
    return types
  }

  private typeExpression(node: SyntaxNode, focus: ItemTypes): ItemTypes {
    const [target, type] = childNodes(node)
    if (target) this.typesOf(target, focus)
    const named = this.typeName(type)
    return node.text === 'is' ? BOOLEAN : named
  }

  private typeName(node: SyntaxNode | undefined): ItemTypes {
    const name = node && deepestText(node)
    const type = name?.split('.').at(-1) ?? ''
    if (!(type in PARENTS) && !SYSTEM_TYPES.has(type)) this.faults.push(`'${name}' is not a FHIR type`)
    return only(type)
  }
}

const SYSTEM_TYPES = new Set(['Boolean', 'String', 'Integer', 'Decimal', 'Date', 'DateTime', 'Time', 'Quantity'])

function deepestText(node: SyntaxNode): string {
  const names = childNodes(node).map(deepestText).filter(text => text !== '')
  return names.length > 0 ? names.join('.') : (node.text ?? '')
}

function merge(all: readonly (ItemTypes | undefined)[]): ItemTypes {
  const merged = new Set<string>()
  for (const types of all) {
    if (types === undefined) continue
    if (types === 'any') return 'any'
    for (const type of types) merged.add(type)
  }
  return merged.size === 0 ? NONE : merged
}

/** Types of the element `name` of a type or path; undefined when there is no such element. */
function childTypes(type: string, name: string): ItemTypes | undefined {
  for (let owner: string | undefined = type; owner; owner = PARENTS[owner]) {
    const path: string = ELSEWHERE[`${owner}.${name}`] ?? `${owner}.${name}`
    const choices = CHOICES[path]
    if (choices) return new Set(choices.map(asTypeName))
    const found = PATH_TYPES[path]
    if (found !== undefined) return only(['BackboneElement', 'Element'].includes(found) ? path : found.replace('System.', ''))
  }
  return path2Primitive(type, name)
}

/** Elements that every primitive has; the model lists none for primitives. */
function path2Primitive(type: string, name: string): ItemTypes | undefined {
  if (/^[a-z]/.test(type) || type === 'String') return name === 'extension' ? only('Extension') : name === 'value' ? 'any' : undefined
  return undefined
}

/** The model writes primitive choices with a capital (`DateTime`), types proper with a small letter. */
function asTypeName(choice: string): string {
  const small = choice.charAt(0).toLowerCase() + choice.slice(1)
  return small in PARENTS || SMALL_TYPES.has(small) ? small : choice
}

const SMALL_TYPES = new Set([
  'boolean', 'integer', 'decimal', 'date', 'dateTime', 'time', 'string', 'uri', 'code', 'instant', 'canonical', 'url', 'id',
  'positiveInt', 'unsignedInt', 'markdown', 'oid', 'uuid', 'base64Binary',
])

/** Names of all R4 resource types that a patient's record may hold. */
export const RESOURCE_TYPES: readonly string[] = Object.entries(PARENTS)
  .filter(([, parent]) => parent === 'DomainResource')
  .map(([type]) => type)
  .sort()

const REPEATING = r4.path2Repeating as Readonly<Record<string, boolean>>

/** An element of a resource type or data type, for whoever builds resources. */
export interface ElementModel {
  /** Type, or the element's own path where the type has no name of its own. */
  type: string
  repeats: boolean
  /** Types that a choice element (`value[x]`) may have; empty for any other element. */
  choices: readonly string[]
}

/** Looks up the element `name` of `type` (a type name or an element path) in the R4 model. */
export function elementModel(type: string, name: string): ElementModel | undefined {
  for (let owner: string | undefined = type; owner; owner = PARENTS[owner]) {
    const path: string = ELSEWHERE[`${owner}.${name}`] ?? `${owner}.${name}`
    const choices = CHOICES[path]
    if (choices) return { type: path, repeats: false, choices }
    const found = PATH_TYPES[path]
    if (found === undefined) continue
    const named = !['BackboneElement', 'Element'].includes(found)
    return { type: named ? found.replace('System.', '') : path, repeats: REPEATING[path] ?? false, choices: [] }
  }
  return undefined
}
