import r4 from 'fhirpath/fhir-context/r4'
import type { CodeSystemConcept, ElementDefinition, StructureDefinition, ValueSet, ValueSetComposeInclude } from 'fhir/r4.js'
import type { Definitions } from './definitions.js'

/** Resource types that the knowledge, the demonstration and the forms of an answer use. */
const RESOURCES = [
  'ActivityDefinition',
  'AllergyIntolerance',
  'Appointment',
  'AuditEvent',
  'Bundle',
  'CapabilityStatement',
  'CarePlan',
  'CareTeam',
  'CodeSystem',
  'Communication',
  'CommunicationRequest',
  'Condition',
  'Device',
  'DeviceRequest',
  'DiagnosticReport',
  'Encounter',
  'EpisodeOfCare',
  'Goal',
  'ImagingStudy',
  'Library',
  'Location',
  'Measure',
  'MeasureReport',
  'Medication',
  'MedicationRequest',
  'MedicationStatement',
  'NamingSystem',
  'Observation',
  'OperationOutcome',
  'Organization',
  'Parameters',
  'Patient',
  'PlanDefinition',
  'Practitioner',
  'PractitionerRole',
  'Procedure',
  'Questionnaire',
  'QuestionnaireResponse',
  'RelatedPerson',
  'RequestGroup',
  'RiskAssessment',
  'ServiceRequest',
  'Task',
  'ValueSet',
]

/** Required bindings whose codes are too many to list. */
const UNLISTED = ['mimetypes', 'currencies'].map(id => `http://hl7.org/fhir/ValueSet/${id}`)

type Schema = Readonly<Record<string, unknown>>

const WHOLE = { type: 'integer', maximum: 2_147_483_647 }
const text = (pattern: string, comment: string): Schema => ({ $comment: comment, type: 'string', pattern })
const DAY = '([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)'
const OF_DAY = '(0[1-9]|[1-2][0-9]|3[0-1])'
const HOUR = '([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?'
const ZONE = '(Z|(\\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))'
const NO_SPACE = '^\\S+$'
const NO_CONTROL = '^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]+$'

/** How primitives are written: as the specification says in words, which its own expressions say only in part. */
const PRIMITIVES: Readonly<Record<string, Schema>> = {
  base64Binary: text('^[0-9a-zA-Z+/=\\s]*$', 'base64Binary'),
  boolean: { type: 'boolean' },
  canonical: text(NO_SPACE, 'canonical'),
  code: text('^[^\\s]+(\\s[^\\s]+)*$', 'code'),
  date: text(`^${DAY}(-(0[1-9]|1[0-2])(-${OF_DAY})?)?$`, 'date'),
  dateTime: text(`^${DAY}(-(0[1-9]|1[0-2])(-${OF_DAY}(T${HOUR}${ZONE})?)?)?$`, 'dateTime'),
  decimal: { type: 'number' },
  id: text('^[A-Za-z0-9\\-\\.]{1,64}$', 'id'),
  instant: text(`^${DAY}-(0[1-9]|1[0-2])-${OF_DAY}T${HOUR}${ZONE}$`, 'instant'),
  integer: { ...WHOLE, minimum: -2_147_483_648 },
  markdown: text(NO_CONTROL, 'markdown'),
  oid: text('^urn:oid:[0-2](\\.(0|[1-9][0-9]*))+$', 'oid'),
  positiveInt: { ...WHOLE, minimum: 1 },
  string: text(NO_CONTROL, 'string'),
  time: text(`^${HOUR}$`, 'time'),
  unsignedInt: { ...WHOLE, minimum: 0 },
  uri: text(NO_SPACE, 'uri'),
  url: text(NO_SPACE, 'url'),
  uuid: text('^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', 'uuid'),
  xhtml: { type: 'string' },
}

