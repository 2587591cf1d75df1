// The world of a suite, with a door to the modules that all suites of a worker share.
import { types } from 'node:util'
import { TestEnvironment } from 'jest-environment-node'
import { sharedModules } from './shared-modules.mjs'

// A suite's arrays and errors are made in a world of its own; to the shared modules they are arrays and errors too.
Object.defineProperty(Array, Symbol.hasInstance, { value: Array.isArray })
const isInstance = Function.prototype[Symbol.hasInstance]
Object.defineProperty(Error, Symbol.hasInstance, {
  value(thrown) {
    return isInstance.call(this, thrown) || (this === Error && types.isNativeError(thrown))
  },
})

export default class SharedModulesEnvironment extends TestEnvironment {
  async setup() {
    await super.setup()
    this.global.sharedModules = sharedModules
  }
}
