import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import { KnowledgeAddition } from './knowledge-addition.js'
import { addPlan, addQuestionnaire, addRecommendation, addService, type PartOptions } from './new-parts.js'
import type { Teller } from './teller.js'
import { writeGuideline, type GuidelineOptions } from './write-guideline.js'

/** What is said of anything new. */
export type NewOptions = GuidelineOptions & PartOptions

const PARTS = { recommendation: addRecommendation, plan: addPlan, service: addService, questionnaire: addQuestionnaire } as const

/** An id that FHIR, file names and addresses take. */
const ID = /^[a-z][a-z0-9-]{0,63}$/

/**
 * Writes a guideline into a folder, or one more part into a folder that holds one.
 * @param name the folder of a guideline; the id of a part.
 * @param knowledge gives the folder of the knowledge that a part goes into.
 * @throws CliError COLUMNA_USAGE where the words are wrong, COLUMNA_FILE_EXISTS or COLUMNA_ID_TAKEN where something is there already, COLUMNA_SOURCE_MISSING where there is no source to add to.
 */
export function writeNew(kind: string, name: string, knowledge: () => string, options: NewOptions, teller: Teller): Outcome {
  if (kind === 'guideline') return writeGuideline(name, options, teller)
  if (!isPart(kind))
    throw new CliError('COLUMNA_USAGE', `There is no ${kind} to begin with: say guideline, ${Object.keys(PARTS).join(', ')}.`)
  for (const id of [name, options.topic])
    if (id !== undefined && !ID.test(id))
      throw new CliError('COLUMNA_USAGE', `${id} is no id: use small letters, digits and hyphens, a letter first, 64 at most.`)
  const addition = new KnowledgeAddition(knowledge())
  PARTS[kind](addition, name, options)
  const { written, changed } = addition.write()
  teller.tell(
    ...written.map(file => `wrote ${file}`),
    ...changed.map(file => `added to ${file}`),
    'Change its words, then try columna render, check and cases.',
  )
  teller.tellJson({ folder: addition.folder, written, changed })
  return 0
}

const isPart = (kind: string): kind is keyof typeof PARTS => Object.hasOwn(PARTS, kind)
