import { readDate } from '../dates.js'
import { memoised } from '../../model/memoised.js'
import { urlOf } from '../../model/canonical.js'
import { numberIn } from '../measures.js'
import { countTurns } from '../steps.js'
import { DATE_TYPES, plain, toJson, typeOf, UCUM, type Item } from '../values.js'
import { codingOf, nameOf } from '../words.js'
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

const DATE_STYLES: Readonly<Record<number, Intl.DateTimeFormatOptions>> = {
  10: { day: '2-digit', month: '2-digit', year: 'numeric' },
  7: { month: '2-digit', year: 'numeric' },
}

/** A calendar date in figures, as short as a letter needs it and no more exact than it is known. */
function dateIn(item: Item, language: string, timeZone: string): string | undefined {
  if (!DATE_TYPES.has(typeOf(item) ?? '')) return undefined
  const date = toJson(item)
  const { day = String(date) } = readDate(date, timeZone) ?? {}
  const style = DATE_STYLES[day.length]
  return style ? formatOf(`${language} ${style.day}`, language, style).format(new Date(day)) : day
}

const formatOf = memoised(
  (_languageAndStyle: string, language: string, style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { ...style, timeZone: 'UTC' }),
)
