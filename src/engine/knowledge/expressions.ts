import type { Expression, FhirResource } from 'fhir/r4.js'
import { createCompiler, type CompilerMaker, type Evaluator } from '../expression/compile.js'
import { alwaysYields, hiddenUnknowns, type IsCertain } from '../expression/certainty.js'
import { checkNames, type KnownVariables, type NamingFaultKind, type NamingResult } from '../expression/check-names.js'
import { ANY_ITEMS, itemsOf, type Items } from '../model/items.js'
import { EXTENSION, extensionsOf } from '../model/extensions.js'
import { lazily, memoised } from '../model/memoised.js'
import { SUBJECT_TYPES } from '../expression/standard-variables.js'
import { prepareInterpreterValues } from '../expression/interpreter-values.js'
import { prepareMeasures } from '../expression/measures.js'
import { parseExpression } from '../expression/syntax.js'
import type { Vocabulary } from '../expression/vocabulary.js'
import type { FaultCode, FaultList } from '../model/faults.js'
import type { Terminology } from '../terminology/terminology.js'
import type { Foreknowledge } from './kept-findings.js'

/** The one language in which conditions are written. */
const LANGUAGE = 'text/fhirpath'

/** Most characters of an expression that a reader can follow; what is longer is made of named facts. */
export const LONGEST_EXPRESSION = 500

const NEVER: Evaluator = () => []
/** `$this` at the top: expressions ask of what type it is. */
const ANY_SUBJECT = itemsOf(...SUBJECT_TYPES)

const NO_NAMES: NamingResult = { items: ANY_ITEMS, faults: [], variables: new Set(), valueSets: new Set() }

/** The code of each kind of fault in the names of an expression. */
const FAULT_OF: Readonly<Record<NamingFaultKind, FaultCode>> = {
  name: 'NAME_UNKNOWN',
  item: 'ITEM_UNKNOWN',
  code: 'CODE_IMPOSSIBLE',
  form: 'CANONICAL_UNKNOWN',
  date: 'DATE_ARITHMETIC_INVALID',
  criterion: 'CRITERION_INVALID',
  translation: 'TRANSLATION_MISSING',
}

/** Where an expression stands, for messages. */
export interface ElementOfFile {
  file: string
  element: string
}

/** What an expression is evaluated on. */
export interface ExpressionFocus {
  /** Types of whom the plan is for. */
  subject?: Items
  /** The definition that the expression belongs to as a dynamic value. */
  definition?: FhirResource
}

/** Whom a plan is for that does not say otherwise. */
const PATIENT = itemsOf('Patient')

/** What an expression is evaluated on, in a word. */
const nameOf = ({ subject = PATIENT, definition }: ExpressionFocus): string =>
  definition?.resourceType ?? (subject.types === 'any' ? 'any' : [...subject.types].join())

/** An expression that was checked and compiled. */
export interface CheckedExpression {
  evaluate: Evaluator
  items: Items
  variables: ReadonlySet<string>
  /** Whether it always yields something, as far as that is known before any patient. */
  isCertain: boolean
}

/** The expression itself, else its alternative, whichever is FHIRPath; undefined where none is. */
export const inFhirPath = (expression: Expression | undefined): Expression | undefined =>
  expression?.language === LANGUAGE
    ? expression
    : extensionsOf(expression, EXTENSION.alternative)
        .map(({ valueExpression }) => valueExpression)
        .find(each => each?.language === LANGUAGE)

/** Checks and compiles the expressions of the knowledge; every fault lands in the list. */
export class ExpressionCompiler {
  private readonly compiler
  private readonly evaluators: (() => void)[] = []
  /** Trees by text: an expression is looked at several times, and many stand in several places. */
  private readonly parsed = memoised((source: string) => this.foreknowledge.found?.tree(source) ?? parseExpression(source))

  /** @param vocabulary what expressions can name; asked for when one is checked. */
  constructor(
    private readonly terminology: Terminology,
    private readonly vocabulary: () => Vocabulary,
    private readonly faults: FaultList,
    makeCompiler: CompilerMaker = createCompiler,
    private readonly foreknowledge: Foreknowledge = {},
  ) {
    this.compiler = makeCompiler(terminology.membership, {
      question: linkId => terminology.questions.find(linkId),
      words: terminology,
    })
  }

  /** Compiles what was not yet evaluated, each by a call of its own, then makes the interpreter ready. */
  get unfinished(): readonly (() => void)[] {
    return [...this.evaluators, prepareMeasures, prepareInterpreterValues]
  }

