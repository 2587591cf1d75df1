import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Definitions } from './definitions.js'
import { r4Schema } from './r4-schema.js'
import { searchParameterTable } from './search-parameters.js'

/** What is made from HL7's definitions, by its path in this repository. */
export const TABLES: Readonly<Record<string, (definitions: Definitions) => string>> = {
  'src/engine/model/r4-schema.json': r4Schema,
  'src/demo/search-parameters.json': searchParameterTable,
}

/** A path of this repository as one of the disk. */
export const pathOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

const sumOf = (path: string): string =>
  createHash('sha256')
    .update(readFileSync(pathOf(path)))
    .digest('hex')

/** SHA-256 of each table, so that a test sees when one was changed by hand. */
export const sums = (): Record<string, string> => Object.fromEntries(Object.keys(TABLES).map(path => [path, sumOf(path)]))
