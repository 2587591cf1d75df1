import { truth, truthCollection } from '../values.js'
import type { OwnFunction } from './own-function.js'

/** Whether something is known to be so; what is not known is not. */
export const knownTrue: OwnFunction = input => truthCollection(truth(input) === true)

/** Whether nothing says that something is so: it is not, or nobody knows. */
export const notKnownTrue: OwnFunction = input => truthCollection(truth(input) !== true)
