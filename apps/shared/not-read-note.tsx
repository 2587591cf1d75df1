import { useEffect, useState } from 'preact/hooks'
import type { CdsResponse, ServiceDescription } from '../../src/cds-hooks/types.js'
import { memberOf } from './extension.js'
import { wordsOf } from './language.js'

/** Says which parts of the record were not read, where an answer says that some were not. */
export function NotReadNote({ response, service }: { response: CdsResponse; service: ServiceDescription }) {
  const [text, setText] = useState<string>()
  const keys = (memberOf<{ key: string }[]>(response.extension, 'not-read') ?? []).map(({ key }) => key).join(' ')
  useEffect(() => {
    setText(undefined)
    if (keys !== '') void textFor(keys.split(' '), service).then(setText)
  }, [keys])
  return text === undefined ? null : (
    <p class="not-read" role="status">
      {text}
    </p>
  )
}

/** Its words are loaded only when something was not read. */
async function textFor(keys: readonly string[], { prefetch = {} }: ServiceDescription): Promise<string> {
  const words = wordsOf((await import('./not-read-words.js')).notReadWords)
  // What a prefetch key asks for, by its template: `Condition` of `Condition?patient=…`.
  const typeOf = (key: string): string => prefetch[key]?.split(/[/?]/, 1)[0] ?? ''
  return words.notRead([...new Set(keys.map(key => words.parts[typeOf(key)] ?? words.otherPart))])
}
