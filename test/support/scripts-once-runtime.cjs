// Jest loads its own modules anew for every suite; compiled they are once a process, since that takes longer than to run them.
const { sep } = require('node:path')
const { Script } = require('node:vm')
const { default: Runtime } = require('jest-runtime')

const OF_PACKAGES = `${sep}node_modules${sep}`

const scripts = new Map()

/** A script that asks its world for modules as it runs is of that world alone. */
const isForAllWorlds = (source, file) => file.includes(OF_PACKAGES) && !/\bimport\(/.test(source)

module.exports = class ScriptsOnceRuntime extends Runtime {
  createScriptFromCode(source, file) {
    if (!isForAllWorlds(source, file)) return super.createScriptFromCode(source, file)
    const known = scripts.get(file)
    if (known?.source === source) return known.script
    const script = new Script(this.wrapCodeInModuleWrapper(source), { filename: file })
    scripts.set(file, { source, script })
    return script
  }
}
module.exports.default = module.exports
