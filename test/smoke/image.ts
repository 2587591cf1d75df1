// Walks through the Dockerfile without Docker: every COPY and RUN of every stage in an empty folder of its own, then
// starts the service as the image does, asks its health check, and stops it.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyOf, environmentOf, instructionsOf, listOf, stagesOf, type Instruction } from './dockerfile.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const STAGES = stagesOf(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))
const WORKDIR = '/app'
const PORT = process.env.PORT ?? '4320'
const LONGEST_START_MS = 60_000
/** The grace that docker-compose.yml gives. */
const GRACE_MS = 10_000

const folder = mkdtempSync(join(tmpdir(), 'columna-image-'))
const folderOf = (stage: string) => join(folder, stage)

function build(stage: string): void {
  mkdirSync(folderOf(stage))
  for (const instruction of instructionsOf(stage, STAGES)) {
    if (instruction.name === 'COPY') copy(instruction, stage)
    if (instruction.name === 'RUN')
      execFileSync('bash', ['-c', instruction.text], { cwd: folderOf(stage), stdio: ['ignore', 'ignore', 'inherit'] })
  }
}

function copy(instruction: Instruction, stage: string): void {
  const { sources, target, from } = copyOf(instruction)
  for (const source of sources) {
    const path = from === undefined ? join(ROOT, source) : join(folderOf(from), source.slice(WORKDIR.length))
    cpSync(path, join(folderOf(stage), target, target.endsWith('/') ? basename(source) : ''), { recursive: true, verbatimSymlinks: true })
  }
}

function start(stage: string, settings: Readonly<Record<string, string>>): ChildProcess {
  const instructions = instructionsOf(stage, STAGES)
  const [, ...words] = listOf('CMD', instructions)
  return spawn(process.execPath, words, {
    cwd: folderOf(stage),
    env: { PATH: process.env.PATH, ...environmentOf(instructions), PORT, ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function isHealthy(stage: string): boolean {
  const instructions = instructionsOf(stage, STAGES)
  const [command = '', ...words] = listOf('HEALTHCHECK', instructions)
  return (
    spawnSync(command, words, {
      cwd: folderOf(stage),
      env: { PATH: process.env.PATH, ...environmentOf(instructions), PORT },
      stdio: 'ignore',
    }).status === 0
  )
}

async function becomesHealthy(stage: string, child: ChildProcess): Promise<boolean> {
  const giveUpAt = Date.now() + LONGEST_START_MS
  while (Date.now() < giveUpAt && child.exitCode === null) {
    if (isHealthy(stage)) return true
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  return false
}

async function stop(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null) return child.exitCode
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  const [code, signal] = (await ended) as [number | null, string | null]
  clearTimeout(timer)
  return code ?? signal
}

/** Says which files a stage has and when they were written. */
const writtenIn = (stage: string): string =>
  readdirSync(folderOf(stage), { recursive: true, encoding: 'utf8' })
    .map(path => `${path} ${statSync(join(folderOf(stage), path)).mtimeMs}`)
    .sort()
    .join('\n')

/** Whether what was found out when the image was built is believed where it runs. */
const isPrepared = (stage: string): boolean =>
  spawnSync(process.execPath, ['dist/cli/columna.js', 'prepare'], { cwd: folderOf(stage), encoding: 'utf8' }).stdout.includes('already')

/** Packages of a stage, with their versions, that its list of parts lacks. */
function unlistedIn(stage: string): string[] {
  const read = (path: string) => JSON.parse(readFileSync(join(folderOf(stage), path), 'utf8')) as unknown
  const { components } = read('sbom.cdx.json') as { components: { purl: string }[] }
  const listed = new Set(components.map(({ purl }) => decodeURIComponent(purl.replace('pkg:npm/', ''))))
  const { packages } = read('node_modules/.package-lock.json') as { packages: Readonly<Record<string, { version: string }>> }
  return Object.entries(packages)
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`)
    .filter(name => !listed.has(name))
}

/** What is wrong with a stage once it is built. */
async function faultsOf(stage: string, settings: Readonly<Record<string, string>>, hasPeople: boolean): Promise<string[]> {
  const before = writtenIn(stage)
  const child = start(stage, settings)
  const healthy = await becomesHealthy(stage, child)
  const exit = await stop(child)
  return [
    ...(healthy ? [] : ['does not become healthy']),
    ...(exit === 0 ? [] : [`ends with ${String(exit)} on SIGTERM`]),
    ...(isHealthy(stage) ? ['is healthy when it is gone'] : []),
    ...(writtenIn(stage) === before ? [] : ['writes into its own folder, which is read-only in use']),
    ...(existsSync(join(folderOf(stage), 'src/demo/people')) === hasPeople
      ? []
      : [hasPeople ? 'lacks the invented people' : 'holds the invented people']),
    ...(isPrepared(stage) ? [] : ['does not hold what its build found out of its knowledge']),
    ...unlistedIn(stage).map(name => `holds ${name}, which its list of parts does not name`),
    ...(existsSync(join(folderOf(stage), 'node_modules/typescript')) ? ['holds what is only needed to build it'] : []),
  ].map(fault => `${stage} ${fault}`)
}

async function main(): Promise<string[]> {
  for (const { name } of STAGES) if (name !== 'runtime') build(name)
  return [
    ...(await faultsOf('production', { CDS_DRAFT_KNOWLEDGE: 'on', CDS_TRUST: 'off' }, false)),
    ...(await faultsOf('demonstration', { DEMO_FHIR_PORT: '0' }, true)),
  ]
}

const faults = await main().finally(() => rmSync(folder, { recursive: true }))
process.stdout.write(faults.length === 0 ? 'image: both stages start, are healthy, and end on SIGTERM\n' : `${faults.join('\n')}\n`)
process.exitCode = faults.length === 0 ? 0 : 1
