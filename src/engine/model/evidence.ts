/** How an estimate of evidence may be measured; `text` has no figure of its own. */
export const MEASURES = ['MD', 'SMD', 'RR', 'OR', 'HR', 'RD', 'median-difference', 'text'] as const
export type Measure = (typeof MEASURES)[number]

/** Measures whose value for "no difference" is 1. */
export const RATIOS: ReadonlySet<string> = new Set<Measure>(['RR', 'OR', 'HR'])

/** System of the codes that tell how certain evidence is. */
export const EVIDENCE_QUALITY = 'http://terminology.hl7.org/CodeSystem/evidence-quality'
