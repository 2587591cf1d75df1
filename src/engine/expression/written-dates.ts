import { memoised } from '../model/memoised.js'

/** How a calendar date is written, by how exactly it is known: to the day (10 characters) or to the month (7). */
export type DateStyle = Readonly<Record<number, Intl.DateTimeFormatOptions>>

/** As a reader writes it: 30. marts 2026. */
export const IN_WORDS: DateStyle = {
  10: { day: 'numeric', month: 'long', year: 'numeric' },
  7: { month: 'long', year: 'numeric' },
}

/** In figures, as short as a letter needs it: 30.03.2026. */
export const IN_FIGURES: DateStyle = {
  10: { day: '2-digit', month: '2-digit', year: 'numeric' },
  7: { month: '2-digit', year: 'numeric' },
}

/** English without a country has the month before the day, which a European reader takes for the day. */
const DAY_FIRST: Readonly<Record<string, string>> = { en: 'en-GB' }

/** A calendar day (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`) in a language, no more exact than it is known; what is no date stays as it is. */
export function writtenDate(day: string, language: string, style: DateStyle): string {
  const format = style[day.length]
  if (!format || Number.isNaN(Date.parse(day))) return day
  return formatOf(`${language} ${format.day} ${format.month}`, language, format).format(new Date(day))
}

// Formats are costly to make and hold nothing of a patient, so each is made once.
const formatOf = memoised(
  (_languageAndStyle: string, language: string, format: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(DAY_FIRST[language] ?? language, { ...format, timeZone: 'UTC' }),
)
