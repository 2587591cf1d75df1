import type { PopulationOptions } from './ask-population.js'
import { knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'
import { several, takesRun } from './takes-run.js'

/** `columna population`. */
export const population: CommandPage<PopulationOptions & KnowledgeOptions> = {
  name: 'population',
  says: 'asks of every patient of a bulk export which decision points speak for them',
  description: [
    'Reads a folder of NDJSON, as a FHIR server exports in bulk, and writes what speaks for each patient. It goes on where it was when it was killed, skips lines that cannot be read and tells where they are, and shows how far it is, at which rate and for how long still.',
    'On several machines each takes a part, and the results are put one behind the other.',
  ],
  examples: [
    { does: 'Ask everybody of an export', words: 'population --input export --output answers' },
    { does: 'The second of eight machines', words: 'population --input export --output answers --part 1/8' },
  ],
  json: '{ patients: number, spokenFor: number, undecided: number, byPoint: { [code: string]: number }, skipped: { [code: string]: number }, ... }, as the summary.json that it writes',
  takes: command =>
    takesRun(takesKnowledge(command))
      .option('--service <id>', 'only this service; may be said several times', several)
      .option('--plan <id>', 'only this plan; may be said several times', several),
  run: async ({ options, surroundings, teller }) =>
    (await import('./ask-population.js')).answerPopulation(knowledgeAsked(surroundings, options.knowledge), options, teller),
}
