import { Command, CommanderError } from 'commander'
import { toldError } from './cli-error.js'
import { EXIT, type Asked, type CommandPage, type Outcome, type Surroundings } from './command-page.js'
import { COMMANDS } from './commands.js'
import type { PageWithCommand } from './manual.js'
import { Teller } from './teller.js'

/**
 * Does what the words after `columna` say and answers the exit code; undefined where the process goes on, as a service does.
 * It throws nothing: what goes wrong is told in words with its code and, where JSON was asked for, as `{ error }` too.
 */
export async function runColumna(words: readonly string[], surroundings: Surroundings): Promise<number | undefined> {
  let outcome: Outcome | typeof EXIT.cannot = EXIT.good
  const program = columnaProgram(surroundings, async (page, asked) => {
    outcome = hasWatch(asked) ? await outcomeOfWatching(page, asked) : await outcomeOf(page, asked)
  })
  try {
    await program.parseAsync([...words], { from: 'user' })
    return outcome
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    return thrown.exitCode === 0 ? EXIT.good : EXIT.cannot
  }
}

type Run = (page: CommandPage, asked: Asked<object>) => Promise<void>

/** All commands as Commander knows them. @param run what is done with the one that is called. */
function columnaProgram(surroundings: Surroundings, run: Run): Command {
  const program = new Command('columna')
    .description('Writes, tries, serves and compares guidelines as CDS Hooks services.')
    .helpCommand('help [command]', 'shows the page of a command')
    .addHelpText('after', '\nExample: columna check --help')
    .showHelpAfterError('(columna --help tells more)')
  settle(program, surroundings)
  for (const page of COMMANDS) program.addCommand(commandOf(page, surroundings, run))
  return program
}

/** One command as Commander knows it. */
function commandOf(page: CommandPage, surroundings: Surroundings, run: Run): Command {
  const command = settle(page.takes(new Command(page.name).summary(page.says).description(page.description.join('\n\n'))), surroundings)
  command.helpOption('-h, --help', 'shows this page')
  if (page.json !== undefined) command.option('--json', 'tells the result as JSON')
  if (page.watches !== undefined) command.option('--watch', 'does it again after each change, until it is ended')
  const examples = page.examples.map(({ does, words }) => `  ${does}:\n    columna ${words}`)
  command.addHelpText('after', `\nExamples:\n${examples.join('\n')}`).showHelpAfterError(`(columna ${page.name} --help tells more)`)
  return command.action(() => {
    const options = command.opts<{ json?: true }>()
    const teller = new Teller(surroundings, options.json === true)
    return run(page, { options, words: command.args, teller, surroundings })
  })
}

/** Every page with the command that it makes, for the manual: nothing is done and nothing told. */
export function pagesWithCommands(): PageWithCommand[] {
  const nowhere = { write: () => undefined }
  const surroundings = { out: nowhere, err: nowhere, knowledgeFolder: undefined }
  return COMMANDS.map(page => ({ page, command: commandOf(page, surroundings, async () => undefined) }))
}

/** Words go to the streams that are given, and nothing ends the process. */
const settle = (command: Command, { out, err }: Surroundings): Command =>
  command.exitOverride().configureOutput({
    writeOut: text => void out.write(text),
    writeErr: text => void err.write(text),
    outputError: (text, write) => write(text.replace(/^error: /, 'COLUMNA_USAGE: ')),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  })

const hasWatch = ({ options }: Asked<object>): boolean => (options as { watch?: true }).watch === true

/** Does it, and again after each change, until the signal. */
async function outcomeOfWatching(page: CommandPage, asked: Asked<object>): Promise<Outcome | typeof EXIT.cannot> {
  const { Changes } = await import('./watch.js')
  const { signal } = asked.surroundings
  const changes = new Changes(page.watches?.(asked) ?? [])
  try {
    for (;;) {
      const outcome = await outcomeOf(page, asked)
      asked.teller.note('(waits for a change)')
      const file = await changes.next(signal)
      if (file === undefined) return outcome
      asked.teller.note(`${file} changed.`)
    }
  } finally {
    changes.close()
  }
}

async function outcomeOf(page: CommandPage, asked: Asked<object>): Promise<Outcome | typeof EXIT.cannot> {
  try {
    return await page.run(asked)
  } catch (thrown) {
    const error = toldError(thrown)
    asked.teller.tellJson({ error })
    asked.teller.note(`${error.code}: ${error.message}`, ...error.details.map(detail => `  ${detail}`))
    return EXIT.cannot
  } finally {
    asked.teller.endProgress()
  }
}
