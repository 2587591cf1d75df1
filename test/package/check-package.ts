// Packs the package, installs it into an empty folder as its users would, and uses it there: the example of
// docs/engine.md is checked against the declarations, run by Node, and run by a browser from one bundle; the command
// checks our knowledge, and a guideline of the user with its cases. Whatever an export promises must be in the package.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { startChromium } from '../support/chromium.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const USER = fileURLToPath(new URL('user/', import.meta.url))
/** A guideline that is not about backs, with its cases. */
const GUIDELINE = fileURLToPath(new URL('../other-guideline', import.meta.url))
/** What a package of this kind is made of; whatever else is in it was not meant to be. */
const PACKED =
  /^(dist\/|fhir-resources\/|cds-services\/|docs\/|examples\/|src\/demo\/people\/|(knowledge|test\/clinical-cases)\/README\.md|((package|knowledge)\.json|README\.md|ARCHITECTURE\.md|CHANGELOG\.md|CONTRIBUTING\.md|SECURITY\.md|LICENSE)$)/

interface Manifest {
  name: string
  bin: Readonly<Record<string, string>>
  exports: Readonly<Record<string, string | { types: string; default: string }>>
}

const { name, bin, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
const say = (line: string) => process.stdout.write(`${line}\n`)

function run(folder: string, command: string, ...words: readonly string[]): string {
  return execFileSync(command, words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

interface Packed {
  filename: string
  size: number
  files: readonly { path: string }[]
}

/** Packs the package, built anew, into a folder. */
function pack(folder: string): { tarball: string; paths: readonly string[] } {
  const told = run(ROOT, 'npm', 'pack', '--silent', '--json', '--pack-destination', folder)
  const [packed] = JSON.parse(told.slice(told.indexOf('[\n'))) as Packed[]
  if (!packed) throw new Error('npm packed nothing.')
  say(`packed: ${packed.files.length} files, ${Math.round(packed.size / 1000)} kB`)
  return { tarball: join(folder, packed.filename), paths: packed.files.map(({ path }) => path) }
}

/** What is wrong with the list of files: what nobody meant to pack, and what is promised and not there. */
function faultsOfList(paths: readonly string[]): string[] {
  const promised = [
    ...Object.values(bin),
    ...Object.values(exports).flatMap(each => (typeof each === 'string' ? [each] : Object.values(each))),
  ]
  return [
    ...paths.filter(path => !PACKED.test(path)).map(path => `${path} is packed`),
    ...promised
      .map(path => path.replace('./', ''))
      .filter(path => !paths.includes(path))
      .map(path => `${path} is promised and not packed`),
  ]
}

/** The example of the documentation. */
function example(): string {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/engine.md'), 'utf8')) ?? []
  if (code === undefined) throw new Error('docs/engine.md has no example.')
  return code
}

/** A project that depends on the package and on nothing else. */
function install(tarball: string, folder: string): void {
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }))
  run(folder, 'npm', 'install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', tarball)
  cpSync(USER, folder, { recursive: true })
  cpSync(GUIDELINE, join(folder, 'guideline'), { recursive: true })
  writeFileSync(join(folder, 'example.ts'), example())
}

/** The use of the package as one file, either for Node, which finds the package itself, or for a browser, with all of it. */
function bundle(folder: string, platform: 'node' | 'browser'): string {
  const outfile = join(folder, `use.${platform}.mjs`)
  buildSync({
    entryPoints: [join(folder, 'use.ts')],
    outfile,
    bundle: true,
    platform,
    format: 'esm',
    minify: platform === 'browser',
    ...(platform === 'node' && { packages: 'external' }),
    logLevel: 'warning',
  })
  return outfile
}

async function inBrowser(file: string): Promise<string> {
  const browser = await startChromium()
  try {
    const page = await browser.newPage()
    await page.addScriptTag({ path: file, type: 'module' })
    return await page.evaluate(() => (globalThis as { told?: string }).told ?? '')
  } finally {
    await browser.close()
  }
}

