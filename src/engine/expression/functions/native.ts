import type { Operation } from '../steps.js'
import type { Scope } from '../scope.js'
import type { Collection } from '../values.js'

/** What a standard function makes of its input; undefined where only the interpreter can tell. */
export type Native = (scope: Scope, input: Collection, args: readonly Collection[]) => Collection | undefined

/** Prepares an operation of the interpreter. */
export type Prepare = (source: string) => Operation
