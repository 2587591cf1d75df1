import { knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'
import type { MeasureOptions } from './measure-population.js'
import { several, takesRun } from './takes-run.js'

/** `columna measure`. */
export const measure: CommandPage<MeasureOptions & KnowledgeOptions> = {
  name: 'measure',
  says: 'gives the figures of the measures of quality for a bulk export',
  description: [
    'Reads a folder of NDJSON, as a FHIR server exports in bulk, and tells for each measure of the knowledge how many patients belong to each of its populations in a period. It writes a line for each patient, so that the cases behind a figure can be looked at, and the MeasureReports of all.',
    'It goes on where it was when it was killed, skips lines that cannot be read and tells where they are. On several machines each takes a part, and their figures are added up.',
  ],
  examples: [
    { does: 'All measures of half a year', words: 'measure --input export --output figures --from 2025-07-01 --to 2025-12-31' },
    {
      does: 'One measure alone',
      words: 'measure --input export --output figures --from 2025-07-01 --to 2025-12-31 --measure start-back-within-14-days',
    },
  ],
  json: '{ patients: number, reports: MeasureReport[], skipped: { [code: string]: number }, ... }, as the summary.json that it writes',
  takes: command =>
    takesRun(takesKnowledge(command))
      .option('--from <day>', 'first day of the period, such as 2025-07-01')
      .option('--to <day>', 'last day of the period')
      .option('--measure <id>', 'only this measure; may be said several times', several),
  run: async ({ options, surroundings, teller }) =>
    (await import('./measure-population.js')).answerMeasures(knowledgeAsked(surroundings, options.knowledge), options, teller),
}
