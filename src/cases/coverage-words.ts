import { refuseUnknown } from './format.js'

/** What the page on coverage has to be told about one guideline; it stands in `coverage.yaml` beside the cases. */
export interface CoverageWords {
  /** Library that describes each source document, by the name under which a decision point names its document. */
  readonly documents: Readonly<Record<string, string>>
  /** Ids of the CodeSystems whose codes travel in place of standard ones. */
  readonly ownCodes: readonly string[]
  /** Id of the form whose answers facts read. */
  readonly form?: string
  /** What a reader should know of code systems that facts name without a value set. */
  readonly namedInFacts?: string
  /** Answers that no case can get from a condition, by `plan/action/number: answer`, each with the reason. */
  readonly alwaysTheSameAnswer: Readonly<Record<string, string>>
  /** Actions that can speak in no case, by `plan/action`, each with the reason. */
  readonly neverSpeaking: Readonly<Record<string, string>>
  /** Rules whose answer is never open, by their decision point, each with the reason. */
  readonly neverOpen: Readonly<Record<string, string>>
}

const NOTHING: CoverageWords = { documents: {}, ownCodes: [], alwaysTheSameAnswer: {}, neverSpeaking: {}, neverOpen: {} }

const PARTS: ReadonlySet<string> = new Set([...Object.keys(NOTHING), 'form', 'namedInFacts'])

/** These words as their file writes them. @throws Error that names a word it does not know. */
export function coverageWords(written: Readonly<Partial<CoverageWords>> = {}): CoverageWords {
  refuseUnknown(written, PARTS, 'coverage')
  return { ...NOTHING, ...written }
}
