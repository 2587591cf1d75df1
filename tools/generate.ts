// Makes the tables that are derived from HL7's definitions of R4; with --check it only compares them.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readDefinitions } from './definitions.js'
import { pathOf, sums, TABLES } from './tables.js'

const {
  values: { check = false },
  positionals: [folder],
} = parseArgs({ allowPositionals: true, options: { check: { type: 'boolean' } } })
if (folder === undefined) throw new Error("Name the folder that holds HL7's definitions; tools/README.md says where they come from.")
const definitions = readDefinitions(folder)
for (const [table, make] of Object.entries(TABLES)) {
  const made = make(definitions)
  const isSame = readFileSync(pathOf(table), 'utf8') === made
  if (!isSame && !check) writeFileSync(pathOf(table), made)
  process.stdout.write(`${table} ${isSame ? 'is as it is made' : check ? 'is not as it is made from the definitions' : 'was made anew'}.\n`)
  if (!isSame && check) process.exitCode = 1
}
if (!check) writeFileSync(pathOf('tools/sums.json'), `${JSON.stringify(sums(), null, 2)}\n`)
