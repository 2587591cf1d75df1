// Makes the one recorded pass over the clinical cases, unless there is one of exactly this content: in Denmark with
// answers and explanations, and the digests of the answers on the other side of UTC.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { forgetOthers, recordedFolder, sharedModule, writeWhole } from './shared-modules.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const [HERE, ELSEWHERE] = ['Europe/Copenhagen', 'America/New_York']

const [RECORD, ZONE] = ['record.json', 'zone.json'].map(name => join(recordedFolder(), name))

async function make() {
  // Whoever loads the knowledge after this, here or in a process of its own, starts as the built service does.
  const { prepareKnowledge } = await sharedModule('src/knowledge-files/prepare-knowledge.ts')
  const { isOwnSetting } = await sharedModule('src/settings.ts')
  prepareKnowledge(ROOT, isOwnSetting)
  const { recordAll } = await sharedModule('test/support/keep-cases.ts')
  const { recording, zone } = await recordAll(ELSEWHERE)
  writeWhole(RECORD, JSON.stringify(recording))
  writeWhole(ZONE, JSON.stringify(zone))
}

/**
 * Most of what a case leaves behind is gone before a large nursery is full, and one thread clears it with less work than
 * several; what runs for half a minute does not earn the time that is spent on compiling all of it for the best of speed.
 */
const LITTLE_BESIDE = ['--interrupt-budget=528000', '--single-threaded-gc', '--max-semi-space-size=64']

/** Makes both in a process that stands in Denmark from its beginning. */
async function makeHere() {
  const child = spawn(process.execPath, [...LITTLE_BESIDE, fileURLToPath(import.meta.url), 'make'], {
    env: { ...process.env, TZ: HERE, NODE_OPTIONS: '' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error('The cases could not be recorded.')
}

if (process.argv[2] === 'make') await make()
else {
  forgetOthers()
  if (![RECORD, ZONE].every(existsSync)) await makeHere()
}
