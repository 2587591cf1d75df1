// Measures the service and a bare Express server side by side, in turn, on the same generated requests.
// Server and load share one machine, so ratios say more than absolute figures.
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { generatePatient, type BenchmarkedHook, type GeneratedPatient } from './generate-patient.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SERVICE = { port: 4310, name: 'columna' }
const BARE = { port: 4311, name: 'bare' }
const CALLERS = 8
/** For requests of which eight at once would keep the service busy for longer than it lets anybody wait. */
const FEW_CALLERS = 2
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3)

const HOOK_OF = {
  'start-back-risk': 'patient-view',
  'low-back-pain-patient-view': 'patient-view',
  'low-back-pain-encounter-start': 'encounter-start',
  'low-back-pain-order-sign': 'order-sign',
} as const satisfies Record<string, BenchmarkedHook>
type BenchmarkedService = keyof typeof HOOK_OF

interface Round {
  perSecond: number
  p50: number
  p99: number
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

function start(command: string[], port: number): ChildProcess {
  const env = { ...process.env, PORT: String(port), NODE_ENV: 'production', CDS_DRAFT_KNOWLEDGE: 'on', CDS_DEMO: 'off', HOST: '127.0.0.1' }
  return spawn(process.execPath, command, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] })
}

async function firstAnswer(url: string, init: RequestInit): Promise<string> {
  for (let attempt = 0; attempt < 2_000; attempt += 1) {
    try {
      const response = await fetch(url, init)
      return await response.text()
    } catch {
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }
  throw new Error(`${url} does not answer`)
}

const post = (body: string): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body })

async function measure(url: string, body: string, callers: number, seconds = SECONDS): Promise<Round> {
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections: callers,
    duration: seconds,
  })
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${result.non2xx} answers outside 2xx, ${result.errors} errors`)
  return { perSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 }
}

/** @param callers at once; more than the service takes on in time it turns away, which is no measure of its speed. */
async function compare(service: BenchmarkedService, patient: GeneratedPatient, callers = CALLERS): Promise<void> {
  const { name } = patient
  const body = patient.body(HOOK_OF[service])
  const serviceUrl = `http://127.0.0.1:${SERVICE.port}/cds-services/${service}`
  const answer = await firstAnswer(serviceUrl, post(body))
  const bareUrl = `http://127.0.0.1:${BARE.port}/?bytes=${Math.max(answer.length - 12, 0)}`
  // One caller warms both up: before it is compiled, code is slow enough for eight to be turned away.
  await measure(serviceUrl, body, 1, 1)
  await measure(bareUrl, body, 1, 1)
  const ours: Round[] = []
  const bare: Round[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await measure(serviceUrl, body, callers))
    bare.push(await measure(bareUrl, body, callers))
  }
  const ratio = median(ours.map(({ perSecond }, index) => perSecond / (bare[index]?.perSecond ?? NaN)))
  const figures = (rounds: readonly Round[]) =>
    `${median(rounds.map(({ perSecond }) => perSecond))
      .toFixed(0)
      .padStart(6)}/s  p50 ${median(rounds.map(({ p50 }) => p50))
      .toFixed(0)
      .padStart(3)} ms  p99 ${median(rounds.map(({ p99 }) => p99))
      .toFixed(0)
      .padStart(3)} ms`
  const cards = (JSON.parse(answer) as { cards: unknown[] }).cards.length
  console.log(
    `${service.padEnd(29)} ${name.padEnd(24)} ${(body.length / 1000).toFixed(0).padStart(5)} kB  ${cards} cards  columna ${figures(ours)}  bare ${figures(bare)}  ratio ${(ratio * 100).toFixed(1)} %`,
  )
}

function peakMemoryMb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024
}

async function startUp(body: string): Promise<number> {
  const began = performance.now()
  const server = start(['dist/main.js'], SERVICE.port)
  await firstAnswer(`http://127.0.0.1:${SERVICE.port}/cds-services/start-back-risk`, post(body))
  const milliseconds = performance.now() - began
  server.kill()
  await new Promise(resolve => server.once('exit', resolve))
  return milliseconds
}

const today = new Date()
const patients = {
  small: generatePatient('6 kB, back pain', true, { conditions: 2, encounters: 3, observations: 3 }, today),
  middle: generatePatient('70 kB, back pain', true, { conditions: 50, encounters: 50, observations: 60 }, today),
  noBack: generatePatient('70 kB, no back problem', false, { conditions: 52, encounters: 52, observations: 60 }, today),
  large: generatePatient('2 MB, back pain', true, { conditions: 1500, encounters: 1500, observations: 1500 }, today),
}

const firstCall = patients.middle.body('patient-view')
const starts = [await startUp(firstCall), await startUp(firstCall), await startUp(firstCall)]
const servers = [start(['dist/main.js'], SERVICE.port), start(['--import', 'tsx', 'test/benchmark/bare-server.ts'], BARE.port)]
try {
  await firstAnswer(`http://127.0.0.1:${SERVICE.port}/health/ready`, {})
  await firstAnswer(`http://127.0.0.1:${BARE.port}/`, post('{}'))
  console.log(`node ${process.version}, ${CALLERS} callers, ${ROUNDS} rounds of ${SECONDS} s each, medians; server and load on one machine`)
  console.log(`start to first answer: ${median(starts).toFixed(0)} ms (of ${starts.map(ms => ms.toFixed(0)).join(', ')})`)
  for (const service of Object.keys(HOOK_OF) as BenchmarkedService[]) {
    for (const patient of [patients.small, patients.middle, patients.noBack]) await compare(service, patient)
  }
  console.log(`peak memory up to here: ${peakMemoryMb(servers[0]?.pid).toFixed(0)} MB`)
  await compare('low-back-pain-patient-view', patients.large, FEW_CALLERS)
  console.log(`peak memory with the 2 MB patient: ${peakMemoryMb(servers[0]?.pid).toFixed(0)} MB`)
} finally {
  servers.forEach(server => server.kill())
}
