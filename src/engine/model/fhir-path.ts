/** The name of an element, or a place in a list. */
export type Step = string | number

/** Where an element stands, as FHIR writes it: `PlanDefinition.action[0].title`. @param type of the resource that the steps start from. */
export const fhirPath = (type: string, steps: readonly Step[]): string =>
  steps.reduce<string>((path, step) => (typeof step === 'number' ? `${path}[${step}]` : `${path}.${step}`), type)
