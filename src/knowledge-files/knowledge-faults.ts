import { reportingCompiler, type ExpressionReport } from '../engine/knowledge/expression-report.js'
import type { FaultList } from '../engine/model/faults.js'
import { lintKnowledge } from '../engine/knowledge/lint.js'
import { faultsOfShape } from './r4-shape.js'
import { loadKnowledge, type LoadedKnowledge, type LoadOptions } from './load-knowledge.js'

/** What is told of the knowledge in a folder. */
export interface KnowledgeFindings extends Pick<FaultList, 'faults' | 'warnings'> {
  expressions: ExpressionReport
  /** What was found, with its faults. */
  loaded: LoadedKnowledge
}

/**
 * Every fault and warning of the knowledge in a folder: all that a start tells, then what else R4 asks of its resources and, where
 * there is no fault, what is hardly meant as it is written; and how its expressions run. All is checked, whatever was found out before. For authoring and tests.
 */
export function knowledgeFaults(folder: string, options: LoadOptions = {}): KnowledgeFindings {
  const { makeCompiler, report: expressions } = reportingCompiler()
  const loaded = loadKnowledge(folder, { ...options, makeCompiler, kept: undefined })
  const { knowledge, faults } = loaded
  const findings = faults.judgedBy(knowledge.profile)
  const told = [...faults.faults, ...faults.warnings]
    .filter(({ code }) => ['ELEMENT_UNKNOWN', 'ELEMENT_MISSHAPEN', 'SHAPE_INVALID'].includes(code))
    .map(({ file, element }) => `${file}#${element}`)
  const isTold = (file: string, path: string) => told.includes(`${file}#${path}`)
  for (const { file, resource } of knowledge.files)
    for (const { path, message } of faultsOfShape(resource)) if (!isTold(file, path)) findings.add('SHAPE_INVALID', file, path, message)
  // Around a fault much is unused or contradictory that is not once it is mended.
  if (faults.faults.length === 0) lintKnowledge(knowledge, findings)
  return { faults: faults.faults, warnings: faults.warnings, expressions, loaded }
}
