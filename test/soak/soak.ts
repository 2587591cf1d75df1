// Sends a long mixture of calls to the built service and tells what of its memory comes back: calls of many patients with
// and without data, feedback on the cards that came, FHIR servers that fail, callers that hang up, odd requests.
//   npm run soak -- --calls 100000
// With --guarded registered clients alone may call, each request has a token of its own, and all is kept in a file.
import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { arbitraryRecipe, type Recipe } from '../fuzz/arbitrary-call.js'
import { post, type FuzzCall } from '../fuzz/fuzz-call.js'
import { codeOf } from '../fuzz/judge.js'
import { openWire, type Wire, type WireAnswer } from '../fuzz/wire.js'
import { hookCall, prefetchedCall, SERVICES, type ServiceId } from '../support/hook-requests.js'
import { startWatchedService, type WatchedService } from '../support/watched-service.js'
import { createGuard } from './guard.js'
import { startFaultyServers } from './faulty-servers.js'

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '5000' },
    callers: { type: 'string', default: '8' },
    guarded: { type: 'boolean', default: false },
  },
})
const CALLS = Number(values.calls)
const CALLERS = Number(values.callers)

/** Times that memory is looked at; the first of them ends the warm-up, when all code has run and all caches are in use. */
const LOOKS = 10
/** Growth of the heap over the last quarter, beside what the service counts as kept, that counts as a leak: bytes. */
const LEAK_BYTES = 15_000_000
const PEOPLE = ['start-back-high', 'red-flag-cauda-equina', 'recent-pain', 'root-affection', 'no-back-problem']
/** Patients that take turns; more than any memory of the service is to hold. */
const PATIENTS = 20_000
/** Cards on which feedback may still come. */
const MOST_CARDS = 5_000

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T
const texts = new Map<string, string>()

/** A call with everything prefetched, of a patient and an instance of its own. */
function prefetched(id: ServiceId): FuzzCall {
  const person = pick(PEOPLE)
  const key = `${id} ${person}`
  const text = texts.get(key) ?? JSON.stringify(prefetchedCall(person, id, { fhirServer: 'SERVER', hookInstance: 'INSTANCE' }))
  texts.set(key, text)
  const patient = `patient-${Math.floor(Math.random() * PATIENTS)}`
  return post(
    'prefetched',
    `/cds-services/${id}`,
    text
      .replaceAll(person, patient)
      .replace('INSTANCE', randomUUID())
      .replace('"SERVER"', () => JSON.stringify(surroundings.fhirServer)),
  )
}

const readingFrom = (fhirServer: string): FuzzCall => {
  const id = pick(SERVICES)
  return post('read', `/cds-services/${id}`, JSON.stringify({ ...hookCall(pick(PEOPLE), id), hookInstance: randomUUID(), fhirServer }))
}

interface ShownCard {
  service: string
  uuid: string
}

const shown: ShownCard[] = []

function feedback(): FuzzCall {
  const { service, uuid } = shown.length > 0 ? pick(shown) : { service: 'start-back-risk', uuid: randomUUID() }
  const outcome = {
    card: uuid,
    outcomeTimestamp: '2026-03-30T10:05:00Z',
    outcome: 'overridden',
    overrideReason: { userComment: 'x'.repeat(Math.floor(Math.random() * 500)) },
  }
  return post('feedback', `/cds-services/${service}/feedback`, JSON.stringify({ feedback: [outcome] }))
}

function noteCards({ kind, target }: FuzzCall, { status, body }: WireAnswer): void {
  if (status !== 200 || (kind !== 'prefetched' && kind !== 'read')) return
  for (const { uuid } of (JSON.parse(body) as { cards: { uuid: string }[] }).cards)
    shown.push({ service: target.replace('/cds-services/', ''), uuid })
  if (shown.length > MOST_CARDS) shown.splice(0, shown.length - MOST_CARDS)
}

const odd: Recipe[] = []
function oddCall(): FuzzCall {
  if (odd.length === 0) odd.push(...fc.sample(arbitraryRecipe, 200))
  return (odd.pop() as Recipe)(surroundings)
}

const surroundings = { fhirServer: '' }

const cheapest = (): ServiceId => (Math.random() < 0.5 ? 'start-back-risk' : pick(SERVICES))

/** The mixture, by shares of a hundred. */
function nextCall(faulty: readonly string[]): FuzzCall {
  const dice = Math.random() * 100
  if (dice < 50) return prefetched(cheapest())
  if (dice < 75) return feedback()
  if (dice < 80) return readingFrom(surroundings.fhirServer)
  if (dice < 82) return readingFrom(pick(faulty))
  if (dice < 85) return { ...prefetched(cheapest()), kind: 'hung up', hangsUpAt: Math.random() < 0.5 ? 1 : Math.random() }
  return oddCall()
}

/** What the process holds at one moment, after garbage was collected. */
interface Look {
  calls: number
  heapMb: number
  /** Feedback and overridden cards, which fill up to their settings. */
  keptMb: number
  rssMb: number
  externalMb: number
  files: number
}

