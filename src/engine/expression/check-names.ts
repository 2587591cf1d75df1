import { impossibleComparisons } from './comparisons.js'
import { criterionFault, truthFault } from './criteria.js'
import { dateFaults, isDated } from './date-arithmetic.js'
import { patternFault } from './functions/regular-expressions.js'
import { FUNCTIONS, REFUSED, type FunctionRow } from './functions/table.js'
import { ANY_ITEMS, itemsOf, mergeItems, NO_ITEMS, type Items } from '../model/items.js'
import { areRelated, childTypes, elementPathOf, isType } from '../model/r4-model.js'
import { childNodes, functionOf, nameWithoutQuotes, stringLiteral, type SyntaxNode } from './syntax.js'
import { OPEN_VOCABULARY, type Vocabulary } from './vocabulary.js'

/** The variables an expression may use, with what is known of their items. */
export type KnownVariables = ReadonlyMap<string, Items>

/** What a fault is about: a name, an item of a form, a code, a resource, reckoning with dates, a criterion that is no truth value, or a language. */
export type NamingFaultKind = 'name' | 'item' | 'code' | 'form' | 'date' | 'criterion' | 'translation'

export interface NamingFault {
  kind: NamingFaultKind
  /** One sentence. */
  message: string
}

export interface NamingResult {
  items: Items
  /** Names, items, codes and comparisons that lead to nothing. */
  faults: NamingFault[]
  /** Names of the variables that the expression uses. */
  variables: ReadonlySet<string>
  /** Canonicals of the value sets that the expression asks. */
  valueSets: ReadonlySet<string>
}

/**
 * Follows an expression through the R4 model and what the knowledge declares, and reports every name and code that
 * does not exist, since the interpreter would silently answer "nothing" or "no" for it.
 * @param focus what names that stand alone are elements of.
 * @param subject what `$this` is at the top.
 */
export function checkNames(
  tree: SyntaxNode,
  focus: Items,
  variables: KnownVariables,
  vocabulary: Vocabulary = OPEN_VOCABULARY,
  subject: Items = focus,
): NamingResult {
  const root = { ...focus }
  const walk = new NameWalk(variables, vocabulary, root, subject)
  const items = walk.itemsOf(tree, root)
  return { items, faults: walk.faults, variables: walk.used, valueSets: walk.valueSets }
}

const BOOLEAN = itemsOf('boolean')

/** Operators between truth values. */
const CONNECTIVES = new Set(['AndExpression', 'OrExpression', 'ImpliesExpression'])

/** Types by the kind of literal. */
const LITERALS: Readonly<Record<string, string>> = {
  BooleanLiteral: 'boolean',
  StringLiteral: 'string',
  DateLiteral: 'date',
  DateTimeLiteral: 'dateTime',
  TimeLiteral: 'time',
  QuantityLiteral: 'Quantity',
}

class NameWalk {
  readonly faults: NamingFault[] = []
  readonly used = new Set<string>()
  readonly valueSets = new Set<string>()

  /** What `$this` is outside of the innermost function that runs on each item. */
  private around: Items

  constructor(
    private readonly variables: KnownVariables,
    private readonly vocabulary: Vocabulary,
    private readonly root: Items,
    private readonly subject: Items,
  ) {
    this.around = root
  }

  itemsOf(node: SyntaxNode, focus: Items): Items {
    const children = childNodes(node)
    switch (node.type) {
      case 'ExternalConstantTerm':
        return this.variable(node.text ?? nameWithoutQuotes(node.delimitedText ?? ''))
      case 'MemberInvocation':
        return this.member(nameWithoutQuotes(node.text ?? ''), focus)
      case 'ThisInvocation':
        return this.itself(focus)
      case 'FunctionInvocation':
        return this.call(node, focus)
      case 'InvocationExpression':
        return this.chain(children, focus)
      case 'IndexerExpression':
        return this.firstOf(children, focus)
      case 'UnionExpression':
        return mergeItems(children.map(child => this.itemsOf(child, focus)))
      case 'EqualityExpression':
      case 'MembershipExpression':
        return this.comparison(node, focus)
      case 'AdditiveExpression':
        return this.sum(node, focus)
      case 'TypeExpression':
        return this.typeExpression(node, focus)
      case 'PolarityExpression':
        return this.firstOf(children, focus)
      case 'InstanceSelector':
        return this.instance(node, focus)
      case 'LiteralTerm':
        return literalItems(node)
    }
    const items = children.map(child => this.itemsOf(child, focus))
    if (CONNECTIVES.has(node.type)) return this.connected(node.text ?? '', items)
    if (node.type === 'InequalityExpression') return BOOLEAN
    return items.length === 1 ? (items[0] ?? ANY_ITEMS) : ANY_ITEMS
  }

