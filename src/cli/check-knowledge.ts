import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { faultLine } from '../engine/model/faults.js'
import { knowledgeFaults } from '../knowledge-files/knowledge-faults.js'
import { PROJECT_ROOT } from '../knowledge-files/load-knowledge.js'

const folder = process.argv[2] === undefined ? PROJECT_ROOT : resolve(process.argv[2])
const isThere = ['fhir-resources', 'cds-services'].some(name => existsSync(join(folder, name)))
const lines = isThere ? knowledgeFaults(folder).map(faultLine) : [`${folder} must hold the folder fhir-resources, cds-services or both.`]
process.stdout.write(lines.length === 0 ? 'The knowledge has no faults.\n' : `${lines.join('\n')}\n${lines.length} fault(s).\n`)
process.exitCode = lines.length === 0 ? 0 : 1
