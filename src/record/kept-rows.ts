import { randomUUID } from 'node:crypto'
import type { AuditEvent } from 'fhir/r4.js'
import { auditEvent, reportEvent, type Named, type ReportOnCard } from './audit-event.js'
import { NO_CALL, typeOf } from './call-rows.js'
import { createRecordKeys, type RecordKeys } from './record-keys.js'
import type { KeptIn } from './open-record.js'
import type { PatientOfClient, Span } from './port.js'
import { siteKeyBeside } from './site-key.js'
import { openStore } from './store/open-store.js'
import type { CallRow, CallsWithCards, CardRow, Store } from './store/rows.js'

/** A user whose id means nothing beyond the FHIR server that gave it. */
export interface UserOfClient {
  client: string
  /** `Type/id`. */
  user: string
}

/** Of whom or what an officer of a site asks. */
export type About = { readonly patient: PatientOfClient } | { readonly user: UserOfClient } | { readonly card: string }

/** A row with the name of its table. */
export type FoundRow = Readonly<Record<string, unknown>> & { readonly table: string }

export type { Span } from './port.js'

/** What an officer of a site does with all that is kept, while the service may be running; each of it is noted for auditors in turn. */
export interface KeptRows {
  /** All rows about a patient or a card, or the calls of a user; the latter within a span of time. */
  find: (about: About, span: Span) => AsyncIterable<FoundRow>
  /** Deletes all rows of a patient for good; of calls it stays that there were some. @returns how many rows. */
  erase: (patient: PatientOfClient) => Promise<number>
  /** All that was asked of the service in a span of time, of a patient or a user where they are given, the oldest first. */
  events: (about: Exclude<About, { readonly card: string }> | undefined, span: Span) => AsyncIterable<AuditEvent>
  close: () => Promise<void>
}

/** Rows that are read at one time. */
const ROWS_A_PAGE = 500

/**
 * Opens the store of a deployment.
 * @param address of the service, where it has one.
 * @param now epoch ms.
 * @throws Error when nothing outlives the process there, or the store cannot be opened.
 */
export async function openKeptRows(keptIn: KeptIn, address: string | undefined, now: () => number): Promise<KeptRows> {
  if (keptIn === 'memory') throw new Error('CDS_STORE is memory: only the running process knows what it keeps, and only until it ends.')
  const store = await openStore(keptIn.place)
  const keys = createRecordKeys(keptIn.siteKey ?? siteKeyBeside(keptIn.place.file))
  const note = (operation: string, about: About | undefined, rows: number) =>
    store.keepCalls({ calls: [officersCall(operation, about, rows, keys, now())], cards: [] })
  return {
    async *find(about, span) {
      let rows = 0
      // Whoever stops reading amid the rows has seen some of them all the same.
      try {
        for await (const row of 'user' in about ? ofCalls(store, keyed(about, keys), span) : ofTables(store, about, keys)) {
          rows += 1
          yield row
        }
      } finally {
        if (rows > 0 || 'user' in about) await note('find', about, rows)
      }
    },
    async erase(patient) {
      const rows = await store.erase(keys.patient(patient))
      await note('erase', undefined, rows)
      return rows
    },
    async *events(about, span) {
      let rows = 0
      try {
        const named = { address, ...namedBy(about) }
        const reports = about && 'patient' in about ? await reportsOn(store, about.patient, keys, span) : []
        const reportsUntil = (at: number) => reports.splice(0, reports.findLastIndex(({ report }) => report.received <= at) + 1)
        for await (const { call, cards } of callsOf(pagesOf(store, keyed(about, keys), span))) {
          const before = reportsUntil(call.at - 1)
          rows += before.length + 1
          yield* before.map(report => reportEvent(report, named))
          yield auditEvent(call, cards, named)
        }
        rows += reports.length
        yield* reports.map(report => reportEvent(report, named))
      } finally {
        await note('export', about, rows)
      }
    },
    close: () => store.close(),
  }
}

/** The names by which the store knows of whom is asked. */
const keyed = (about: About | undefined, keys: RecordKeys): { patientKey?: string; userKey?: string } => ({
  ...(about && 'patient' in about && { patientKey: keys.patient(about.patient) }),
  ...(about && 'user' in about && { userKey: keys.user(about.user) }),
})

/** Reports on cards of a patient in a span of time, the oldest first. The calls by which they came name no patient. */
async function reportsOn(store: Store, patient: PatientOfClient, keys: RecordKeys, { from, to }: Span): Promise<ReportOnCard[]> {
  const { cards, feedback } = await store.find(keys.patient(patient))
  const fhirServer = patient.client === '' ? null : patient.client
  return feedback
    .flatMap(({ place: _, comment: __, ...report }) => {
      const card = cards.find(({ uuid, client, service }) => uuid === report.card && client === report.client && service === report.service)
      return card && report.received >= from && report.received < to ? [{ report, card: namesOf(card), fhirServer }] : []
    })
    .sort(({ report: one }, { report: other }) => one.received - other.received)
}

const namesOf = ({ patient_key, key_id, knowledge }: CardRow): ReportOnCard['card'] => ({ patient_key, key_id, knowledge })

/** What is said of people who were named by whoever asks. */
function namedBy(about: About | undefined): Pick<Named, 'patient' | 'user'> {
  if (about && 'patient' in about) return { patient: addressOf(about.patient.client, `Patient/${about.patient.patient}`) }
  if (about && 'user' in about) return { user: addressOf(about.user.client, about.user.user) }
  return {}
}

const addressOf = (fhirServer: string, reference: string): string => (fhirServer === '' ? reference : `${fhirServer}/${reference}`)

async function* pagesOf(store: Store, whose: { patientKey?: string; userKey?: string }, { from, to }: Span) {
  for (let after = { at: from, id: '' }; ;) {
    const page = await store.callsAfter({ ...whose, after, to, most: ROWS_A_PAGE })
    const last = page.calls.at(-1)
    if (!last) return
    yield page
    after = { at: last.at, id: last.id }
  }
}

/** Each call of some pages with its cards. */
async function* callsOf(pages: AsyncIterable<CallsWithCards>) {
  for await (const { calls, callCards } of pages)
    for (const call of calls) yield { call, cards: callCards.filter(card => card.call === call.id) }
}

async function* ofCalls(store: Store, whose: { userKey?: string }, span: Span): AsyncGenerator<FoundRow> {
  for await (const page of pagesOf(store, whose, span)) yield* rowsIn(page)
}

async function* ofTables(store: Store, about: Exclude<About, { readonly user: UserOfClient }>, keys: RecordKeys): AsyncGenerator<FoundRow> {
  yield* rowsIn('card' in about ? await store.findCard(about.card.toLowerCase()) : await store.find(keys.patient(about.patient)))
}

const rowsIn = (tables: object): FoundRow[] =>
  Object.entries(tables).flatMap(([table, rows]) => (rows as readonly object[]).map(row => ({ table, ...row })))

/** What an officer did, as a call of the service is kept. Of whom all was erased nothing is kept here either. */
function officersCall(operation: string, about: About | undefined, rows: number, keys: RecordKeys, now: number): CallRow {
  const id = randomUUID()
  const { patientKey = null, userKey = null } = keyed(about, keys)
  return {
    ...NO_CALL,
    id,
    request: id,
    operation,
    at: now,
    patient_key: patientKey,
    user_key: userKey,
    user_type: about && 'user' in about ? typeOf(about.user.user) : null,
    key_id: keys.keyId,
    knowledge: '',
    cards: rows,
  }
}