async function look(service: WatchedService, wire: Wire, calls: number): Promise<Look> {
  const { body } = await wire.send({ kind: 'figures', method: 'GET', target: '/metrics', headers: {}, body: '' })
  const kept = [...body.matchAll(/^cds_record_bytes\{[^}]*\} (\d+)/gm)].reduce((sum, [, bytes]) => sum + Number(bytes), 0)
  const { heapUsed, rss, external } = await service.figuresAfterCollecting()
  return {
    calls,
    heapMb: heapUsed / 1e6,
    keptMb: kept / 1e6,
    rssMb: rss / 1e6,
    externalMb: external / 1e6,
    files: openFilesOf(service.pid),
  }
}

function openFilesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`)
const tell = ({ calls, heapMb, keptMb, rssMb, externalMb, files }: Look) =>
  say(
    `  after ${String(calls).padStart(7)} calls   heap ${heapMb.toFixed(1).padStart(6)} MB, of which kept ${keptMb.toFixed(1).padStart(5)} MB   rss ${rssMb.toFixed(0).padStart(5)} MB   outside the heap ${externalMb.toFixed(1).padStart(6)} MB   open files ${files}`,
  )

class Soak {
  readonly statuses = new Map<string, number>()
  sent = 0

  constructor(
    readonly service: WatchedService,
    readonly wire: Wire,
    readonly faulty: readonly string[],
  ) {}

  async sendUntil(calls: number): Promise<void> {
    const caller = async () => {
      while (this.sent < calls && this.service.exit() === undefined) {
        this.sent += 1
        const call = nextCall(this.faulty)
        const answer = await this.wire.send(call)
        noteCards(call, answer)
        const status = statusOf(call, answer)
        this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: CALLERS }, caller))
  }
}

/** What a call was and how it was answered; to HEAD without a word of why. */
function statusOf({ kind, method }: FuzzCall, answer: WireAnswer): string {
  const asked = ['prefetched', 'read', 'feedback'].includes(kind) ? kind : 'odd'
  if (answer.status === 0) return `${asked}: none`
  if (answer.status < 400) return `${asked}: ${answer.status}`
  return `${asked}: ${answer.status} ${method === 'HEAD' ? TO_HEAD : (codeOf(answer) ?? '')}`.trim()
}

const TO_HEAD = 'to HEAD'

async function main(): Promise<string[]> {
  const guard = values.guarded ? await createGuard() : undefined
  const environment = { LOG_LEVEL: 'warn', CDS_FHIR_SERVERS: 'http://127.0.0.1:*', ...guard?.environment }
  const [service, faultyServers] = [await startWatchedService({ environment }), await startFaultyServers()]
  surroundings.fhirServer = service.fhirServer
  const soak = new Soak(service, openWire(service.port, guard?.signed), faultyServers.urls)
  const began = performance.now()
  const looks = [await look(service, soak.wire, 0)]
  looks.forEach(tell)
  for (let part = 1; part <= LOOKS && service.exit() === undefined; part += 1) {
    await soak.sendUntil(Math.round((CALLS * part) / LOOKS))
    looks.push(await look(service, soak.wire, soak.sent))
    tell(looks.at(-1) as Look)
  }
  const { cpuMs } = await service.figures()
  soak.wire.close()
  faultyServers.close()
  const { code, signal } = await service.stop()
  say(
    `soak: ${soak.sent} calls, ${CALLERS} callers, ${Math.round((performance.now() - began) / 1000)} s, ${Math.round(cpuMs / 1000)} s of CPU in the service`,
  )
  if (guard) say(`  the store has ${(guard.bytes() / 1e6).toFixed(0)} MB`)
  guard?.remove()
  for (const [status, calls] of [...soak.statuses].sort()) say(`  ${status.padEnd(50)} ${calls}`)
  return faultsOf(looks, soak.statuses, code === 0 ? [] : [`SIGTERM ended it with code ${code}, signal ${signal}`])
}

function faultsOf(looks: readonly Look[], statuses: ReadonlyMap<string, number>, faults: readonly string[]): string[] {
  const last = looks.at(-1)
  const before = looks[Math.floor(looks.length * 0.75)]
  const unaccounted = ({ heapMb, keptMb }: Look) => (heapMb - keptMb) * 1e6
  const grown = last && before ? unaccounted(last) - unaccounted(before) : 0
  return [
    ...faults,
    ...(grown > LEAK_BYTES ? [`the heap grew by ${Math.round(grown / 1e6)} MB over the last quarter, beside what is kept`] : []),
    ...[...statuses.keys()]
      .filter(status => /: 5\d\d/.test(status) && !status.includes(': 503 CDS_') && !status.includes(`: 503 ${TO_HEAD}`))
      .map(status => `answered ${status}`),
    ...[...statuses.keys()]
      .filter(status => /^(prefetched|feedback): (none|4)/.test(status))
      .map(status => `a sound request was answered ${status}`),
  ]
}

const faults = await main()
say(faults.length === 0 ? '  no fault' : faults.join('\n'))
process.exit(faults.length === 0 ? 0 : 1)
