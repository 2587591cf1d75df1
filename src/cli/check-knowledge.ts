import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { faultLine } from '../engine/model/faults.js'
import { knowledgeFaults } from '../knowledge-files/knowledge-faults.js'
import { PROJECT_ROOT } from '../knowledge-files/load-knowledge.js'
import { isOwnSetting } from '../settings.js'

/** Tells every fault and warning of the knowledge in a folder, that of the package unless one is given. Answers 1 where there is any fault. */
export function checkKnowledge([folder]: readonly string[]): number {
  const { faults, warnings } = linesOf(folder === undefined ? PROJECT_ROOT : resolve(folder))
  const also = warnings.length > 0 ? ` and ${warnings.length} warning(s)` : ''
  process.stdout.write(warnings.map(line => `warning: ${line}\n`).join(''))
  process.stdout.write(
    faults.length === 0 ? `The knowledge has no faults${also}.\n` : `${faults.join('\n')}\n${faults.length} fault(s)${also}.\n`,
  )
  return faults.length === 0 ? 0 : 1
}

function linesOf(folder: string): { faults: string[]; warnings: string[] } {
  const isThere = ['fhir-resources', 'cds-services'].some(name => existsSync(join(folder, name)))
  if (!isThere) return { faults: [`${folder} must hold the folder fhir-resources, cds-services or both.`], warnings: [] }
  const { faults, warnings } = knowledgeFaults(folder, { isSettingTaken: isOwnSetting })
  return { faults: faults.map(faultLine), warnings: warnings.map(faultLine) }
}
