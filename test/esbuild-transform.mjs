// Jest hands every TypeScript file to this transformer. It strips types only; `npm run typecheck` checks them.
import { createHash } from 'node:crypto'
import { transformSync } from 'esbuild'

const options = { loader: 'ts', target: 'es2023', sourcemap: 'inline' }

export default {
  getCacheKey: (source, file, { instrument }) =>
    createHash('sha1').update(source).update(file).update(`esbuild ${instrument}`).digest('hex'),
  process: (source, file, { supportsStaticESM }) => ({
    code: transformSync(source, { ...options, format: supportsStaticESM ? 'esm' : 'cjs', sourcefile: file }).code,
  }),
}
