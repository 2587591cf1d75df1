import type { Coding } from 'fhir/r4.js'

const BASE = 'https://columna.example.org/fhir'

/** Short names of code systems, as cases write them: `ICPC:L03`. */
const SYSTEMS: Readonly<Record<string, string>> = {
  ICPC: 'urn:oid:1.2.208.176.2.31',
  SKS: 'urn:oid:1.2.208.176.2.4.12',
  ICD10: 'http://hl7.org/fhir/sid/icd-10',
  SNOMED: 'http://snomed.info/sct',
  NPU: 'http://npu-terminology.org',
  LOINC: 'http://loinc.org',
  ATC: 'http://www.whocc.no/atc',
  RXNORM: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  CPT: 'http://www.ama-assn.org/go/cpt',
  'order-kind': `${BASE}/CodeSystem/order-kind`,
  'observation-kind': `${BASE}/CodeSystem/observation-kind`,
}

/** Reads `ICPC:L03`, `uri|code` where a case is about another URI of a code system, or `|code` for one without a system. */
export function coding(written: string): Coding {
  const bar = written.indexOf('|')
  if (bar >= 0) return { ...(bar > 0 && { system: written.slice(0, bar) }), code: written.slice(bar + 1) }
  const [name = '', code] = written.split(':')
  const system = SYSTEMS[name]
  if (system === undefined || !code) throw new Error(`'${written}' is not a code: write one of ${Object.keys(SYSTEMS).join(', ')}, a colon and the code, or uri|code.`)
  return { system, code }
}

/** One code or a list of codes for the same thing. */
export const codings = (written: string | readonly string[]): Coding[] => [written].flat().map(coding)
