// All modules but the suites themselves are loaded once a process, outside the worlds that jest makes for its suites, and
// shared by all of them, so that the knowledge is compiled once and code stays warm. Esbuild strips their types into a
// folder named after the content of everything that decides an answer, so that nothing kept there is ever stale.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const KEPT = join(ROOT, '.recorded')

/** What decides an answer: the knowledge, the services, the code, the cases, the packages. */
const DECIDING = [
  'fhir-resources',
  'cds-services',
  'knowledge.json',
  'src',
  'test/support',
  'test/clinical-cases',
  'test/invariants',
  'tools',
  'package-lock.json',
]

const DECIDES = /\.(json|tsx?|mjs|yaml)$/

const filesOf = path =>
  statSync(join(ROOT, path)).isFile()
    ? [path]
    : readdirSync(join(ROOT, path), { recursive: true })
        .filter(name => DECIDES.test(name))
        .map(name => join(path, name))
        .sort()

let folder

/** The folder of what was made from exactly this content, by this Node. */
export function recordedFolder() {
  if (folder !== undefined) return folder
  const hash = createHash('sha256').update(process.version)
  for (const file of DECIDING.flatMap(filesOf)) hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)))
  folder = join(KEPT, hash.digest('hex').slice(0, 24))
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Writes a file that another process may look for at the same time: it is there whole or not at all. */
export function writeWhole(path, text) {
  writeFileSync(`${path}.${process.pid}`, text)
  renameSync(`${path}.${process.pid}`, path)
}

const HOUR = 3_600_000

/** Removes what was made from other content, unless a run that still goes on may read it. */
export function forgetOthers() {
  const own = recordedFolder()
  const others = readdirSync(KEPT)
    .map(name => join(KEPT, name))
    .filter(path => path !== own)
  for (const path of others) if (Date.now() - statSync(path).mtimeMs > HOUR) rmSync(path, { recursive: true })
}

/** A module that moved keeps the address of its own file, and finds what stayed where it was. */
const ownAddress = {
  name: 'own-address',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      const address = pathToFileURL(path).href
      const text = await readFile(path, 'utf8')
      return {
        loader: path.endsWith('x') ? 'tsx' : 'ts',
        contents: text
          .replaceAll('import.meta.url', `'${address}'`)
          .replaceAll(/from '(\..*\.(?:mjs|json))'/g, (_, stayed) => `from '${new URL(stayed, address).href}'`),
      }
    }),
}

/** A module that suites share, with all that it imports; suites themselves are not, nor what only the tools beside the tests read. */
const mayBeShared = file => /\.tsx?$/.test(file) && !/\.(test|d)\.ts$/.test(file)

/** Whether suites share the module at a path from the root of the repository. */
export const isShared = path => mayBeShared(path) && DECIDING.some(folder => path.startsWith(`${folder}/`))

/** Strips the types of modules; each file keeps a source map of its own, since a large one makes errors slow. */
async function strip(entryPoints, outdir, options) {
  const { outputFiles } = await build({
    entryPoints,
    absWorkingDir: ROOT,
    outbase: ROOT,
    outdir,
    write: false,
    target: 'node20.19',
    format: 'esm',
    sourcemap: 'inline',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    ...options,
  })
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
}

/** A folder of this content by its name; `fill` is handed an empty one, of which nobody knows before it is whole. */
async function keptFolder(name, fill) {
  const kept = join(recordedFolder(), name)
  if (existsSync(kept)) return kept
  const making = `${kept}.${process.pid}`
  await fill(making)
  if (existsSync(kept)) rmSync(making, { recursive: true })
  else renameSync(making, kept)
  return kept
}

/** The folder of everything that a shared module may import, without types. */
const stripped = () =>
  keptFolder('modules', making => strip(DECIDING.flatMap(filesOf).filter(mayBeShared), making, { plugins: [ownAddress] }))

/** A module of this repository as a file that Node runs as it is; it finds the knowledge where it is. */
export const runnable = async path => join(await stripped(), path.replace(/\.tsx?$/, '.js'))

/** The shared module at a path from the root of the repository; loaded when first asked for, once a process. */
export async function sharedModule(path) {
  return import(pathToFileURL(await runnable(path)).href)
}

/** Packages that suites share, since each takes longer to load than most suites to run. */
export const SHARED_PACKAGES = ['express', 'fast-check', 'fhirpath', 'fhirpath/fhir-context/r4', 'pino', 'supertest']

const nameByEntry = new Map(SHARED_PACKAGES.map(name => [fileURLToPath(import.meta.resolve(name)), name]))

/** The name of the shared package whose entry is this file, if it is. */
export const packageEnteredBy = file => nameByEntry.get(file)

let packages

/** Properties draw the same values in every run, so that a change alone turns them red; another seed finds other faults. */
const SEED = Number(process.env.PROPERTY_SEED ?? 20261128)

async function loaded() {
  const found = Object.fromEntries(await Promise.all(SHARED_PACKAGES.map(async name => [name, await import(name)])))
  found['fast-check'].configureGlobal({ seed: SEED })
  return found
}

/** The shared packages by name; loaded when first asked for, once a process. */
export const sharedPackages = () => (packages ??= loaded())
