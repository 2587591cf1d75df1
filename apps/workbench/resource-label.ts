import type { CodeableConcept, FhirResource } from 'fhir/r4.js'

interface Coded {
  code?: CodeableConcept | CodeableConcept[] | string
  medicationCodeableConcept?: CodeableConcept
  codeCodeableConcept?: CodeableConcept
  questionnaire?: string
  title?: string
}

/** What a resource is about, in its own words; undefined where it has none. */
export function labelOf(resource: FhirResource): string | undefined {
  const { code, medicationCodeableConcept, codeCodeableConcept, questionnaire, title } = resource as Coded
  const concept = medicationCodeableConcept ?? codeCodeableConcept ?? (typeof code === 'object' ? [code].flat()[0] : undefined)
  const coding = concept?.coding?.[0]
  return concept?.text ?? coding?.display ?? coding?.code ?? title ?? questionnaire?.split('|')[0]?.split('/').at(-1)
}
