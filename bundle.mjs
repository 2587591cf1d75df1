// Joins what the service runs into a few files, dist/main.js and those in dist/service/, which Node finds, reads and
// compiles in a fraction of the time that it takes for a file of every module. All else in dist/ stays as tsc wrote it,
// for whoever imports the package. Packages stay where they are, with their licences; but of kysely, which has hundreds of
// files, the thread of the store holds a copy of what it uses.
import { readFileSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

/** Packages that are loaded when they are first asked for, and where: neither our own knowledge nor a call needs any. */
const WHEN_ASKED = {
  fhirpath: `require('fhirpath/esm/fhirpath.mjs').default`,
  'markdown-it': `require('markdown-it')`,
}

const packagesWhenAsked = {
  name: 'packages-when-asked',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${Object.keys(WHEN_ASKED).join('|')})$`) }, ({ path }) => ({ path, namespace: 'when-asked' }))
    onLoad({ filter: /.*/, namespace: 'when-asked' }, ({ path }) => ({
      contents: `
        import { createRequire } from 'node:module'
        const require = createRequire(import.meta.url)
        let loaded
        const load = () => (loaded ??= ${WHEN_ASKED[path]})
        export default new Proxy(function () {}, {
          get: (_, name) => load()[name],
          construct: (_, given) => new (load())(...given),
        })
      `,
    }))
  },
}

/** A long table is read sooner as JSON than as code. */
const tablesAsJson = {
  name: 'tables-as-json',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/src\/engine\/.*\.json$|\/src\/demo\/.*\.json$/ }, ({ path }) => ({
      contents: `export default JSON.parse(${JSON.stringify(JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))))})`,
    })),
}

const KYSELY_LICENCE = readFileSync('node_modules/kysely/LICENSE', 'utf8')

rmSync('dist/service', { recursive: true, force: true })
await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  // A module finds what lies beside the code by its own address, which must be as deep as it was.
  chunkNames: 'service/[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  charset: 'utf8',
  plugins: [packagesWhenAsked, tablesAsJson],
  logLevel: 'warning',
})

await build({
  entryPoints: ['src/record/store-worker.ts'],
  outdir: 'dist/record',
  chunkNames: '../service/[name]-[hash]',
  bundle: true,
  splitting: true,
  external: ['libsql', 'pg'],
  banner: { js: `/* With parts of kysely.\n${KYSELY_LICENCE}*/` },
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  charset: 'utf8',
  logLevel: 'warning',
})
