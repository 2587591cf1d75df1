import { resolve } from 'node:path'
import { PROJECT_ROOT } from '../knowledge-files/load-knowledge.js'
import { prepareKnowledge } from '../knowledge-files/prepare-knowledge.js'
import { isOwnSetting } from '../settings.js'

/** Prepares the knowledge of a folder, that of the package unless one is given. Answers 0 whatever is found: the start tells of faults. */
export function prepare([folder]: readonly string[]): number {
  const told = prepareKnowledge(folder === undefined ? PROJECT_ROOT : resolve(folder), isOwnSetting)
  process.stdout.write(`${told}\n`)
  return 0
}
