#!/usr/bin/env node
/** The command of the package: its first word names one of the table. */

/** One command of the package. */
interface Command {
  /** What may stand behind its name. */
  takes: string
  says: string
  /** Answers with the exit code; undefined while the process goes on. */
  run: (words: readonly string[]) => Promise<number | undefined>
}

/** Every command by its name; what it needs is loaded when it is called. */
const COMMANDS: Readonly<Record<string, Command>> = {
  check: {
    takes: '[folder]',
    says: 'every fault of the knowledge in a folder, with file, element and code',
    run: async words => (await import('./check-knowledge.js')).checkKnowledge(words),
  },
  cases: {
    takes: '[--knowledge folder] [--cases folder] [--topic name] [pattern]',
    says: "answers the clinical cases whose 'file: name' matches, all unless a pattern is given, or those of one topic, and tells what is wrong",
    run: async words => (await import('./cases.js')).answerCases(words),
  },
  coverage: {
    takes: '[--knowledge folder] [--cases folder]',
    says: 'writes fhir-resources/COVERAGE.md: what speaks for each decision point, and which cases ask for it; tells what is missing',
    run: async words => (await import('./coverage.js')).coverKnowledge(words),
  },
  render: {
    takes: '[--check] [folder]',
    says: 'writes fhir-resources/ of the source in knowledge/; with --check only tells what differs',
    run: async words => (await import('./render.js')).renderKnowledge(words),
  },
  import: {
    takes: '[--knowledge folder] [--into topic] [file...]',
    says: 'takes JSON that was changed by hand over into the source in knowledge/',
    run: async words => (await import('./import.js')).importKnowledge(words),
  },
  prepare: {
    takes: '[folder]',
    says: 'checks the knowledge in a folder and keeps what was found out beside the code, so that the service starts quickly',
    run: async words => (await import('./prepare.js')).prepare(words),
  },
  population: {
    takes: '--input folder --output folder [--now instant] [--service id] [--plan id] [--workers n] [--part i/n]',
    says: 'asks of every patient of a bulk export which decision points speak for them; goes on where it was when it was killed',
    run: async words => (await import('./population.js')).answerPopulation(words),
  },
  record: {
    takes: 'find|erase|export [--fhir-server url] [--patient id] ...',
    says: 'shows or deletes what the store of the settings keeps of a patient, a user or a card; or tells who asked what, as AuditEvents',
    run: async words => (await import('./record.js')).keepRecord(words),
  },
  token: {
    takes: '--key file --url address | --new file',
    says: 'signs a token for one request as a client of trust.json would (--trust file, --client name); --new makes a key, and tells the file that registers it',
    run: async words => (await import('./token.js')).mintToken(words),
  },
  serve: {
    takes: '',
    says: 'the service, by the settings of the environment',
    run: async () => {
      await import('../main.js')
      return undefined
    },
  },
}

const help = (): string =>
  ['columna <command>', ...Object.entries(COMMANDS).map(([name, { takes, says }]) => `  ${`${name} ${takes}`.padEnd(57)}${says}`), ''].join(
    '\n',
  )

const [name = '', ...words] = process.argv.slice(2)
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined

/** What went wrong, in lines that say what to mend: where in the program it was noticed helps no author. */
function told(error: unknown): string {
  const { message, details = [] } = error as { message: string; details?: readonly string[] }
  return [message, ...details.map(detail => `  ${detail}`), ''].join('\n')
}

if (command) {
  process.exitCode = await command.run(words).catch((error: unknown) => {
    process.stderr.write(told(error))
    return 1
  })
} else {
  const isAsked = ['', 'help', '--help', '-h'].includes(name)
  process[isAsked ? 'stdout' : 'stderr'].write(isAsked ? help() : `There is no command ${name}.\n${help()}`)
  process.exitCode = isAsked ? 0 : 2
}
