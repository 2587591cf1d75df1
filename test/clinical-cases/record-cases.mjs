// Makes the one recorded pass over the clinical cases, unless there is one of exactly this content: in UTC with answers
// and explanations, and then, with the code still warm, the digests of the answers elsewhere.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { forgetOthers, recordedFolder, sharedModule, writeWhole } from '../support/shared-modules.mjs'

const ELSEWHERE = ['America/New_York', 'Europe/Copenhagen']

const [RECORD, ZONES] = ['record.json', 'zones.json'].map(name => join(recordedFolder(), name))

async function make() {
  const { recordAll, digestsIn } = await sharedModule('test/clinical-cases/record.ts')
  writeWhole(RECORD, JSON.stringify(await recordAll()))
  writeWhole(ZONES, JSON.stringify(await digestsIn(ELSEWHERE)))
}

/** Makes both in a process that stands in UTC from its beginning. */
async function makeInUtc() {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'make'], { env: { ...process.env, TZ: 'UTC', NODE_OPTIONS: '' }, stdio: ['ignore', 'inherit', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error('The cases could not be recorded.')
}

if (process.argv[2] === 'make') await make()
else {
  forgetOthers()
  if (![RECORD, ZONES].every(existsSync)) await makeInUtc()
}
