import type { CdsResponse, ServiceDescription } from '../../src/cds-hooks/types.js'
import { clinicWords } from './clinic-words.js'
import { memberOf } from './extension.js'
import { wordsOf } from './language.js'

/** Says which parts of the record were not read, where an answer says that some were not. */
export function NotReadNote({ response, service }: { response: CdsResponse; service: ServiceDescription }) {
  const words = wordsOf(clinicWords)
  const keys = (memberOf<{ key: string }[]>(response.extension, 'not-read') ?? []).map(({ key }) => key)
  if (keys.length === 0) return null
  const parts = new Set(keys.map(key => words.parts[typeOf(key, service)] ?? words.otherPart))
  return <p class="not-read">{words.notRead([...parts])}</p>
}

/** What a prefetch key asks for, by its template: `Condition` of `Condition?patient=…`. */
const typeOf = (key: string, { prefetch = {} }: ServiceDescription): string => prefetch[key]?.split(/[/?]/, 1)[0] ?? ''
