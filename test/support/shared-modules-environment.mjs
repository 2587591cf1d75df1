// The world of a suite, with a door to the modules that all suites of a worker share.
import { types } from 'node:util'
import { TestEnvironment } from 'jest-environment-node'
import { sharedModule, sharedPackages } from './shared-modules.mjs'

// What a suite writes as a literal is made in a world of its own; to all that is shared it is an array or an error too.
const isInstance = Function.prototype[Symbol.hasInstance]
const nativeErrorNamed = name => thrown => types.isNativeError(thrown) && thrown.name === name
const OF_ALL_WORLDS = [
  [Array, Array.isArray],
  [Date, types.isDate],
  [Error, types.isNativeError],
  [Map, types.isMap],
  [RangeError, nativeErrorNamed('RangeError')],
  [RegExp, types.isRegExp],
  [Set, types.isSet],
  [SyntaxError, nativeErrorNamed('SyntaxError')],
  [TypeError, nativeErrorNamed('TypeError')],
]
for (const [kind, isOfKind] of OF_ALL_WORLDS) {
  Object.defineProperty(kind, Symbol.hasInstance, {
    value(thing) {
      return isInstance.call(this, thing) || (this === kind && isOfKind(thing))
    },
  })
}

export default class SharedModulesEnvironment extends TestEnvironment {
  async setup() {
    await super.setup()
    for (const [kind] of OF_ALL_WORLDS) this.global[kind.name] = kind
    this.global.sharedModule = sharedModule
    this.global.sharedPackages = await sharedPackages()
  }
}
