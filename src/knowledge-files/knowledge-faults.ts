import type { FaultList } from '../engine/model/faults.js'
import { faultsOfShape } from './r4-shape.js'
import { loadKnowledge, type LoadOptions } from './load-knowledge.js'

/**
 * Every fault and warning of the knowledge in a folder: all that a start tells, then what else R4 asks of its resources.
 * All is checked, whatever was found out before. For authoring and tests.
 */
export function knowledgeFaults(folder: string, options: LoadOptions = {}): Pick<FaultList, 'faults' | 'warnings'> {
  const { knowledge, faults } = loadKnowledge(folder, { ...options, kept: undefined })
  const findings = faults.judgedBy(knowledge.profile)
  const told = [...faults.faults, ...faults.warnings]
    .filter(({ code }) => ['ELEMENT_UNKNOWN', 'ELEMENT_MISSHAPEN', 'SHAPE_INVALID'].includes(code))
    .map(({ file, element }) => `${file}#${element}`)
  const isTold = (file: string, path: string) => told.includes(`${file}#${path}`)
  for (const { file, resource } of knowledge.files)
    for (const { path, message } of faultsOfShape(resource)) if (!isTold(file, path)) findings.add('SHAPE_INVALID', file, path, message)
  return faults
}
