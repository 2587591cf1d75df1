import { runCases } from '../cases/record.js'
import { caseOptions, readCases } from './read-cases.js'

/** Answers the cases whose `file: name` matches a pattern and tells what is wrong with them. Answers 1 where anything is, or where none matches. */
export async function answerCases(words: readonly string[]): Promise<number> {
  const { knowledge, folder, rest } = caseOptions(words)
  const { runner, cases } = readCases(knowledge, folder)
  const { count, faults } = await runCases(runner, cases, new RegExp(rest.join(' '), 'i'))
  const told = faults.map(fault => `${fault}\n`).join('')
  const result = count === 0 ? 'none has this name' : faults.length === 0 ? 'all as expected' : `${faults.length} not as expected`
  process.stdout.write(`${told}${count} cases, ${result}.\n`)
  return count > 0 && faults.length === 0 ? 0 : 1
}
