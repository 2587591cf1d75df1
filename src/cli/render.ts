import { knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'

interface Options extends KnowledgeOptions {
  check?: true
}

/** `columna render`. */
export const render: CommandPage<Options> = {
  name: 'render',
  says: 'writes fhir-resources/ of the source in knowledge/',
  description: [
    'Makes the FHIR JSON that the source in `knowledge/` says, and takes away what it makes no more. Nothing is written where the source has a fault.',
  ],
  examples: [
    { does: 'Tell whether the JSON is what the source says, and write nothing', words: 'render --check --knowledge my-guideline' },
  ],
  findings: 'the source has a fault or, with `--check`, the JSON is not what it says',
  json: '{ resources: number, written: string[], removed: string[], faults: { file: string, line: number, column: number, message: string }[] }; with --check, written and removed are what would be',
  takes: command =>
    takesKnowledge(command.argument('[folder]', 'the folder of the knowledge, in place of --knowledge')).option(
      '--check',
      'only tells what differs',
    ),
  run: async ({ options: { knowledge, check }, words: [folder], surroundings, teller }) =>
    (await import('./render-knowledge.js')).renderKnowledge(
      { folder: knowledgeAsked(surroundings, folder, knowledge), isCheck: check === true },
      teller,
    ),
}
