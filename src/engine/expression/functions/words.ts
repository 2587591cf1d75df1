import { readDate } from '../dates.js'
import { urlOf } from '../../model/canonical.js'
import { numberIn } from '../measures.js'
import { countTurns } from '../steps.js'
import { DATE_TYPES, plain, toJson, typeOf, UCUM, type Item } from '../values.js'
import { codingOf, nameOf } from '../words.js'
import { IN_FIGURES, writtenDate } from '../written-dates.js'
import { textOf, type OwnFunction } from './own-function.js'
import { TURNS_OF_A_RECORD } from './turns.js'

/** Each text as a code of a system. */
export const coding: OwnFunction = (input, [system]) => input.map(code => codingOf(urlOf(textOf(system)), textOf([code])))

/** Each code, question or date as it is written in a language; a text stays what it is. @throws TypeError for anything else. */
export const written: OwnFunction = (input, [language], { clock }, { words }) => {
  const reader = textOf(language)
  return input.map(item => nameOf(item, reader, words) ?? dateIn(item, reader, clock.timeZone) ?? plainText(item))
}

/** The number of each quantity in a unit of UCUM; nothing of one whose unit is of another kind. @throws TypeError for anything else. */
export const inUnit: OwnFunction = (input, [unit], state, { words }) =>
  input.flatMap(item => {
    countTurns(state, TURNS_OF_A_RECORD)
    if (!QUANTITIES.has(typeOf(item) ?? '')) throw new TypeError('expected quantities')
    return numberIn(toJson(item), textOf(unit), name => words.codeCalled(UCUM, name)) ?? []
  })

const QUANTITIES = new Set(['Quantity', 'Age', 'Duration', 'Distance', 'Count', 'SimpleQuantity'])

function plainText(item: Item): string {
  const value = plain(item)
  if (typeof value !== 'string') throw new TypeError('expected codes, questions, dates or texts')
  return value
}

/** A calendar date in figures, no more exact than it is known. */
function dateIn(item: Item, language: string, timeZone: string): string | undefined {
  if (!DATE_TYPES.has(typeOf(item) ?? '')) return undefined
  const date = toJson(item)
  return writtenDate(readDate(date, timeZone)?.day ?? String(date), language, IN_FIGURES)
}
