import { useState } from 'preact/hooks'
import type { ServiceDescription } from '../../src/cds-hooks/types.js'
import { wordsOf } from '../shared/language.js'
import type { HookRequestBody } from '../shared/service.js'
import { workbenchWords } from './words.js'

interface PasteProps {
  services: readonly ServiceDescription[]
  /** The service that is called where several listen to the hook. */
  preferred: ServiceDescription
  onCall: (service: ServiceDescription, request: HookRequestBody) => void
}

/** A whole request, as a client would send it. */
export function PasteRequest({ services, preferred, onCall }: PasteProps) {
  const words = wordsOf(workbenchWords).situation
  const [text, setText] = useState('')
  const [fault, setFault] = useState<string>()
  const call = (event: Event) => {
    event.preventDefault()
    const request = objectIn(text)
    const hook = String(request?.hook)
    const service = [preferred, ...services].find(each => each.hook === hook)
    if (!request) setFault(words.pasteNotJson)
    else if (!service) setFault(words.pasteNoHook(hook))
    else {
      setFault(undefined)
      onCall(service, request)
    }
  }
  return (
    <form onSubmit={call}>
      <p class="wb-hint">{words.pasteHint}</p>
      <label class="wb-field">
        <span>{words.pasteLabel}</span>
        <textarea rows={8} spellcheck={false} required value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
      </label>
      {fault !== undefined && <p role="alert">{fault}</p>}
      <button type="submit" class="button" disabled={text.trim() === ''}>
        {words.pasteCall}
      </button>
    </form>
  )
}

function objectIn(text: string): HookRequestBody | undefined {
  try {
    const found = JSON.parse(text) as unknown
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as HookRequestBody) : undefined
  } catch {
    return undefined
  }
}