  private fault(message: string, kind: NamingFaultKind = 'name'): void {
    this.faults.push({ kind, message })
  }

  private connected(sign: string, sides: readonly Items[]): Items {
    for (const side of sides) this.criterion(truthFault(sign, side))
    return BOOLEAN
  }

  private criterion(message: string | undefined): void {
    if (message !== undefined) this.fault(message, 'criterion')
  }

  private chain([target, step]: readonly SyntaxNode[], focus: Items): Items {
    const on = target ? this.itemsOf(target, focus) : focus
    return step ? this.itemsOf(step, on) : on
  }

  private firstOf(children: readonly SyntaxNode[], focus: Items): Items {
    const items = children.map(child => this.itemsOf(child, focus))
    return items[0] ?? ANY_ITEMS
  }

  private comparison(node: SyntaxNode, focus: Items): Items {
    const [left, right] = childNodes(node).map(child => ({ node: child, items: this.itemsOf(child, focus) }))
    if (left && right) for (const message of impossibleComparisons(node.text ?? '', left, right)) this.fault(message, 'code')
    return BOOLEAN
  }

  /** A date moved by a duration stays a date. */
  private sum(node: SyntaxNode, focus: Items): Items {
    const [left, right] = childNodes(node).map(child => ({ node: child, items: this.itemsOf(child, focus) }))
    if (!left || !right) return ANY_ITEMS
    for (const message of dateFaults(node.text ?? '', left, right)) this.fault(message, 'date')
    return isDated(left.items) ? left.items : ANY_ITEMS
  }

  /** `Coding { system: 'x', code: 'y' }` makes an element. */
  private instance({ text = '', children = [] }: SyntaxNode, focus: Items): Items {
    const made = this.named(text)
    for (const selector of children.slice(1)) {
      const [element, value] = childNodes(selector)
      this.member(nameWithoutQuotes(element?.text ?? ''), made)
      if (value) this.itemsOf(value, focus)
    }
    return made
  }

  private variable(name: string): Items {
    this.used.add(name)
    const items = this.variables.get(name)
    if (items === undefined) this.fault(`%${name} is not a known fact or variable`)
    return items ?? ANY_ITEMS
  }

  /** `$this`: an item within a function that runs on each, whom the call is about at the top. */
  private itself(focus: Items): Items {
    if (focus !== this.root) return focus
    this.used.add('subject')
    return this.subject
  }

  private isSubject(types: ReadonlySet<string>): boolean {
    const { types: subjects } = this.subject
    return subjects !== 'any' && [...types].some(type => subjects.has(type))
  }

  private member(name: string, focus: Items): Items {
    const { types } = focus
    if (name === '$this') return this.itself(focus)
    if (focus === NO_ITEMS) return focus
    if (types === 'any') return ANY_ITEMS
    if (focus === this.root && this.isSubject(types)) this.used.add('subject')
    if (types.size === 1 && types.has(name)) return focus
    const found = [...types].flatMap(type => this.memberOf(type, name, focus) ?? [])
    if (found.length === 0) {
      const nothing =
        types.size === 0
          ? `stands on nothing; a fact or record is written %${name}`
          : `is not an element of ${[...types].join(' or ')}${focus === this.root ? `; a fact or record is written %${name}` : ''}`
      this.fault(`'${name}' ${nothing}`)
      return ANY_ITEMS
    }
    return mergeItems(found)
  }

  /** What the element `name` of a type holds; undefined when there is no such element. */
  private memberOf(type: string, name: string, { codes, forms, linkId }: Items): Items | undefined {
    const declared = this.vocabulary.members.get(type)
    if (declared) return declared.get(name)
    const types = childTypes(type, name)
    if (types === undefined) return undefined
    const path = elementPathOf(type, name)
    if (path === ANSWER_VALUE && forms && linkId !== undefined) return this.vocabulary.answers(linkId, forms) ?? { types }
    const known =
      CODED_BY[type] === name ? codes : path === LINK_ID && forms ? this.vocabulary.linkIds(forms) : this.vocabulary.boundCodes(path)
    const isResponse = forms !== undefined && types !== 'any' && [...types].some(each => each.startsWith(RESPONSE))
    return {
      types,
      ...(known && { codes: known }),
      ...(isResponse && { forms }),
      ...(path === ANSWER && linkId !== undefined && { linkId }),
    }
  }