const refTo = (name: string): Schema => ({ $ref: `#/definitions/${name}` })
const listOf = (items: Schema): Schema => ({ type: 'array', minItems: 1, items })
const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** The schema of src/engine/model/r4-schema.json, as text: one definition a line. */
export function r4Schema(definitions: Definitions): string {
  const schemas = new SchemaOf(definitions).all()
  const names = [...schemas.keys()].sort()
  const head = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment: "Made by tools/ from HL7's R4 (4.0.1) definitions (CC0); see r4-shape.ts",
    $ref: '#/definitions/ResourceList',
  }
  return `${JSON.stringify(head).slice(0, -1)},"definitions":{\n${names.map(name => `${JSON.stringify(name)}:${JSON.stringify(schemas.get(name))}`).join(',\n')}\n}}\n`
}

/** Definitions of the resource types, and of all types that they are made of. */
class SchemaOf {
  private readonly schemas = new Map<string, Schema>(Object.entries(PRIMITIVES))
  private readonly nameByPath = new Map<string, string>()

  constructor(private readonly definitions: Definitions) {}

  all(): ReadonlyMap<string, Schema> {
    this.schemas.set('ResourceList', { type: 'object', discriminator: { propertyName: 'resourceType' }, oneOf: RESOURCES.map(refTo) })
    RESOURCES.forEach(type => this.include(type))
    const { type: _, ...element } = this.schemas.get('Element') ?? {}
    this.schemas.set('ElementOrNull', { type: ['object', 'null'], ...element })
    return this.schemas
  }

  /** Defines a type and what it is made of, unless that was done before. */
  private include(type: string): string {
    if (this.schemas.has(type)) return type
    const definition = this.definitions.types.get(type)
    if (!definition) throw new Error(`R4 has no type ${type}.`)
    this.schemas.set(type, {})
    this.define(type, type, definition)
    return type
  }

  /** Defines the object at a path of a definition under a name. */
  private define(name: string, path: string, definition: StructureDefinition): void {
    const elements = childrenOf(path, definition)
    const isResource = path === definition.type && definition.kind === 'resource'
    const properties = Object.assign(
      {},
      isResource && { resourceType: { const: name } },
      ...elements.map(element => this.properties(element, definition)),
    ) as Record<string, Schema>
    const needed = elements.filter(({ min = 0 }) => min > 0).map(neededOf)
    const required = [...(isResource ? ['resourceType'] : []), ...needed.flatMap(({ always }) => always ?? [])]
    const allOf = needed.flatMap(({ oneOf }) => oneOf ?? [])
    this.schemas.set(name, {
      type: 'object',
      properties,
      additionalProperties: false,
      ...(required.length > 0 && { required }),
      ...(allOf.length > 0 && { allOf }),
    })
  }

  /** The members by which JSON says an element: one for each type that it may have, and one beside a primitive for its extensions. */
  private properties(element: ElementDefinition, definition: StructureDefinition): Record<string, Schema> {
    return Object.fromEntries(
      membersOf(element).flatMap(({ member, type }) => {
        const value = this.valueOf(element, type, definition)
        const isList = element.max === '*'
        const own = [member, isList ? listOf(value) : value] as const
        if (!hasSibling(member, type)) return [own]
        return [own, [`_${member}`, isList ? listOf(refTo('ElementOrNull')) : refTo(this.include('Element'))] as const]
      }),
    )
  }

  private valueOf(element: ElementDefinition, type: string, definition: StructureDefinition): Schema {
    if (element.contentReference !== undefined) return refTo(this.part(element.contentReference.slice(1), definition))
    if (type === 'Resource') return refTo('ResourceList')
    if (type === 'BackboneElement' || (type === 'Element' && childrenOf(element.path, definition).length > 0))
      return refTo(this.part(element.path, definition))
    const codes = type === 'code' ? this.codesOf(element) : undefined
    return codes ? { enum: codes } : refTo(this.include(type))
  }

  /** Defines a part of a type under the type's name and its own, numbered where that is taken. */
  private part(path: string, definition: StructureDefinition): string {
    const known = this.nameByPath.get(path)
    if (known !== undefined) return known
    const [type = '', ...steps] = path.split('.')
    const base = `${type}_${capitalised(steps.at(-1) ?? '')}`
    const name =
      ['', ...Array(9).keys()].map(each => (each === '' ? base : `${base}${Number(each) + 1}`)).find(each => !this.schemas.has(each)) ??
      base
    this.nameByPath.set(path, name)
    this.schemas.set(name, {})
    this.define(name, path, definition)
    return name
  }

