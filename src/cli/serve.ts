import type { CommandPage } from './command-page.js'

/** `columna serve`. */
export const serve: CommandPage = {
  name: 'serve',
  says: 'starts the service, by the settings of the environment',
  description: [
    'The settings are those of the README: `PORT`, `CDS_KNOWLEDGE` for a guideline of your own (or the command given in its folder), and others. It answers until a signal ends it.',
    'There is no `--json`, since it comes to no result: what it tells after its first words is its log, a line of JSON each, and `/health/ready` says when calls are answered.',
  ],
  examples: [{ does: 'Start the service', words: 'serve' }],
  takes: command => command,
  run: async () => {
    await import('../main.js')
    return undefined
  },
}