  private call(node: SyntaxNode, focus: Items): Items {
    const called = functionOf(node)
    if (!called) return ANY_ITEMS
    const { name, argumentNodes } = called
    this.checkCall(name, argumentNodes)
    if (name === 'ofType' || name === 'as' || name === 'is') {
      const type = this.typeName(argumentNodes[0], focus)
      return name === 'is' ? BOOLEAN : type
    }
    if (name === 'repeat') return this.repeated(argumentNodes, focus)
    const args = this.argumentItems(name, argumentNodes, focus)
    this.criterion(criterionFault(name, args, focus))
    if (name === 'union' || name === 'combine' || name === 'coalesce') return mergeItems([focus, ...args])
    if (name === 'select') return args[0] ?? ANY_ITEMS
    if (name === 'iif') return mergeItems(args.slice(1))
    const [argument] = argumentNodes
    const linkId = name === 'where' && argument && focus.forms ? askedLinkId(argument) : undefined
    if (linkId !== undefined) return { ...focus, linkId }
    const text = argument && stringLiteral(argument)
    const { names, yields = 'any' } = FUNCTIONS.get(name) ?? {}
    if (names === 'items') this.questions(name, argumentNodes, focus)
    const ofForm = text === undefined || names === undefined ? undefined : this.itemsOfForm(names, text, focus)
    return ofForm ?? (yields === 'same' ? focus : yields === 'any' ? ANY_ITEMS : itemsOf(yields))
  }

  /** What a function about forms makes of the text it is given; undefined for any other. */
  private itemsOfForm(names: NonNullable<FunctionRow['names']>, text: string, focus: Items): Items | undefined {
    switch (names) {
      case 'item':
        return this.answers(text, focus)
      case 'answered item':
        return this.answering(text, focus)
      case 'form':
        return this.ofForm(text, focus)
      case 'code system':
        return this.ofSystem(text, focus)
      default:
        return undefined
    }
  }

  /** Answers to an item, which some Questionnaire must have. */
  private answers(linkId: string, { forms }: Items): Items {
    const answers = this.vocabulary.answers(linkId, forms)
    if (!answers) this.fault(`there is no item '${linkId}' in ${forms ? [...forms].join(' or ') : 'any Questionnaire'}`, 'item')
    return answers ?? ANY_ITEMS
  }

  /** Responses that answer an item. */
  private answering(linkId: string, focus: Items): Items {
    this.answers(linkId, focus)
    return focus
  }

  /** Questions that readers are told of by their names. */
  private questions(name: string, argumentNodes: readonly SyntaxNode[], focus: Items): void {
    for (const linkId of argumentNodes.map(stringLiteral)) {
      if (linkId === undefined) {
        this.fault(`${name}() must name its questions in quotes`)
        continue
      }
      const before = this.faults.length
      this.answers(linkId, focus)
      const missing = this.faults.length > before ? [] : this.vocabulary.missingNames(linkId)
      if (missing.length > 0) this.fault(`the question '${linkId}' has no name in ${missing.join(', ')}`, 'translation')
    }
  }

  /** Codes of a CodeSystem, which it must have, each with a name in every language. */
  private ofSystem(url: string, { codes }: Items): Items {
    const coded = { ...itemsOf('Coding'), ...(codes && { codes }) }
    const known = this.vocabulary.codesOfSystem(url)
    if (!known) this.fault(`there is no CodeSystem ${url}`, 'form')
    else if (!codes?.size) this.fault('the codes of coding() are written out, so that they can be looked up')
    for (const code of known ? (codes ?? []) : []) {
      const missing = known?.get(code)
      if (!missing) this.fault(`there is no code '${code}' in ${url}`, 'code')
      else if (missing.length > 0) this.fault(`the code '${code}' of ${url} has no name in ${missing.join(', ')}`, 'translation')
    }
    return coded
  }

  /** Responses to one Questionnaire. */
  private ofForm(canonical: string, focus: Items): Items {
    if (!this.vocabulary.hasForm(canonical)) {
      this.fault(`there is no Questionnaire ${canonical}`, 'form')
      return focus
    }
    return { ...focus, forms: new Set([canonical]) }
  }

