import { EXIT, knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'

/** `columna prepare`. */
export const prepare: CommandPage<KnowledgeOptions> = {
  name: 'prepare',
  says: 'checks the knowledge and keeps what was found out beside the code, so that the service starts quickly',
  description: ['`npm run build` does it for the knowledge of the package. It answers 0 whatever is found: the start tells of faults.'],
  examples: [{ does: 'Prepare the knowledge of the package', words: 'prepare' }],
  takes: command => takesKnowledge(command.argument('[folder]', 'the folder of the knowledge, in place of --knowledge')),
  run: async ({ options: { knowledge }, words: [folder], surroundings, teller }) => {
    const [{ prepareKnowledge }, { isOwnSetting }] = await Promise.all([
      import('../knowledge-files/prepare-knowledge.js'),
      import('../settings.js'),
    ])
    teller.tell(prepareKnowledge(knowledgeAsked(surroundings, folder, knowledge), isOwnSetting))
    return EXIT.good
  },
}
