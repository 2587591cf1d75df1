import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { recordedFolder } from './shared-modules.mjs'
import type { KeptRecording, ZoneDigests } from './keep-cases.js'

/** The one pass over the clinical cases, as record-cases.mjs wrote it; whoever needs every answer reads it here. */

const pathOf = (name: string) => join(recordedFolder(), name)

const read = (name: string): unknown => JSON.parse(readFileSync(pathOf(name), 'utf8'))

let kept: KeptRecording | undefined

/** The recorded pass, or undefined where none was made of exactly this knowledge, code and cases. */
export function recording(): KeptRecording | undefined {
  if (existsSync(pathOf('record.json'))) kept ??= read('record.json') as KeptRecording
  return kept
}

/** The recorded pass and the digests of the answers in another time zone; made now where there is none. */
export async function recordedPass(): Promise<{ recording: KeptRecording; zone: ZoneDigests }> {
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('record-cases.mjs', import.meta.url))], {
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  return { recording: recording() ?? (read('record.json') as KeptRecording), zone: read('zone.json') as ZoneDigests }
}
