import { knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'

interface Options extends KnowledgeOptions {
  cases?: string
}

/** `columna coverage`. */
export const coverage: CommandPage<Options> = {
  name: 'coverage',
  says: 'tells what speaks for each decision point and which cases ask for it, and what of both is missing',
  description: [
    'Answers all clinical cases, writes `fhir-resources/COVERAGE.md` and the record of the cases beside it, and tells what is missing: decision points that nothing speaks for, points without a case for yes, no or cannot tell, and conditions that no case answers both ways.',
  ],
  examples: [{ does: 'Write what covers a guideline of your own', words: 'coverage --knowledge my-guideline' }],
  findings: 'something is missing',
  json: '{ cases: number, asExpected: number, points: { [code: string]: { yes: number, no: number, cannotTell: number } }, missing: string[] }',
  takes: command => takesKnowledge(command).option('--cases <folder>', 'folder of the cases; beside the knowledge unless given'),
  run: async ({ options: { knowledge, cases }, surroundings, teller }) =>
    (await import('./cover-knowledge.js')).coverKnowledge(knowledgeAsked(surroundings, knowledge), cases, teller),
}
