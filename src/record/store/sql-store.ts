import { sql, type ExpressionBuilder, type Kysely, type SelectQueryBuilder, type Transaction } from 'kysely'
import { MOST_OVERRIDES } from '../answer-limits.js'
import type { Database, Queries, Tables } from './database.js'
import { callsAfter, callsOfCard, eraseCalls, insertCalls, withCards } from './calls.js'
import { answerLink, deleteLink, insertLink, linkNamed } from './links.js'
import { inParts } from './in-parts.js'
import { answerInSteps } from './recall.js'
import type { CardRow, Notes, OverrideRow, Reports, RowsOfCard, RowsOfPatient, Store, StoreQuestion, Told } from './rows.js'
import { tallyOf } from './tally.js'
import { casesOf, countWeek, expireWeeks, markReported, uncountedOf, weeklyOf } from './weeks.js'
import { createWriter, type Writer } from './writer.js'

/** Rows that are deleted at once, so that whoever writes need not wait for long. */
const DELETED_AT_ONCE = 1_000

/** The store on a database, the same on each that we know. */
export function createSqlStore({ db, inTransaction, answeringAtOnce, wipe, close }: Database): Store {
  const writer = createWriter(inTransaction)
  const queriesOf = ({ token, patient, reader }: StoreQuestion): Queries => ({
    token,
    overrides: patient && newestOverrides(db, patient.key, patient.client),
    told: reader === undefined ? undefined : toldTo(db, reader),
  })
  /** Reads after all that was to be written before. */
  const reading =
    <Given, Found>(read: (db: Kysely<Tables>, given: Given) => Promise<Found>) =>
    async (given: Given): Promise<Found> => {
      await writer.settled()
      return read(db, given)
    }
  const answer = answeringAtOnce?.(queriesOf) ?? (question => answerInSteps(writer, queriesOf(question)))
  return {
    keepReports: reports =>
      writer.write(async transaction => {
        await insertReports(transaction, reports)
        await markReported(
          transaction,
          reports.feedback.map(({ card }) => card),
        )
      }, true),
    note: notes =>
      writer.write(async transaction => {
        const before = await patientsOf(notes.cards, transaction)
        await insertNotes(transaction, notes)
        return mixedUpBy(notes.cards, before)
      }, false),
    keepCalls: calls => writer.write(transaction => insertCalls(transaction, calls), false),
    async recall(question) {
      await writer.settled()
      const answered = await answer(question)
      return { ...answered, overrides: answered.overrides.toReversed() }
    },
    async forgetTokens(before) {
      await deleteInParts('used_token', 'expires', before)
    },
    openLink: link => writer.write(transaction => insertLink(transaction, link), true),
    async findLink(id, now) {
      await writer.settled()
      return linkNamed(db, id, now)
    },
    answerLink: (id, sealed, now) => writer.write(transaction => answerLink(transaction, id, sealed, now), true),
    async collectLink(id, collector, now) {
      await writer.settled()
      const link = await linkNamed(db, id, now)
      return link?.collector === collector ? (link.sealed ?? undefined) : undefined
    },
    forgetLink: (id, collector) => writer.write(transaction => deleteLink(transaction, id, collector), true),
    async forgetLinks(before) {
      if ((await deleteInParts('form_link', 'expires', before)) > 0) await wipe()
    },
    async cardsNamed(uuids, client) {
      if (uuids.length === 0) return []
      await writer.settled()
      const known = await db
        .selectFrom('card')
        .where('uuid', 'in', uuids)
        .where('client', '=', client)
        .select(['uuid', 'client', 'service', 'patient_key'])
        .execute()
      const patients = patientsByCard(known)
      return known.filter(({ uuid }) => patients.get(nameOf({ uuid, client }))?.size === 1).map(({ uuid, service }) => ({ uuid, service }))
    },
    find: reading(rowsOf),
    findCard: reading(rowsOfCard),
    callsAfter: reading(callsAfter),
    async tally(span) {
      await restFor(writer)
      return tallyOf(db, span, () => restFor(writer))
    },
    uncounted: reading(uncountedOf),
    async countWeek(week) {
      await restFor(writer)
      await countWeek(db, writer, week, () => restFor(writer))
    },
    async weekly(asked) {
      await restFor(writer)
      return weeklyOf(db, asked, () => restFor(writer))
    },
    async cases(asked) {
      await restFor(writer)
      return casesOf(db, asked, () => restFor(writer))
    },
    async erase(patientKey) {
      const count = await writer.write(transaction => eraseRows(transaction, patientKey), true)
      await wipe()
      return count
    },
    async expire({ rows, comments }) {
      const counts = [
        await deleteInParts('feedback', 'received', rows),
        await deleteInParts('feedback_comment', 'received', Math.max(rows, comments)),
        await deleteInParts('card', 'answered', rows),
        await deleteInParts('told', 'told', rows),
        await deleteInParts('call_card', 'at', rows),
        await deleteInParts('call', 'at', rows),
        await writer.write(transaction => expireWeeks(transaction, rows), false),
      ]
      return counts.reduce((sum, count) => sum + count, 0)
    },
    look: now =>
      writer.write(async transaction => {
        await transaction
          .insertInto('writable')
          .values({ only: 1, looked: now })
          .onConflict(conflict => conflict.column('only').doUpdateSet({ looked: now }))
          .execute()
      }, true),
    async close() {
      await writer.settled()
      await close()
    },
  }

  async function deleteInParts(
    table: keyof Tables,
    column: 'received' | 'answered' | 'told' | 'at' | 'expires',
    before: number,
  ): Promise<number> {
    for (let sum = 0; ;) {
      const deleted = await writer.write(async transaction => {
        const { numAffectedRows = 0n } = await sql`
          delete from ${sql.table(table)} where ${sql.ref(column)} in (
            select ${sql.ref(column)} from ${sql.table(table)} where ${sql.ref(column)} < ${before} order by ${sql.ref(column)} limit ${DELETED_AT_ONCE})
        `.execute(transaction)
        return Number(numAffectedRows)
      }, false)
      sum += deleted
      if (deleted === 0) return sum
    }
  }
}

