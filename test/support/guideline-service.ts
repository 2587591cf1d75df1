import { fileURLToPath } from 'node:url'
import { loadKnowledge, type LoadedKnowledge } from '../../src/knowledge-files/load-knowledge.js'
import { readKnowledgeSettings } from '../../src/settings.js'
import type { Listening } from './listen.js'
import { startTestService } from './service.js'

/** A guideline of another field, by its folder below the project, and the service that answers by it. */
export function guidelineAt(
  place: string,
  environment: Readonly<Record<string, string>>,
): { folder: string; loaded: LoadedKnowledge; start: () => Promise<Listening> } {
  const folder = fileURLToPath(new URL(`../../${place}`, import.meta.url))
  const loaded = loadKnowledge(folder)
  const { knowledge, services, settings, about } = loaded
  const start = () =>
    startTestService({
      knowledge,
      services,
      ...(about !== undefined && { about }),
      knowledgeSettings: readKnowledgeSettings(settings, environment),
    })
  return { folder, loaded, start }
}