  /** What the interpreter would answer with "nothing" or find out only when it runs. */
  private checkCall(name: string, argumentNodes: readonly SyntaxNode[]): void {
    const row = FUNCTIONS.get(name)
    const count = argumentNodes.length
    if (!row) this.fault(`${name}() ${REFUSED.get(name) ?? 'is not a known function'}`)
    else if (count < row.takes[0] || count > row.takes[1]) this.fault(`${name}() does not take ${count} argument(s)`)
    const [first, second] = argumentNodes.map(stringLiteral)
    if (row?.names === 'value set') {
      if (first === undefined) this.fault(`${name}() must name its value set in quotes`)
      else this.valueSets.add(first)
    }
    if (row?.names === 'code system' && first === undefined) this.fault(`${name}() must name its CodeSystem in quotes`)
    if (row?.names === 'language' && (first === undefined || !this.vocabulary.isSpoken(first)))
      this.fault(`${name}() must name, in quotes, a language of the knowledge`)
    if (first !== undefined && row?.names === 'pattern')
      patternFault(first, name === 'replaceMatches' ? undefined : second).forEach(message => this.fault(message))
  }

  /** The argument of repeat() is evaluated on what it yields, too. */
  private repeated(argumentNodes: readonly SyntaxNode[], focus: Items): Items {
    const parts = argumentNodes.flatMap(unionParts)
    let on = focus
    for (;;) {
      const reached = mergeItems([on, ...parts.flatMap(part => this.soundItems(part, on))])
      if (reached.types === 'any' || on.types === 'any' || reached.types.size === on.types.size) break
      on = reached
    }
    return mergeItems(this.argumentItems('repeat', argumentNodes, on))
  }

  /** Items of an argument where it makes sense on the focus, else none; notes no fault. */
  private soundItems(node: SyntaxNode, focus: Items): Items[] {
    const before = this.faults.length
    const items = this.argumentItems('repeat', [node], focus)
    const isSound = this.faults.length === before
    this.faults.length = before
    return isSound ? items : []
  }

  private argumentItems(name: string, argumentNodes: readonly SyntaxNode[], focus: Items): Items[] {
    if (!FUNCTIONS.get(name)?.onEachItem) return argumentNodes.map(argument => this.itemsOf(argument, this.around))
    const outside = this.around
    this.around = focus
    const items = argumentNodes.map(argument => this.itemsOf(argument, focus))
    this.around = outside
    return items
  }

  private typeExpression(node: SyntaxNode, focus: Items): Items {
    const [target, type] = childNodes(node)
    const named = this.typeName(type, target ? this.itemsOf(target, focus) : focus)
    return node.text === 'is' ? BOOLEAN : named
  }

  /** The items that are of a type; what else is known of them stays known. */
  private typeName(node: SyntaxNode | undefined, focus: Items): Items {
    const named = this.named(node ? deepestText(node) : '')
    const [wanted, given] = [named.types, focus.types]
    if (
      wanted !== 'any' &&
      given !== 'any' &&
      focus !== NO_ITEMS &&
      ![...wanted].some(type => [...given].some(other => areRelated(type, other)))
    ) {
      this.fault(`${[...given].join(' or ')} is never a ${[...wanted].join()}`)
    }
    return { ...focus, types: named.types }
  }

  private named(name: string): Items {
    const type = nameWithoutQuotes(name.split('.').at(-1) ?? '')
    if (isType(type)) return itemsOf(type)
    this.fault(`'${name}' is not a FHIR type`)
    return ANY_ITEMS
  }
}

/** Where the codes of an element are, by its type. */
const CODED_BY: Readonly<Record<string, string>> = { Coding: 'code', CodeableConcept: 'coding' }

const RESPONSE = 'QuestionnaireResponse'
const LINK_ID = `${RESPONSE}.item.linkId`
const ANSWER = `${RESPONSE}.item.answer`
const ANSWER_VALUE = `${ANSWER}.value`

/** The linkId that a criterion `linkId = 'x'` asks for; undefined for any other criterion. */
function askedLinkId(criterion: SyntaxNode): string | undefined {
  const [left, right] = childNodes(criterion)
  const isAsked =
    criterion.type === 'EqualityExpression' && criterion.text === '=' && left?.type === 'TermExpression' && deepestText(left) === 'linkId'
  return isAsked && right ? stringLiteral(right) : undefined
}

function literalItems(node: SyntaxNode): Items {
  const [literal] = childNodes(node)
  if (literal?.type === 'NullLiteral') return NO_ITEMS
  const text = stringLiteral(node)
  const type = LITERALS[literal?.type ?? '']
  return type === undefined ? ANY_ITEMS : { ...itemsOf(type), ...(text !== undefined && { codes: new Set([text]) }) }
}

const unionParts = (node: SyntaxNode): readonly SyntaxNode[] =>
  node.type === 'UnionExpression' ? childNodes(node).flatMap(unionParts) : [node]

function deepestText(node: SyntaxNode): string {
  const names = childNodes(node)
    .map(deepestText)
    .filter(text => text !== '')
  return names.length > 0 ? names.join('.') : (node.text ?? '')
}
