import type {
  CodeableConcept,
  Coding,
  DeviceRequest,
  Dosage,
  FhirResource,
  MedicationRequest,
  PractitionerRole,
  ServiceRequest,
} from 'fhir/r4.js'
import type { CaseCalendar } from './calendar.js'
import { refuseUnknown, type Given } from './format.js'
import type { CaseLanguage } from './language.js'
import { Fact, isOrder, subject } from './patient-facts.js'

const idOf = (user: string): string => user.replace(' ', '-')

/** PractitionerRoles of everybody a case may name, each with an id of its own, such as `PractitionerRole/hospital-doctor`. */
export const roleResources = ({ vocabulary: { users }, coding }: CaseLanguage): PractitionerRole[] =>
  Object.entries(users).map(([name, { code, specialty }]) => ({
    resourceType: 'PractitionerRole',
    id: idOf(name),
    practitioner: { reference: `Practitioner/${idOf(name)}` },
    ...(code !== undefined && { code: [{ coding: [coding(code)] }] }),
    ...(specialty !== undefined && { specialty: [{ coding: [coding(specialty)] }] }),
  }))

/** Who is signed in unless a case says otherwise. */
export const usualUser = ({ vocabulary: { users } }: CaseLanguage): string => Object.keys(users)[0] ?? 'anybody'

/** The reference of a user, as a context or an order names it. @throws Error when the vocabulary knows no such user and it is no reference. */
export function roleReference(user: string, language: CaseLanguage): string {
  if (user.includes('/')) return user
  const known = Object.keys(language.vocabulary.users)
  if (known.length > 0 && !known.includes(user)) throw new Error(`'${user}' is not a role; known are ${known.join(', ')}.`)
  return `PractitionerRole/${idOf(user)}`
}

const ORDER_KEYS = [
  'order',
  'id',
  'name',
  'text',
  'medication reference',
  'reason',
  'indication',
  'requester',
  'dose',
  'dose unit',
  'dose comparator',
  'then dose',
  'times a day',
  'stop date',
  'sessions',
  'session comparator',
  'weeks',
  'duration unit',
  'group size',
  'requisition',
  'priority',
  'insurance',
  'detail',
  'note',
  'not chosen',
]

/** An order without a code: only words say what it is. */
const UNCODED = ['medicine', 'service'] as const

/** The drafts that a case gives, and references of those that are chosen. */
export function draftOrders(
  given: readonly Given[],
  calendar: CaseCalendar,
  language: CaseLanguage,
): { drafts: FhirResource[]; selections: string[] } {
  const orders = given.filter(isOrder)
  const drafts = orders.map((values, index) => {
    const fact = new Fact(values, language)
    if ('draft' in values) {
      refuseUnknown(values, new Set(['draft', 'not chosen']), 'draft')
      return fact.resource('draft')
    }
    refuseUnknown(values, new Set(ORDER_KEYS), 'order')
    return draft(fact, fact.text('id') ?? `draft-${index + 1}`, calendar)
  })
  return {
    drafts,
    selections: drafts.filter((_, index) => orders[index]?.['not chosen'] !== true).map(({ resourceType, id }) => `${resourceType}/${id}`),
  }
}

function draft(fact: Fact, id: string, calendar: CaseCalendar): FhirResource {
  const {
    vocabulary: { orders, systems },
    codings,
  } = fact.language
  const codes = codesOf(fact)
  const medicine = orders.medicine.map(name => systems[name] ?? name)
  const devices = codings(orders.devices)
  const isMedication = fact.value('order') === 'medicine' || codes.some(({ system = '' }) => medicine.includes(system))
  const isDevice = codes.some(({ system, code }) => devices.some(device => device.system === system && device.code === code))
  if (isMedication) return medication(fact, id, calendar)
  return isDevice ? device(fact, id) : service(fact, id)
}

const codesOf = (fact: Fact): Coding[] => (UNCODED.some(kind => kind === fact.value('order')) ? [] : fact.codes('order'))

/** What is ordered: codes, words, or both. */
function concept(fact: Fact): CodeableConcept {
  const [codes, text] = [named(fact), fact.text('text')]
  return { ...(codes.length > 0 && { coding: codes }), ...(text !== undefined && { text }) }
}

