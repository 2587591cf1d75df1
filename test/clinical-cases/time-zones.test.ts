// The answer to every case is the same wherever the machine believes it stands.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

interface Digest {
  offset: number
  answers: Record<string, string>
}

const run = promisify(execFile)
const script = fileURLToPath(new URL('digest.ts', import.meta.url))

async function digestIn(timeZone: string): Promise<Digest> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', script], { env: { ...process.env, TZ: timeZone }, maxBuffer: 10_000_000 })
  return JSON.parse(stdout) as Digest
}

test('UTC, New York and Copenhagen give every case the same answer', async () => {
  const [utc, newYork, copenhagen] = await Promise.all(['UTC', 'America/New_York', 'Europe/Copenhagen'].map(digestIn))
  expect([utc, newYork, copenhagen].map(digest => digest?.offset)).toEqual([0, 300, -60])
  expect(newYork?.answers).toEqual(utc?.answers)
  expect(copenhagen?.answers).toEqual(utc?.answers)
  expect(Object.keys(utc?.answers ?? {}).length).toBeGreaterThan(0)
}, 1_800_000)
