import type { SearchParameter } from 'fhir/r4.js'
import type { SearchParameter as Row } from '../src/demo/search-parameters.js'
import type { Definitions } from './definitions.js'

/** Types that the demonstration server holds, in the order of its statement of capabilities. */
const TYPES = [
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Condition',
  'QuestionnaireResponse',
  'Questionnaire',
  'Observation',
  'Encounter',
  'EpisodeOfCare',
  'ServiceRequest',
  'MedicationDispense',
  'MedicationRequest',
  'MedicationStatement',
  'Procedure',
  'DiagnosticReport',
  'ImagingStudy',
  'Task',
  'Appointment',
  'CarePlan',
  'Coverage',
  'DeviceRequest',
  'AllergyIntolerance',
  'Communication',
  'RiskAssessment',
  'ActivityDefinition',
]

/** Kinds that the demonstration answers; composite and special parameters it does not. */
const KINDS: readonly string[] = ['token', 'date', 'string', 'reference', 'uri', 'quantity', 'number']

/** The table of src/demo/search-parameters.json, as text. */
export function searchParameterTable({ searchParameters }: Definitions): string {
  const rows = ['Resource', ...TYPES].flatMap(type =>
    searchParameters
      .filter(({ base, type: kind, expression }) => (base as string[]).includes(type) && KINDS.includes(kind) && expression !== undefined)
      .map(parameter => rowOf(type, parameter))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  )
  return `[\n${rows.map(row => `  ${written(row)}`).join(',\n')}\n]\n`
}

/** One row a line, with a space behind colons and commas. */
const written = (row: Row): string =>
  `{${Object.entries(row)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(', ')}}`

function rowOf(type: string, { code: name, type: kind, expression = '' }: SearchParameter): Row {
  const parts = expression
    .replaceAll(WRAPPED, '$1')
    .split(' | ')
    .filter(part => part.startsWith(`${type}.`))
  const targets = parts.flatMap(part => OF_ONE_TYPE.exec(part)?.[1] ?? [])
  const [target] = targets
  const plain = parts.map(part => part.replace(OF_ONE_TYPE, '')).map(part => (type === 'Resource' ? part.slice('Resource.'.length) : part))
  return { type, name, kind: kind as Row['kind'], expression: plain.join(' | '), ...(target !== undefined && { target }) }
}

/** Where a reference may point at one type only. */
const OF_ONE_TYPE = /\.where\(resolve\(\) is (\w+)\)$/

/** What the specification wraps without need. */
const WRAPPED = /\(([\w.]+\.ofType\(\w+\)|[\w.]+\.exists\(\) and [^|()]*)\)/g
