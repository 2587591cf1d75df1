import type { TargetedKeyboardEvent } from 'preact'
import type { Value } from './answers.js'
import type { Item } from './definition.js'
import { focusNextQuestion } from './focus.js'
import { Required } from './required.js'
import type { FormWords } from './words.js'

interface YesNoProps {
  id: string
  item: Item
  value: Value | undefined
  words: FormWords
  onChange: (values: readonly boolean[]) => void
}

/** The keys that answer at once, in both languages. */
const KEYS: Readonly<Record<string, readonly boolean[]>> = { j: [true], y: [true], n: [false], ' ': [], Delete: [], Backspace: [] }

/** Yes, no or not asked: three states, since no answer is no "no". A key answers and goes on to the next question. */
export function YesNoView({ id, item, value, words, onChange }: YesNoProps) {
  const states = [
    { label: words.yes, state: true, values: [true] },
    { label: words.no, state: false, values: [false] },
    { label: words.notAsked, state: undefined, values: [] },
  ]
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const values = KEYS[event.key]
    if (!values || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    onChange(values)
    if (values.length > 0) focusNextQuestion(event.currentTarget)
  }
  return (
    <div
      class="form-question form-yes-no"
      role="radiogroup"
      aria-labelledby={`${id}-text`}
      data-question={item.linkId}
      data-answered={value !== undefined}
      onKeyDown={onKeyDown}
    >
      <span class="form-text" id={`${id}-text`}>
        {item.text}
        <Required item={item} words={words} />
      </span>
      <span class="form-states">
        {states.map(({ label, state, values }) => (
          <label key={label} class={value === state ? `form-state is-${String(state)}` : 'form-state'}>
            <input type="radio" name={id} checked={value === state} onChange={() => onChange(values)} />
            <span>{label}</span>
          </label>
        ))}
      </span>
    </div>
  )
}
