// The modules that compile the whole knowledge are loaded once a process, outside the worlds that jest makes for its
// suites, and shared by all of them. Esbuild strips their types into a folder named after the content of everything
// that decides an answer, so that nothing kept there is ever stale.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const KEPT = join(ROOT, '.recorded')

/** Modules that suites share, from the root of the repository; each stands for itself with all that it imports. */
export const SHARED_MODULES = ['test/support/service.ts', 'test/support/check-response.ts', 'test/clinical-cases/runner.ts', 'test/clinical-cases/record.ts', 'test/clinical-cases/recorded.ts']

/** What decides an answer: the knowledge, the services, the code, the cases, the packages. */
const DECIDING = ['fhir-resources', 'cds-services', 'src', 'test/support', 'test/clinical-cases', 'package-lock.json']

const DECIDES = /\.(json|ts|mjs|yaml)$/

const filesOf = path =>
  statSync(join(ROOT, path)).isFile() ? [path] : readdirSync(join(ROOT, path), { recursive: true }).filter(name => DECIDES.test(name)).map(name => join(path, name)).sort()

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
  const others = readdirSync(KEPT).map(name => join(KEPT, name)).filter(path => path !== own)
  for (const path of others) if (Date.now() - statSync(path).mtimeMs > HOUR) rmSync(path, { recursive: true })
}

/** A module that moved keeps the address of its own file, and finds what stayed where it was. */
const ownAddress = {
  name: 'own-address',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const address = pathToFileURL(path).href
      const text = await readFile(path, 'utf8')
      return {
        loader: 'ts',
        contents: text.replaceAll('import.meta.url', `'${address}'`).replaceAll(/from '(\..*\.(?:mjs|json))'/g, (_, stayed) => `from '${new URL(stayed, address).href}'`),
      }
    }),
}

/** Strips the types of everything that a shared module may import; each file keeps a source map of its own, since a large one makes errors slow. */
async function stripped() {
  const outdir = join(recordedFolder(), 'modules')
  if (existsSync(outdir)) return outdir
  const entryPoints = DECIDING.flatMap(filesOf).filter(file => /\.ts$/.test(file) && !/\.(test|d)\.ts$/.test(file))
  const { outputFiles } = await build({ entryPoints, absWorkingDir: ROOT, outbase: ROOT, outdir, write: false, target: 'node20.19', format: 'esm', sourcemap: 'inline', plugins: [ownAddress] })
  const making = `${outdir}.${process.pid}`
  for (const { path, text } of outputFiles) {
    const file = join(making, relative(outdir, path))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  if (existsSync(outdir)) rmSync(making, { recursive: true })
  else renameSync(making, outdir)
  return outdir
}

const load = async folder => Object.fromEntries(await Promise.all(SHARED_MODULES.map(async path => [path, await import(pathToFileURL(join(folder, path.replace(/\.ts$/, '.js'))).href)])))

let modules

/** The shared modules by their path; loaded when first asked for, once a process. */
export function sharedModules() {
  modules ??= stripped().then(load)
  return modules
}
