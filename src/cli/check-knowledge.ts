import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { faultLine } from '../engine/model/faults.js'
import { knowledgeFaults } from '../knowledge-files/knowledge-faults.js'
import { PROJECT_ROOT } from '../knowledge-files/load-knowledge.js'

/** Tells every fault of the knowledge in a folder, that of the package unless one is given. Answers 1 where there is any. */
export function checkKnowledge([folder]: readonly string[]): number {
  const lines = faultLines(folder === undefined ? PROJECT_ROOT : resolve(folder))
  process.stdout.write(lines.length === 0 ? 'The knowledge has no faults.\n' : `${lines.join('\n')}\n${lines.length} fault(s).\n`)
  return lines.length === 0 ? 0 : 1
}

function faultLines(folder: string): string[] {
  const isThere = ['fhir-resources', 'cds-services'].some(name => existsSync(join(folder, name)))
  return isThere ? knowledgeFaults(folder).map(faultLine) : [`${folder} must hold the folder fhir-resources, cds-services or both.`]
}
