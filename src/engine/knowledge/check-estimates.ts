import type { Extension, PlanDefinitionAction } from 'fhir/r4.js'
import { EVIDENCE_QUALITY, MEASURES, RATIOS, type Measure } from '../model/evidence.js'
import { extensionsOf } from '../model/extensions.js'
import type { FaultList } from '../model/faults.js'
import type { KnowledgeNames } from '../model/names.js'
import type { Terminology } from '../terminology/terminology.js'

/** What estimates are checked by, and where their faults go. */
interface EstimateCheck {
  file: string
  faults: FaultList
  names: KnowledgeNames
  terminology: Terminology
}

/** Tells of every estimate of evidence that a page could not show, or would show as something else than it says. */
export function checkEstimates({ file, faults, names, terminology }: EstimateCheck, action: PlanDefinitionAction, element: string): void {
  const isCertainty = (code: string) => terminology.display(EVIDENCE_QUALITY, code) !== undefined
  extensionsOf(action, names.extension.evidenceEstimate).forEach((estimate, index) => {
    for (const wrong of faultsOf(estimate, isCertainty))
      faults.add('EVIDENCE_INVALID', file, `${element}.extension`, `Estimate ${index + 1}: ${wrong}`)
  })
}

/** A sentence for each thing that is wrong with an estimate. */
function faultsOf({ extension = [] }: Extension, isCertainty: (code: string) => boolean): string[] {
  const part = (name: string): Extension | undefined => extension.find(({ url }) => url === name)
  const number = (name: string): number | undefined => part(name)?.valueDecimal
  const [measure = 'text', better, certainty] = ['measure', 'better', 'certainty'].map(name => part(name)?.valueCode)
  const [value, low, high] = ['value', 'low', 'high'].map(number)
  const unknown = extension.map(({ url }) => url).filter(url => !PARTS.has(url))
  return [
    ...unknown.map(url => `it has no part ${url}; its parts are ${[...PARTS].join(', ')}.`),
    ...(part('outcome')?.valueString ? [] : ['it names no outcome.']),
    ...(MEASURES.includes(measure as Measure) ? [] : [`its measure is one of ${MEASURES.join(', ')}; found ${measure}.`]),
    ...(better === undefined || SIDES.has(better) ? [] : [`better is one of ${[...SIDES].join(', ')}; found ${better}.`]),
    ...(certainty === undefined || isCertainty(certainty) ? [] : [`no certainty of evidence is called ${certainty}.`]),
    ...((low === undefined) === (high === undefined) ? [] : ['an interval has both ends, low and high.']),
    ...(isRising([low, value, high]) ? [] : ['low, value and high are not in this order.']),
    ...(RATIOS.has(measure) && [low, value, high].some(each => each !== undefined && each <= 0) ? ['a ratio is above 0.'] : []),
    ...(measure === 'text' || value !== undefined || low !== undefined ? [] : ['a measure has a value or an interval.']),
  ]
}

const SIDES: ReadonlySet<string> = new Set(['lower', 'higher'])

const PARTS: ReadonlySet<string> = new Set([
  'outcome',
  'comparison',
  'measure',
  'value',
  'low',
  'high',
  'certainty',
  'smallestRelevantDifference',
  'unit',
  'participants',
  'studies',
  'better',
  'note',
])

function isRising(values: readonly (number | undefined)[]): boolean {
  const known = values.filter(value => value !== undefined)
  return known.every((value, index) => index === 0 || value >= (known[index - 1] ?? value))
}