  private codesOf({ binding }: ElementDefinition): string[] | undefined {
    const url = binding?.valueSet?.split('|')[0]
    if (binding?.strength !== 'required' || url === undefined || UNLISTED.includes(url)) return undefined
    const valueSet = this.definitions.valueSets.get(url)
    return valueSet && this.expand(valueSet)
  }

  private expand({ compose }: ValueSet): string[] {
    return [...new Set((compose?.include ?? []).flatMap(include => this.included(include)))]
  }

  private included({ system, concept, valueSet = [] }: ValueSetComposeInclude): string[] {
    const within = valueSet.flatMap(url => this.definitions.valueSets.get(url.split('|')[0] ?? '') ?? []).flatMap(each => this.expand(each))
    if (concept) return [...concept.map(({ code }) => code), ...within]
    return [...conceptsWithin(this.definitions.codeSystems.get(system ?? '')?.concept), ...within]
  }
}

/** Codes at any depth, but for those that only group others. */
const conceptsWithin = (concepts: readonly CodeSystemConcept[] = []): string[] =>
  concepts.flatMap(({ code, concept, property = [] }) => [
    ...(property.some(each => each.code === 'notSelectable' && each.valueBoolean) ? [] : [code]),
    ...conceptsWithin(concept),
  ])

/**
 * Elements directly below a path. Whoever carries the definitions has added some of their own to them and narrowed one:
 * the FHIRPath engine's model of R4 tells which are R4's, and of which type.
 */
const childrenOf = (path: string, { snapshot }: StructureDefinition): ElementDefinition[] =>
  (snapshot?.element ?? []).filter(
    each => each.path.startsWith(`${path}.`) && !each.path.slice(path.length + 1).includes('.') && each.max !== '0' && isOfR4(each),
  )

const TYPES = r4.path2Type as Readonly<Record<string, string>>

/** Elements that any type inherits stand in the model under the type that has them first. */
const isOfR4 = ({ path, base }: ElementDefinition): boolean =>
  [path, base?.path ?? path].some(
    each => each in TYPES || each.replace('[x]', '') in r4.choiceTypePaths || each in r4.pathsDefinedElsewhere,
  )

const nameOf = ({ path }: ElementDefinition): string => path.split('.').at(-1) ?? ''

/** The members of JSON that may say an element, with the type of each. */
function membersOf(element: ElementDefinition): { member: string; type: string }[] {
  const name = nameOf(element)
  if (TYPES[element.path] === 'Resource') return [{ member: name, type: 'Resource' }]
  const types = (element.type ?? []).map(
    ({ code, extension = [] }) => extension.find(({ url }) => url.endsWith('/structuredefinition-fhir-type'))?.valueUrl ?? code,
  )
  if (!name.endsWith('[x]')) return [{ member: name, type: isIdOfResource(element) ? 'id' : (types[0] ?? '') }]
  return types.map(type => ({ member: `${name.slice(0, -3)}${capitalised(type)}`, type }))
}

const isIdOfResource = ({ path, base }: ElementDefinition): boolean => path.endsWith('.id') && base?.path === 'Resource.id'

/** Whether extensions of a member stand in one beside it. */
const hasSibling = (member: string, type: string): boolean => member !== 'id' && type !== 'xhtml' && Object.hasOwn(PRIMITIVES, type)

/** What is needed of an element that must be there: a member, or one of several. */
function neededOf(element: ElementDefinition): { always?: string; oneOf?: Schema } {
  const members = membersOf(element)
  const alternatives = members.flatMap(({ member, type }) => (hasSibling(member, type) ? [member, `_${member}`] : [member]))
  const [first = ''] = alternatives
  if (alternatives.length === 1) return { always: first }
  const name = nameOf(element)
  return { oneOf: { ...(name.endsWith('[x]') && { $comment: name }), anyOf: alternatives.map(member => ({ required: [member] })) } }
}
