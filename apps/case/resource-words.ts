import type { CodeableConcept, FhirResource } from 'fhir/r4.js'

/** What of a resource a reader knows it again by. */
export interface ResourceWords {
  text?: string
  /** Day that it is about, as it is recorded. */
  date?: string
}

/** Members that say what a resource is, and those that say when, each the most telling first. */
const NAMING = ['code', 'medicationCodeableConcept', 'type', 'reasonCode'] as const
const DATING = [
  'onsetDateTime',
  'effectiveDateTime',
  'authored',
  'authoredOn',
  'performedDateTime',
  'recordedDate',
  'date',
  'issued',
  'start',
] as const

/** Says a resource of whatever type in a few words, from its own texts. */
export function resourceWords(resource: FhirResource): ResourceWords {
  const members = resource as unknown as Readonly<Record<string, unknown>>
  const named = NAMING.map(name => textOf(members[name])).find(text => text !== undefined)
  const value = textOf(members['valueCodeableConcept']) ?? quantityIn(members['valueQuantity'])
  const text = value === undefined ? named : [named, value].filter(part => part !== undefined).join(': ')
  const period = members['period'] as { start?: string } | undefined
  const date = [...DATING.map(name => members[name]), period?.start].find(each => typeof each === 'string')
  return { ...(text !== undefined && { text }), ...(typeof date === 'string' && { date: date.slice(0, 10) }) }
}

function textOf(value: unknown): string | undefined {
  const concept = (Array.isArray(value) ? value[0] : value) as CodeableConcept | undefined
  if (typeof concept !== 'object' || concept === null) return undefined
  return concept.text ?? concept.coding?.find(({ display }) => display !== undefined)?.display
}

function quantityIn(value: unknown): string | undefined {
  const { value: number, unit = '' } = (value ?? {}) as { value?: number; unit?: string }
  return number === undefined ? undefined : `${number} ${unit}`.trim()
}
