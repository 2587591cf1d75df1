import type { AuditEvent, AuditEventAgent, AuditEventEntity, Coding, Identifier } from 'fhir/r4.js'
import { senderIn, writtenSender } from '../trust/sender.js'
import CODINGS from './audit-codings.json' with { type: 'json' }
import { NO_CALL } from './call-rows.js'
import type { CallCardRow, CallRow, CardRow, FeedbackRow } from './store/rows.js'

/** What is known beyond the rows. */
export interface Named {
  /** Address of the service. */
  address?: string | undefined
  /** Reference of the patient, or of the user, where whoever asks named them: a store knows nobody. */
  patient?: string
  user?: string
}

const BALP = 'https://profiles.ihe.net/ITI/BALP'
const OURS = 'https://columna.example.org/fhir'

/** What a client asks for is read, and what it tells is created, as far as an audit is concerned: the patterns know no operations. */
const READ: Interaction = { action: 'R', code: 'read', profile: 'Read' }
const CREATED: Interaction = { action: 'C', code: 'create', profile: 'Create' }
const INTERACTION: Readonly<Record<string, Interaction>> = { call: READ, explain: READ, questions: READ, apply: READ, feedback: CREATED }

interface Interaction {
  action: 'C' | 'R'
  code: string
  profile: string
}

/**
 * A call as FHIR R4 tells of it: an AuditEvent that follows IHE's Basic Audit Log Patterns. Only one that has all that a
 * pattern demands names it: a pattern is for what succeeded, between two systems whose addresses are known.
 */
export function auditEvent(call: CallRow, cards: readonly CallCardRow[], named: Named = {}): AuditEvent {
  const interaction = INTERACTION[call.operation]
  if (!interaction) return officersEvent(call, named)
  return {
    ...interactionOf(call, interaction, named),
    entity: [...patientOf(call, named), requestOf(call), serviceOf(call), knowledgeEntity(call), ...cards.map(cardEntity)],
  }
}

/** A report on a card of a patient, and what the service is called by whose report it is. */
export interface ReportOnCard {
  report: Omit<FeedbackRow, 'place'>
  card: Pick<CardRow, 'patient_key' | 'key_id' | 'knowledge'>
  /** The FHIR server whose ids those of the patient are; null where none is known. */
  fhirServer: string | null
}

/** A report on a card of a patient as an AuditEvent of its own: the call by which it came names no patient, and may hold reports on many. */
export function reportEvent({ report, card, fhirServer }: ReportOnCard, named: Named = {}): AuditEvent {
  const { identity, client, service, received: at } = report
  const call: CallRow = {
    ...NO_CALL,
    ...card,
    // An id of FHIR has no underscore.
    id: identity.replaceAll('_', '.'),
    operation: 'feedback',
    at,
    client,
    service,
    fhir_server: fhirServer,
  }
  return {
    ...interactionOf(call, CREATED, named),
    entity: [...patientOf(call, named), serviceOf(call), knowledgeEntity(call), reportEntity(report)],
  }
}

/** What an event says of the way in which something was asked or told. */
function interactionOf(call: CallRow, { action, code, profile }: Interaction, named: Named): Omit<AuditEvent, 'entity'> {
  const pattern = profileOf(call, profile, named)
  return {
    ...eventOf(call, named),
    ...(pattern !== undefined && { meta: { profile: [pattern] } }),
    type: CODINGS.restful,
    subtype: [
      { system: 'http://hl7.org/fhir/restful-interaction', code, display: code },
      { system: `${OURS}/CodeSystem/operation`, code: call.operation },
    ],
    action,
    agent: agentsOf(call, action === 'R', named),
  }
}

/** That an officer of the site read or erased what is kept. */
function officersEvent(call: CallRow, named: Named): AuditEvent {
  return {
    ...eventOf(call, named),
    type: CODINGS.auditLogUsed,
    subtype: [{ system: `${OURS}/CodeSystem/operation`, code: call.operation }],
    action: call.operation === 'erase' ? 'D' : 'R',
    agent: [{ who: { display: 'columna record' }, requestor: true }],
    entity: [...patientOf(call, named), ...userOf(call, named), { what: { display: `${call.cards ?? 0} rows` } }],
  }
}

function eventOf(call: CallRow, { address }: Named): Pick<AuditEvent, 'resourceType' | 'id' | 'period' | 'recorded' | 'source'> & Outcome {
  const [start, end] = [call.at, call.at + call.ms].map(ms => new Date(ms).toISOString()) as [string, string]
  return {
    resourceType: 'AuditEvent',
    id: call.id,
    period: { start, end },
    recorded: end,
    ...outcomeOf(call),
    source: { observer: service(address), type: [CODINGS.applicationServer] },
  }
}

type Outcome = Pick<AuditEvent, 'outcome' | 'outcomeDesc'>

function outcomeOf({ status, code }: CallRow): Outcome {
  if (status === null) return { outcome: '4', outcomeDesc: 'The client went away before it had the answer.' }
  if (status < 400) return { outcome: '0' }
  return { outcome: status < 500 ? '4' : '8', outcomeDesc: [status, code].filter(part => part !== null).join(' ') }
}

