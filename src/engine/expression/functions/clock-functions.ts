import type { ScopeState } from '../scope.js'
import { Temporal } from '../temporals.js'
import type { Collection } from '../values.js'
import type { Native } from './native.js'

/** Today, now and the time of day, which are those of the call. */
type OfClock = (state: ScopeState) => Collection

export const today: OfClock = state => [new Temporal('date', state.clock.today)]

export const now: OfClock = state => [new Temporal('dateTime', state.clock.now)]

export const timeOfDay: OfClock = state => [new Temporal('time', state.clock.now.slice(11, 23))]

/** One of them as a compiled expression runs it. */
export const atCall =
  (value: OfClock): Native =>
  ({ state }) =>
    value(state)
