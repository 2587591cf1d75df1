// Patients a second of a population run at one and two workers, beside JSON.parse of the same lines alone, and what a region and the
// whole country would take.
//   npm run bench:population                        10,000 patients
//   npm run bench:population -- --patients 50000    as many as one likes; peak memory is told, too
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeSyntheticExport } from '../support/synthetic-people.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({ options: { patients: { type: 'string', default: '10000' }, workers: { type: 'string', default: '1,2' } } })
const patients = Number(values.patients)

/** How many people a region and the whole country have. */
const POPULATIONS = [600_000, 6_000_000]

const home = mkdtempSync(join(tmpdir(), 'columna-bench-population-'))
const input = join(home, 'input')

const count = (number: number): string => Math.round(number).toLocaleString('en-US')

function duration(seconds: number): string {
  const minutes = seconds / 60
  return minutes < 90 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`
}

/** Seconds of a processor for JSON.parse of every line, and for nothing else. */
function parseAlone(): number {
  let spent = 0
  for (const name of readdirSync(input)) {
    const lines = readFileSync(join(input, name), 'utf8').split('\n')
    const began = process.cpuUsage()
    for (const line of lines) if (line !== '') JSON.parse(line)
    spent += process.cpuUsage(began).user
  }
  return spent / 1e6
}

/** Seconds of a whole run in a process of its own, its start among them, of the clock and of processors, and its peak memory in megabytes. */
function run(workers: string): { seconds: number; cpu: number; memory: number } {
  const output = join(home, `output-${workers}`)
  const words = ['population', '--input', input, '--output', output, '--now', '2026-03-30', '--workers', workers]
  const command = JSON.stringify(join(ROOT, 'dist/cli/columna.js'))
  const program = join(home, 'run.mjs')
  writeFileSync(
    program,
    `process.argv[1] = ${command}
    process.on('exit', () => {
      const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
      process.stderr.write('\\npeak ' + maxRSS + ' cpu ' + (userCPUTime + systemCPUTime) + '\\n')
    })
    await import(${command})`,
  )
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' })
  const seconds = (performance.now() - began) / 1000
  if (status !== 0) throw new Error(stderr)
  const [, peak, cpu] = /peak (\d+) cpu (\d+)/.exec(stderr) ?? []
  return { seconds, cpu: Number(cpu) / 1e6, memory: Number(peak) / 1000 }
}

try {
  writeSyntheticExport(input, { patients })
  const bytes = readdirSync(input).reduce((sum, name) => sum + statSync(join(input, name)).size, 0)
  console.log(
    `node ${process.version}; ${count(patients)} invented patients, ${(bytes / 1e6).toFixed(0)} MB, ${count(bytes / patients)} bytes each`,
  )
  const parsed = parseAlone()
  console.log(`JSON.parse alone, one processor: ${count(patients / parsed)} patients a second`)
  for (const workers of values.workers.split(',')) {
    const { seconds, cpu, memory } = run(workers)
    const rate = patients / seconds
    const long = POPULATIONS.map(people => `${count(people)} in ${duration(people / rate)}`).join(', ')
    console.log(
      `${workers} worker(s): ${seconds.toFixed(1)} s, ${count(rate)} patients a second, ${((cpu * 1000) / patients).toFixed(2)} ms of a processor each (${(cpu / parsed).toFixed(1)} times JSON.parse), peak ${memory.toFixed(0)} MB; ${long}`,
    )
  }
} finally {
  rmSync(home, { recursive: true, force: true })
}
