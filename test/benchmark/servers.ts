import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The servers that are measured side by side. */
export const SERVERS = {
  columna: { port: 4310, command: ['dist/main.js'] },
  guarded: { port: 4313, command: ['dist/main.js'] },
  express: { port: 4311, command: ['test/benchmark/bare-express.mjs'] },
  node: { port: 4312, command: ['test/benchmark/bare-node.mjs'] },
} as const
export type ServerName = keyof typeof SERVERS

export interface RunningServer {
  name: ServerName
  pid: number
  url: string
  stop: () => Promise<void>
}

/** Starts a server as in production, with the draft knowledge and further settings; it need not listen yet. */
export function startServer(name: ServerName, settings: Readonly<Record<string, string>> = {}): RunningServer {
  const { port, command } = SERVERS[name]
  const env = {
    ...process.env,
    PORT: String(port),
    NODE_ENV: 'production',
    CDS_DRAFT_KNOWLEDGE: 'on',
    CDS_DEMO: 'off',
    CDS_TRUST: 'off',
    HOST: '127.0.0.1',
    ...settings,
  }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return { name, pid: child.pid ?? NaN, url: `http://127.0.0.1:${port}`, stop: () => stopped(child) }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise(resolve => child.once('exit', resolve))
  child.kill()
  await ended
}

/** How long each look at a server's health took for some seconds, in milliseconds. */
export async function healthWaits(url: string, seconds: number): Promise<number[]> {
  const command = ['test/benchmark/look-at-health.mjs', url, String(seconds)]
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: ROOT })
  return JSON.parse(stdout) as number[]
}

export const post = (body: string): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body })

/** What a server that may still be starting answers first. @throws Error when it does not within 20 seconds. */
export async function firstAnswer(url: string, init: RequestInit): Promise<string> {
  for (const giveUpAt = performance.now() + 20_000; performance.now() < giveUpAt;) {
    try {
      const response = await fetch(url, init)
      return await response.text()
    } catch {
      await new Promise(resolve => setTimeout(resolve, 2))
    }
  }
  throw new Error(`${url} does not answer`)
}
