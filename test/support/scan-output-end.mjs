export { tearDown as default } from './scan-output.mjs'
