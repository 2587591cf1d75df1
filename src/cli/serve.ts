import type { CommandPage } from './command-page.js'

/** `columna serve`. */
export const serve: CommandPage = {
  name: 'serve',
  says: 'starts the service, by the settings of the environment',
  description: [
    'The settings are those of the README: `PORT`, `CDS_KNOWLEDGE` for a guideline of your own (or the command given in its folder), and others. It answers until a signal ends it.',
  ],
  examples: [{ does: 'Start the service', words: 'serve' }],
  takes: command => command,
  run: async () => {
    await import('../main.js')
    return undefined
  },
}
