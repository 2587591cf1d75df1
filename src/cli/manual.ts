import type { Command } from 'commander'
import { CLI_ERRORS } from './cli-error.js'
import type { CommandPage } from './command-page.js'

/** A page of the manual with the command as Commander knows it, whose arguments and options it tells. */
export interface PageWithCommand {
  page: CommandPage
  command: Command
}

/** docs/cli.md: every command with its synopsis, options, exit codes and examples, as Markdown. */
export const manualOf = (pages: readonly PageWithCommand[]): string =>
  [
    '# columna: the manual of the command',
    'This page is made of the commands themselves: `npm run manual`. A test holds it against them, and every example is done by a test: those of `serve` and `prepare` on the installed package, those of `record` on a store, all others as they stand here.',
    '`npx columna <command>` in a project that has installed the package; `npx tsx src/cli/columna.ts <command>` in this repository.',
    heading('Commands'),
    table(
      ['command', 'what it does'],
      pages.map(({ page: { name, says } }) => [`[${name}](#columna-${name})`, says]),
    ),
    heading('What holds for all'),
    ...COMMON,
    table(
      ['exit code', 'when'],
      [
        ['0', 'all is good'],
        ['1', 'there are findings: each command says which'],
        ['2', 'the words are wrong, or it cannot do what was asked; an error with a code says why'],
      ],
    ),
    table(
      ['code', 'when'],
      Object.entries(CLI_ERRORS).map(([code, says]) => [`\`${code}\``, says]),
    ),
    'Other codes are those of the service, `CDS_KNOWLEDGE_INVALID` and `CDS_SETTING_INVALID` above all ([integrating.md](integrating.md)).',
    ...pages.flatMap(pageBlocks),
  ].join('\n\n') + '\n'

const COMMON = [
  'The result goes to the standard output; progress, notes and errors go to that of errors. Progress is told on a terminal alone, in one line; a pipe hears plain lines. Colours are shown on a terminal that has any, and not with `NO_COLOR`.',
  'With `--json` the result is one JSON document of the shape that the command names; an error is `{ error: { code: string, message: string, details: string[] } }`.',
  '`--knowledge <folder>` names the folder of knowledge that is worked on; without it that of `CDS_KNOWLEDGE`, else the folder where the command is given if it holds a guideline or a part of one (`knowledge.json`, `knowledge/`, `fhir-resources/`, `cds-services/`), else that of the package.',
]

const heading = (text: string): string => `## ${text}`

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')

function pageBlocks({ page, command }: PageWithCommand): string[] {
  const { name, says, description, examples, findings, json } = page
  return [
    heading(`columna ${name}`),
    `**Name.** columna ${name}: ${says}.`,
    `**Synopsis.** \`columna ${name} ${command.usage()}\``,
    ...description,
    ...optionTable(command),
    `**Exit codes.** 0${findings === undefined ? '' : `; 1 when ${findings}`}; 2 as above.`,
    ...(json === undefined ? [] : ['**`--json`.**', `\`\`\`ts\n${json}\n\`\`\``]),
    '**Examples.**',
    ...examples.map(({ does, words }) => `${does}:\n\n\`\`\`sh\ncolumna ${words}\n\`\`\``),
  ]
}

function optionTable(command: Command): string[] {
  const help = command.createHelp()
  const rows = [
    ...help.visibleArguments(command).map(argument => [`\`${help.argumentTerm(argument)}\``, help.argumentDescription(argument)]),
    ...help.visibleOptions(command).map(option => [`\`${help.optionTerm(option)}\``, help.optionDescription(option)]),
  ]
  return [table(['argument or option', 'what it says'], rows)]
}
