import type { DataRequirement, DataRequirementCodeFilter } from 'fhir/r4.js'
import { readTemplate } from '../../cds-hooks/prefetch-template.js'
import type { CompiledRequirement } from './compiled.js'
import { EXTENSION, extensionOf, extensionsOf } from '../model/extensions.js'
import { localized } from '../model/localized.js'
import type { FaultList } from '../model/faults.js'
import type { ElementOfFile } from './expressions.js'
import type { Foreknowledge } from './kept-findings.js'
import type { Terminology } from '../terminology/terminology.js'

const PATIENT = '{{context.patientId}}'

/** Date parameters by element path, of all types or of one, where the R4 search parameter is not called like the element. */
const DATE_PARAMETER: Readonly<Record<string, string>> = {
  authored: 'authored',
  authoredOn: 'authored',
  effective: 'date',
  onset: 'onset-date',
  performed: 'date',
  period: 'date',
  recordedDate: 'recorded-date',
  started: 'started',
  'meta.lastUpdated': '_lastUpdated',
  'AllergyIntolerance.onset': 'onset',
  'AllergyIntolerance.recordedDate': 'date',
  'DeviceRequest.authoredOn': 'authored-on',
  'MedicationAdministration.effective': 'effective-time',
  'MedicationRequest.authoredOn': 'authoredon',
  'MedicationStatement.effective': 'effective',
  'Task.authoredOn': 'authored-on',
}

const CODE_PARAMETER: Readonly<Record<string, string>> = {
  clinicalStatus: 'clinical-status',
  verificationStatus: 'verification-status',
  medication: 'code',
  medicationCodeableConcept: 'code',
}

/** Days in one unit of a duration before now, at most. */
const DAYS_IN: Readonly<Record<string, number>> = { d: 1, wk: 7, mo: 31, a: 366 }

/**
 * Derives the prefetch template of a DataRequirement: a read for the patient, else a search by patient,
 * narrowed by codes, one date, sort and count as far as R4 search parameters allow; an author's
 * cqf-fhirQueryPattern wins, and where there are several the first is the template.
 */
export function compileRequirement(
  requirement: DataRequirement,
  terminology: Terminology,
  derive: TemplateMaker = deriveTemplate,
): CompiledRequirement {
  const written = extensionsOf(requirement, EXTENSION.queryPattern).flatMap(({ valueString }) => valueString ?? [])
  const [template = derive(requirement, terminology), ...further] = written.map(withCount)
  const { names, language } = terminology
  const essential = extensionOf(requirement, names.extension.essential)
  const label = extensionOf(requirement, names.extension.label)
  const key = requirement.id ?? requirement.type.charAt(0).toLowerCase() + requirement.type.slice(1)
  return {
    requirement,
    key,
    type: requirement.type,
    template,
    further,
    essential: essential?.valueBoolean ?? essential?.valueCode === WHERE_SUPPORTED,
    whereSupported: essential?.valueCode === WHERE_SUPPORTED,
    label: localized(label?.valueString ?? key, label?._valueString, language),
  }
}

/** Essential, unless the server does not have the type. */
const WHERE_SUPPORTED = 'where-supported'

/** Resources that a search asks for at once where its author says nothing: few charts hold more of one type. */
const USUAL_COUNT = 200

const withCount = (query: string): string => (!query.includes('?') || /[?&]_count=/.test(query) ? query : `${query}&_count=${USUAL_COUNT}`)

/** Makes the template of a requirement of which none is written. */
export type TemplateMaker = (requirement: DataRequirement, terminology: Terminology) => string

/** Derives templates that were not derived of the very same knowledge before, and hands them to whoever keeps them. */
export const templateMaker =
  ({ isSound, found, keeper }: Foreknowledge): TemplateMaker =>
  (requirement, terminology) => {
    const written = JSON.stringify(requirement)
    const template = (isSound ? found?.template(written) : undefined) ?? deriveTemplate(requirement, terminology)
    keeper?.keepTemplate(written, template)
    return template
  }

