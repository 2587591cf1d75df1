// Sends many odd requests to the built service and looks for what must never happen: a crash, an undeclared status, an
// answer that is no JSON, a word of the request in a log, figure or error, the loop held too long.
//   npm run fuzz -- --calls 20000 --seed 1
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { startWatchedService, type WatchedService } from '../support/watched-service.js'
import { arbitraryRecipe, type Recipe } from './arbitrary-call.js'
import { MARKER, type FuzzCall } from './fuzz-call.js'
import { firstOf, holdAlone, holdsTooLong, leaksIntoLog, loopLimitMs, sameFault, type Finding, type Sent } from './findings.js'
import { codeOf, faultOf, holdsMarker } from './judge.js'
import { openWire, type Wire } from './wire.js'

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    callers: { type: 'string', default: '4' },
  },
})
const CALLS = Number(values.calls)
const SEED = Number(values.seed)
const CALLERS = Number(values.callers)

/** Requests drawn at one time. */
const BATCH = 500
/** Sent requests that are remembered, among which the one behind a crash or a hold is looked for. */
const REMEMBERED = 2_000
/** Findings after which there is enough to do. */
const MOST_FINDINGS = 10
/** Holds of the loop that are looked into. */
const LONGEST_HOLDS = 10
/** Requests of each hold that are sent again alone. */
const MOST_SUSPECTS = 6

class Run {
  readonly statuses = new Map<string, number>()
  readonly findings: Finding[] = []
  readonly recent: Sent[] = []
  sent = 0
  scannedLines = 0
  /** The longest holds of the loop so far, with the requests that were under way, longest first. */
  longest: { ms: number; suspects: FuzzCall[] }[] = []

  constructor(
    public service: WatchedService,
    public wire: Wire,
  ) {}

  static async begin(): Promise<Run> {
    const service = await startWatchedService({ environment: { CDS_EXPLAIN: 'on', LOG_LEVEL: 'debug' } })
    return new Run(service, openWire(service.port))
  }

  /** A new process in place of one that ended. */
  async beginAgain(): Promise<void> {
    this.wire.close()
    await this.service.stop()
    const { service, wire } = await Run.begin()
    Object.assign(this, { service, wire, scannedLines: 0 })
  }

  async sendAll(recipes: readonly Recipe[]): Promise<void> {
    const waiting = [...recipes]
    const caller = async () => {
      for (let recipe = waiting.shift(); recipe && this.service.exit() === undefined; recipe = waiting.shift())
        await this.sendOne(recipe(this.service))
    }
    await Promise.all(Array.from({ length: CALLERS }, caller))
  }

  private async sendOne(call: FuzzCall): Promise<void> {
    const sent: Sent = { call, from: Date.now(), to: Number.POSITIVE_INFINITY }
    this.recent.push(sent)
    if (this.recent.length > REMEMBERED) this.recent.shift()
    const answer = await this.wire.send(call)
    sent.to = Date.now()
    this.sent += 1
    count(this.statuses, answer.status === 0 ? 'none' : `${answer.status} ${codeOf(answer) ?? ''}`.trim())
    const fault = faultOf(call, answer)
    if (fault !== undefined && this.service.exit() === undefined) await this.keep(fault, [call], sameFault(fault, this.wire))
  }

  /** Keeps the smallest request that shows a fault; one that no request shows alone is kept as it was met. */
  async keep(fault: string, suspects: readonly FuzzCall[], fails: (call: FuzzCall) => Promise<boolean>): Promise<void> {
    const place = suspects.length === 1 ? suspects[0]?.target.replace(/\?.*/, '') : ''
    const known = this.findings.some(each => each.fault === fault && each.call.target.replace(/\?.*/, '') === place)
    if (known || this.findings.length >= MOST_FINDINGS) return
    const smallest = await firstOf(suspects, fails)
    const [met] = suspects
    if (smallest) this.findings.push({ fault, call: smallest })
    else if (met) this.findings.push({ fault: `${fault} (not again alone)`, call: met })
  }

