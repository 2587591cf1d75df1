#!/usr/bin/env node
/** The command of the package: its first word names one of `commands.ts`. */
import { nameKnowledgeFolder, readKnowledgeFolder } from '../settings.js'
import { knowledgeHere } from './knowledge-here.js'
import { runColumna } from './run-columna.js'

nameKnowledgeFolder(knowledgeHere(process.cwd()))

// Whoever reads may have had enough, as `head` has: that is no fault of the command.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

process.exitCode = await runColumna(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  knowledgeFolder: readKnowledgeFolder(),
})
