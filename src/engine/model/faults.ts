import { CdsError } from '../../errors.js'

/** Every way in which knowledge can be wrong; each has a minimal example in test/broken/. */
export const FAULT_CODES = [
  'FILE_UNREADABLE',
  'FILE_MISPLACED',
  'PROFILE_INVALID',
  'ELEMENT_UNKNOWN',
  'ELEMENT_MISSHAPEN',
  'SHAPE_INVALID',
  'RESOURCE_DUPLICATE',
  'CANONICAL_MISSING',
  'CANONICAL_UNKNOWN',
  'VALUE_SET_UNKNOWN',
  'CANONICAL_CYCLE',
  'LANGUAGE_UNSUPPORTED',
  'EXPRESSION_INVALID',
  'EXPRESSION_TOO_LONG',
  'NAME_UNKNOWN',
  'ITEM_UNKNOWN',
  'CODE_IMPOSSIBLE',
  'UNKNOWN_HIDDEN',
  'DATE_ARITHMETIC_INVALID',
  'CRITERION_INVALID',
  'FACT_CYCLE',
  'FACT_DUPLICATE',
  'DESCRIPTION_MISSING',
  'VALUE_SET_UNSUPPORTED',
  'PRIORITY_REFUSED',
  'ACTION_ID_INVALID',
  'TRIGGER_UNSUPPORTED',
  'GRADE_MISSING',
  'SOURCE_MISSING',
  'EVIDENCE_INVALID',
  'TRANSLATION_MISSING',
  'ACTIVITY_KIND_UNSUPPORTED',
  'DYNAMIC_PATH_INVALID',
  'ACTIVITY_INCOMPLETE',
  'ELEMENT_NOT_CARRIED',
  'MODIFIER_UNKNOWN',
  'DATA_NOT_ASKED_FOR',
  'PREFETCH_INVALID',
  'SERVICE_INVALID',
  'TOPIC_MISSING',
  'PAGE_TEXT_COMPUTED',
  'CARD_TOO_LONG',
  'TITLE_UNFINISHED',
  'CRITICAL_SILENCED',
  'PROPERTY_UNKNOWN',
  'FORM_UNSUPPORTED',
  'MEASURE_INVALID',
  'FACT_UNUSED',
  'VALUE_SET_UNUSED',
  'CONDITION_CONSTANT',
  'CONDITION_CONTRADICTED',
  'ACTION_REPEATED',
  'ACTION_ALIKE',
  'PLACEHOLDER_LEFT',
] as const

export type FaultCode = (typeof FAULT_CODES)[number]

/** One fault of the knowledge: what, in which file, at which element. */
export interface Fault {
  code: FaultCode
  /** Path of the file below the project, such as `fhir-resources/PlanDefinition/start-back.json`. */
  file: string
  /** FHIR path of the element, such as `PlanDefinition.action[0].condition[1]`. */
  element: string
  message: string
}

/** What becomes of a finding: it stops the knowledge, it is told, or it is as it may be. */
export type Severity = 'fault' | 'warning' | 'accepted'

/** Gathers faults and warnings, so that an author sees all of them at once. */
export class FaultList {
  private readonly lines: Set<string>

  constructor(
    readonly faults: Fault[] = [],
    /** What is left undone of sound knowledge. */
    readonly warnings: Fault[] = [],
    private readonly severities: Readonly<Partial<Record<FaultCode, Severity>>> = {},
  ) {
    this.lines = new Set([...faults, ...warnings].map(faultLine))
  }

  /** The same lists, to which each finding is added as a profile judges it. */
  judgedBy({ severities }: { severities: Readonly<Partial<Record<FaultCode, Severity>>> }): FaultList {
    return new FaultList(this.faults, this.warnings, severities)
  }

  /** Adds a finding once, however many plans meet it. */
  add(code: FaultCode, file: string, element: string, message: string): void {
    const fault = { code, file, element, message }
    const severity = this.severities[code] ?? 'fault'
    const line = faultLine(fault)
    if (severity === 'accepted' || this.lines.has(line)) return
    this.lines.add(line)
    const findings = severity === 'warning' ? this.warnings : this.faults
    findings.push(fault)
  }

  /** @throws CdsError CDS_KNOWLEDGE_INVALID with one detail a fault, when there is any. */
  throwIfAny(): void {
    if (this.faults.length === 0) return
    const count = this.faults.length
    throw new CdsError(
      'CDS_KNOWLEDGE_INVALID',
      `The knowledge has ${count} fault${count === 1 ? '' : 's'}; columna check tells each with its line.`,
      this.faults.map(faultLine),
    )
  }
}

/** One line that tells an author what is wrong and where. */
export function faultLine({ code, file, element, message }: Fault): string {
  return `${file}: ${element}: ${code}: ${message}`
}
