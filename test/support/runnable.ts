export { littleProgram, runnable } from './shared-modules.mjs'
