import type { ActivityDefinition, CodeableConcept, Reference } from 'fhir/r4.js'
import type { JsonObject } from '../../plain-values/json.js'
import { madeOnce } from '../model/memoised.js'

/** Elements of an ActivityDefinition that say what is to be done; all others tell of the definition itself. */
export const CONTENT_ELEMENTS = [
  'profile',
  'code',
  'intent',
  'priority',
  'doNotPerform',
  'timingTiming',
  'timingDateTime',
  'timingAge',
  'timingPeriod',
  'timingRange',
  'timingDuration',
  'location',
  'participant',
  'productReference',
  'productCodeableConcept',
  'quantity',
  'dosage',
  'bodySite',
  'specimenRequirement',
  'observationRequirement',
  'observationResultRequirement',
  'transform',
] as const satisfies readonly (keyof ActivityDefinition)[]

export type ContentElement = (typeof CONTENT_ELEMENTS)[number]

/** For whom a resource is made, and what is said of whoever asks for it. */
export interface ProposalContext {
  /** Canonical of the definition; undefined where it has no url. */
  canonical: string | undefined
  subject: Reference
  encounter?: Reference
  /** Who asks for it: the practitioner, else the organization. */
  requester?: Reference
  /** Whether it is a draft on a card: a user who accepts it asks for it, while `$apply` only proposes. */
  isCard: boolean
  /** Paragraphs of the leaflet that is handed out, where the definition names one. */
  leaflet?: readonly string[]
  /** The instant of the call, as a dateTime. */
  now: string
}

/** One part of a resource that is made: what of the definition it holds, and its members. */
interface Part {
  holds: readonly ContentElement[]
  /** What of that is lost in this definition all the same. */
  loses?: (definition: ActivityDefinition) => readonly ContentElement[]
  /** Its members, where they follow from the definition alone. */
  put?: (definition: ActivityDefinition) => JsonObject
  /** Its members, where they are others for others. */
  putFor?: (definition: ActivityDefinition, making: ProposalContext) => JsonObject
}

interface Kind {
  /** In the order in which their members stand. */
  parts: readonly Part[]
  /** Elements without which the resource is no valid R4; of several that are joined by `|` one is enough. */
  needs?: readonly string[]
}

const always = (putFor: Part['putFor']): Part => ({ holds: [], putFor })

/** Takes an element over as it is, under its own name unless another is given. */
const as = (element: ContentElement, name: string = element, wrap: (value: never) => unknown = value => value): Part => ({
  holds: [element],
  put: definition => (definition[element] === undefined ? {} : { [name]: wrap(definition[element] as never) }),
})

const inList = (value: unknown) => [value]

const NOT_TO_BE_DONE = 'http://hl7.org/fhir/StructureDefinition/request-doNotPerform'

const PROFILE = as('profile', 'meta', profile => ({ profile: [profile] }))
const CANONICALS = always((_, { canonical }) => (canonical === undefined ? {} : { instantiatesCanonical: [canonical] }))
const CANONICAL = always((_, { canonical }) => (canonical === undefined ? {} : { instantiatesCanonical: canonical }))
const INTENT: Part = { holds: ['intent'], put: ({ intent = 'proposal' }) => ({ intent }) }
const PRIORITY = as('priority')
const DO_NOT_PERFORM = as('doNotPerform')
/** Where R4 has no element for it; that something is to be done goes without saying. */
const DO_NOT_PERFORM_EXTENSION: Part = {
  holds: ['doNotPerform'],
  put: ({ doNotPerform }) => (doNotPerform ? { modifierExtension: [{ url: NOT_TO_BE_DONE, valueBoolean: true }] } : {}),
}
const SUBJECT = always((_, { subject }) => ({ subject }))
/** Where it can be a patient and nobody else. */
const PATIENT = always((_, { subject }) => (subject.reference?.startsWith('Patient/') ? { patient: subject } : {}))
const ENCOUNTER = always((_, { encounter }) => (encounter ? { encounter } : {}))
const status = (code: string): Part => ({ holds: [], put: () => ({ status: code }) })
const DRAFT = status('draft')

/** @param types that may stand there; anybody where it is left out. */
const requesterAs = (name: string, ...types: readonly string[]) =>
  always((_, { requester }) =>
    requester && (types.length === 0 || types.some(type => requester.reference?.startsWith(`${type}/`))) ? { [name]: requester } : {},
  )
