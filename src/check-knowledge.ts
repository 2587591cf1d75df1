import { join } from 'node:path'
import { faultLine } from './knowledge/faults.js'
import { faultsOfShape } from './knowledge/r4-shape.js'
import { loadKnowledge, PROJECT_ROOT } from './load-knowledge.js'

/** Reports every fault of the knowledge in a folder: shape against R4, then everything that stops a start. */
function checkKnowledge(folder: string): string[] {
  const { knowledge, faults } = loadKnowledge(folder)
  for (const { file, resource } of knowledge.files) {
    for (const { path, message } of faultsOfShape(resource)) faults.add('SHAPE_INVALID', file, path, message)
  }
  return [...new Set(faults.faults.map(faultLine))]
}

const folder = process.argv[2] === undefined ? PROJECT_ROOT : join(process.cwd(), process.argv[2])
const lines = checkKnowledge(folder)
process.stdout.write(lines.length === 0 ? 'The knowledge has no faults.\n' : `${lines.join('\n')}\n${lines.length} fault(s).\n`)
process.exitCode = lines.length === 0 ? 0 : 1
