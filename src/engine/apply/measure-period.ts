import type { Collection } from '../expression/values.js'
import { parameterValues } from '../expression/parameter-values.js'

/** The first and the last day of a period. */
export interface MeasurePeriod {
  start: string
  end: string
}

/** The period of a measure as its libraries declare it: `%periodStart` and `%periodEnd`. */
export const periodParameters = ({ start, end }: MeasurePeriod): ReadonlyMap<string, Collection> =>
  parameterValues({
    resourceType: 'Parameters',
    parameter: [
      { name: 'periodStart', valueDate: start },
      { name: 'periodEnd', valueDate: end },
    ],
  })
