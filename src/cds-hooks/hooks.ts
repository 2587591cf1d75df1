/** How the context of a hook must look, as the CDS Hooks Library defines it. */
export interface HookDefinition {
  /** Published version of the hook. */
  version: string
  /** Resource types that `userId` may name. */
  userTypes: readonly string[]
  /** Whether the definition demands a user. */
  userRequired: boolean
  encounterRequired: boolean
  /** Further fields that must be there, and what they hold. */
  required: Readonly<Record<string, 'bundle' | 'references'>>
  /** Context fields that a client can put into a prefetch template. */
  tokens: readonly string[]
}

const CLINICIANS = ['Practitioner', 'PractitionerRole']
const ANY_USER = [...CLINICIANS, 'Patient', 'RelatedPerson']
const TOKENS = ['userId', 'patientId', 'encounterId']

/** The hooks that a service of ours may listen to. Source: CDS Hooks Library 1.0.1. */
export const HOOKS: Readonly<Record<string, HookDefinition>> = {
  'patient-view': { version: '1.0', userTypes: ANY_USER, userRequired: true, encounterRequired: false, required: {}, tokens: TOKENS },
  'encounter-start': { version: '1.0', userTypes: CLINICIANS, userRequired: true, encounterRequired: true, required: {}, tokens: TOKENS },
  'encounter-discharge': {
    version: '1.0',
    userTypes: CLINICIANS,
    userRequired: true,
    encounterRequired: true,
    required: {},
    tokens: TOKENS,
  },
  'order-select': {
    version: '1.0',
    userTypes: CLINICIANS,
    userRequired: true,
    encounterRequired: false,
    required: { selections: 'references', draftOrders: 'bundle' },
    tokens: TOKENS,
  },
  'order-sign': {
    version: '1.0',
    userTypes: CLINICIANS,
    userRequired: true,
    encounterRequired: false,
    required: { draftOrders: 'bundle' },
    tokens: TOKENS,
  },
  'appointment-book': {
    version: '1.0',
    userTypes: ANY_USER,
    userRequired: true,
    encounterRequired: false,
    required: { appointments: 'bundle' },
    tokens: TOKENS,
  },
  'problem-list-item-create': {
    version: '0.1.0',
    userTypes: CLINICIANS,
    userRequired: true,
    encounterRequired: false,
    required: { conditions: 'bundle' },
    tokens: TOKENS,
  },
}

export const HOOK_NAMES: ReadonlySet<string> = new Set(Object.keys(HOOKS))
