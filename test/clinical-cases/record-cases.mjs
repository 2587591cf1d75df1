// Makes the one recorded pass over the clinical cases, unless there is one of exactly this content: in UTC with
// answers and explanations, and in another process beside it the digests of the answers elsewhere.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { forgetOthers, recordedFolder, sharedModules, writeWhole } from '../support/shared-modules.mjs'

/** The second process starts in the first of these time zones. */
const ELSEWHERE = ['America/New_York', 'Europe/Copenhagen']

const PARTS = {
  'record.json': { timeZone: 'UTC', make: ({ recordAll }) => recordAll() },
  'zones.json': { timeZone: ELSEWHERE[0], make: ({ digestsIn }) => digestsIn(ELSEWHERE) },
}

const fileOf = part => join(recordedFolder(), part)

async function make(part) {
  const modules = await sharedModules()
  writeWhole(fileOf(part), JSON.stringify(await PARTS[part].make(modules['test/clinical-cases/record.ts'])))
}

/** Makes a part in a process that stands in the part's own time zone. */
async function makeElsewhere(part) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), part], { env: { ...process.env, TZ: PARTS[part].timeZone, NODE_OPTIONS: '' }, stdio: ['ignore', 'inherit', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${part} could not be recorded.`)
}

const [, , asked] = process.argv
if (asked in PARTS) await make(asked)
else {
  forgetOthers()
  await sharedModules()
  await Promise.all(Object.keys(PARTS).filter(part => !existsSync(fileOf(part))).map(makeElsewhere))
}
