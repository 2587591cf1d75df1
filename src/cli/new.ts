import { knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'
import type { NewOptions } from './write-new.js'

/** `columna new`. */
export const creating: CommandPage<NewOptions & KnowledgeOptions> = {
  name: 'new',
  says: 'writes a guideline that is small and whole, or one more part of a guideline, to be changed into your own',
  description: [
    'A `guideline` is `knowledge.json`, the source in `knowledge/`, a service and clinical cases for yes, no and cannot tell, written into a folder that has none of them, with the FHIR of it. `check` finds no fault in it, and `cases` answers all as expected. Every text that is yours to write begins with `TODO`, and `check` tells of each until it does not (`PLACEHOLDER_LEFT`).',
    'A `recommendation` is an action of a plan with its decision point, a condition, texts in each language of the guideline, a grade, a source, and a case for each answer. A `plan` is one with a first recommendation, and the service that applies it; a `service` applies a plan that is there; a `questionnaire` is a form with one question. They are put into a file of the source that is there, behind what it holds, or into a new one. Its condition is that a patient is 100 or older, so that what is not finished speaks for hardly anybody; it begins with `TODO` as well.',
    'Nothing is written over, and no id is used twice. Render when it says what you want.',
  ],
  examples: [
    { does: 'Begin a guideline in a folder', words: 'new guideline fresh-guideline --canonical https://guidelines.example.org/fhir' },
    { does: 'One more recommendation of its plan', words: 'new recommendation offer-training --knowledge fresh-guideline --topic example' },
    {
      does: 'For a decision point that is listed already',
      words: 'new recommendation offer-advice --point EX-2 --knowledge fresh-guideline',
    },
    { does: 'A plan in a file of its own, with its service', words: 'new plan follow-up --knowledge fresh-guideline' },
    { does: 'One more service of a plan', words: 'new service example-again --plan example --knowledge fresh-guideline' },
    { does: 'A form', words: 'new questionnaire before-visit --topic example --knowledge fresh-guideline' },
  ],
  json: '{ folder: string, written: string[], changed: string[] }',
  takes: command =>
    takesKnowledge(
      command
        .argument('<kind>', 'guideline, recommendation, plan, service or questionnaire')
        .argument('<name>', 'the folder of a guideline; the id of anything else'),
    )
      .option(
        '--canonical <url>',
        'of a guideline: address that the url of each resource begins with',
        'https://guidelines.example.org/fhir',
      )
      .option('--topic <name>', 'file of the source, without its ending; that of the plan, or a new one of the same id, unless given')
      .option('--plan <id>', 'of a recommendation or service: the plan; the only one of the topic, or of all, unless given')
      .option('--point <code>', 'of a recommendation or plan: the decision point; the next number unless given')
      .option('--grade <name>', 'of a recommendation or plan: a grade of shared.yaml; the first unless given')
      .option('--source <document#section>', 'of a recommendation or plan: where the guideline says it; the first section unless given'),
  run: async ({ options, words: [kind = '', name = ''], surroundings, teller }) =>
    (await import('./write-new.js')).writeNew(kind, name, () => knowledgeAsked(surroundings, options.knowledge), options, teller),
}
