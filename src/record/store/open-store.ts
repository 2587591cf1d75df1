import { createSqlStore } from './sql-store.js'
import type { Store } from './rows.js'

/** Where a store keeps what outlives the process. */
export type StorePlace = { readonly file: string } | { readonly postgres: string }

/**
 * Opens a store, made or brought up to date where it has to be.
 * @throws Error when it cannot be reached or written, or belongs to a newer version.
 */
export async function openStore(place: StorePlace): Promise<Store> {
  if ('file' in place) {
    const { openFileDatabase } = await import('./file-database.js')
    return createSqlStore(await openFileDatabase(place.file))
  }
  const { openPostgresDatabase } = await import('./postgres-database.js')
  return createSqlStore(await openPostgresDatabase(place.postgres))
}
