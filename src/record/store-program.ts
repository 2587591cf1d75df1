/**
 * Where the program of the store's thread lies. As source (`npm run dev`) it has to be told anew how TypeScript is read: what
 * tsx does for the main thread it does for no other.
 */
export function storeProgram(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('../record/store-worker.js', import.meta.url)
  const [reader, program] = [import.meta.resolve('tsx/esm/api'), new URL('store-worker.ts', import.meta.url).href]
  const start = `import { register } from ${JSON.stringify(reader)}; register(); await import(${JSON.stringify(program)})`
  return new URL(`data:text/javascript,${encodeURIComponent(start)}`)
}
