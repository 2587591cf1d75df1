import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultList } from '../engine/model/faults.js'
import type { JsonObject } from '../plain-values/json.js'
import { readJson, type FileSeen } from './read-resources.js'

/** File of a knowledge folder that says what the folder is held to, and which settings it reads. */
export const KNOWLEDGE_FILE = 'knowledge.json'

/** What a folder says of itself; undefined where it has no such file, or none that can be read. */
export function readKnowledgeJson(folder: string, faults: FaultList, seen?: FileSeen): JsonObject | undefined {
  const path = join(folder, KNOWLEDGE_FILE)
  return existsSync(path) ? (readJson(path, KNOWLEDGE_FILE, faults, seen) as JsonObject | undefined) : undefined
}
