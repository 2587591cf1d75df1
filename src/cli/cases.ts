import { casePaths } from './case-places.js'
import { knowledgeAsked, knowledgePaths, takesKnowledge, type CommandPage, type KnowledgeOptions } from './command-page.js'

interface Options extends KnowledgeOptions {
  cases?: string
  topic?: string
  answers?: true
}

/** `columna cases`. */
export const cases: CommandPage<Options> = {
  name: 'cases',
  says: 'answers the clinical cases and tells what is wrong with the answers',
  description: [
    'Answers every clinical case beside the knowledge (`clinical-cases/`, or `test/clinical-cases/` of its repository) as the service would, and compares the cards with what the case says must and must not be said.',
    'Of a case that is answered otherwise, and with `--answers` of every case, each condition of its decision points is told with its answer, after those of the actions around it.',
    'A pattern is a regular expression without case, sought in `file: name of the case`.',
  ],
  examples: [
    { does: 'Answer all cases of a guideline of your own', words: 'cases --knowledge my-guideline' },
    {
      does: 'Answer those whose file or name says so, and tell what each condition answered',
      words: 'cases --knowledge my-guideline "under 65" --answers',
    },
  ],
  findings: 'a case is not answered as it expects, or no case has such a name',
  json: '{ count: number, wrong: Case[], cases?: Case[] } where Case = { case: string, faults: string[], asked?: { point: string, action: string, answer: Answer, conditions: { description: string, answer: Answer }[] }[] } and Answer = "yes" | "no" | "cannot-tell" | "error"; `cases` with `--answers`',
  watches: ({ options: { knowledge, cases: folder }, surroundings }) => {
    const asked = knowledgeAsked(surroundings, knowledge)
    return [...knowledgePaths(asked), ...(folder === undefined ? casePaths(asked) : [folder])]
  },
  takes: command =>
    takesKnowledge(command.argument('[pattern...]', 'answers only cases whose `file: name` matches'))
      .option('--cases <folder>', 'folder of the cases; beside the knowledge unless given')
      .option('--topic <name>', 'answers only cases that ask for what this file of the source speaks for')
      .option('--answers', 'tells of every case what each condition of its decision points answered'),
  run: async ({ options: { knowledge, cases: folder, topic, answers }, words, surroundings, teller }) =>
    (await import('./answer-cases.js')).answerCases(
      { knowledge: knowledgeAsked(surroundings, knowledge), folder, topic, pattern: words.join(' '), hasAnswers: answers === true },
      teller,
    ),
}