function deriveTemplate(requirement: DataRequirement, terminology: Terminology): string {
  if (requirement.type === 'Patient') return `Patient/${PATIENT}`
  const parameters = [
    `patient=${PATIENT}`,
    ...(requirement.codeFilter ?? []).flatMap(filter => codeParameter(filter, terminology)),
    ...(requirement.dateFilter ?? []).slice(0, 1).flatMap(filter => dateParameter(filter, requirement.type)),
    ...sortParameter(requirement),
    `_count=${requirement.limit ?? USUAL_COUNT}`,
  ]
  return `${requirement.type}?${parameters.join('&')}`
}

/**
 * Codes go into the search without their system, since several URIs of one system are live at once.
 * A value set whose codes are known by their beginning, or are written in several ways, leaves the search open.
 */
function codeParameter(filter: DataRequirementCodeFilter, terminology: Terminology): string[] {
  const name = filter.searchParam ?? CODE_PARAMETER[filter.path ?? ''] ?? filter.path
  if (filter.valueSet !== undefined && terminology.isOpen(filter.valueSet)) return []
  const expanded = filter.valueSet === undefined ? [] : terminology.expand(filter.valueSet)
  const codes = new Set([...(filter.code ?? []), ...expanded].flatMap(({ code }) => code ?? []))
  return codes.size === 0 ? [] : [`${name}=${[...codes].map(encodeURIComponent).join(',')}`]
}

type DateFilter = NonNullable<DataRequirement['dateFilter']>[number]

function sortParameter({ type, sort = [] }: DataRequirement): string[] {
  const keys = sort.map(({ path, direction }) => `${direction === 'descending' ? '-' : ''}${dateParameterName(type, path)}`)
  return keys.length === 0 ? [] : [`_sort=${keys.join(',')}`]
}

const dateParameterName = (type: string, path: string): string => DATE_PARAMETER[`${type}.${path}`] ?? DATE_PARAMETER[path] ?? path

function dateParameter(filter: DateFilter, type: string): string[] {
  const name = filter.searchParam ?? dateParameterName(type, filter.path ?? '')
  const from = filter.valueDateTime ?? filter.valuePeriod?.start
  if (from !== undefined) return [`${name}=ge${encodeURIComponent(from)}`]
  const { value, code = 'd' } = filter.valueDuration ?? {}
  const days = value === undefined ? undefined : Math.ceil(value * (DAYS_IN[code] ?? 1))
  return days === undefined ? [] : [`${name}=ge{{today() - ${days} days}}`]
}

/** Tells of templates that some CDS client could not carry out. */
export function checkTemplates(
  { template, further, type }: CompiledRequirement,
  { file, element }: ElementOfFile,
  faults: FaultList,
): void {
  for (const fault of [template, ...further].flatMap(each => templateFaults(each, type)))
    faults.add('PREFETCH_INVALID', file, element, fault)
}

/** What a CDS client of any generation could not do with the template. */
function templateFaults(template: string, type: string): string[] {
  const faults: string[] = []
  const [path = '', query = ''] = template.split('?', 2)
  if (path !== type && !path.startsWith(`${type}/`)) faults.push(`The template must read or search ${type}.`)
  for (const { unknown } of readTemplate(template)) {
    if (unknown !== undefined) faults.push(`{{${unknown}}} is not a prefetch token that every client knows.`)
  }
  const names = query.split('&').map(parameter => parameter.split('=', 1)[0] ?? '')
  if (names.some(name => name.includes('.') || name.startsWith('_has') || name.startsWith('_include'))) {
    faults.push('Chained, reverse and including searches are outside what clients support.')
  }
  if (names.filter(name => Object.values(DATE_PARAMETER).includes(name)).length > 1) {
    faults.push('A template may hold one date parameter at most; some clients join two into an "or".')
  }
  return faults
}

/** Keys under which requirements ask for different data. */
export function conflictingKeys(requirements: readonly CompiledRequirement[]): string[] {
  const queries = ({ template, further }: CompiledRequirement) => [template, ...further].join('\n')
  const byName = new Map(requirements.map(requirement => [requirement.key, queries(requirement)] as const))
  return [...new Set(requirements.filter(requirement => byName.get(requirement.key) !== queries(requirement)).map(({ key }) => key))]
}

/** One requirement a key; the first stands. */
export function byKey(requirements: readonly CompiledRequirement[]): CompiledRequirement[] {
  return [...new Map(requirements.map(requirement => [requirement.key, requirement] as const).reverse()).values()].reverse()
}
