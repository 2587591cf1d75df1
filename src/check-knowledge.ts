import { join } from 'node:path'
import { faultLine } from './knowledge/faults.js'
import { knowledgeFaults } from './knowledge-faults.js'
import { PROJECT_ROOT } from './load-knowledge.js'

const folder = process.argv[2] === undefined ? PROJECT_ROOT : join(process.cwd(), process.argv[2])
const lines = knowledgeFaults(folder).map(faultLine)
process.stdout.write(lines.length === 0 ? 'The knowledge has no faults.\n' : `${lines.join('\n')}\n${lines.length} fault(s).\n`)
process.exitCode = lines.length === 0 ? 0 : 1
