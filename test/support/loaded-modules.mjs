// Loaded into a process beside its own code (`node --import`): answers its parent with the packages whose code V8 has
// been given since the start, of either module system.
import { Session } from 'node:inspector'

const packages = new Set()
const session = new Session()
session.connect()
session.on('Debugger.scriptParsed', ({ params: { url } }) => {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (name) packages.add(name)
})
session.post('Debugger.enable')

process.on('message', () => process.send({ kind: 'answer', packages: [...packages].sort() }))
process.channel?.unref()
process.on('disconnect', () => process.exit(1))
