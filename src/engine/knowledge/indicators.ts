import type { RequestGroupAction } from 'fhir/r4.js'
import type { Indicator } from '../../cds-hooks/types.js'

/** The published mapping of the priority of an action to the indicator of its card; `asap` has none and is refused in the knowledge. */
export const INDICATOR = { routine: 'info', urgent: 'warning', stat: 'critical', asap: 'critical' } as const satisfies Record<
  NonNullable<RequestGroupAction['priority']>,
  Indicator
>
