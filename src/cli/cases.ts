import type { FoundCase } from '../cases/format.js'
import { runCases } from '../cases/record.js'
import type { CaseRunner } from '../cases/run.js'
import { casesAbout, pointsByTopic } from '../cases/topic.js'
import { caseOptions, readCases } from './read-cases.js'

/**
 * Answers the cases whose `file: name` matches a pattern, of one topic where it is named, and tells what is wrong with them.
 * Answers 1 where anything is, or where none matches.
 */
export async function answerCases(words: readonly string[]): Promise<number> {
  const { knowledge, folder, topic, rest } = caseOptions(words)
  const { runner, cases } = readCases(knowledge, folder)
  const asked = topic === undefined ? cases : ofTopic(topic, runner, cases)
  const { count, faults } = await runCases(runner, asked, new RegExp(rest.join(' '), 'i'))
  const told = faults.map(fault => `${fault}\n`).join('')
  const result = count === 0 ? 'none has this name' : faults.length === 0 ? 'all as expected' : `${faults.length} not as expected`
  process.stdout.write(`${told}${count} cases, ${result}.\n`)
  return count > 0 && faults.length === 0 ? 0 : 1
}

/** Cases that ask for what one file of the knowledge's source speaks for. @throws Error that names the topics where there is no such file. */
function ofTopic(topic: string, { loaded }: CaseRunner, cases: readonly FoundCase[]): FoundCase[] {
  const topics = pointsByTopic(loaded.knowledge)
  const points = topics.get(topic)
  if (!points) throw new Error(`No plan is written in ${topic}.yaml; plans are written in ${[...topics.keys()].sort().join(', ')}.`)
  return casesAbout(cases, points)
}