/** What every draft says of itself. */
function common(fact: Fact, id: string) {
  const [reason, requester] = [fact.text('reason'), fact.text('requester')]
  const isCode = reason !== undefined && /[:|]/.test(reason)
  const {
    vocabulary: {
      orders: { indication: system },
    },
    codings,
  } = fact.language
  const indications = [fact.value('indication') ?? []]
    .flat()
    .map(code => ({ coding: [{ ...(system !== undefined && { system }), code: String(code) }] }))
  const reasonCode = [...(isCode ? reason.split(', ').map(each => ({ coding: codings(each) })) : []), ...indications]
  return {
    id,
    status: 'draft' as const,
    intent: 'order' as const,
    subject,
    ...(requester !== undefined && { requester: { reference: roleReference(requester, fact.language) } }),
    ...(reason !== undefined && !isCode && { reasonReference: [{ reference: reason.includes('/') ? reason : `Condition/${reason}` }] }),
    ...(reasonCode.length > 0 && { reasonCode }),
  }
}

function medication(fact: Fact, id: string, calendar: CaseCalendar): MedicationRequest {
  const [stop, reference, comparator] = ['stop date', 'medication reference', 'dose comparator'].map(key => fact.text(key))
  const unit = fact.text('dose unit') ?? 'mg'
  const doses = [fact.number('dose'), fact.number('then dose')].flatMap(dose => dose ?? [])
  const dosageInstruction = doses.map((dose, index): Dosage => ({
    sequence: index + 1,
    timing: { repeat: { frequency: fact.number('times a day') ?? 1, period: 1, periodUnit: 'd' } },
    doseAndRate: [
      {
        doseQuantity: {
          value: dose,
          unit,
          system: 'http://unitsofmeasure.org',
          code: unit,
          ...(comparator !== undefined && { comparator: comparator as '<' }),
        },
      },
    ],
  }))
  return {
    resourceType: 'MedicationRequest',
    ...common(fact, id),
    ...(reference === undefined ? { medicationCodeableConcept: concept(fact) } : { medicationReference: { reference } }),
    ...(dosageInstruction.length > 0 && { dosageInstruction }),
    ...(stop !== undefined && { dispenseRequest: { validityPeriod: { end: calendar.date(stop) } } }),
  }
}

/** The codes of an order with the name by which some clients alone can be understood. */
function named(fact: Fact): Coding[] {
  const display = fact.text('name')
  return codesOf(fact).map(coded => ({ ...coded, ...(display !== undefined && { display }) }))
}

function device(fact: Fact, id: string): DeviceRequest {
  return { resourceType: 'DeviceRequest', ...common(fact, id), codeCodeableConcept: { coding: fact.codes('order') } }
}

function service(fact: Fact, id: string): ServiceRequest {
  const [sessions, weeks, size, requisition] = [
    fact.number('sessions'),
    fact.number('weeks'),
    fact.number('group size'),
    fact.text('requisition'),
  ]
  const [priority, insurance, detail, note, comparator] = ['priority', 'insurance', 'detail', 'note', 'session comparator'].map(key =>
    fact.text(key),
  )
  const unit = fact.text('duration unit') ?? 'wk'
  const {
    vocabulary: {
      orders: { groupSize },
    },
    coding,
  } = fact.language
  return {
    resourceType: 'ServiceRequest',
    ...common(fact, id),
    ...(size !== undefined && groupSize !== undefined && { extension: [{ url: groupSize, valueInteger: size }] }),
    ...(requisition !== undefined && { requisition: { system: 'urn:ietf:rfc:3986', value: requisition } }),
    ...(priority !== undefined && { priority: priority as NonNullable<ServiceRequest['priority']> }),
    ...(insurance !== undefined && { insurance: [{ display: insurance }] }),
    ...(detail !== undefined && { orderDetail: [/^[\w-]+:\S+$/.test(detail) ? { coding: [coding(detail)] } : { text: detail }] }),
    ...(note !== undefined && { note: [{ text: note }] }),
    code: concept(fact),
    ...(sessions !== undefined && {
      quantityQuantity: { value: sessions, ...(comparator !== undefined && { comparator: comparator as '<' }) },
    }),
    ...(weeks !== undefined && {
      occurrenceTiming: { repeat: { boundsDuration: { value: weeks, unit, system: 'http://unitsofmeasure.org', code: unit } } },
    }),
  }
}
