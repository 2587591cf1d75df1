// Measures the service beside a bare Express server and a bare HTTP server of Node, in turn, on the same requests; then
// what parts of a call cost by themselves. Servers and load share one machine, so ratios say more than absolute figures.
//   npm run bench                       all of it, half an hour
//   npm run bench -- --only 'order-sign, 70 kB|startup'   rows, and the sections startup, parts and guarded, whose name fits
import { parseArgs } from 'node:util'
import { inProcess, interpretedInProcess } from './alone.js'
import { compareGuarded } from './guarded.js'
import { load, median, medianRound, warm, type Round, type Target } from './load.js'
import { demoPatient, generatePatient, type BenchmarkedHook, type MeasuredPatient } from './patients.js'
import { peakMemoryMb } from './process-cpu.js'
import { firstAnswer, healthWaits, post, startServer, type RunningServer, type ServerName } from './servers.js'
import { SPELLINGS, type Spelling } from './spelling.js'

const CALLERS = 8
/** For requests of which eight at once would keep the service busy for longer than it lets anybody wait. */
const FEW_CALLERS = 2
const MANY_CALLERS = 64
const HEALTH_SECONDS = 6
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3)
const { values: options } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const only = new RegExp(options.only)

const HOOK_OF = {
  'start-back-risk': 'patient-view',
  'low-back-pain-patient-view': 'patient-view',
  'low-back-pain-encounter-start': 'encounter-start',
  'low-back-pain-order-sign': 'order-sign',
} as const satisfies Record<string, BenchmarkedHook>
type BenchmarkedService = keyof typeof HOOK_OF
const ALL = Object.keys(HOOK_OF) as BenchmarkedService[]
const PATIENT_VIEW = 'low-back-pain-patient-view'

const today = new Date()
const PATIENTS = {
  '6 kB, back pain': generatePatient(true, { conditions: 2, encounters: 3, observations: 3 }, today),
  '70 kB, back pain': generatePatient(true, { conditions: 50, encounters: 50, observations: 60 }, today),
  '70 kB, no back problem': generatePatient(false, { conditions: 52, encounters: 52, observations: 60 }, today),
  '70 kB, root affection': demoPatient('root-affection', { conditions: 50, encounters: 45, observations: 55 }, today),
  '2 MB, back pain': generatePatient(true, { conditions: 1500, encounters: 1500, observations: 1500 }, today),
} as const satisfies Record<string, MeasuredPatient>
type PatientName = keyof typeof PATIENTS

/** Which patient is measured in which spelling, with which services. */
const COMPARED: readonly {
  patient: PatientName
  spellings: readonly Spelling[]
  services: readonly BenchmarkedService[]
  callers?: number
}[] = [
  { patient: '6 kB, back pain', spellings: ['wide', 'ascii'], services: ALL },
  { patient: '70 kB, back pain', spellings: ['wide', 'ascii'], services: ALL },
  { patient: '70 kB, back pain', spellings: ['latin1'], services: [PATIENT_VIEW] },
  { patient: '70 kB, no back problem', spellings: ['wide', 'ascii'], services: ALL },
  { patient: '70 kB, root affection', spellings: ['wide', 'ascii'], services: [PATIENT_VIEW] },
  { patient: '2 MB, back pain', spellings: ['wide', 'ascii'], services: [PATIENT_VIEW], callers: FEW_CALLERS },
]

interface Row {
  name: string
  service: BenchmarkedService
  body: string
  callers: number
}

const ALL_ROWS: readonly Row[] = COMPARED.flatMap(({ patient, spellings, services, callers = CALLERS }) =>
  services.flatMap(service =>
    spellings.map(spelling => ({
      name: `${service}, ${patient}, ${spelling}`,
      service,
      body: SPELLINGS[spelling](PATIENTS[patient].body(HOOK_OF[service])),
      callers,
    })),
  ),
)
/** Calls that are also measured with registered clients and a store. */
const GUARDED = ['low-back-pain-patient-view, 70 kB, back pain, wide', 'start-back-risk, 6 kB, back pain, wide']

const ROWS = ALL_ROWS.filter(({ name }) => only.test(name))

const rowOf = (part: string): Row | undefined => ROWS.find(({ name }) => name.includes(part))

const answerUrl = (server: RunningServer, { service }: Row): string => `${server.url}/cds-services/${service}`

/** Time from the start of a process to its first answer. */
async function startUp(name: ServerName, path: string, body: string): Promise<number> {
  const began = performance.now()
  const server = startServer(name)
  await firstAnswer(`${server.url}${path}`, post(body))
  const milliseconds = performance.now() - began
  await server.stop()
  return milliseconds
}

async function compareStarts(): Promise<void> {
  const body = PATIENTS['70 kB, back pain'].body('patient-view')
  const times: Record<'columna' | 'express', number[]> = { columna: [], express: [] }
  for (let turn = 0; turn < 5; turn += 1) {
    times.columna.push(await startUp('columna', `/cds-services/${PATIENT_VIEW}`, body))
    times.express.push(await startUp('express', '/?bytes=3000', body))
  }
  const [ours, bare] = [median(times.columna), median(times.express)]
  console.log(`start to first answer: columna ${ours.toFixed(0)} ms, express ${bare.toFixed(0)} ms, ${(ours / bare).toFixed(1)} times`)
}

const percent = (share: number): string => `${(100 * share).toFixed(0).padStart(4)} %`

