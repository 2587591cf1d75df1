import { randomUUID } from 'node:crypto'
import type { CardNote } from '../cds-hooks/types.js'
import type { NotedCall } from './port.js'
import type { RecordKeys } from './record-keys.js'
import { storable } from './storable.js'
import type { CallCardRow, CallRow, Calls } from './store/rows.js'

/** What stands in the row of something that was no call over HTTP: it succeeded, and is about nobody and no service until it says of whom. */
export const NO_CALL: Omit<CallRow, 'id' | 'operation' | 'at' | 'key_id' | 'knowledge'> = {
  request: '',
  ms: 0,
  status: 200,
  code: null,
  client: '',
  fhir_server: null,
  service: null,
  hook: null,
  hook_instance: null,
  patient_key: null,
  user_key: null,
  user_type: null,
  not_read: '[]',
  cards: null,
  undecided: null,
  shadow: 0,
}

/** The rows that a store keeps of what was asked of the service. */
export function callRows(call: NotedCall, keys: RecordKeys): Calls {
  // A client chooses the id of its request, and may use one again.
  const id = randomUUID()
  return { calls: [callRow(id, call, keys)], cards: call.cardNotes.map((note, place) => cardRow(id, place, note, call)) }
}

function callRow(id: string, call: NotedCall, keys: RecordKeys): CallRow {
  const { sender = '', client, patient, user } = call
  return {
    id,
    request: call.requestId,
    operation: call.operation,
    at: call.at,
    ms: Math.round(call.ms),
    status: call.status ?? null,
    code: call.code ?? null,
    client: sender,
    fhir_server: storable(client),
    service: call.service ?? null,
    hook: call.hook ?? null,
    hook_instance: call.hookInstance ?? null,
    patient_key: patient === undefined ? null : keys.patient({ client: client ?? NOBODYS, patient }),
    user_key: user === undefined ? null : keys.user({ client: client ?? NOBODYS, user }),
    user_type: user === undefined ? null : typeOf(user),
    key_id: keys.keyId,
    knowledge: call.knowledge ?? '',
    not_read: JSON.stringify(call.notRead),
    cards: call.cards ?? null,
    undecided: call.undecided ?? null,
    shadow: call.isShadow ? 1 : 0,
  }
}

/** In place of the FHIR server of a call that names none that is known: its ids are no site's. */
export const NOBODYS = ''

/** The type of what a reference names. */
export const typeOf = (reference: string): string => reference.split('/', 1)[0] ?? ''

const cardRow = (call: string, place: number, note: CardNote, { at, sender = '', service = '' }: NotedCall): CallCardRow => ({
  call,
  place,
  at,
  uuid: note.uuid,
  client: sender,
  service,
  plan: note.plan,
  action: note.action,
  point: note.points[0] ?? '',
  points: JSON.stringify(note.points),
  topic: note.topic ?? null,
  indicator: note.indicator,
  suggestions: JSON.stringify(note.suggestions),
  held_back: note.heldBack ?? null,
})
