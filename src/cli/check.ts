import { casePaths } from './case-places.js'
import { knowledgeAsked, knowledgePaths, takesKnowledge, type Asked, type CommandPage, type KnowledgeOptions } from './command-page.js'

/** `columna check`. */
export const check: CommandPage<KnowledgeOptions> = {
  name: 'check',
  says: 'tells every fault of the knowledge, with its line in the source, its file, its element and its code',
  description: [
    'Checks the source in `knowledge/`, the resources in `fhir-resources/` and the services in `cds-services/`, and believes nothing that was found out before. Faults keep a knowledge from being served, warnings do not. Each code has an example in `test/broken/`.',
    'Where the knowledge has no fault, the clinical cases beside it are read, not answered: a rule that no case answers yes, no or cannot tell is told.',
    'It tells as well how many expressions run compiled, and which of them only the slower interpreter can run.',
  ],
  examples: [
    { does: 'Check a guideline of your own', words: 'check --knowledge my-guideline' },
    { does: 'Check it again after each change', words: 'check --knowledge my-guideline --watch' },
  ],
  findings: 'the knowledge has a fault',
  json: '{ folder: string, faults: Finding[], warnings: Finding[], expressions: { compiled: number, interpreted: string[] } } where Finding = { code: string, file: string, element: string, message: string, source?: { file: string, line: number } }',
  watches: asked => [...knowledgePaths(folderOf(asked)), ...casePaths(folderOf(asked))],
  takes: command => takesKnowledge(command.argument('[folder]', 'the folder of the knowledge, in place of --knowledge')),
  run: async asked => (await import('./check-knowledge.js')).checkKnowledge(folderOf(asked), asked.teller),
}

const folderOf = ({ options: { knowledge }, words: [folder], surroundings }: Asked<KnowledgeOptions>): string =>
  knowledgeAsked(surroundings, folder, knowledge)
