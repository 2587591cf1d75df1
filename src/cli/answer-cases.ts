import type { FoundCase } from '../cases/format.js'
import { runCases, type ComparedCase } from '../cases/record.js'
import type { CaseRunner } from '../cases/run.js'
import { casesAbout, pointsByTopic } from '../cases/topic.js'
import { answerWord } from './answer-word.js'
import { casePattern } from './case-pattern.js'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import { readCases } from './read-cases.js'
import type { Teller } from './teller.js'

/** Which cases are asked. */
export interface CasesAsked {
  /** Folder of the knowledge. */
  knowledge: string
  /** Folder of the cases; beside the knowledge unless given. */
  folder: string | undefined
  topic: string | undefined
  /** A regular expression, sought in `file: name`. */
  pattern: string
  /** Whether the answer of each condition is told of every case, and not only of those that are wrong. */
  hasAnswers: boolean
}

/**
 * Answers the cases whose `file: name` matches a pattern, of one topic where it is named, and tells what is wrong with them.
 * Answers 1 where anything is, or where none matches.
 * @throws CliError COLUMNA_USAGE when the pattern is none, COLUMNA_TOPIC_UNKNOWN when there is no such topic.
 */
export async function answerCases({ knowledge, folder, topic, pattern, hasAnswers }: CasesAsked, teller: Teller): Promise<Outcome> {
  const sought = casePattern(pattern)
  const { runner, cases } = readCases(knowledge, folder)
  const asked = topic === undefined ? cases : ofTopic(topic, runner, cases)
  const compared = await runCases(runner, asked, sought, {
    hasAnswers,
    onAnswered: (done, of) => teller.progress(`${done} of ${of} cases`),
  })
  const wrong = compared.filter(({ faults }) => faults.length > 0)
  const count = compared.length
  const result = count === 0 ? 'none has this name' : wrong.length === 0 ? 'all as expected' : `${wrong.length} not as expected`
  teller.tell(...(hasAnswers ? compared : wrong).flatMap(caseLines(teller)), `${count} cases, ${result}.`)
  teller.tellJson({ count, wrong, ...(hasAnswers && { cases: compared }) })
  return count > 0 && wrong.length === 0 ? 0 : 1
}

/** A case with what is wrong, and what each condition of its decision points answered. */
const caseLines =
  (teller: Teller) =>
  ({ case: title, faults, asked = [] }: ComparedCase): string[] => [
    title,
    ...faults.map(fault => `  - ${teller.paint('red', fault)}`),
    ...asked.flatMap(({ point, action, answer, conditions }) => [
      `  ${answerWord(answer, teller)}${point} (${action})`,
      ...conditions.map(
        condition => `    ${answerWord(condition.answer, teller)}${condition.description || '(a condition without words)'}`,
      ),
    ]),
  ]

/** Cases that ask for what one file of the knowledge's source speaks for. @throws CliError that names the topics where there is no such file. */
function ofTopic(topic: string, { loaded }: CaseRunner, cases: readonly FoundCase[]): FoundCase[] {
  const topics = pointsByTopic(loaded.knowledge)
  const points = topics.get(topic)
  if (!points)
    throw new CliError(
      'COLUMNA_TOPIC_UNKNOWN',
      `No plan is written in ${topic}.yaml; plans are written in ${[...topics.keys()].sort().join(', ')}.`,
    )
  return casesAbout(cases, points)
}
