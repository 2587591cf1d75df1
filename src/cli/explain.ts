import { knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'
import type { ExplainWords } from './explain-request.js'

/** `columna explain`. */
export const explain: CommandPage<ExplainWords & KnowledgeOptions> = {
  name: 'explain',
  says: 'tells why a request is answered as it is: each action, whether it applies, and the answer of each of its conditions',
  description: [
    'Takes the body of a CDS Hooks request with its prefetch, from a file or, for `-`, from the standard input, and asks each service that listens to its hook. Nothing is read from a FHIR server, nothing is recorded. The tree holds what applies and what cannot be told; `--all` adds what does not apply, `--facts` the values behind each condition and the resources they came from.',
    'The settings of the knowledge and the time zone are those of the environment.',
  ],
  examples: [
    {
      does: 'Why somebody of 70 is offered what the guideline offers',
      words: 'explain request.json --knowledge my-guideline --now 2026-10-01',
    },
    {
      does: 'The same with the values behind it',
      words: 'explain request.json --knowledge my-guideline --now 2026-10-01 --facts --all',
    },
  ],
  json: '{ services: Explanation[] }, as `POST /cds-services/{id}/$explain` answers (docs/integrating.md)',
  takes: command =>
    takesKnowledge(command.argument('<request.json>', 'the body of the request; `-` for the standard input'))
      .option('--service <id>', 'asks only this service')
      .option('--action <id>', 'tells only this action, with what is below and around it')
      .option('--all', 'tells also what does not apply')
      .option('--facts', 'tells the values behind each condition, and the resources they came from')
      .option('--now <instant>', 'the instant of the call; now unless given')
      .option('--language <code>', 'language of the texts; the first of the knowledge unless given'),
  run: async ({ options, words: [file = ''], surroundings, teller }) =>
    (await import('./explain-request.js')).explainRequest(file, knowledgeAsked(surroundings, options.knowledge), options, teller),
}