const REQUESTER = requesterAs('requester')

type Participant = NonNullable<ActivityDefinition['participant']>[number]

const rolesOf = (participants: readonly Participant[]): CodeableConcept[] => participants.flatMap(({ role }) => role ?? [])

/** Roles of whoever takes part, where all can stand. */
const PERFORMER_TYPES: Part = {
  holds: ['participant'],
  put: ({ participant = [] }) => (rolesOf(participant).length > 0 ? { performerType: rolesOf(participant) } : {}),
  loses: ({ participant = [] }) => (participant.some(({ role }) => !role) ? ['participant'] : []),
}

/** The role of the one who takes part, where one can stand. */
const PERFORMER_TYPE: Part = {
  holds: ['participant'],
  put: ({ participant = [] }) => {
    const [performerType] = rolesOf(participant)
    return performerType ? { performerType } : {}
  },
  loses: ({ participant = [] }) => (participant.length > 1 || participant.some(({ role }) => !role) ? ['participant'] : []),
}

/** Whoever takes part, by the words for their role; the patient is named. */
const RECIPIENTS: Part = {
  holds: ['participant'],
  putFor: ({ participant = [] }, { subject }) => {
    const recipient = participant.map(each => recipientOf(each, subject)).filter(each => Object.keys(each).length > 0)
    return recipient.length > 0 ? { recipient } : {}
  },
}

function recipientOf({ type, role }: Participant, subject: Reference): Reference {
  const display = role?.text ?? role?.coding?.[0]?.display
  return { ...(type === 'patient' && subject), ...(display !== undefined && { display }) }
}

const OCCURRENCE = [
  as('timingTiming', 'occurrenceTiming'),
  as('timingDateTime', 'occurrenceDateTime'),
  as('timingPeriod', 'occurrencePeriod'),
]

/** The code as a device; a product only where there is no code. */
const DEVICE: Part = {
  holds: ['code', 'productCodeableConcept'],
  put: ({ code, productCodeableConcept }) =>
    code || productCodeableConcept ? { codeCodeableConcept: code ?? productCodeableConcept } : {},
  loses: ({ code, productCodeableConcept }) => (code && productCodeableConcept ? ['productCodeableConcept'] : []),
}

/** What a message says: the leaflet it hands out, else the words for its code. */
const PAYLOAD = always(({ code }, { isCard, leaflet = [] }) => {
  if (leaflet.length > 0) return { payload: leaflet.map(contentString => ({ contentString })) }
  return isCard || code?.text === undefined ? {} : { payload: [{ contentString: code.text }] }
})

const APPOINTED: Part = {
  holds: ['participant', 'location'],
  putFor: ({ participant = [], location }, { subject }) => ({
    participant: [
      { actor: subject, required: 'required', status: 'needs-action' },
      ...rolesOf(participant).map(role => ({ type: [role], required: 'required', status: 'needs-action' })),
      ...(location ? [{ actor: location, required: 'required', status: 'needs-action' }] : []),
    ],
  }),
  loses: ({ participant = [] }) => (participant.some(({ role }) => !role) ? ['participant'] : []),
}

const DUE = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/immunization-recommendation-status', code: 'due', display: 'Due' }],
}

const ORAL_DIET: Part = {
  holds: ['code', 'timingTiming'],
  put: ({ code, timingTiming }) => (code ? { oralDiet: { type: [code], ...(timingTiming && { schedule: [timingTiming] }) } } : {}),
  loses: ({ code, timingTiming }) => (!code && timingTiming ? ['timingTiming'] : []),
}

const SUPPLEMENT: Part = {
  holds: ['productCodeableConcept', 'quantity'],
  put: ({ productCodeableConcept: type, quantity }) => (type ? { supplement: [{ type, ...(quantity && { quantity }) }] } : {}),
  loses: ({ productCodeableConcept, quantity }) => (!productCodeableConcept && quantity ? ['quantity'] : []),
}

/** What orders begin with, in the order of their members. */
const order = (doNotPerform: Part): readonly Part[] => [
  PROFILE,
  CANONICALS,
  DRAFT,
  INTENT,
  PRIORITY,
  doNotPerform,
  SUBJECT,
  ENCOUNTER,
  REQUESTER,
]

