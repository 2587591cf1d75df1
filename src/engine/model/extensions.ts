import type { Extension } from 'fhir/r4.js'

const HL7 = 'http://hl7.org/fhir/StructureDefinition'

/** The extensions of HL7 that the engine reads; those of the knowledge itself are among its names. */
export const EXTENSION = {
  fact: `${HL7}/variable`,
  translation: `${HL7}/translation`,
  strength: `${HL7}/cqf-strengthOfRecommendation`,
  quality: `${HL7}/cqf-qualityOfEvidence`,
  direction: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-directionOfRecommendation',
  /** On an item of a Questionnaire: how it is called in a list. */
  shortText: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-shortText',
  queryPattern: `${HL7}/cqf-fhirQueryPattern`,
  /** On an expression in another language: the same in FHIRPath. */
  alternative: `${HL7}/cqf-alternativeExpression`,
  /** On an ActivityDefinition: the kind of resource that is meant, where `kind` has no code for it. */
  activityKind: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-activity-kind',
  customActivityKind: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-custom-activity-kind',
} as const

/** First extension of the given url. */
export function extensionOf(element: { extension?: Extension[] } | undefined, url: string): Extension | undefined {
  return element?.extension?.find(extension => extension.url === url)
}

/** All extensions of the given url. */
export function extensionsOf(element: { extension?: Extension[] } | undefined, url: string): Extension[] {
  return element?.extension?.filter(extension => extension.url === url) ?? []
}
