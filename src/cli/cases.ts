import { knowledgeAsked, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'

interface Options extends KnowledgeOptions {
  cases?: string
  topic?: string
}

/** `columna cases`. */
export const cases: CommandPage<Options> = {
  name: 'cases',
  says: 'answers the clinical cases and tells what is wrong with the answers',
  description: [
    'Answers every clinical case beside the knowledge (`clinical-cases/`, or `test/clinical-cases/` of its repository) as the service would, and compares the cards with what the case says must and must not be said.',
    'A pattern is a regular expression without case, sought in `file: name of the case`.',
  ],
  examples: [
    { does: 'Answer all cases of a guideline of your own', words: 'cases --knowledge test/other-guideline' },
    { does: 'Answer those whose file or name says so', words: 'cases --knowledge test/other-guideline vaccin' },
  ],
  findings: 'a case is not answered as it expects, or no case has such a name',
  json: '{ count: number, wrong: { case: string, faults: string[] }[] }',
  takes: command =>
    takesKnowledge(command.argument('[pattern...]', 'answers only cases whose `file: name` matches'))
      .option('--cases <folder>', 'folder of the cases; beside the knowledge unless given')
      .option('--topic <name>', 'answers only cases that ask for what this file of the source speaks for'),
  run: async ({ options: { knowledge, cases: folder, topic }, words, surroundings, teller }) =>
    (await import('./answer-cases.js')).answerCases(
      { knowledge: knowledgeAsked(surroundings, knowledge), folder, topic, pattern: words.join(' ') },
      teller,
    ),
}
