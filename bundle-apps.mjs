// Builds the programs that run in browsers, apps/<name>/main.tsx, into a folder that the service serves them from: files
// whose names change with their content, a manifest of them, and the licences of what they hold of packages.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('.', import.meta.url))

/** The programs, and bytes that each may have at most when it is packed: its script, its style, and what both load at once. */
const LIMITS = { workbench: 80_000, consultation: 30_000, 'start-back': 30_000, 'start-back-patient': 30_000, case: 20_000 }

/**
 * @param folder where the files go; what was there before is gone.
 * @throws Error where a program is larger than it may be.
 * @returns how many bytes each program has, packed.
 */
export async function buildApps(folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const names = Object.keys(LIMITS).filter(name => existsSync(join(ROOT, `apps/${name}/main.tsx`)))
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(names.map(name => [name, `apps/${name}/main.tsx`])),
    outdir: folder,
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    publicPath: '/assets/',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  const outputs = Object.entries(metafile.outputs)
  const entryOf = name => outputs.find(([, { entryPoint }]) => entryPoint === `apps/${name}/main.tsx`)
  writeFileSync(join(folder, 'licences.txt'), licencesOf(metafile))
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({
      apps: Object.fromEntries(names.map(name => [name, addressesOf(entryOf(name))])),
      files: ['licences.txt', ...outputs.map(([path]) => basename(path))],
    }),
  )
  const sizes = Object.fromEntries(names.map(name => [name, packedBytes(entryOf(name)[0], metafile.outputs)]))
  const large = names.filter(name => sizes[name] > LIMITS[name])
  if (large.length > 0)
    throw new Error(`Larger than they may be: ${large.map(name => `${name} ${sizes[name]} of ${LIMITS[name]}`).join(', ')}.`)
  return sizes
}

const addressesOf = ([path, { cssBundle }]) => ({
  script: `/assets/${basename(path)}`,
  ...(cssBundle !== undefined && { style: `/assets/${basename(cssBundle)}` }),
})

/** Bytes of what a browser loads before a program runs. */
function packedBytes(entry, outputs) {
  const loaded = new Set()
  const load = path => {
    if (loaded.has(path)) return
    loaded.add(path)
    const { imports, cssBundle } = outputs[path]
    for (const { path: imported, kind } of imports) if (kind === 'import-statement') load(imported)
    if (cssBundle !== undefined) load(cssBundle)
  }
  load(entry)
  return [...loaded].reduce((sum, path) => sum + gzipSync(readFileSync(join(ROOT, path))).length, 0)
}

/** The licences of the packages that stand in the files. */
function licencesOf({ inputs }) {
  const packages = new Set(Object.keys(inputs).flatMap(path => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))
  return [...packages]
    .sort()
    .map(name => {
      const folder = join(ROOT, 'node_modules', name)
      const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'license'].find(each => existsSync(join(folder, each)))
      return `${name}\n\n${file === undefined ? JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).license : readFileSync(join(folder, file), 'utf8')}`
    })
    .join('\n\n---\n\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sizes = await buildApps(join(ROOT, 'dist/apps'))
  process.stdout.write(
    `${Object.entries(sizes)
      .map(([name, bytes]) => `${name} ${(bytes / 1000).toFixed(1)} kB`)
      .join(', ')} (gzip)\n`,
  )
}
