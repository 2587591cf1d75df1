import { STATE, type ScopeState } from '../scope.js'
import type { Collection } from '../values.js'
import { engineDate } from './engine-dates.js'
import type { Native } from './native.js'

/** Today, now and the time of day, which are those of the call. */
type OfClock = (state: ScopeState) => Collection

export const today: OfClock = state => [engineDate(state, 'toDate', state.clock.today)]

export const now: OfClock = state => [engineDate(state, 'toDateTime', state.clock.now)]

export const timeOfDay: OfClock = state => [engineDate(state, 'toTime', state.clock.now.slice(11, 23))]

/** One of them as a compiled expression runs it. */
export const atCall =
  (value: OfClock): Native =>
  ({ [STATE]: state }) =>
    value(state)
