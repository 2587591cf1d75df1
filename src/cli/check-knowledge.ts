import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { faultLine, type Fault } from '../engine/model/faults.js'
import { knowledgeFaults, type KnowledgeFindings } from '../knowledge-files/knowledge-faults.js'
import { PROJECT_ROOT } from '../knowledge-files/load-knowledge.js'
import { isOwnSetting } from '../settings.js'
import { placeLine, type Rendered } from '../knowledge-source/index.js'
import { renderFolder, sourceFaultLines, sourceFilesOf, staleFiles } from './knowledge-source.js'

/** What is told of a folder, a line each. */
interface Told {
  faults: string[]
  warnings: string[]
  /** How its expressions run. */
  expressions: string[]
}

/**
 * Tells every fault and warning of the knowledge in a folder, that of the package unless one is given: with the line of its source, where
 * it has one; then how its expressions run. Answers 1 where there is any fault.
 */
export function checkKnowledge([folder]: readonly string[]): number {
  const { faults, warnings, expressions } = toldOf(folder === undefined ? PROJECT_ROOT : resolve(folder))
  const also = warnings.length > 0 ? ` and ${warnings.length} warning(s)` : ''
  process.stdout.write(warnings.map(line => `warning: ${line}\n`).join(''))
  process.stdout.write(
    faults.length === 0 ? `The knowledge has no faults${also}.\n` : `${faults.join('\n')}\n${faults.length} fault(s)${also}.\n`,
  )
  process.stdout.write(expressions.map(line => `${line}\n`).join(''))
  return faults.length === 0 ? 0 : 1
}

/** How many expressions run by the interpreter alone, which is slower, and each of them; and what of the others only it has. */
function expressionLines({ count, interpreted, parts }: KnowledgeFindings['expressions']): string[] {
  const whole = [...interpreted].map(([source, within]) => `  by the interpreter (${within.join(', ') || 'a part of it'}): ${source}`)
  const counts = [...parts].sort(([, one], [, other]) => other - one).map(([part, times]) => `${part} in ${times}`)
  return [
    `expressions: ${count - interpreted.size} compiled, ${interpreted.size} by the interpreter`,
    ...whole,
    ...(counts.length > 0 ? [`  of those compiled, parts by the interpreter: ${counts.join(', ')}`] : []),
  ]
}

function toldOf(folder: string): Told {
  const files = sourceFilesOf(folder)
  const isThere = files !== undefined || ['fhir-resources', 'cds-services'].some(name => existsSync(join(folder, name)))
  if (!isThere) return { faults: [`${folder} must hold the folder fhir-resources, cds-services or both.`], warnings: [], expressions: [] }
  const rendered = files && renderFolder(folder, files)
  const { faults, warnings, expressions } = knowledgeFaults(folder, { isSettingTaken: isOwnSetting })
  const line = rendered ? (fault: Fault) => sourceLine(fault, rendered) : faultLine
  return {
    faults: [...(rendered ? sourceFaultLines(rendered) : []), ...faults.map(line)],
    warnings: [...(rendered ? staleLines(folder, rendered) : []), ...warnings.map(line)],
    expressions: expressionLines(expressions),
  }
}

/** A fault at the line of the source where its element was written; as it is where the source does not make its file. */
function sourceLine(fault: Fault, { resources }: Rendered): string {
  const made = resources.find(({ file }) => file === fault.file)
  if (!made) return faultLine(fault)
  return `${placeLine(made.placeOf(fault.element))} (${fault.file} ${fault.element}): ${fault.code}: ${fault.message}`
}

/** What an author forgot to render. */
function staleLines(folder: string, rendered: Rendered): string[] {
  if (rendered.faults.length > 0) return []
  const { unlike, unmade } = staleFiles(folder, rendered)
  const count = unlike.size + unmade.length
  const [first] = [...unlike.keys(), ...unmade]
  return count === 0 ? [] : [`${first}${count > 1 ? ` and ${count - 1} more` : ''}: not what knowledge/ says; run columna render.`]
}
