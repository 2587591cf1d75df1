import type { ScopeState } from '../scope.js'
import { plain, type Collection } from '../values.js'
import type { ValueSetLookup } from './value-set-test.js'

/** A function of our own: input collection, evaluated arguments, and what the call and the knowledge hold, in; collection out. */
export type OwnFunction = (input: Collection, args: readonly Collection[], state: ScopeState, valueSets: ValueSetLookup) => Collection

/** The text that an argument is; empty where it is none. */
export const textOf = (collection: Collection | undefined): string => String(plain(collection?.[0]) ?? '')
