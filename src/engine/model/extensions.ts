import type { CodeableConcept, Coding, Extension } from 'fhir/r4.js'

/** Base of every canonical of ours. */
export const CANONICAL_BASE = 'https://columna.example.org/fhir'

/** Code system of the decision points that an action speaks for. */
export const DECISION_POINT_SYSTEM = `${CANONICAL_BASE}/CodeSystem/decision-point`

/** Code system of the families of cards; those that the service makes itself are `undecided` and `not-read`. */
export const CARD_TOPIC_SYSTEM = `${CANONICAL_BASE}/CodeSystem/card-topic`

const HL7 = 'http://hl7.org/fhir/StructureDefinition'
const OURS = `${CANONICAL_BASE}/StructureDefinition`

/** The extensions that the engine reads; fhir-resources/README.md explains them to authors. */
export const EXTENSION = {
  fact: `${HL7}/variable`,
  translation: `${HL7}/translation`,
  strength: `${HL7}/cqf-strengthOfRecommendation`,
  quality: `${HL7}/cqf-qualityOfEvidence`,
  direction: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-directionOfRecommendation',
  queryPattern: `${HL7}/cqf-fhirQueryPattern`,
  /** On a DataRequirement: without this data no honest answer is possible; `where-supported`: unless the server lacks the type. */
  essential: `${OURS}/essential`,
  /** On a DataRequirement: what a reader calls this data. */
  label: `${OURS}/label`,
  /** On an action: a member of the card's `extension`, computed from facts. */
  cardExtension: `${OURS}/card-extension`,
  /** On an action: the ValueSet of reasons for overriding its card. */
  overrideReasons: `${OURS}/override-reasons`,
  /** On an action: the family that its card belongs to, where that is not the plan's. */
  cardTopic: `${OURS}/card-topic`,
  /** On a plan: how pressing it is that one of its actions could not be decided; `urgent` or `routine`. */
  undecidedPriority: `${OURS}/undecided-priority`,
  /** On an action of type update or remove: the existing orders that it changes. */
  orders: `${OURS}/orders`,
  /** On a source: whether the document is in force, as a reader should see it. */
  standing: `${OURS}/standing`,
  /** On a section of a source: the anchor that actions name. */
  anchor: `${OURS}/anchor`,
  /** On a NamingSystem: how codes of the system are written before they are compared. */
  codeForm: `${OURS}/code-form`,
  /** On a yes/no item of a Questionnaire: where a form answers it both ways, the yes counts. */
  yesWins: `${OURS}/yes-wins`,
  /** On a NamingSystem: every system that begins so means this one. */
  systemPrefix: `${OURS}/system-prefix`,
  /** On a ValueSet: pattern of the names by which a record that has no code of the set's systems belongs to it. */
  names: `${OURS}/names`,
  /** On a ValueSet with names: pattern of what a name must not hold. */
  namesExcept: `${OURS}/names-except`,
  /** On a NamingSystem: the codes that count also where no system stands beside them, as a regular expression. */
  recognisedWithoutSystem: `${OURS}/recognised-without-system`,
} as const

/** First extension of the given url. */
export function extensionOf(element: { extension?: Extension[] } | undefined, url: string): Extension | undefined {
  return element?.extension?.find(extension => extension.url === url)
}

/** All extensions of the given url. */
export function extensionsOf(element: { extension?: Extension[] } | undefined, url: string): Extension[] {
  return element?.extension?.filter(extension => extension.url === url) ?? []
}

/** Codings of the decision points that an action speaks for. */
export const decisionPointsOf = ({ code }: { code?: CodeableConcept[] }): Coding[] =>
  (code ?? []).flatMap(({ coding }) => coding ?? []).filter(({ system }) => system === DECISION_POINT_SYSTEM)
