import r4 from 'fhirpath/fhir-context/r4'
import { FUNCTIONS, REFUSED } from './function-names.js'
import { patternFault } from './functions.js'
import { childNodes, functionOf, stringLiteral, type SyntaxNode } from './syntax.js'

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
  /** Canonicals of the value sets that the expression asks. */
  valueSets: ReadonlySet<string>
}

/**
 * Follows an expression through the R4 model and reports every name that does not exist, since the interpreter
 * would silently answer "nothing" for it.
 */
export function checkNames(tree: SyntaxNode, focus: ItemTypes, variables: KnownVariables): NamingResult {
  const walk = new NameWalk(variables, focus)
  const types = walk.typesOf(tree, focus)
  return { types, faults: walk.faults, variables: walk.used, valueSets: walk.valueSets }
}

const NONE: ReadonlySet<string> = new Set()
const only = (type: string): ItemTypes => new Set([type])
const BOOLEAN = only('boolean')

const PATH_TYPES = r4.path2Type as Readonly<Record<string, string>>
const CHOICES = r4.choiceTypePaths as Readonly<Record<string, readonly string[]>>
const PARENTS = r4.type2Parent as Readonly<Record<string, string>>
const ELSEWHERE = r4.pathsDefinedElsewhere as Readonly<Record<string, string>>

/** Functions whose argument is evaluated on each item; the arguments of all others see what `$this` is around them. */
const ON_EACH_ITEM = new Set(['where', 'select', 'all', 'exists', 'repeat', 'sort', 'aggregate', 'iif', 'coalesce'])

/** Operators that yield a truth value. */
const TRUTH_EXPRESSIONS = new Set([
  'AndExpression', 'OrExpression', 'ImpliesExpression', 'EqualityExpression', 'InequalityExpression', 'MembershipExpression',
])

class NameWalk {
  readonly faults: string[] = []
  readonly used = new Set<string>()
  readonly valueSets = new Set<string>()

  /** What `$this` is outside of the innermost function that runs on each item. */
  private around: ItemTypes

  constructor(private readonly variables: KnownVariables, root: ItemTypes) {
    this.around = root
  }

