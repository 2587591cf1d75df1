import { knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'
import type { ExportOptions } from './export-knowledge.js'

/** `columna export`. */
export const exporting: CommandPage<ExportOptions & KnowledgeOptions> = {
  name: 'export',
  says: 'writes the knowledge as a FHIR NPM package that other FHIR tools load',
  description: [
    'The package (`.tgz`) holds `package.json` with canonical, FHIR version and dependencies, `.index.json`, every resource and, under `other/`, `knowledge.json` and `cds-services/`. The same knowledge makes the same bytes. Knowledge with a fault is not exported.',
    'The name is that of `extensionNames` in `knowledge.json` with `.knowledge` behind it, unless another is given.',
  ],
  examples: [
    {
      does: 'Write a package of a guideline of your own',
      words: 'export --knowledge my-guideline --output flu.tgz --package-version 1.0.0',
    },
  ],
  json: '{ file: string, name: string, version: string, resources: number, bytes: number }',
  takes: command =>
    takesKnowledge(command)
      .option('--output <file>', 'the file that is written; name-version.tgz in this folder unless given')
      .option('--name <name>', 'name of the package, in small letters with a dot in it')
      .option('--package-version <version>', 'its version', '0.1.0')
      .option('--license <id>', 'its licence, by its SPDX id'),
  run: async ({ options, surroundings, teller }) =>
    (await import('./export-knowledge.js')).exportKnowledge(knowledgeAsked(surroundings, options.knowledge), options, teller),
}
