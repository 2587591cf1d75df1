export { runnable } from './shared-modules.mjs'