/** Bodies that take long make callers wait beyond what the service lets them. */
const turnedAway = (refused: number): string => (refused > 0 ? `, ${refused} turned away` : '')

const figures = ({ perSecond, mainUs, allUs, p50, p99, refused }: Round): string =>
  `${perSecond.toFixed(0).padStart(6)}/s ${mainUs.toFixed(0).padStart(6)} us main ${allUs.toFixed(0).padStart(6)} us all  p50 ${p50.toFixed(0).padStart(3)} p99 ${p99.toFixed(0).padStart(3)} ms${turnedAway(refused)}`

/** Servers that answer the same requests in turn. */
type ComparedServer = Exclude<ServerName, 'guarded'>

/** Warms all three up, then lets them take turns under the same load. */
async function compare(row: Row, servers: Record<ComparedServer, RunningServer>): Promise<void> {
  const answer = await firstAnswer(answerUrl(servers.columna, row), post(row.body))
  const targets: readonly Target[] = (['columna', 'express', 'node'] as const).map(name => {
    const server = servers[name]
    const url = name === 'columna' ? answerUrl(server, row) : `${server.url}/?bytes=${Math.max(Buffer.byteLength(answer) - 12, 0)}`
    return { server, url, body: row.body }
  })
  for (const target of targets) await warm(target, FEW_CALLERS)
  const rounds: Round[][] = targets.map(() => [])
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, target] of targets.entries()) rounds[index]?.push(await load(target, row.callers, { seconds: SECONDS }, true))
  const [ours, express, node] = rounds.map(medianRound)
  if (!ours || !express || !node) return
  const { cards } = JSON.parse(answer) as { cards: unknown[] }
  console.log(
    [
      `${row.name} (${Math.round(row.body.length / 1000)} kB; answer ${(answer.length / 1000).toFixed(1)} kB, ${cards.length} cards)`,
      `  columna ${figures(ours)}`,
      `  express ${figures(express)}`,
      `  node    ${figures(node)}`,
      `  share of express: CPU ${percent(express.mainUs / ours.mainUs)}  requests ${percent(ours.perSecond / express.perSecond)}  p99 ${(ours.p99 / express.p99).toFixed(1)} times;  of node: CPU ${percent(node.mainUs / ours.mainUs)}`,
    ].join('\n'),
  )
}

/** How long a look at the process's health takes while many call at once, and how many of them are turned away. */
async function healthUnderLoad(row: Row, server: RunningServer): Promise<void> {
  const looking = healthWaits(server.url, HEALTH_SECONDS)
  const { perSecond, p50, p99, refused, requests } = await load(
    { server, url: answerUrl(server, row), body: row.body },
    MANY_CALLERS,
    { seconds: HEALTH_SECONDS },
    true,
  )
  const waits = await looking
  console.log(
    `${MANY_CALLERS} callers, ${row.name}: ${perSecond.toFixed(0)}/s, p50 ${p50} ms, p99 ${p99} ms, ${refused} of ${requests} turned away; /health/live median ${median(waits).toFixed(0)} ms, longest ${Math.max(...waits).toFixed(0)} ms`,
  )
}

/** Times each part is measured. */
const TURNS = 1_500
const TURNS_INTERPRETED = 40

async function partsOfCalls(): Promise<void> {
  const [ours, interpreted] = [inProcess(), interpretedInProcess()]
  for (const { name, service, body } of ALL_ROWS.filter(row => row.name.endsWith('wide') && !row.name.includes('2 MB'))) {
    const parts = await ours.measure(service, body, TURNS)
    const walked = await interpreted.measure(service, body, TURNS_INTERPRETED)
    const us = (value: number): string => `${value.toFixed(0)} us`
    console.log(
      `in one process, ${name}: JSON.parse ${us(parts.parse)}, gather ${us(parts.gather)}, conditions and facts ${us(parts.decide)} (${(parts.decide / parts.parse).toFixed(2)} of JSON.parse), whole answer ${us(parts.answer)}, JSON.stringify ${us(parts.stringify)}; conditions and facts by fhirpath.js alone ${us(walked.decide)}, ${(walked.decide / parts.decide).toFixed(0)} times`,
    )
  }
}

async function compareServers(): Promise<void> {
  const servers = { columna: startServer('columna'), express: startServer('express'), node: startServer('node') }
  try {
    await firstAnswer(`${servers.columna.url}/health/ready`, {})
    for (const server of [servers.express, servers.node]) await firstAnswer(server.url, post('{}'))
    for (const row of ROWS) await compare(row, servers)
    const busy = rowOf('patient-view, 70 kB, back pain, wide')
    if (busy) await healthUnderLoad(busy, servers.columna)
    console.log(
      `peak memory: columna ${peakMemoryMb(servers.columna.pid).toFixed(0)} MB, express ${peakMemoryMb(servers.express.pid).toFixed(0)} MB`,
    )
  } finally {
    await Promise.all(Object.values(servers).map(server => server.stop()))
  }
}

console.log(
  `node ${process.version}; ${CALLERS} callers, ${ROUNDS} rounds of ${SECONDS} s each in turn, medians; CPU a request from the scheduler`,
)
if (only.test('startup')) await compareStarts()
if (ROWS.length > 0) await compareServers()
if (only.test('parts')) await partsOfCalls()
if (only.test('guarded'))
  await compareGuarded(
    ALL_ROWS.filter(({ name }) => GUARDED.includes(name)),
    ROUNDS,
  )