/** Lets others be heard who ask meanwhile, and what they write be written. */
async function restFor(writer: Writer): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
  await writer.settled()
}

/** The patients for whom cards came before. */
async function patientsOf(cards: readonly CardRow[], db: Transaction<Tables>): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const uuids = [...new Set(cards.map(({ uuid }) => uuid))]
  if (uuids.length === 0) return new Map()
  return patientsByCard(await db.selectFrom('card').where('uuid', 'in', uuids).select(['uuid', 'client', 'patient_key']).execute())
}

/** Overrides of a patient, the newest first. A card that came for two patients tells of neither. */
const newestOverrides = (db: Kysely<Tables>, patientKey: string, client: string): SelectQueryBuilder<Tables, 'card', OverrideRow> =>
  db
    .selectFrom('card')
    .innerJoin('feedback', join =>
      join
        .onRef('feedback.card', '=', 'card.uuid')
        .onRef('feedback.service', '=', 'card.service')
        .onRef('feedback.client', '=', 'card.client'),
    )
    .where('card.patient_key', '=', patientKey)
    .where('card.client', '=', client)
    .where('card.point', '<>', '')
    .where('card.shadow', '=', 0)
    .where('feedback.happened', 'is not', null)
    .where(where => where.not(where.exists(ofOthers(where))))
    .orderBy('feedback.received', 'desc')
    .orderBy('feedback.place', 'desc')
    .limit(MOST_OVERRIDES)
    .select(['card.uuid as card', 'card.service', 'card.point', 'card.encounter'])
    .select(row => row.ref('feedback.happened').$notNull().as('happened'))
    .select(['feedback.outcome', 'feedback.received', 'feedback.reason_code', 'feedback.has_comment'])

const toldTo = (db: Kysely<Tables>, readerKey: string): SelectQueryBuilder<Tables, 'told', Told> =>
  db.selectFrom('told').where('reader_key', '=', readerKey).select(['card_key', 'says_key', 'day'])

const ofOthers = (where: ExpressionBuilder<Tables, 'card'>) =>
  where
    .selectFrom('card as other')
    .whereRef('other.uuid', '=', 'card.uuid')
    .whereRef('other.client', '=', 'card.client')
    .whereRef('other.patient_key', '<>', 'card.patient_key')
    .select('other.uuid')

/** All rows of a patient; reports by the uuids of their cards. */
async function rowsOf(db: Kysely<Tables>, patientKey: string): Promise<RowsOfPatient> {
  const uuids = db.selectFrom('card').where('patient_key', '=', patientKey).select('uuid')
  const feedback = await reports(db).where('feedback.card', 'in', uuids).execute()
  return {
    cards: await db.selectFrom('card').where('patient_key', '=', patientKey).selectAll().execute(),
    feedback,
    told: await db.selectFrom('told').where('patient_key', '=', patientKey).selectAll().execute(),
    ...(await withCards(db, await db.selectFrom('call').where('patient_key', '=', patientKey).orderBy('at').selectAll().execute())),
  }
}

async function rowsOfCard(db: Kysely<Tables>, uuid: string): Promise<RowsOfCard> {
  return {
    cards: await db.selectFrom('card').where('uuid', '=', uuid).selectAll().execute(),
    feedback: await reports(db).where('feedback.card', '=', uuid).execute(),
    ...(await callsOfCard(db, uuid)),
  }
}

/** Reports, with the words of clinicians where they are still kept. */
const reports = (db: Kysely<Tables>) =>
  db
    .selectFrom('feedback')
    .leftJoin('feedback_comment', 'feedback_comment.identity', 'feedback.identity')
    .selectAll('feedback')
    .select('feedback_comment.comment')

