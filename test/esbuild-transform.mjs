// Jest hands every TypeScript file to this transformer. It strips types only; `npm run typecheck` checks them.
import { createHash } from 'node:crypto'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync, transformSync } from 'esbuild'
import { SHARED_MODULES } from './support/shared-modules.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const options = { loader: 'ts', target: 'es2023', sourcemap: 'inline' }

const isShared = file => SHARED_MODULES.includes(relative(ROOT, file))

/** In place of a shared module, a suite gets what the worker's own copy exports. */
function shared(file) {
  const { metafile } = buildSync({ entryPoints: [file], format: 'esm', write: false, metafile: true, outdir: 'nowhere' })
  const names = Object.values(metafile.outputs).flatMap(output => output.exports)
  return `export const { ${names.join(', ')} } = (await sharedModules())['${relative(ROOT, file)}']`
}

const stripped = (source, file, format) => transformSync(source, { ...options, format, sourcefile: file }).code

export default {
  getCacheKey: (source, file, { instrument }) =>
    createHash('sha1').update(source).update(file).update(`esbuild ${instrument} ${isShared(file)}`).digest('hex'),
  process: (source, file, { supportsStaticESM }) => ({ code: isShared(file) ? shared(file) : stripped(source, file, supportsStaticESM ? 'esm' : 'cjs') }),
}
