import type { Element, Extension, PlanDefinitionAction } from 'fhir/r4.js'
import { EVIDENCE_QUALITY, MEASURES, type Measure } from '../engine/model/evidence.js'
import { extensionsOf } from '../engine/model/extensions.js'
import { localized } from '../engine/model/localized.js'
import { certaintyOf, type Certainty } from './grade.js'
import type { PageContext } from './page-context.js'

/** One row of evidence: what was found for an outcome of a comparison. */
export interface Estimate {
  outcome: string
  comparison: string
  measure: Measure
  value: number | undefined
  low: number | undefined
  high: number | undefined
  certainty: Certainty | undefined
  smallestRelevantDifference: number | undefined
  unit: string | undefined
  participants: number | undefined
  studies: number | undefined
  /** Which side of no difference favours what the comparison names first. */
  better: 'lower' | 'higher' | undefined
  note: string | undefined
}

/** The evidence that an action states, row by row. @param written language of texts that name none. */
export function estimatesOf(action: PlanDefinitionAction, written: string, context: PageContext): Estimate[] {
  return extensionsOf(action, context.names.extension.evidenceEstimate).map(({ extension = [] }) => {
    const part = (name: string): (Extension & { _valueString?: Element }) | undefined => extension.find(({ url }) => url === name)
    const text = (name: string) => context.say(localized(part(name)?.valueString, part(name)?._valueString, written))
    const better = part('better')?.valueCode
    return {
      outcome: text('outcome') ?? '',
      comparison: text('comparison') ?? '',
      // Knowledge with another measure is not served; plain R4 may have any, whose figures nobody could read.
      measure: MEASURES.find(measure => measure === part('measure')?.valueCode) ?? 'text',
      value: part('value')?.valueDecimal,
      low: part('low')?.valueDecimal,
      high: part('high')?.valueDecimal,
      certainty: certaintyOf({ system: EVIDENCE_QUALITY, code: part('certainty')?.valueCode ?? '' }, context),
      smallestRelevantDifference: part('smallestRelevantDifference')?.valueDecimal,
      unit: text('unit'),
      participants: part('participants')?.valueInteger,
      studies: part('studies')?.valueInteger,
      better: better === 'lower' || better === 'higher' ? better : undefined,
      note: text('note'),
    }
  })
}
