import type { CommandPage } from './command-page.js'
import type { NewOptions } from './write-guideline.js'

/** `columna new`. */
export const creating: CommandPage<NewOptions> = {
  name: 'new',
  says: 'writes a guideline that is small and whole, to be changed into your own',
  description: [
    'Writes `knowledge.json`, the source in `knowledge/`, a service and clinical cases for yes, no and cannot tell into a folder that has none of them, and makes the FHIR of it. `check` finds no fault in it, and `cases` answers all as expected; what to change first stands in docs/authoring.md. Nothing is written over.',
  ],
  examples: [
    { does: 'Begin a guideline in a folder', words: 'new guideline fresh-guideline --canonical https://guidelines.example.org/fhir' },
  ],
  json: '{ folder: string, written: string[] }',
  takes: command =>
    command
      .argument('<guideline>', 'what is written')
      .argument('<folder>', 'where it is written')
      .option('--canonical <url>', 'address that the url of each resource begins with', 'https://guidelines.example.org/fhir'),
  run: async ({ options, words: [kind = '', folder = ''], teller }) =>
    (await import('./write-guideline.js')).writeGuideline(kind, folder, options, teller),
}
