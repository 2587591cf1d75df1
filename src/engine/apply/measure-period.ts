import type { Collection } from '../expression/values.js'
import { parameterValues } from '../expression/parameter-values.js'

/** The first and the last day of a period. */
export interface MeasurePeriod {
  start: string
  end: string
}

/** Whether a text is a day of the calendar. */
export const isDay = (text: unknown): text is string => typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) && isReal(text)

/** The period of a measure as its libraries declare it: `%periodStart` and `%periodEnd`. */
export const periodParameters = ({ start, end }: MeasurePeriod): ReadonlyMap<string, Collection> =>
  parameterValues({
    resourceType: 'Parameters',
    parameter: [
      { name: 'periodStart', valueDate: start },
      { name: 'periodEnd', valueDate: end },
    ],
  })

/** Whether the calendar has a day: 31 February would be counted on into March. */
function isReal(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}
