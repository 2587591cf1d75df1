import type { ToldCondition } from '../cases/requests.js'
import type { Teller } from './teller.js'

type Answer = ToldCondition['answer']

const WORDS = { yes: 'yes', no: 'no', 'cannot-tell': 'cannot tell', error: 'error' } as const satisfies Record<Answer, string>
const COLOURS = { yes: 'green', no: 'red', 'cannot-tell': 'yellow', error: 'red' } as const satisfies Record<Answer, string>

/** Columns that an answer takes, so that what was asked stands beneath one another. */
export const ANSWER_WIDTH = 'cannot tell'.length + 2

/** An answer in words, as wide as each of them. */
export const answerWord = (answer: Answer, { paint }: { paint: Teller['paint'] }): string =>
  paint(COLOURS[answer], WORDS[answer].padEnd(ANSWER_WIDTH))
