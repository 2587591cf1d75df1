import { pageLanguage } from './language.js'

/** A calendar day in words of the page's language, such as `30. marts 2026`; a date without a day as it is written. */
export function writtenDay(date: string): string {
  const [day = ''] = date.split('T')
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return date
  const options = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(pageLanguage() === 'en' ? 'en-GB' : 'da-DK', options)
}
