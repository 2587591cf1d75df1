import { knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'
import type { DiffOptions } from './diff-knowledge.js'

/** `columna diff`. */
export const diff: CommandPage<DiffOptions & KnowledgeOptions> = {
  name: 'diff',
  says: 'tells in words which cards of which cases and recorded requests come, go or change between two knowledges',
  description: [
    'Answers the clinical cases beside the new knowledge under both, and, with `--requests`, every request in a folder (bodies of CDS Hooks calls with their prefetch, a file each). A card is the same that comes of the same action of the same plan. What is said alike of several cases is said once. What one or both cannot be asked is told with the reason, and not taken for unchanged.',
    'The old knowledge is a folder, or what git has of the new folder at a commit, branch or tag.',
  ],
  examples: [
    { does: 'What changed since the last commit', words: 'diff HEAD --knowledge my-guideline' },
    { does: 'What two folders say differently, of some cases', words: 'diff old-guideline new-guideline --only "over 65"' },
    {
      does: 'What changes in recorded requests too',
      words: 'diff HEAD --knowledge my-guideline --requests recorded --now 2026-10-01',
    },
  ],
  findings: 'anything differs, or a case or request cannot be asked of one of them or of both',
  json: '{ asked: number, changed: { of: string, changes: Change[], error?: string }[] } where Change = { kind: "came" | "went" | "changed", summary: string, indicator: string, points: string[], fields: { field: string, before: string[], after: string[] }[] }',
  takes: command =>
    takesKnowledge(
      command
        .argument('<old>', 'a folder, or a commit of git')
        .argument('[new]', 'the folder of the new knowledge, in place of --knowledge'),
    )
      .option('--cases <folder>', 'folder of the cases; beside the new knowledge unless given')
      .option('--only <pattern>', 'only cases whose `file: name` matches')
      .option('--requests <folder>', 'recorded requests, a file of JSON each')
      .option('--now <instant>', 'the instant at which requests are asked; now unless given'),
  run: async ({ options, words: [old = '', now], surroundings, teller }) =>
    (await import('./diff-knowledge.js')).diffKnowledge(old, knowledgeAsked(surroundings, now, options.knowledge), options, teller),
}
