import { useEffect, useRef, useState } from 'preact/hooks'
import type { Value } from './answers.js'
import type { Item } from './definition.js'
import { readTyped, type AnswerFault } from './faults.js'
import { Required } from './required.js'
import type { FormWords } from './words.js'

interface FieldProps {
  id: string
  item: Item
  value: Value | undefined
  words: FormWords
  onChange: (values: readonly Value[]) => void
}

/** A number, a date or words: taken when the field is left, and only where it can be taken; what is wrong is said beside it. */
export function FieldView({ id, item, value, words, onChange }: FieldProps) {
  const written = value === undefined ? '' : String(value)
  const [typed, setTyped] = useState(written)
  const [fault, setFault] = useState<AnswerFault>()
  const taken = useRef(written)
  useEffect(() => {
    // An answer that came from elsewhere, and not from this field.
    if (taken.current === written) return
    taken.current = written
    setTyped(written)
    setFault(undefined)
  }, [written])
  const take = (text: string) => {
    setTyped(text)
    const read = readTyped(item, text)
    setFault(read && 'fault' in read ? read.fault : undefined)
    // What cannot be taken is no answer: the one before must not stand for it.
    const values = read && 'value' in read ? [read.value] : []
    taken.current = String(values[0] ?? '')
    if (values[0] !== value) onChange(values)
  }
  const unit = unitOf(item, words)
  const describedBy = [unit !== '' && `${id}-unit`, fault && `${id}-fault`].filter(Boolean).join(' ')
  const field = {
    id,
    class: 'form-field',
    value: typed,
    'aria-invalid': fault !== undefined,
    'aria-describedby': describedBy === '' ? undefined : describedBy,
    onInput: ({ currentTarget }: { currentTarget: { value: string } }) => setTyped(currentTarget.value),
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => take(currentTarget.value),
  }
  return (
    <div class="form-question" data-question={item.linkId} data-answered={value !== undefined}>
      <label class="form-text" for={id}>
        {item.text}
        <Required item={item} words={words} />
      </label>
      <span class="form-with-unit">
        {item.type === 'text' && <textarea {...field} rows={3} />}
        {item.type === 'date' && <input {...field} type="date" />}
        {item.type !== 'text' && item.type !== 'date' && (
          <input {...field} type="text" inputMode={item.type === 'string' ? 'text' : 'decimal'} autoComplete="off" />
        )}
        {unit !== '' && (
          <span class="form-unit" id={`${id}-unit`}>
            {unit}
          </span>
        )}
      </span>
      {fault && (
        <p class="form-fault" id={`${id}-fault`} role="alert">
          {words.fault(fault)}
        </p>
      )}
    </div>
  )
}

function unitOf({ least, most, unit = '' }: Item, words: FormWords): string {
  return least === undefined || most === undefined ? unit : `${unit} (${words.between(least, most)})`.trim()
}
