// The parts of a deployment as processes of this machine: the proxy of deploy/nginx.conf and replicas of the built service.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Something that can be killed at any time and started again where it was. */
export interface Part {
  /** Settles when it is there. */
  start: () => Promise<void>
  /** Kills it with all its processes; settles when it is gone. */
  kill: () => Promise<void>
  /** What it has written into its logs. */
  logs: () => string
}

/** A process and its children, killed together. */
function part(run: () => ChildProcess, isThere: () => Promise<boolean>, logs: () => string): Part {
  let running: ChildProcess | undefined
  return {
    async start() {
      const started = run()
      running = started
      while (!(await isThere())) {
        if (started.exitCode !== null) throw new Error(`It ended before it was there.\n${logs()}`)
        await pause(20)
      }
    },
    async kill() {
      const killed = running
      running = undefined
      if (killed?.pid === undefined || killed.exitCode !== null) return
      const gone = once(killed, 'exit')
      process.kill(-killed.pid, 'SIGKILL')
      await gone
    },
    logs,
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return new Promise(resolve => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).then(isThere => {
    socket.destroy()
    return isThere as boolean
  })
}

/** Ports of this machine that nobody listens at. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  return Promise.all(
    servers.map(async server => {
      const { port } = server.address() as AddressInfo
      server.close()
      await once(server, 'close')
      return port
    }),
  )
}

/** The user as whom a part runs that is never root in earnest. */
const NOBODY = userInfo().uid === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** What of a file of deploy/ is written for containers, and what stands for it here; each is there. */
function replaced(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((rest, [there, here]) => {
    if (!rest.includes(there)) throw new Error(`deploy/nginx.conf has no ${there}.`)
    return rest.replaceAll(there, here)
  }, text)
}

export interface ProxyOptions {
  port: number
  /** Ports of the two replicas. */
  replicas: readonly [number, number]
  /** Folder with the certificate and its key. */
  secrets: string
  /** Folder of its own, which it may write to. */
  home: string
}

/** nginx with the configuration of deploy/, as a user who owns nothing. */
export function createProxy({ port, replicas, secrets, home }: ProxyOptions): Part {
  mkdirSync(home)
  chmodSync(home, 0o777)
  const conf = join(home, 'nginx.conf')
  const [access, errors] = [join(home, 'access.log'), join(home, 'errors.log')]
  const original = readFileSync(join(ROOT, 'deploy/nginx.conf'), 'utf8')
  const text = replaced(original, [
    ['/tmp/', `${home}/`],
    ['/dev/stderr', errors],
    ['/dev/stdout', access],
    ['/run/secrets/', `${secrets}/`],
    ['columna-1:3000', `127.0.0.1:${replicas[0]}`],
    ['columna-2:3000', `127.0.0.1:${replicas[1]}`],
    ['listen 8443', `listen 127.0.0.1:${port}`],
  ])
  writeFileSync(conf, text)
  const run = () =>
    spawn('/usr/sbin/nginx', ['-p', home, '-e', errors, '-c', conf, '-g', 'daemon off;'], { ...NOBODY, detached: true, stdio: 'ignore' })
  const logs = () => [access, errors].map(textOf).join('')
  return part(run, () => listens(port), logs)
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** A replica of the built service, as its image starts it. */
export function createReplica(port: number, log: string, settings: Readonly<Record<string, string>>): Part {
  const output = createWriteStream(log, { flags: 'a' })
  const run = () => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, 'dist/main.js')], {
      cwd: ROOT,
      detached: true,
      env: { PATH: process.env.PATH, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false })
    return child
  }
  return part(
    run,
    () => listens(port),
    () => textOf(log),
  )
}
