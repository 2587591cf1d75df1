import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from '../engine/model/faults.js'
import { knowledgeFaults, type KnowledgeFindings } from '../knowledge-files/knowledge-faults.js'
import { isOwnSetting } from '../settings.js'
import { placeLine, type Place, type Rendered } from '../knowledge-source/index.js'
import { caseFindings, type CaseFinding } from './case-findings.js'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import { renderFolder, sourceFilesOf, staleFiles } from './knowledge-source.js'
import type { Teller } from './teller.js'

/** A fault or warning, with the place in the source that made it, where one did. */
export interface Finding {
  /** A code of faults, or one of those of the source itself. */
  code: Fault['code'] | 'SOURCE_INVALID' | 'SOURCE_NOT_RENDERED' | CaseFinding['code']
  file: string
  /** FHIR path of the element; empty where the source made none. */
  element: string
  message: string
  source?: Place
}

/** All that is found in a folder. */
interface Findings {
  faults: Finding[]
  warnings: Finding[]
  expressions: KnowledgeFindings['expressions'] | undefined
}

/**
 * Tells every fault and warning of the knowledge in a folder: with the line of its source, where it has one; then how its expressions
 * run. Answers 1 where there is any fault.
 */
export function checkKnowledge(folder: string, teller: Teller): Outcome {
  const { faults, warnings, expressions } = findingsIn(folder)
  const also = warnings.length > 0 ? ` and ${warnings.length} warning(s)` : ''
  teller.tell(...warnings.map(finding => `${teller.paint('yellow', 'warning:')} ${findingLine(finding)}`))
  teller.tell(...faults.map(findingLine))
  teller.tell(
    faults.length === 0
      ? teller.paint('green', `The knowledge has no faults${also}.`)
      : teller.paint('red', `${faults.length} fault(s)${also}.`),
  )
  teller.tell(...(expressions ? expressionLines(expressions) : []))
  teller.tellJson({ folder, faults, warnings, expressions: expressions && countsOf(expressions) })
  return faults.length === 0 ? 0 : 1
}

const countsOf = ({ count, interpreted }: KnowledgeFindings['expressions']) => ({
  compiled: count - interpreted.size,
  interpreted: [...interpreted.keys()],
})

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

function findingsIn(folder: string): Findings {
  const files = sourceFilesOf(folder)
  const isThere = files !== undefined || ['fhir-resources', 'cds-services'].some(name => existsSync(join(folder, name)))
  if (!isThere) throw new CliError('COLUMNA_FILE_UNREADABLE', `${folder} must hold the folder fhir-resources, cds-services or both.`)
  const rendered = files && renderFolder(folder, files)
  const { faults, warnings, expressions, loaded } = knowledgeFaults(folder, { isSettingTaken: isOwnSetting })
  const placed = (found: Fault | CaseFinding) => (rendered ? placedIn(rendered, found) : found)
  // Around a fault much speaks for nothing that does once it is mended.
  const ofCases = faults.length === 0 ? caseFindings(folder, loaded) : []
  return {
    faults: [...(rendered ? sourceFindings(rendered) : []), ...faults.map(placed)],
    warnings: [...(rendered ? staleFindings(folder, rendered) : []), ...[...warnings, ...ofCases].map(placed)],
    expressions,
  }
}

/** A fault with the line of the source where its element was written; without where the source does not make its file. */
function placedIn({ resources }: Rendered, fault: Fault | CaseFinding): Finding {
  const made = resources.find(({ file }) => file === fault.file)
  return made ? { ...fault, source: made.placeOf(fault.element) } : fault
}

/** What of the source cannot be read. */
const sourceFindings = ({ faults }: Rendered): Finding[] =>
  faults.map(({ message, ...source }) => ({ code: 'SOURCE_INVALID', file: source.file, element: '', message, source }))

/** What an author forgot to render. */
function staleFindings(folder: string, rendered: Rendered): Finding[] {
  if (rendered.faults.length > 0) return []
  const { unlike, unmade } = staleFiles(folder, rendered)
  const count = unlike.size + unmade.length
  const [first] = [...unlike.keys(), ...unmade]
  if (first === undefined) return []
  const more = count > 1 ? ` (and ${count - 1} more)` : ''
  return [{ code: 'SOURCE_NOT_RENDERED', file: first, element: '', message: `not what knowledge/ says${more}; run columna render.` }]
}

/** The line of a finding: where it was written, what it is in FHIR, its code, and what to do. */
function findingLine({ source, file, element, code, message }: Finding): string {
  const fhir = [file, element].filter(part => part !== '').join(' ')
  if (source && file === source.file) return `${placeLine(source)}:${source.column}: ${code}: ${message}`
  return source
    ? `${placeLine(source)} (${fhir}): ${code}: ${message}`
    : [file, element, code, message].filter(part => part !== '').join(': ')
}