async function faultsOfUse(folder: string): Promise<string[]> {
  run(folder, process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.')
  say('the declarations fit their use')
  const faces = Object.keys(exports)
    .filter(face => !face.endsWith('.json'))
    .map(face => `await import('${name}${face.slice(1)}')`)
  run(folder, process.execPath, '--input-type=module', '--eval', faces.join('; '))
  const byNode = run(
    folder,
    process.execPath,
    '--input-type=module',
    '--eval',
    `await import('./${bundle(folder, 'node').slice(folder.length + 1)}'); process.stdout.write(globalThis.told)`,
  )
  const { short } = JSON.parse(byNode) as { short: unknown }
  say(`by Node: ${JSON.stringify(short)}`)
  const browserFile = bundle(folder, 'browser')
  const bytes = readFileSync(browserFile)
  say(`for a browser: ${Math.round(bytes.length / 1000)} kB, ${Math.round(gzipSync(bytes).length / 1000)} kB packed`)
  const byBrowser = await inBrowser(browserFile)
  const expected = JSON.stringify([
    ['Offer vaccination', 'yes'],
    [null, 'no'],
    [null, 'cannot-tell'],
  ])
  return [
    ...(byNode === byBrowser ? [] : [`a browser says otherwise: ${byBrowser}`]),
    ...(JSON.stringify(short) === expected ? [] : ['that is not what the guideline says']),
  ]
}

/** What the user asks of the command, which npm puts into the project that installs it, and what it must say. */
const ASKED: readonly (readonly [words: readonly string[], said: string])[] = [
  [['prepare'], 'is prepared already'],
  [['check'], 'The knowledge has no faults'],
  [['check', 'guideline'], 'The knowledge has no faults'],
  [['cases', '--knowledge', 'guideline'], 'cases, all as expected.'],
]

/** Whether `serve` answers by the guideline of the user, and ends well when it is told to. */
async function faultsOfServe(folder: string): Promise<string[]> {
  const [command = ''] = Object.keys(bin)
  const child = spawn(join(folder, 'node_modules/.bin', command), ['serve'], {
    cwd: folder,
    env: { ...process.env, PORT: '0', CDS_DEMO: 'off', CDS_KNOWLEDGE: 'guideline' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let told = ''
  for await (const text of child.stdout.setEncoding('utf8')) {
    told += String(text)
    if (told.includes('Columna is up')) child.kill()
  }
  const [code] = await ended
  say(`${command} serve: ${told.trim().split('\n').at(-1)}`)
  return code === 0 ? [] : [`${command} serve ended with ${code}`]
}

/** The loader of FHIR packages that other tools are built on; it is fetched here, since it weighs more than all else that tests need. */
const FOREIGN_LOADER = 'fhir-package-loader@2.2.4'

/** Whether the exported knowledge is loaded by others' loader, all of it, and each plan is found by its url. */
function faultsOfExport(folder: string): string[] {
  const loader = join(folder, 'loader')
  mkdirSync(loader)
  run(loader, 'npm', 'install', '--silent', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', FOREIGN_LOADER)
  cpSync(fileURLToPath(new URL('foreign-loader.mjs', import.meta.url)), join(loader, 'foreign-loader.mjs'))
  const [command = ''] = Object.keys(bin)
  const told = run(folder, join(folder, 'node_modules/.bin', command), 'export', '--json', '--output', 'knowledge.tgz')
  const exported = JSON.parse(told) as { name: string; version: string; resources: number }
  const loaded = run(loader, process.execPath, 'foreign-loader.mjs', join(folder, 'knowledge.tgz'), exported.name, exported.version)
  say(`${FOREIGN_LOADER}: ${loaded}`)
  const { status, resources, plans, unread } = JSON.parse(loaded) as Record<string, unknown>
  return status === 'LOADED' && resources === exported.resources && plans !== 0 && unread === 0 ? [] : ['the export is not loaded whole']
}

function faultsOfCommand(folder: string): string[] {
  const [command = ''] = Object.keys(bin)
  return ASKED.flatMap(([words, expected]) => {
    const told = run(folder, join(folder, 'node_modules/.bin', command), ...words)
    say(`${[command, ...words].join(' ')}: ${told.trim().split('\n').at(-1)}`)
    return told.includes(expected) ? [] : [`${command} ${words.join(' ')} does not say: ${expected}`]
  })
}

const folder = mkdtempSync(join(tmpdir(), 'columna-package-'))
try {
  const { tarball, paths } = pack(folder)
  const project = join(folder, 'project')
  install(tarball, project)
  const faults = [
    ...faultsOfList(paths),
    ...(await faultsOfUse(project)),
    ...faultsOfCommand(project),
    ...faultsOfExport(project),
    ...(await faultsOfServe(project)),
  ]
  say(faults.length === 0 ? `${name} can be used as a package.` : faults.map(fault => `FAULT: ${fault}`).join('\n'))
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
