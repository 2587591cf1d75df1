// A run of a population that is killed again and again answers each patient once, the same as a run that nobody killed.
// Needs the built code.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { writeSyntheticExport } from '../support/synthetic-people.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PATIENTS = 4_000
const PATIENCE_MS = 240_000

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'columna-population-'))
  writeSyntheticExport(join(home, 'input'), { patients: PATIENTS, beside: 3 })
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** A run in a process of its own. */
function start(output: string, workers: number) {
  const words = ['population', '--input', join(home, 'input'), '--output', output, '--now', '2026-03-30', '--workers', String(workers)]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, 'dist/cli/columna.js'), ...words], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text))
  return { child, ended: once(child, 'exit') as Promise<[number | null, string | null]>, told: () => told }
}

const answersIn = (output: string): [string, string][] =>
  readdirSync(output)
    .filter(name => name.startsWith('patients') || name === 'summary.json')
    .sort()
    .map(name => [name, readFileSync(join(output, name), 'utf8')])

test(
  'killed at one moment after the other it loses and repeats nobody',
  async () => {
    const [whole, killed] = [join(home, 'whole'), join(home, 'killed')]
    const undisturbed = start(whole, 2)
    expect({ exit: await undisturbed.ended, told: undisturbed.told() }).toMatchObject({ exit: [0, null] })
    let kills = 0
    for (let patience = 400; ; patience += 800) {
      // Whoever goes on may have more processors, or fewer.
      const { child, ended, told } = start(killed, 1 + (kills % 3))
      const killing = pause(patience).then(() => child.kill('SIGKILL'))
      const [code, signal] = await ended
      await killing
      if (code !== null) {
        expect({ code, told: told() }).toMatchObject({ code: 0 })
        break
      }
      expect(signal).toBe('SIGKILL')
      kills += 1
    }
    expect(kills).toBeGreaterThan(2)
    const answers = answersIn(killed)
    const patients = answers
      .filter(([name]) => name.startsWith('patients'))
      .flatMap(([, text]) => text.trim().split('\n'))
      .map(line => (JSON.parse(line) as { patient: string }).patient)
    expect(patients).toHaveLength(PATIENTS)
    expect(new Set(patients).size).toBe(PATIENTS)
    expect(answers).toEqual(answersIn(whole))
    expect(readdirSync(killed)).not.toContain('work')
  },
  PATIENCE_MS,
)