/** How each kind becomes a resource; dynamic values come on top. */
export const KINDS = {
  ServiceRequest: {
    parts: [
      ...order(DO_NOT_PERFORM),
      as('code'),
      as('bodySite'),
      as('quantity', 'quantityQuantity'),
      as('location', 'locationReference', inList),
      PERFORMER_TYPE,
      ...OCCURRENCE,
    ],
  },
  MedicationRequest: {
    parts: [
      ...order(DO_NOT_PERFORM),
      as('productCodeableConcept', 'medicationCodeableConcept'),
      as('productReference', 'medicationReference'),
      as('dosage', 'dosageInstruction'),
      as('quantity', 'dispenseRequest', quantity => ({ quantity })),
      PERFORMER_TYPE,
    ],
    needs: ['medicationCodeableConcept|medicationReference'],
  },
  DeviceRequest: {
    parts: [...order(DO_NOT_PERFORM_EXTENSION), DEVICE, PERFORMER_TYPE, ...OCCURRENCE],
    needs: ['codeCodeableConcept|codeReference'],
  },
  CommunicationRequest: {
    parts: [
      PROFILE,
      DRAFT,
      PRIORITY,
      DO_NOT_PERFORM,
      SUBJECT,
      ENCOUNTER,
      REQUESTER,
      as('code', 'category', inList),
      RECIPIENTS,
      PAYLOAD,
      as('timingDateTime', 'occurrenceDateTime'),
      as('timingPeriod', 'occurrencePeriod'),
    ],
  },
  CarePlan: {
    parts: [
      PROFILE,
      CANONICALS,
      DRAFT,
      INTENT,
      DO_NOT_PERFORM_EXTENSION,
      as('code', 'category', inList),
      SUBJECT,
      ENCOUNTER,
      requesterAs('author'),
      as('timingPeriod', 'period'),
    ],
  },
  Task: {
    parts: [
      PROFILE,
      CANONICAL,
      always((_, { isCard }) => ({ status: isCard ? 'requested' : 'draft' })),
      INTENT,
      PRIORITY,
      DO_NOT_PERFORM_EXTENSION,
      as('code'),
      always((_, { subject }) => ({ for: subject })),
      ENCOUNTER,
      REQUESTER,
      PERFORMER_TYPES,
      as('location'),
      as('timingPeriod', 'restriction', period => ({ period })),
    ],
  },
  Appointment: {
    parts: [
      PROFILE,
      status('proposed'),
      DO_NOT_PERFORM_EXTENSION,
      as('code', 'serviceType', inList),
      APPOINTED,
      as('timingPeriod', 'requestedPeriod', inList),
    ],
  },
  ImmunizationRecommendation: {
    parts: [
      PROFILE,
      PATIENT,
      always((_, { now }) => ({ date: now })),
      as('productCodeableConcept', 'recommendation', product => [{ vaccineCode: [product], forecastStatus: DUE }]),
    ],
    needs: ['patient', 'recommendation'],
  },
  NutritionOrder: {
    parts: [
      PROFILE,
      CANONICALS,
      DRAFT,
      INTENT,
      DO_NOT_PERFORM_EXTENSION,
      PATIENT,
      ENCOUNTER,
      always((_, { now }) => ({ dateTime: now })),
      requesterAs('orderer', 'Practitioner', 'PractitionerRole'),
      ORAL_DIET,
      SUPPLEMENT,
    ],
    needs: ['patient', 'oralDiet|supplement|enteralFormula'],
  },
  SupplyRequest: {
    parts: [
      PROFILE,
      DRAFT,
      as('code', 'category'),
      PRIORITY,
      DO_NOT_PERFORM_EXTENSION,
      as('productCodeableConcept', 'itemCodeableConcept'),
      as('productReference', 'itemReference'),
      as('quantity'),
      ...OCCURRENCE,
      REQUESTER,
      { holds: ['location'], putFor: ({ location }, { subject }) => ({ deliverTo: location ?? subject }) },
    ],
    needs: ['itemCodeableConcept|itemReference', 'quantity'],
  },
  // Those that follow are no kinds of R4 but of the extension by which guidelines of the CPG guide name others.
  Communication: {
    parts: [
      PROFILE,
      CANONICALS,
      status('preparation'),
      as('code', 'category', inList),
      PRIORITY,
      SUBJECT,
      ENCOUNTER,
      requesterAs('sender'),
      RECIPIENTS,
      PAYLOAD,
    ],
  },
  DiagnosticReport: { parts: [PROFILE, status('registered'), as('code'), SUBJECT, ENCOUNTER], needs: ['code'] },
  Procedure: { parts: [PROFILE, CANONICALS, status('preparation'), as('code'), SUBJECT, ENCOUNTER, as('location'), as('bodySite')] },
  RequestGroup: {
    parts: [
      PROFILE,
      CANONICALS,
      DRAFT,
      INTENT,
      PRIORITY,
      as('code'),
      SUBJECT,
      ENCOUNTER,
      requesterAs('author', 'Practitioner', 'PractitionerRole'),
    ],
  },
} as const satisfies Readonly<Record<string, Kind>>

