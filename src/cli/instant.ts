import { isDay } from '../engine/expression/dates.js'
import { CliError } from './cli-error.js'

/** The instant that `--now` names; now unless it is given. A day alone is its noon in UTC. @throws CliError when it is neither. */
export function instantAsked(text: string | undefined): Date {
  if (text === undefined) return new Date()
  const at = new Date(isDay(text) ? `${text}T12:00:00Z` : text)
  // A day that the calendar does not have would be counted on into the next month.
  if (Number.isNaN(at.getTime()) || !isDay(text.slice(0, 10)) || !(isDay(text) || /^.{10}T.*(Z|[+-]\d{2}:\d{2})$/.test(text)))
    throw new CliError('COLUMNA_USAGE', '--now expects a day such as 2026-03-30, or an instant such as 2026-03-30T12:00:00+02:00.')
  return at
}