function profileOf(call: CallRow, profile: string, { address }: Named): string | undefined {
  const isComplete = outcomeOf(call).outcome === '0' && call.fhir_server !== null && address !== undefined
  if (!isComplete) return undefined
  return `${BALP}/StructureDefinition/IHE.BasicAudit.${call.patient_key === null ? '' : 'Patient'}${profile}`
}

const service = (address: string | undefined) => ({
  ...(address !== undefined && { identifier: { value: address } }),
  display: 'Columna',
})

/** Type of a network address that is a URI. */
const URI = '5'

function agentsOf(call: CallRow, isRead: boolean, { address, user }: Named): AuditEventAgent[] {
  const agent = (coding: Coding, who: AuditEventAgent['who'], requestor: boolean, url: string | null | undefined): AuditEventAgent => ({
    type: { coding: [coding] },
    ...(who && { who }),
    requestor,
    ...(url !== null && url !== undefined && { network: { address: url, type: URI } }),
  })
  const byUser = call.user_key !== null
  return [
    agent(isRead ? CODINGS.destination : CODINGS.source, clientOf(call), !byUser, call.fhir_server),
    agent(isRead ? CODINGS.source : CODINGS.destination, service(address), false, address),
    ...(byUser ? [agent(CODINGS.recipient, whoOf(call.user_type ?? '', call.user_key ?? '', call.key_id, user), true, undefined)] : []),
  ]
}

/** The client by the name of its registration, with the tenant that it called for; by its FHIR server where nobody is registered. */
function clientOf({ client, fhir_server }: CallRow): AuditEventAgent['who'] {
  const sender = senderIn(client)
  if (!sender) return { display: 'not registered', ...(fhir_server !== null && { identifier: { value: fhir_server } }) }
  return { identifier: { system: `${OURS}/sid/client`, value: writtenSender(sender) }, display: sender.name }
}

/** Somebody by the name of the store, which the site's key makes, and by their own where that was given. */
const whoOf = (type: string, key: string, keyId: string, reference: string | undefined) => ({
  ...(reference !== undefined && { reference }),
  ...(type !== '' && { type }),
  identifier: { system: `${OURS}/sid/site-key-${keyId}`, value: key } satisfies Identifier,
})

const patientOf = ({ patient_key, key_id }: CallRow, { patient }: Named): AuditEventEntity[] =>
  patient_key === null ? [] : [{ what: whoOf('Patient', patient_key, key_id, patient), type: CODINGS.person, role: CODINGS.patient }]

/** The user of whom an officer asked. */
const userOf = ({ user_key, user_type, key_id }: CallRow, { user }: Named): AuditEventEntity[] =>
  user_key === null ? [] : [{ what: whoOf(user_type ?? '', user_key, key_id, user), type: CODINGS.person, role: CODINGS.user }]

const requestOf = (call: CallRow): AuditEventEntity => ({ what: { identifier: { value: call.request } }, type: CODINGS.requestId })

/** The service that was asked. */
const serviceOf = (call: CallRow): AuditEventEntity => ({
  what: { identifier: { system: `${OURS}/sid/service`, value: call.service ?? call.operation } },
  type: CODINGS.systemObject,
  role: CODINGS.report,
})

/** The knowledge that spoke. */
const knowledgeEntity = (call: CallRow): AuditEventEntity => ({
  what: knowledgeOf(call),
  type: CODINGS.other,
  role: CODINGS.masterFile,
  ...details({
    hook: call.hook,
    'hook-instance': call.hook_instance,
    'not-read': listed(call.not_read),
    cards: call.cards,
    undecided: call.undecided,
    shadow: call.shadow === 1 ? 'true' : null,
  }),
})

/** The knowledge by its digest, which a service that read none from files has not. */
const knowledgeOf = ({ knowledge }: CallRow): AuditEventEntity['what'] =>
  knowledge === '' ? { display: 'without a digest' } : { identifier: { system: `${OURS}/sid/knowledge`, value: knowledge } }

const cardNamed = (uuid: string) => ({ identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${uuid}` } })

/** What was reported of a card, but for words, which are kept for a shorter time than an audit. */
const reportEntity = (report: ReportOnCard['report']): AuditEventEntity => ({
  what: cardNamed(report.card),
  type: CODINGS.other,
  role: CODINGS.report,
  ...details({
    outcome: report.outcome,
    happened: report.happened === null ? null : new Date(report.happened).toISOString(),
    reason: report.reason_code,
    'reason-system': report.reason_system,
    comment: report.has_comment === 1 ? 'true' : null,
    'accepted-suggestions': listed(report.suggestions),
  }),
})

const cardEntity = (card: CallCardRow): AuditEventEntity => ({
  what: cardNamed(card.uuid),
  type: CODINGS.other,
  role: CODINGS.report,
  name: `${card.plan}#${card.action}`,
  ...details({
    'decision-points': listed(card.points),
    topic: card.topic,
    indicator: card.indicator,
    suggestions: listed(card.suggestions),
    'held-back': card.held_back,
  }),
})

/** A list that was kept as JSON; null where it is empty. */
const listed = (json: string): string | null => (json === '[]' ? null : json)

/** What is known of an entity, by name; R4 has no empty lists. */
function details(members: Readonly<Record<string, string | number | null>>): Pick<AuditEventEntity, 'detail'> {
  const detail = Object.entries(members).flatMap(([type, value]) => (value === null ? [] : [{ type, valueString: String(value) }]))
  return detail.length === 0 ? {} : { detail }
}
