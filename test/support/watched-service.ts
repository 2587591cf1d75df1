import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runnable } from './shared-modules.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A stretch of time in which the event loop got no turn; CPU is that of the main thread. */
export interface Hold {
  /** Milliseconds of CPU. */
  ms: number
  /** Epoch milliseconds. */
  from: number
  to: number
}

/** What the process has used: memory in bytes, CPU of all its threads in milliseconds. */
export interface Figures {
  rss: number
  heapUsed: number
  external: number
  cpuMs: number
}

/** How a process ended. */
export interface Exit {
  code: number | null
  signal: string | null
}

/** The service in a process of its own, with the demonstration people, watched from outside. */
export interface WatchedService {
  port: number
  pid: number
  /** Base URL of the demonstration FHIR server, as a caller sends it. */
  fhirServer: string
  /** Everything it has written so far, line by line, both streams. */
  lines: string[]
  /** Longest holds of the loop since the start, longest first. */
  holds: Hold[]
  /** As it stands. */
  figures: () => Promise<Figures>
  /** After garbage was collected. */
  figuresAfterCollecting: () => Promise<Figures>
  /** Packages whose code it has been given; only with `program: 'source'`. */
  loadedPackages: () => Promise<string[]>
  /** Undefined while it runs. */
  exit: () => Exit | undefined
  /** Ends it by SIGTERM, and by SIGKILL where that is not heard. */
  stop: () => Promise<Exit>
}

export interface WatchedServiceOptions {
  /** Further settings. */
  environment?: Readonly<Record<string, string>>
  /** The node to run it with. */
  node?: string
  /** The built service with its loop watched, or the source with the packages that it loads. */
  program?: keyof typeof PROGRAMS
}

const PROGRAMS = {
  built: ['--expose-gc', '--import', './test/support/watch-loop.mjs', 'dist/main.js'],
  source: ['--import', './test/support/loaded-modules.mjs'],
} as const

/** Most holds that are kept. */
const MOST_HOLDS = 40

/** The instant at which its clock stands still: that of the tests, from which the synthetic people are dated. */
const NOW = '2026-03-30T12:00:00+02:00'
const LONGEST_START_MS = 60_000
const LONGEST_STOP_MS = 15_000

/**
 * Starts the service on free loopback ports and waits until it is ready.
 * @throws Error with what it wrote when it ends before that, or takes more than a minute.
 */
export async function startWatchedService({
  environment = {},
  node = process.execPath,
  program = 'built',
}: WatchedServiceOptions = {}): Promise<WatchedService> {
  const main = program === 'source' ? [await runnable('src/main.ts')] : []
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...PROGRAMS[program], ...main], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', DEMO_FHIR_PORT: '0', CDS_NOW: NOW, CDS_STORE: 'memory', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let exit: Exit | undefined
  child.once('exit', (code, signal) => (exit = { code, signal }))
  const lines = linesOf(child)
  const holds = holdsOf(child, MOST_HOLDS)
  const [port, demo] = await portsOf(lines, () => exit)
  return {
    port,
    pid: child.pid ?? 0,
    fhirServer: `http://127.0.0.1:${demo}/fhir`,
    lines,
    holds,
    figures: () => ask<Figures>(child, 'figures'),
    figuresAfterCollecting: () => ask<Figures>(child, 'memory'),
    loadedPackages: async () => (await ask<{ packages: string[] }>(child, 'packages')).packages,
    exit: () => exit,
    stop: async () => exit ?? stop(child),
  }
}

function linesOf(child: ChildProcess): string[] {
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', line => lines.push(line))
  return lines
}

function holdsOf(child: ChildProcess, most: number): Hold[] {
  const holds: Hold[] = []
  child.on('message', (message: { kind: string } & Hold) => {
    if (message.kind !== 'held' || message.ms <= (holds[most - 1]?.ms ?? 0)) return
    holds.push(message)
    holds.sort((a, b) => b.ms - a.ms)
    holds.length = Math.min(holds.length, most)
  })
  return holds
}

/** The ports that its welcome names; both servers listen when it is written. */
async function portsOf(lines: readonly string[], exit: () => Exit | undefined): Promise<[number, number]> {
  const giveUpAt = Date.now() + LONGEST_START_MS
  while (Date.now() < giveUpAt && !exit()) {
    const text = lines.join('\n')
    const [service, demo] = [/:(\d+)\/cds-services$/m, /:(\d+)\/fhir$/m].map(pattern => Number(pattern.exec(text)?.[1]))
    if (service && demo) return [service, demo]
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`The service did not start:\n${lines.join('\n')}`)
}

/** Asks what was loaded beside the service; holds of the loop are told unasked. */
async function ask<T>(child: ChildProcess, question: string): Promise<T> {
  const answered = new Promise<T>(resolve => {
    const listen = (message: { kind: string } & T) => {
      if (message.kind !== 'answer') return
      child.off('message', listen)
      resolve(message)
    }
    child.on('message', listen)
  })
  child.send(question)
  return answered
}

async function stop(child: ChildProcess): Promise<Exit> {
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP_MS)
  const [code, signal] = await ended
  clearTimeout(timer)
  return { code, signal }
}