  /** What can only be seen from outside of an answer: whether it still runs, what it wrote, and its figures. */
  async look(): Promise<void> {
    const exit = this.service.exit()
    if (exit) return this.keepCrash(`the process ended: code ${exit.code}, signal ${exit.signal}`)
    this.noteHolds()
    const { lines } = this.service
    const leaking = lines.slice(this.scannedLines).some(holdsMarker)
    this.scannedLines = lines.length
    const newestFirst = this.recent.map(({ call }) => call).reverse()
    if (leaking) await this.keep('the log repeats what was sent', newestFirst, leaksIntoLog(this.wire, this.service))
    const { body } = await this.wire.send({ kind: 'figures', method: 'GET', target: '/metrics', headers: {}, body: '' })
    if (holdsMarker(body))
      this.findings.push({
        fault: `the figures repeat what was sent: ${body.split('\n').find(holdsMarker)?.replaceAll(MARKER, '<planted>')}`,
        call: newestFirst[0] as FuzzCall,
      })
  }

  private async keepCrash(fault: string): Promise<void> {
    const suspects = this.recent
      .filter(({ to }) => to > Date.now() - 5_000)
      .map(({ call }) => call)
      .reverse()
    const crashes = async (call: FuzzCall) => {
      if (this.service.exit()) await this.beginAgain()
      await this.wire.send(call)
      await new Promise(resolve => setTimeout(resolve, 100))
      return this.service.exit() !== undefined
    }
    await this.keep(fault, suspects, crashes)
    if (this.service.exit()) await this.beginAgain()
  }

  /** Keeps the longest holds since the last look, as long as it is known what was under way. */
  private noteHolds(): void {
    const found = this.service.holds.splice(0).map(({ ms, from, to }) => ({
      ms,
      suspects: this.recent
        .filter(sent => sent.from <= to && sent.to >= from)
        .slice(0, MOST_SUSPECTS)
        .map(({ call }) => call),
    }))
    this.longest = [...this.longest, ...found].sort((a, b) => b.ms - a.ms).slice(0, LONGEST_HOLDS)
  }

  /** Sends the requests behind the longest holds again, alone; keeps those that hold the loop too long, and tells the slowest. */
  async slowest(): Promise<{ ms: number; call: FuzzCall } | undefined> {
    const suspects = new Set(this.longest.flatMap(each => each.suspects))
    let slowest: { ms: number; call: FuzzCall } | undefined
    for (const call of suspects) {
      const ms = await holdAlone(call, this.wire, this.service)
      if (slowest === undefined || ms > slowest.ms) slowest = { ms, call }
      if (ms > loopLimitMs(call))
        await this.keep(`the loop is held for more than ${loopLimitMs(call)} ms of CPU`, [call], holdsTooLong(this.wire, this.service))
    }
    return slowest
  }
}

const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1)

const say = (line: string) => process.stdout.write(`${line}\n`)

const told = ({ kind, method, target, body, raw }: FuzzCall): string =>
  `${kind}: ${method} ${target.slice(0, 80)}, ${(raw ?? body).length} bytes`

async function main(): Promise<number> {
  const began = performance.now()
  const run = await Run.begin()
  for (let batch = 0; run.sent < CALLS && run.findings.length < MOST_FINDINGS; batch += 1) {
    const recipes = fc.sample(arbitraryRecipe, { seed: SEED + batch, numRuns: Math.min(BATCH, CALLS - run.sent) })
    await run.sendAll(recipes)
    await run.look()
  }
  const seconds = Math.round((performance.now() - began) / 1000)
  const { cpuMs } = await run.service.figures()
  const slowest = await run.slowest()
  const { code, signal } = await run.service.stop()
  run.wire.close()
  if (code !== 0)
    run.findings.push({ fault: `SIGTERM ended it with code ${code}, signal ${signal}`, call: run.recent.at(-1)?.call as FuzzCall })
  say(`fuzz: ${run.sent} calls, seed ${SEED}, ${CALLERS} callers, ${seconds} s, ${Math.round(cpuMs / 1000)} s of CPU in the service`)
  for (const [status, calls] of [...run.statuses].sort()) say(`  ${status.padEnd(40)} ${calls}`)
  if (slowest) say(`  slowest alone: ${Math.round(slowest.ms)} ms of CPU in one turn (${told(slowest.call)})`)
  say(`  findings: ${run.findings.length}`)
  for (const { fault, call } of run.findings) say(`\n${fault}\n${told(call)}\n${JSON.stringify(call).slice(0, 4_000)}`)
  return run.findings.length === 0 ? 0 : 1
}

process.exit(await main())
