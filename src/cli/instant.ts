import { CliError } from './cli-error.js'

/** The instant that `--now` names; now unless it is given. A day alone is its noon in UTC. @throws CliError when it is neither. */
export function instantAsked(text: string | undefined): Date {
  if (text === undefined) return new Date()
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const at = new Date(isDay ? `${text}T12:00:00Z` : text)
  if (Number.isNaN(at.getTime()) || !(isDay || /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text)))
    throw new CliError('COLUMNA_USAGE', '--now expects a day such as 2026-03-30, or an instant such as 2026-03-30T12:00:00+02:00.')
  return at
}
