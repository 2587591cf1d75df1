import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { PROJECT_ROOT } from '../knowledge-files/project-root.js'
import type { Teller, TellingStreams } from './teller.js'

/** What a command answers to the shell: all is good, there are findings, or it could not do what was asked. */
export const EXIT = { good: 0, findings: 1, cannot: 2 } as const

/** What a command that came to its end answers; undefined while the process goes on, as a service does. */
export type Outcome = typeof EXIT.good | typeof EXIT.findings | undefined

/** One way to call a command, which a test does. */
export interface Example {
  does: string
  /** The words after `columna`. */
  words: string
}

/** What a command was asked. */
export interface Asked<Options> {
  options: Options
  /** What stands beside the options. */
  words: readonly string[]
  teller: Teller
  surroundings: Surroundings
}

/** Where a command runs. */
export interface Surroundings extends TellingStreams {
  /** The folder of knowledge that the environment names. */
  knowledgeFolder: string | undefined
  /** Ends what goes on until it is told to; a signal to the process does unless given. */
  signal?: AbortSignal
}

/**
 * One command: its page of the manual, of which its `--help` and docs/cli.md are made, and what it does.
 * What it needs is imported when it runs, so that every command begins quickly.
 */
export interface CommandPage<Options = object> {
  name: string
  /** What it does, in one line without an end. */
  says: string
  /** Paragraphs. */
  description: readonly string[]
  examples: readonly [Example, ...Example[]]
  /** When it answers 1; undefined where it never does. */
  findings?: string
  /** What `--json` tells, as a type of TypeScript; undefined where it has nothing to tell. */
  json?: string
  /** Files and folders whose changes `--watch` waits for; undefined where the command is done once. */
  watches?(asked: Asked<Options>): readonly string[]
  /** Declares its arguments and options. */
  takes: (command: Command) => Command
  /** @throws CliError or CdsError where it cannot do what was asked, which is told; the command answers 2 then. */
  run(asked: Asked<Options>): Outcome | Promise<Outcome>
}

/** Options of the commands that work on a folder of knowledge. */
export interface KnowledgeOptions {
  knowledge?: string
}

/** Declares `--knowledge`. */
export const takesKnowledge = (command: Command): Command =>
  command.option(
    '--knowledge <folder>',
    'folder of the knowledge; that of CDS_KNOWLEDGE unless given, else the folder where the command is given if it holds a guideline, else that of this package',
  )

/** What of a folder the knowledge is made of. */
export const knowledgePaths = (folder: string): string[] =>
  ['knowledge', 'fhir-resources', 'cds-services', 'knowledge.json'].map(name => join(folder, name))

/** The folder of knowledge that was asked for: the first that is named, else that of the environment, else that of this package. */
export function knowledgeAsked({ knowledgeFolder, err }: Surroundings, ...named: readonly (string | undefined)[]): string {
  const folder = named.find(each => each !== undefined) ?? knowledgeFolder
  if (folder === undefined && resolve('.') !== resolve(PROJECT_ROOT))
    err.write(`There is no guideline in ${resolve('.')}: this is about that of the package. Name another with --knowledge.\n`)
  return resolve(folder ?? PROJECT_ROOT)
}