  typesOf(node: SyntaxNode, focus: ItemTypes): ItemTypes {
    const children = childNodes(node)
    switch (node.type) {
      case 'ExternalConstantTerm':
        return this.variable(node.text)
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
      case 'PolarityExpression':
        return this.signed(node, focus)
      case 'InstanceSelector':
        return this.instance(node, focus)
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

  /** The interpreter's minus changes the value it stands before for the rest of the expression. */
  private signed(node: SyntaxNode, focus: ItemTypes): ItemTypes {
    const types = childNodes(node).map(child => this.typesOf(child, focus))
    const isLiteral = childNodes(node).every(child => childNodes(child)[0]?.type === 'LiteralTerm')
    if (node.text === '-' && !isLiteral) this.faults.push('a minus may stand before a number only; write 0 - x')
    return types[0] ?? 'any'
  }

  /** `Coding { system: 'x', code: 'y' }` makes an element. */
  private instance({ text = '', children = [] }: SyntaxNode, focus: ItemTypes): ItemTypes {
    const made = this.named(text)
    for (const selector of children.slice(1)) {
      const [element, value] = childNodes(selector)
      this.member(element?.text ?? '', made)
      if (value) this.typesOf(value, focus)
    }
    return made
  }

  private variable(name: string | undefined): ItemTypes {
    if (name === undefined) {
      this.faults.push('a variable must be written %name, without quotes')
      return 'any'
    }
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
    if (known.length === 0) {
      const nothing = focus.size === 0 ? `stands on nothing; a fact or record is written %${name}` : `is not an element of ${[...focus].join(' or ')}`
      this.faults.push(`'${name}' ${nothing}`)
      return 'any'
    }
    return merge(known)
  }

  private call(node: SyntaxNode, focus: ItemTypes): ItemTypes {
    const called = functionOf(node)
    if (!called) return 'any'
    const { name, argumentNodes } = called
    this.checkCall(name, argumentNodes)
    if (name === 'ofType' || name === 'as' || name === 'is') {
      const type = this.typeName(argumentNodes[0], focus)
      return name === 'is' ? BOOLEAN : type
    }
    if (name === 'repeat') return this.repeated(argumentNodes, focus)
    const argumentTypes = this.argumentTypes(name, argumentNodes, focus)
    if (name === 'union' || name === 'combine' || name === 'coalesce') return merge([focus, ...argumentTypes])
    if (name === 'select') return argumentTypes[0] ?? 'any'
    if (name === 'iif') return merge(argumentTypes.slice(1))
    const yields = FUNCTIONS.get(name)?.yields ?? 'any'
    return yields === 'same' ? focus : yields === 'any' ? 'any' : only(yields)
  }

  /** What the interpreter would answer with "nothing" or find out only when it runs. */
  private checkCall(name: string, argumentNodes: readonly SyntaxNode[]): void {
    const signature = FUNCTIONS.get(name)
    const count = argumentNodes.length
    if (!signature) this.faults.push(`${name}() ${REFUSED.get(name) ?? 'is not a known function'}`)
    else if (count < signature.least || count > signature.most) this.faults.push(`${name}() does not take ${count} argument(s)`)
    const first = argumentNodes[0] && stringLiteral(argumentNodes[0])
    if (name === 'codedIn' || name === 'memberOf') {
      if (first === undefined) this.faults.push(`${name}() must name its value set in quotes`)
      else this.valueSets.add(first)
    }
    if (first !== undefined && PATTERN_FUNCTIONS.has(name)) this.faults.push(...patternFault(first))
  }

  /** The argument of repeat() is evaluated on what it yields, too. */
  private repeated(argumentNodes: readonly SyntaxNode[], focus: ItemTypes): ItemTypes {
    const parts = argumentNodes.flatMap(unionParts)
    let on = focus
    for (;;) {
      const reached = merge([on, ...parts.flatMap(part => this.soundTypes(part, on))])
      if (reached === 'any' || on === 'any' || reached.size === on.size) break
      on = reached
    }
    return merge(this.argumentTypes('repeat', argumentNodes, on))
  }

  /** Types of an argument where it makes sense on the focus, else none; notes no fault. */
  private soundTypes(node: SyntaxNode, focus: ItemTypes): ItemTypes[] {
    const before = this.faults.length
    const types = this.argumentTypes('repeat', [node], focus)
    const isSound = this.faults.length === before
    this.faults.length = before
    return isSound ? types : []
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
    const named = this.typeName(type, target ? this.typesOf(target, focus) : focus)
    return node.text === 'is' ? BOOLEAN : named
  }

  private typeName(node: SyntaxNode | undefined, focus: ItemTypes): ItemTypes {
    const named = this.named(node ? deepestText(node) : '')
    if (named !== 'any' && focus !== 'any' && ![...named].some(type => [...focus].some(other => areRelated(type, other)))) {
      this.faults.push(`${[...focus].join(' or ')} is never a ${[...named].join()}`)
    }
    return named
  }

  private named(name: string): ItemTypes {
    const type = name.split('.').at(-1) ?? ''
    if (TYPES.has(type) || SYSTEM_TYPES.has(type)) return only(type)
    this.faults.push(`'${name}' is not a FHIR type`)
    return 'any'
  }
}

const unionParts = (node: SyntaxNode): readonly SyntaxNode[] =>
  node.type === 'UnionExpression' ? childNodes(node).flatMap(unionParts) : [node]

const PATTERN_FUNCTIONS = new Set(['matches', 'matchesFull', 'replaceMatches'])

const TYPES = (r4 as unknown as { availableTypes: ReadonlySet<string> }).availableTypes

/** Whether an item of one type can be of the other; elements without a type of their own go by their path. */
function areRelated(one: string, other: string): boolean {
  return isKindOf(one, other) || isKindOf(other, one)
}

function isKindOf(type: string, ancestor: string): boolean {
  for (let owner: string | undefined = type.includes('.') ? 'BackboneElement' : type; owner; owner = PARENTS[owner]) {
    if (owner.toLowerCase() === ancestor.toLowerCase()) return true
  }
  return false
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

/** Types of order that an order hook may bring. */
export const ORDER_TYPES = ['MedicationRequest', 'ServiceRequest', 'DeviceRequest'] as const
