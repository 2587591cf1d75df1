import type { CodeableConcept, Coding, Extension } from 'fhir/r4.js'
import { extensionOf } from './extensions.js'

/** The extensions of the knowledge itself; fhir-resources/README.md explains them to authors. */
export interface OwnExtensions {
  /** On a DataRequirement: without this data no honest answer is possible; `where-supported`: unless the server lacks the type. */
  essential: string
  /** On a DataRequirement: what a reader calls this data. */
  label: string
  /** On an action: a member of the card's `extension`, computed from facts. */
  cardExtension: string
  /** On an action: the ValueSet of reasons for overriding its card. */
  overrideReasons: string
  /** On an action: the family that its card belongs to, where that is not the plan's. */
  cardTopic: string
  /** On an action: where what it says is shown, and that of all below it; `page`: on the recommendation's page and not on the card. */
  shownOn: string
  /** On a plan: how pressing it is that one of its actions could not be decided; `urgent` or `routine`. */
  undecidedPriority: string
  /** On an action: what was found for one outcome of one comparison; it repeats. Only the page of the recommendation shows it. */
  evidenceEstimate: string
  /** On an action of type update or remove: the existing orders that it changes. */
  orders: string
  /** On a source: whether the document is in force, as a reader should see it. */
  standing: string
  /** On a source: how a card cites it in a few words, with publisher and year. */
  shortCitation: string
  /** On a section of a source: the anchor that actions name. */
  anchor: string
  /** On a NamingSystem: how codes of the system are written before they are compared. */
  codeForm: string
  /** On a yes/no item of a Questionnaire: where a form answers it both ways, the yes counts. */
  yesWins: string
  /** On a NamingSystem: every system that begins so means this one. */
  systemPrefix: string
  /** On a ValueSet: pattern of the names by which a record that has no code of the set's systems belongs to it. */
  names: string
  /** On a ValueSet with names: pattern of what a name must not hold. */
  namesExcept: string
  /** On a NamingSystem: the codes that count also where no system stands beside them, as a regular expression. */
  recognisedWithoutSystem: string
  /** On a group of a MeasureReport: of how many patients nobody can tell where they belong. */
  cannotTell: string
  /** On a property that a CodeSystem gives its codes: the number that it is for codes that do not say another. */
  usualValue: string
}

/** Members of `extension` in answers and cards. */
export interface CardExtensionNames {
  /** On a card: decision points of what stands on it and on its page. On a response: those that only pages show. */
  decisionPoints: string
  knowledge: string
  /** On a card: digest of all knowledge that was served when it was made. */
  digest: string
  /** On a card: decision points of actions that could not be decided; they do not speak. */
  undecidedPoints: string
  /** On a response: actions that could not be decided because their evaluation failed. */
  undecided: string
  /** On a response: data that could not be read in time, and why. */
  notRead: string
  /** On a response: info cards that stay away since their reader was told the same before. */
  alreadyTold: string
  /** On a response, and on a service of discovery: whether the client is answered without cards, whatever applies. */
  shadow: string
  /** On a response: what stays away since a user answered it before. */
  heldBack: string
}

/** How a body of knowledge names what is its own. */
export interface KnowledgeNames {
  /** Base of its canonicals. */
  base: string
  /** Code system of the decision points that an action speaks for. */
  decisionPoints: string
  /** Code system of the families of cards; those that the service makes itself are `undecided` and `not-read`. */
  cardTopics: string
  /** Code system of what a statement is that recommends nothing. */
  statements: string
  /** Code system of what a designation of a code is for, such as the heading of a section. */
  designationUses: string
  /** Code system of what a library is that holds no facts. */
  libraryKinds: string
  /** Value sets of the answers of other vocabularies that are a yes or a no, and the system of words that stand for them. */
  yes: string
  no: string
  answerWords: string
  extension: OwnExtensions
  /** Members of `extension` in answers and cards. */
  card: CardExtensionNames
}

/**
 * The names of what stands beneath a canonical base.
 * @param prefix of the members of `extension` in answers and cards, such as `org.example`.
 */
export function namesUnder(base: string, prefix: string): KnowledgeNames {
  const extensions = `${base}/StructureDefinition`
  return {
    base,
    decisionPoints: `${base}/CodeSystem/decision-point`,
    cardTopics: `${base}/CodeSystem/card-topic`,
    statements: `${base}/CodeSystem/guideline-statement`,
    designationUses: `${base}/CodeSystem/designation-use`,
    libraryKinds: `${base}/CodeSystem/library-kind`,
    yes: `${base}/ValueSet/answer-yes`,
    no: `${base}/ValueSet/answer-no`,
    answerWords: `${base}/CodeSystem/answer-word`,
    extension: {
      essential: `${extensions}/essential`,
      label: `${extensions}/label`,
      cardExtension: `${extensions}/card-extension`,
      overrideReasons: `${extensions}/override-reasons`,
      cardTopic: `${extensions}/card-topic`,
      shownOn: `${extensions}/shown-on`,
      undecidedPriority: `${extensions}/undecided-priority`,
      evidenceEstimate: `${extensions}/evidence-estimate`,
      orders: `${extensions}/orders`,
      standing: `${extensions}/standing`,
      shortCitation: `${extensions}/short-citation`,
      anchor: `${extensions}/anchor`,
      codeForm: `${extensions}/code-form`,
      yesWins: `${extensions}/yes-wins`,
      systemPrefix: `${extensions}/system-prefix`,
      names: `${extensions}/names`,
      namesExcept: `${extensions}/names-except`,
      recognisedWithoutSystem: `${extensions}/recognised-without-system`,
      cannotTell: `${extensions}/cannot-tell`,
      usualValue: `${extensions}/usual-value`,
    },
    card: {
      decisionPoints: `${prefix}.decision-points`,
      knowledge: `${prefix}.knowledge`,
      digest: `${prefix}.knowledge-digest`,
      undecidedPoints: `${prefix}.undecided-decision-points`,
      undecided: `${prefix}.undecided`,
      notRead: `${prefix}.not-read`,
      alreadyTold: `${prefix}.already-told`,
      shadow: `${prefix}.shadow`,
      heldBack: `${prefix}.held-back`,
    },
  }
}

/**
 * Properties of a decision point: days for which its recommendation is silent after an answer, counted from the day of
 * the answer, by what the answer was or which reason was given; 0 where such an answer silences nothing.
 */
export const SILENT_DAYS = 'silent-days-'

/** The code of `shown-on`: on the page of the recommendation, and not on the card. */
export const PAGE = 'page'

/** Whether an action says that only the page of its recommendation shows it. */
export const isOnlyOnPage = (action: { extension?: Extension[] }, { extension: { shownOn } }: KnowledgeNames): boolean =>
  extensionOf(action, shownOn)?.valueCode === PAGE

/** Codings of the decision points that an action speaks for. */
export const decisionPointsOf = (
  { code }: { code?: CodeableConcept[] },
  { decisionPoints }: Pick<KnowledgeNames, 'decisionPoints'>,
): Coding[] => (code ?? []).flatMap(({ coding }) => coding ?? []).filter(({ system }) => system === decisionPoints)