export type ActivityKind = keyof typeof KINDS

/** Kinds of ActivityDefinition that become a resource. */
export const ACTIVITY_KINDS = Object.keys(KINDS) as readonly ActivityKind[]

/** What the resource of each kind takes over from its definition; what a definition states beyond it is told when the knowledge is loaded, and by `$apply`. */
export const ELEMENTS_TAKEN_OVER = Object.fromEntries(
  Object.entries<Kind>(KINDS).map(([kind, { parts }]) => [kind, parts.flatMap(({ holds }) => holds)] as const),
) as unknown as Readonly<Record<ActivityKind, readonly ContentElement[]>>

/** Elements that a definition states and the resource of its kind does not hold. */
export function notHeld(kind: ActivityKind, definition: ActivityDefinition): ContentElement[] {
  const lost = (KINDS[kind].parts as readonly Part[]).flatMap(({ loses }) => loses?.(definition) ?? [])
  const states = (element: ContentElement) =>
    element === 'doNotPerform' ? definition.doNotPerform === true : definition[element] !== undefined
  return CONTENT_ELEMENTS.filter(element => states(element) && (lost.includes(element) || !ELEMENTS_TAKEN_OVER[kind].includes(element)))
}

/** The resource that a definition describes, without its dynamic values. What follows from the definition alone is shared by all of them. */
export function resourceOfKind(kind: ActivityKind, definition: ActivityDefinition, making: ProposalContext): Record<string, unknown> {
  const made: Record<string, unknown> = { resourceType: kind }
  for (const piece of piecesOf(definition, kind)) Object.assign(made, typeof piece === 'function' ? piece(definition, making) : piece)
  return made
}

type Piece = JsonObject | NonNullable<Part['putFor']>

/** What a resource is put together of: members that follow from its definition, of which those in a row are one piece, and the makers of others. */
const piecesOf = madeOnce((definition: ActivityDefinition, kind: ActivityKind): readonly Piece[] =>
  (KINDS[kind].parts as readonly Part[]).reduce<Piece[]>((pieces, { put, putFor }) => {
    if (putFor) return [...pieces, putFor]
    const before = pieces.at(-1)
    const members = put?.(definition)
    return typeof before === 'object' ? [...pieces.slice(0, -1), { ...before, ...members }] : [...pieces, { ...members }]
  }, []),
)

/** Elements that a resource of a kind lacks to be valid R4, each as its author would write it. */
export function missingIn(kind: ActivityKind, resource: JsonObject): string[] {
  const needs = (KINDS[kind] as Kind).needs ?? []
  return needs
    .filter(names => names.split('|').every(name => resource[name] === undefined))
    .map(names => NAMES[names] ?? names.split('|').join(' or '))
}

const NAMES: Readonly<Record<string, string>> = {
  'medicationCodeableConcept|medicationReference': 'medication[x]',
  'codeCodeableConcept|codeReference': 'code[x]',
  'itemCodeableConcept|itemReference': 'item[x]',
}

/** Extensions of an ActivityDefinition that name a kind beyond those of R4, and go before its `kind`. */
const KIND_EXTENSIONS = ['cpg-activity-kind', 'cpg-custom-activity-kind'].map(
  name => `http://hl7.org/fhir/uv/cpg/StructureDefinition/${name}`,
)

/** The kind that a definition names; nothing is known of whether a resource can be made of it. */
export function kindNamed({ kind, extension = [] }: ActivityDefinition): string | undefined {
  const named = extension.find(({ url }) => KIND_EXTENSIONS.includes(url))
  return named?.valueCode ?? named?.valueString ?? named?.valueCoding?.code ?? named?.valueCodeableConcept?.coding?.[0]?.code ?? kind
}
