import type { Kysely, Transaction } from 'kysely'
import { MOST_LINKS } from '../form-links.js'
import type { Tables } from './database.js'
import type { FormLinkRow } from './rows.js'

/** Keeps a link. @returns whether there is room for it. */
export async function insertLink(transaction: Transaction<Tables>, link: FormLinkRow): Promise<boolean> {
  const { count } = await transaction
    .selectFrom('form_link')
    .select(row => row.fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow()
  if (Number(count) >= MOST_LINKS) return false
  await transaction.insertInto('form_link').values(link).execute()
  return true
}

/** A link that has not expired. */
export const linkNamed = (db: Kysely<Tables>, id: string, now: number): Promise<FormLinkRow | undefined> =>
  db.selectFrom('form_link').where('id', '=', id).where('expires', '>', now).selectAll().executeTakeFirst()

/** Keeps answers, where the link is open; of two that come at once one is kept. */
export async function answerLink(transaction: Transaction<Tables>, id: string, sealed: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('form_link')
    .set({ sealed })
    .where('id', '=', id)
    .where('expires', '>', now)
    .where('sealed', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Deletes a link with its answers, for whoever has its secret. @returns whether there was one. */
export async function deleteLink(transaction: Transaction<Tables>, id: string, collector: string): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('form_link')
    .where('id', '=', id)
    .where('collector', '=', collector)
    .executeTakeFirst()
  return numDeletedRows > 0n
}
