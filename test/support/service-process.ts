import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { keepOutput } from './kept-output.js'
import { runnable } from './shared-modules.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The service as a process of its own. */
export interface ServiceProcess {
  pid: number
  /** What it wrote so far. */
  output: () => string
  errors: () => string
  /** Settles with the address of the service when it says that it is up. */
  up: () => Promise<string>
  /** Settles when the process has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  signal: (signal: NodeJS.Signals) => void
}

export interface ServiceProcessOptions {
  /** JavaScript that runs in the process before the service does. */
  before?: string
  /** Further settings. */
  environment?: Record<string, string>
  /** That of this repository, or a small guideline, which compiles soon; for what is no matter of the knowledge. */
  knowledge?: 'own' | 'small'
}

/** Starts `src/main.ts` on a free port of 127.0.0.1, without the demonstration. */
export async function startServiceProcess({
  before,
  environment = {},
  knowledge = 'own',
}: ServiceProcessOptions = {}): Promise<ServiceProcess> {
  const program = await runnable('src/main.ts')
  const preload = before === undefined ? [] : ['--import', `data:text/javascript;base64,${Buffer.from(before).toString('base64')}`]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--enable-source-maps', ...preload, program], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      HOST: '127.0.0.1',
      CDS_DEMO: 'off',
      LOG_LEVEL: 'warn',
      CDS_STORE: 'memory',
      ...(knowledge === 'small' && { CDS_KNOWLEDGE: 'test/other-guideline' }),
      ...environment,
    },
  })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
    keepOutput('log', output + errors)
    return { code: code as number | null, signal: signal as NodeJS.Signals | null }
  })
  const address = () => /(http:\/\/\S+)\/cds-services/.exec(output)?.[1]
  return {
    pid: child.pid ?? 0,
    output: () => output,
    errors: () => errors,
    ended,
    signal: signal => void child.kill(signal),
    up: async () => {
      while (address() === undefined) {
        await Promise.race([
          once(child.stdout, 'data'),
          ended.then(({ code }) => Promise.reject(new Error(`ended with ${code} before it was up: ${errors}`))),
        ])
      }
      return (address() ?? '').replace('localhost', '127.0.0.1')
    },
  }
}
