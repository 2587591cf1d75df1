#!/usr/bin/env node
/** The command of the package: its first word names one of `commands.ts`. */
import { nameKnowledgeFolder, readKnowledgeFolder } from '../settings.js'
import { knowledgeHere } from './knowledge-here.js'
import { runColumna } from './run-columna.js'

nameKnowledgeFolder(knowledgeHere(process.cwd()))

process.exitCode = await runColumna(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  knowledgeFolder: readKnowledgeFolder(),
})
