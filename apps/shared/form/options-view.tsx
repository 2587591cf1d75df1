import type { Value } from './answers.js'
import type { Item } from './definition.js'
import { Required } from './required.js'
import type { FormWords } from './words.js'

interface OptionsProps {
  id: string
  item: Item
  values: readonly Value[]
  words: FormWords
  onChange: (values: readonly string[]) => void
}

/** Most options that stand side by side; more are a list to choose from. */
const MOST_SIDE_BY_SIDE = 6

/** A choice: of one or, where the question repeats, of any. */
export function OptionsView(props: OptionsProps) {
  const { item } = props
  if (item.repeats) return <SeveralView {...props} />
  return item.options.length > MOST_SIDE_BY_SIDE ? <ListView {...props} /> : <OneView {...props} />
}

function OneView({ id, item, values, words, onChange }: OptionsProps) {
  const states = [...item.options.map(({ code, label }) => ({ code, label })), { code: undefined, label: words.notAsked }]
  return (
    <div
      class="form-question"
      role="radiogroup"
      aria-labelledby={`${id}-text`}
      data-question={item.linkId}
      data-answered={values.length > 0}
    >
      <span class="form-text" id={`${id}-text`}>
        {item.text}
        <Required item={item} words={words} />
      </span>
      <span class="form-states form-options">
        {states.map(({ code, label }) => (
          <label
            key={code ?? ''}
            class={values[0] !== code ? 'form-state' : code === undefined ? 'form-state is-undefined' : 'form-state is-chosen'}
          >
            <input type="radio" name={id} checked={values[0] === code} onChange={() => onChange(code === undefined ? [] : [code])} />
            <span>{label}</span>
          </label>
        ))}
      </span>
    </div>
  )
}

function SeveralView({ id, item, values, words, onChange }: OptionsProps) {
  const codes = item.options.map(({ code }) => code)
  const toggle = (code: string) => onChange(codes.filter(each => (each === code) !== values.includes(each)))
  return (
    <div class="form-question" role="group" aria-labelledby={`${id}-text`} data-question={item.linkId}>
      <span class="form-text" id={`${id}-text`}>
        {item.text}
        <Required item={item} words={words} />
      </span>
      <span class="form-states form-options">
        {item.options.map(({ code, label }) => (
          <label key={code} class={values.includes(code) ? 'form-state is-chosen' : 'form-state'}>
            <input type="checkbox" checked={values.includes(code)} onChange={() => toggle(code)} />
            <span>{label}</span>
          </label>
        ))}
      </span>
    </div>
  )
}

function ListView({ id, item, values, words, onChange }: OptionsProps) {
  return (
    <div class="form-question" data-question={item.linkId}>
      <label class="form-text" for={id}>
        {item.text}
        <Required item={item} words={words} />
      </label>
      <select
        id={id}
        class="form-field"
        value={String(values[0] ?? '')}
        onChange={({ currentTarget: { value } }) => onChange(value === '' ? [] : [value])}
      >
        <option value="">{words.choose}</option>
        {item.options.map(({ code, label }) => (
          <option key={code} value={code}>
            {label}
          </option>
        ))}
      </select>
    </div>
  )
}
