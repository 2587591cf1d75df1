import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApps } from '../../bundle-apps.mjs'
import { readBuiltApps, type BuiltApps } from '../../src/browser-apps/built-apps.js'

/** The programs of apps/, built as they stand. */
export interface TestApps extends BuiltApps {
  remove: () => void
}

/** Builds them into a folder of their own. */
export async function buildTestApps(): Promise<TestApps> {
  const folder = mkdtempSync(join(tmpdir(), 'columna-apps-'))
  await buildApps(folder)
  return { ...readBuiltApps(folder), remove: () => rmSync(folder, { recursive: true, force: true }) }
}
