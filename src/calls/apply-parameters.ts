import type { Parameters } from 'fhir/r4.js'
import { parameterValues } from '../engine/expression/parameter-values.js'
import { SUBJECT_TYPES } from '../engine/expression/standard-variables.js'
import type { Collection } from '../engine/expression/values.js'
import { CdsError } from '../errors.js'
import { patientNamed } from '../patient-data/ownership.js'
import { entriesIn, isResource, type BundleEntry } from '../patient-data/read-bundle.js'
import { idIn, readReference } from '../patient-data/references.js'
import { languageOfTag } from './languages.js'

/** What `$apply` was asked with. */
export interface ApplyInput {
  /** `Type/id` of whom it is for. */
  subject: string
  patientId: string | undefined
  /** The server whose patient it is, where subject says so. */
  fhirServer: string | undefined
  entries: BundleEntry[]
  language: string | undefined
  encounterId: string | undefined
  practitioner: string | undefined
  organization: string | undefined
  /** Values of the parameters that libraries declare, by name. */
  parameters: ReadonlyMap<string, Collection>
  /** Names of input parameters of R4 that were given and that nothing here reads. */
  unread: readonly string[]
}

type Parameter = NonNullable<Parameters['parameter']>[number]

/** Input parameters of R4's `$apply` that change nothing here. */
const UNREAD = ['userType', 'userTaskContext', 'setting', 'settingContext']

/**
 * Reads the parameters of `$apply`.
 * @param languages that answers can be given in.
 * @throws CdsError CDS_PARAMETERS_INVALID when subject or data is missing or unusable.
 */
export function readApplyParameters(body: unknown, languages: readonly string[]): ApplyInput {
  const { resourceType, parameter } = (body ?? {}) as Partial<Parameters>
  if (resourceType !== 'Parameters' || !Array.isArray(parameter)) throw invalid('The body must be a Parameters resource.')
  const all = (name: string) => (parameter as (Parameter | null)[]).filter(entry => entry?.name === name)
  const named = (name: string) => all(name)[0] ?? undefined
  if (all('subject').length > 1) throw invalid('Give one subject; ask once for each.')
  const entries = entriesIn(named('data')?.resource)
  const subject = subjectIn(named('subject'))
  if (!entries) throw invalid("Give data as a Bundle of the subject's resources, even if it is empty.")
  return {
    ...subject,
    entries,
    language: languageOfTag(named('userLanguage')?.valueCodeableConcept?.coding?.[0]?.code, languages),
    encounterId: idIn(textOf(named('encounter')), 'Encounter'),
    practitioner: referenceOf(named('practitioner'), ['Practitioner', 'PractitionerRole']),
    organization: referenceOf(named('organization'), ['Organization']),
    parameters: valuesIn(named('parameters')?.resource),
    unread: UNREAD.filter(name => named(name) !== undefined),
  }
}

/** The error for parameters that cannot be used. */
export const invalid = (what: string) => new CdsError('CDS_PARAMETERS_INVALID', `The input of $apply is not usable. ${what}`)

function subjectIn(parameter: Parameter | undefined): Pick<ApplyInput, 'subject' | 'patientId' | 'fhirServer'> {
  const written = textOf(parameter)
  const patient = patientNamed(written)
  if (patient) return { subject: `Patient/${patient.id}`, patientId: patient.id, fhirServer: patient.server }
  const subject = referenceOf(parameter, SUBJECT_TYPES)
  // An address that is no plain one of a patient names nobody for certain.
  if (subject === undefined || subject.startsWith('Patient/')) throw invalid('Give subject as Patient/id.')
  return { subject, patientId: undefined, fhirServer: undefined }
}

function referenceOf(parameter: Parameter | undefined, types: readonly string[]): string | undefined {
  const reference = readReference(textOf(parameter))
  return types.some(type => reference?.startsWith(`${type}/`)) ? reference : undefined
}

function textOf(parameter: Parameter | undefined): string | undefined {
  const value: unknown = parameter?.valueString ?? parameter?.valueReference?.reference ?? parameter?.valueUri ?? parameter?.valueId
  return typeof value === 'string' ? value : undefined
}

/** Values by the name of their parameter; none where none were given. */
const valuesIn = (resource: unknown): ReadonlyMap<string, Collection> =>
  isResource(resource) && resource.resourceType === 'Parameters' ? parameterValues(resource) : new Map()
