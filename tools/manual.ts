// Writes docs/cli.md, the manual of the command, of the commands themselves.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pagesWithCommands } from '../src/cli/run-columna.js'
import { manualOf } from '../src/cli/manual.js'

writeFileSync(fileURLToPath(new URL('../docs/cli.md', import.meta.url)), manualOf(pagesWithCommands()))
