import { useState } from 'preact/hooks'
import { wordsOf } from '../shared/language.js'
import { clinicalCase, type CallToKeep } from './clinical-case.js'
import { workbenchWords } from './words.js'

/** Saves the call that is looked at as a clinical case. */
export function SaveCase({ call, isTrial }: { call: Omit<CallToKeep, 'name'>; isTrial: boolean }) {
  const words = wordsOf(workbenchWords).save
  const [name, setName] = useState('')
  const [saved, setSaved] = useState<string>()
  const save = (event: Event) => {
    event.preventDefault()
    const file = fileName(name)
    download(file, clinicalCase({ ...call, name: name.trim() }))
    setSaved(file)
  }
  return (
    <form onSubmit={save}>
      <p class="wb-hint">{words.lead}</p>
      {isTrial && <p class="wb-hint">{words.whatIf}</p>}
      <label class="wb-field">
        <span>{words.name}</span>
        <input type="text" required maxLength={120} value={name} onInput={({ currentTarget }) => setName(currentTarget.value)} />
      </label>
      <button type="submit" class="button" disabled={name.trim() === ''}>
        {words.button}
      </button>
      {saved !== undefined && <p role="status">{words.saved(saved)}</p>}
    </form>
  )
}

/** A file name of letters and hyphens. */
function fileName(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-')
  return `${plain.replaceAll(/^-|-$/g, '') || 'case'}.yaml`
}

function download(file: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }))
  const link = document.createElement('a')
  link.href = url
  link.download = file
  link.click()
  URL.revokeObjectURL(url)
}
