import { callsOfRequest, explainPrepared, type Explanation } from '../cases/requests.js'
import { loadSoundKnowledge } from '../knowledge-files/load-knowledge.js'
import { readKnowledgeSettings, readSettings } from '../settings.js'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import { explanationLines } from './explanation-lines.js'
import { instantAsked } from './instant.js'
import { readJson } from './read-json.js'
import type { Teller } from './teller.js'

/** How a request is explained. */
export interface ExplainWords {
  service?: string
  action?: string
  all?: true
  facts?: true
  now?: string
  language?: string
}

/**
 * Tells why the request in a file is answered as it is.
 * @throws CliError COLUMNA_FILE_UNREADABLE when it is no JSON, COLUMNA_USAGE when no service listens to its hook; CdsError when the body
 * is no request, or the knowledge has a fault.
 */
export async function explainRequest(file: string, knowledge: string, words: ExplainWords, teller: Teller): Promise<Outcome> {
  const now = instantAsked(words.now)
  const body = readJson(file)
  const loaded = loadSoundKnowledge(knowledge)
  const settings = readKnowledgeSettings(loaded.settings)
  const calls = callsOfRequest(loaded, body, { now, timeZone: readSettings().timeZone, settings, service: words.service })
  if (calls.length === 0) throw noService([...loaded.services.keys()].sort())
  const language = words.language ?? loaded.knowledge.profile.languages[0]
  const services: Explanation[] = []
  for (const call of calls)
    services.push(
      await explainPrepared(call, language, {
        isWhole: words.all === true,
        ...(words.action !== undefined && { only: words.action }),
      }),
    )
  teller.tell(...services.flatMap(each => explanationLines(each, { isWhole: words.all === true, hasFacts: words.facts === true }, teller)))
  teller.tellJson({ services })
  return 0
}

const noService = (ids: readonly string[]) =>
  new CliError('COLUMNA_USAGE', `No service of that id listens to the hook of the request. There are ${ids.join(', ')}.`)
