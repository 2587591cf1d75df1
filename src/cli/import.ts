import { knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'

interface Options extends KnowledgeOptions {
  into?: string
}

/** `columna import`. */
export const importing: CommandPage<Options> = {
  name: 'import',
  says: 'takes JSON that was changed by hand, or came from elsewhere, over into the source in knowledge/',
  description: [
    'Takes the named files, or all that differ from what the source makes. What says the same stays as it is written, comments too. A resource goes into the file that has it, else into the file that its `meta.source` names, else into that of `--into`.',
  ],
  examples: [{ does: 'Take over what differs', words: 'import --knowledge my-guideline' }],
  findings: 'a resource has no place in the source yet',
  json: '{ taken: number, homeless: string[] }',
  takes: command =>
    takesKnowledge(command.argument('[file...]', 'files of JSON; all that differ unless given')).option(
      '--into <topic>',
      'file of the source that resources without a place go into',
    ),
  run: async ({ options: { knowledge, into }, words, surroundings, teller }) =>
    (await import('./import-knowledge.js')).importKnowledge(
      { folder: knowledgeAsked(surroundings, knowledge), into, paths: words },
      teller,
    ),
}
