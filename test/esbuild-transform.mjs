// Jest hands every TypeScript file to this transformer, and the entries of the shared packages. It strips types only;
// `npm run typecheck` checks them.
import { createHash } from 'node:crypto'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync, transformSync } from 'esbuild'
import { isShared, packageEnteredBy } from './support/shared-modules.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const options = { loader: 'ts', target: 'es2023', sourcemap: 'inline' }

const isSharedFile = file => isShared(relative(ROOT, file))

/** Names that a module exports. */
function exportsOf(file) {
  const { metafile } = buildSync({ entryPoints: [file], format: 'esm', write: false, metafile: true, outdir: 'nowhere' })
  return Object.values(metafile.outputs).flatMap(output => output.exports)
}

const exported = name => (name === 'default' ? 'export default shared.default' : `export const ${name} = shared.${name}`)

/** In place of a shared module, a suite gets what the worker's own copy exports. */
const shared = file => [`const shared = await sharedModule('${relative(ROOT, file)}')`, ...exportsOf(file).map(exported)].join('\n')

/** In place of a shared package too; one in CommonJS is all that it exports by default. */
const sharedPackage = (file, isModule) => {
  const found = `sharedPackages['${packageEnteredBy(file)}']`
  return isModule ? [`const shared = ${found}`, ...exportsOf(file).map(exported)].join('\n') : `module.exports = ${found}.default`
}

const stripped = (source, file, format) => transformSync(source, { ...options, format, sourcefile: file }).code

function codeOf(source, file, isModule) {
  if (packageEnteredBy(file) !== undefined) return sharedPackage(file, isModule)
  if (!/\.tsx?$/.test(file)) return source
  return isSharedFile(file) ? shared(file) : stripped(source, file, isModule ? 'esm' : 'cjs')
}

export default {
  getCacheKey: (source, file, { instrument }) =>
    createHash('sha1')
      .update(source)
      .update(file)
      .update(`esbuild ${instrument} ${isSharedFile(file)} ${packageEnteredBy(file)}`)
      .digest('hex'),
  process: (source, file, { supportsStaticESM }) => ({ code: codeOf(source, file, supportsStaticESM) }),
}
