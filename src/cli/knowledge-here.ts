import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { PROJECT_ROOT } from '../knowledge-files/project-root.js'
import { knowledgePaths } from './command-page.js'

/** The folder in which a command is given, where it holds a guideline or a part of one; undefined where it does not, or that of this package, which is served anyway. */
export const knowledgeHere = (folder: string): string | undefined =>
  knowledgePaths(folder).some(existsSync) && resolve(folder) !== resolve(PROJECT_ROOT) ? resolve(folder) : undefined
