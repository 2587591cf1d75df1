import type { Prepared } from '../knowledge-files/prepare-knowledge.js'
import { EXIT, knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'

/** `columna prepare`. */
export const prepare: CommandPage<KnowledgeOptions> = {
  name: 'prepare',
  says: 'checks the knowledge and keeps what was found out beside the code, so that the service starts quickly',
  description: ['`npm run build` does it for the knowledge of the package. It answers 0 whatever is found: the start tells of faults.'],
  examples: [{ does: 'Prepare the knowledge of the package', words: 'prepare' }],
  json: '{ wasPrepared: boolean, findings: number }',
  takes: command => takesKnowledge(command.argument('[folder]', 'the folder of the knowledge, in place of --knowledge')),
  run: async ({ options: { knowledge }, words: [folder], surroundings, teller }) => {
    const [{ prepareKnowledge }, { isOwnSetting }] = await Promise.all([
      import('../knowledge-files/prepare-knowledge.js'),
      import('../settings.js'),
    ])
    const prepared = prepareKnowledge(knowledgeAsked(surroundings, folder, knowledge), isOwnSetting)
    teller.tell(inWords(prepared))
    teller.tellJson(prepared)
    return EXIT.good
  },
}

function inWords({ wasPrepared, findings }: Prepared): string {
  if (wasPrepared) return 'The knowledge is prepared already.'
  return findings === 0
    ? 'The knowledge is prepared.'
    : `The knowledge is prepared, but will be checked at each start, for there is something to tell of it: run columna check (${findings}).`
}