  /** Compiles a FHIR Expression; other languages than text/fhirpath are refused. */
  expression(
    expression: Expression | undefined,
    place: ElementOfFile,
    variables: KnownVariables,
    focus: ExpressionFocus = {},
  ): CheckedExpression {
    const written = inFhirPath(expression)
    if (!written) {
      this.faults.add(
        'LANGUAGE_UNSUPPORTED',
        place.file,
        place.element,
        `The language must be ${LANGUAGE}; found ${expression?.language ?? 'none'}.`,
      )
      return { evaluate: NEVER, items: ANY_ITEMS, variables: new Set(), isCertain: false }
    }
    return this.text(written.expression ?? '', place, variables, focus)
  }

  /** Compiles the text of an expression. */
  text(source: string, place: ElementOfFile, variables: KnownVariables, focus: ExpressionFocus = {}): CheckedExpression {
    return this.soundText(source, focus) ?? this.checkedText(source, place, variables, focus)
  }

  /** An expression that was found sound before: it is compiled when it is first evaluated. */
  private soundText(source: string, focus: ExpressionFocus): CheckedExpression | undefined {
    const { isSound, found } = this.foreknowledge
    const variables = isSound ? found?.variables(source, nameOf(focus)) : undefined
    if (!variables) return undefined
    const evaluator = lazily(() => this.compiler(source, this.parsed(source), focus.definition))
    this.evaluators.push(evaluator)
    return { evaluate: scope => evaluator()(scope), items: ANY_ITEMS, variables, isCertain: false }
  }

  private checkedText(source: string, place: ElementOfFile, variables: KnownVariables, focus: ExpressionFocus): CheckedExpression {
    const names = this.names(source, place, variables, focus)
    for (const { kind, message } of names.faults) this.faults.add(FAULT_OF[kind], place.file, place.element, `${message}, in: ${source}`)
    for (const canonical of names.valueSets) {
      const hasRules = this.terminology.membership(canonical) !== undefined
      if (!hasRules) this.faults.add('VALUE_SET_UNKNOWN', place.file, place.element, `There is no value set ${canonical}.`)
      else if (!this.terminology.isWhole(canonical))
        this.faults.add(
          'VALUE_SET_UNKNOWN',
          place.file,
          place.element,
          `Not all of ${canonical} could be read, so that nobody can tell what belongs to it.`,
        )
    }
    try {
      const tree = this.parsed(source)
      const isCertain: IsCertain = name => variables.get(name)?.isCertain === true
      if (source.length > LONGEST_EXPRESSION)
        this.faults.add(
          'EXPRESSION_TOO_LONG',
          place.file,
          place.element,
          `The expression has ${source.length} characters; make it of named facts, each with at most ${LONGEST_EXPRESSION}.`,
        )
      for (const message of hiddenUnknowns(tree, isCertain))
        this.faults.add('UNKNOWN_HIDDEN', place.file, place.element, `${message}, in: ${source}`)
      this.foreknowledge.keeper?.keepExpression(source, tree, nameOf(focus), names.variables)
      return {
        evaluate: this.compiler(source, tree, focus.definition),
        items: names.items,
        variables: names.variables,
        isCertain: alwaysYields(tree, isCertain),
      }
    } catch (error) {
      // What does not parse was reported above.
      if (names !== NO_NAMES) this.faults.add('EXPRESSION_INVALID', place.file, place.element, `${(error as Error).message} In: ${source}`)
      return { evaluate: NEVER, items: ANY_ITEMS, variables: names.variables, isCertain: false }
    }
  }

  private names(
    source: string,
    place: ElementOfFile,
    variables: KnownVariables,
    { subject = PATIENT, definition }: ExpressionFocus,
  ): NamingResult {
    try {
      const alone = definition ? itemsOf(definition.resourceType) : subject
      const known = definition ? new Map([...variables, ['context', alone]]) : variables
      return checkNames(this.parsed(source), alone, known, this.vocabulary(), ANY_SUBJECT)
    } catch (error) {
      this.faults.add('EXPRESSION_INVALID', place.file, place.element, `${(error as Error).message} In: ${source}`)
      return NO_NAMES
    }
  }

  /** Names of the variables an expression mentions, without judging them; empty when it does not parse. */
  mentionedVariables(source: string): ReadonlySet<string> {
    const { isSound, found } = this.foreknowledge
    const before = isSound ? found?.variables(source, nameOf({})) : undefined
    if (before) return before
    try {
      return checkNames(this.parsed(source), ANY_ITEMS, new Map()).variables
    } catch {
      return new Set()
    }
  }
}
