import type { Item } from './definition.js'
import type { FormWords } from './words.js'

/** Says that a question must be answered. */
export function Required({ item, words }: { item: Item; words: FormWords }) {
  return item.isRequired ? <span class="form-required"> ({words.required})</span> : null
}