async function eraseRows(transaction: Transaction<Tables>, patientKey: string): Promise<number> {
  const uuids = transaction.selectFrom('card').where('patient_key', '=', patientKey).select('uuid')
  const identities = transaction.selectFrom('feedback').where('card', 'in', uuids).select('identity')
  const deleted = [
    await transaction.deleteFrom('feedback_comment').where('identity', 'in', identities).executeTakeFirst(),
    await transaction.deleteFrom('feedback').where('card', 'in', uuids).executeTakeFirst(),
    await transaction.deleteFrom('told').where('patient_key', '=', patientKey).executeTakeFirst(),
    await transaction.deleteFrom('card').where('patient_key', '=', patientKey).executeTakeFirst(),
  ]
  return deleted.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), await eraseCalls(transaction, patientKey))
}

/** A card is its client's alone: another may use the same hookInstance, and so have cards of the same uuid. */
const nameOf = ({ uuid, client }: Pick<CardRow, 'uuid' | 'client'>): string => `${uuid} ${client}`

function patientsByCard(rows: readonly Pick<CardRow, 'uuid' | 'client' | 'patient_key'>[]): Map<string, Set<string>> {
  const patients = new Map<string, Set<string>>()
  for (const row of rows) patients.set(nameOf(row), (patients.get(nameOf(row)) ?? new Set()).add(row.patient_key))
  return patients
}

/** How many cards were one patient's and are another's as well now. */
function mixedUpBy(cards: readonly CardRow[], before: ReadonlyMap<string, ReadonlySet<string>>): number {
  const after = patientsByCard(cards)
  for (const [name, patients] of before) for (const patient of patients) after.get(name)?.add(patient)
  return [...after].filter(([name, { size }]) => size > 1 && (before.get(name)?.size ?? 0) < 2).length
}

async function insertReports(transaction: Transaction<Tables>, { feedback, comments }: Reports): Promise<void> {
  const identityOf = ({ identity }: { identity: string }) => identity
  for (const rows of inParts(inOrder(comments, identityOf)))
    await transaction
      .insertInto('feedback_comment')
      .values(rows)
      .onConflict(conflict => conflict.column('identity').doNothing())
      .execute()
  for (const rows of inParts(inOrder(feedback, identityOf)))
    await transaction
      .insertInto('feedback')
      .values(rows)
      .onConflict(conflict => conflict.column('identity').doNothing())
      .execute()
}

async function insertNotes(transaction: Transaction<Tables>, { cards, told }: Notes): Promise<void> {
  for (const rows of inParts(lastOf(told, ({ reader_key, card_key }) => [reader_key, card_key])))
    await transaction
      .insertInto('told')
      .values(rows)
      .onConflict(conflict =>
        conflict.columns(['reader_key', 'card_key']).doUpdateSet(row => ({
          says_key: row.ref('excluded.says_key'),
          day: row.ref('excluded.day'),
          told: row.ref('excluded.told'),
          key_id: row.ref('excluded.key_id'),
        })),
      )
      .execute()
  // One statement may not change a row twice; of cards and of what was told the last word counts, but what was seen stays seen.
  const unseenFirst = [...cards].sort((one, other) => other.shadow - one.shadow)
  for (const rows of inParts(lastOf(unseenFirst, ({ uuid, client, service, patient_key }) => [uuid, client, service, patient_key])))
    await transaction
      .insertInto('card')
      .values(rows)
      .onConflict(conflict =>
        conflict
          .columns(['uuid', 'client', 'service', 'patient_key'])
          .doUpdateSet(row => ({
            point: row.ref('excluded.point'),
            encounter: row.ref('excluded.encounter'),
            indicator: row.ref('excluded.indicator'),
            knowledge: row.ref('excluded.knowledge'),
            // Whoever saw it once has seen it.
            shadow: sql<number>`card.shadow * excluded.shadow`,
            answered: row.ref('excluded.answered'),
          }))
          .where(row => row.or([row('card.point', '<>', row.ref('excluded.point')), row('card.shadow', '>', row.ref('excluded.shadow'))])),
      )
      .execute()
}

/** The last of those rows that have a key in common. */
const lastOf = <T>(rows: readonly T[], keyOf: (row: T) => readonly string[]): T[] => {
  const keyed = rows.map(row => [JSON.stringify(keyOf(row)), row] as const)
  return inOrder([...new Map(keyed)], ([key]) => key).map(([, row]) => row)
}

/**
 * Rows in the order of their keys. All that write the same rows take them in one order, and the tables too (words, reports, what was told,
 * cards): so of two processes one waits for the other, and never both.
 */
const inOrder = <T>(rows: readonly T[], keyOf: (row: T) => string): T[] =>
  rows.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : keyOf(one) > keyOf(other) ? 1 : 0))
