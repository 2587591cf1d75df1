import { useEffect, useRef, useState } from 'preact/hooks'
import { wordsOf } from '../shared/language.js'
import { RefusedNote } from '../shared/refused-note.js'
import type { Refused } from '../shared/service.js'
import type { KeptLink } from './kept-links.js'
import { isSamePatient, readCode, writeCode, type LinkPatient, type Retrieval } from './retrieval-code.js'
import { linkWords } from './link-words.js'

interface CodeProps {
  link: KeptLink
  made: string
  until: string
  /** Is told when the text was copied. */
  onTaken: () => void
}

/** The text that a clinician keeps in the patient's record, to fetch the answers when this tab is gone. */
export function CodeToKeep({ link, made, until, onTaken }: CodeProps) {
  const words = wordsOf(linkWords)
  const [code, setCode] = useState('')
  const [isCopied, setCopied] = useState(false)
  const text = useRef<HTMLTextAreaElement>(null)
  // Without cryptography there is no code; links are of no use there either.
  useEffect(() => void writeCode(link).then(setCode, () => undefined), [link.id])
  if (code === '') return null
  const note = words.codeNote(made, until, `${location.origin}/start-back/`, code)
  const taken = () => {
    setCopied(true)
    onTaken()
  }
  return (
    <details class="link-code">
      <summary>{words.codeWhat}</summary>
      <p>{words.codeLead}</p>
      <textarea
        ref={text}
        readOnly
        rows={7}
        aria-label={words.code}
        value={note}
        onFocus={({ currentTarget }) => currentTarget.select()}
        onCopy={({ currentTarget: { value, selectionStart, selectionEnd } }) => {
          // A part of it fetches nothing.
          if (value.slice(selectionStart, selectionEnd).includes(code)) taken()
        }}
      />
      <button
        type="button"
        class="form-quiet"
        onClick={() => void navigator.clipboard.writeText(note).then(taken, () => text.current?.focus())}
      >
        {isCopied ? words.codeCopied : words.copyCode}
      </button>
    </details>
  )
}

interface FormProps {
  patient: LinkPatient
  /** Is given the code of a link of this patient. @throws Refused */
  onFound: (code: Retrieval) => Promise<unknown>
}

/** Takes a code from the record, and none of another patient. */
export function CodeForm({ patient, onFound }: FormProps) {
  const words = wordsOf(linkWords)
  const [text, setText] = useState('')
  const [trouble, setTrouble] = useState<string | Refused>()
  const find = async () => {
    setTrouble(undefined)
    const code = await readCode(text)
    if (!code) return setTrouble(words.codeUnreadable)
    if (!isSamePatient(code.patient, patient)) return setTrouble(words.codeOfOther)
    try {
      await onFound(code)
      setText('')
    } catch (refused) {
      setTrouble(refused as Refused)
    }
  }
  return (
    <form
      class="code-form"
      onSubmit={event => {
        event.preventDefault()
        void find()
      }}
    >
      <label for="retrieval-code">{words.pasteCode}</label>
      <p class="muted" id="retrieval-hint">
        {words.pasteHint}
      </p>
      <textarea
        id="retrieval-code"
        rows={2}
        autoComplete="off"
        spellcheck={false}
        aria-describedby="retrieval-hint"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      {typeof trouble === 'string' && (
        <p class="refused" role="alert">
          {trouble}
        </p>
      )}
      {typeof trouble === 'object' && <RefusedNote what={words.fetchLink} refused={trouble} />}
      <button type="submit" class="form-quiet" disabled={text.trim() === ''}>
        {words.takeUp}
      </button>
    </form>
  )
}
