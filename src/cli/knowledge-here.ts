import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { KNOWLEDGE_FILE } from '../knowledge-files/knowledge-json.js'
import { PROJECT_ROOT } from '../knowledge-files/project-root.js'

/** The folder in which a command is given, where it is a guideline; undefined where it is none, or that of this package, which is served anyway. */
export const knowledgeHere = (folder: string): string | undefined =>
  existsSync(join(folder, KNOWLEDGE_FILE)) && resolve(folder) !== resolve(PROJECT_ROOT) ? resolve(folder) : undefined
