import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cardChanges, type CardChange } from '../cases/card-changes.js'
import { caseTitle } from '../cases/record.js'
import { callsOfRequest } from '../cases/requests.js'
import { answer, type Answered, type CaseRunner } from '../cases/run.js'
import { loadSoundKnowledge, type LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { readSettings } from '../settings.js'
import { casePattern } from './case-pattern.js'
import { changeLines, type Changed } from './change-lines.js'
import type { Outcome } from './command-page.js'
import { knowledgeOfCommit } from './git-knowledge.js'
import { instantAsked } from './instant.js'
import { readCases } from './read-cases.js'
import { readJson } from './read-json.js'
import type { Teller } from './teller.js'

/** What is asked of both knowledges. */
export interface DiffOptions {
  cases?: string
  only?: string
  requests?: string
  now?: string
}

/** One question, as each knowledge is asked it. */
interface Question {
  of: string
  old: () => Promise<Answered>
  now: () => Promise<Answered>
}

/**
 * Tells what two knowledges answer differently, and what one or both cannot be asked. Answers 1 where there is either.
 * @param old a folder, or a commit of the repository in which the new folder lies.
 * @throws CliError or CdsError when either cannot be read or has a fault.
 */
export async function diffKnowledge(old: string, folder: string, options: DiffOptions, teller: Teller): Promise<Outcome> {
  const ofCommit = existsSync(old) ? undefined : knowledgeOfCommit(folder, old)
  try {
    const questions = questionsTo(loadSoundKnowledge(ofCommit ?? resolve(old)), loadSoundKnowledge(folder), folder, options)
    const changed: Changed[] = []
    for (const [index, question] of questions.entries()) {
      const { of, ...change } = await compared(question)
      if (change.changes.length > 0 || change.error !== undefined) changed.push({ of, ...change })
      teller.progress(`${index + 1} of ${questions.length} asked of both`)
    }
    const unasked = changed.filter(({ error }) => error !== undefined).length
    const otherwise = changed.length - unasked
    const left = unasked === 0 ? '' : `, ${unasked} that could not be compared`
    teller.tell(...changeLines(changed, teller), `${questions.length} asked of both, ${otherwise || 'none'} answered otherwise${left}.`)
    teller.tellJson({ asked: questions.length, changed })
    return changed.length === 0 ? 0 : 1
  } finally {
    if (ofCommit !== undefined) rmSync(ofCommit, { recursive: true })
  }
}

function questionsTo(old: LoadedKnowledge, now: LoadedKnowledge, folder: string, options: DiffOptions): Question[] {
  return [...caseQuestions(old, now, folder, options), ...requestQuestions(old, now, options)]
}

/** The cases beside the new knowledge, asked of both. */
function caseQuestions(old: LoadedKnowledge, now: LoadedKnowledge, folder: string, { cases, only = '' }: DiffOptions): Question[] {
  const sought = casePattern(only)
  const read = readCases(folder, cases, now)
  const before = readCases(folder, read.folder, old)
  const ask = (runner: CaseRunner, each: (typeof read.cases)[number]) => () => runner.answerCase(each.case)
  return read.cases
    .filter(each => sought.test(caseTitle(each)))
    .map(each => ({ of: caseTitle(each), old: ask(before.runner, each), now: ask(read.runner, each) }))
}

function requestQuestions(old: LoadedKnowledge, now: LoadedKnowledge, { requests, now: at }: DiffOptions): Question[] {
  if (requests === undefined) return []
  const options = { now: instantAsked(at), timeZone: readSettings().timeZone }
  const files = readdirSync(requests)
    .filter(name => name.endsWith('.json'))
    .sort()
  const ask = (loaded: LoadedKnowledge, body: unknown) => async () =>
    answer(callsOfRequest(loaded, body, options), loaded.knowledge.profile.languages[0])
  return files.map(file => {
    const body = readJson(join(requests, file))
    return { of: file, old: ask(old, body), now: ask(now, body) }
  })
}

async function compared({ of, old, now }: Question): Promise<Changed> {
  const [before, after] = [await outcomeOf(old), await outcomeOf(now)]
  const errors = [
    ...('error' in before ? [`the old knowledge cannot be asked: ${before.error}`] : []),
    ...('error' in after ? [`the new knowledge cannot be asked: ${after.error}`] : []),
  ]
  const changes: CardChange[] = 'error' in before || 'error' in after ? [] : cardChanges(before.cards, after.cards)
  return { of, changes, ...(errors.length > 0 && { error: errors.join('\n') }) }
}

/** What was answered; or why nothing was, as where one knowledge has no such service. */
const outcomeOf = (ask: () => Promise<Answered>): Promise<Answered | { error: string }> =>
  ask().catch((error: unknown) => ({ error: (error as Error).message }))
