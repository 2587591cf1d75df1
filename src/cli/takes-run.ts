import type { Command } from 'commander'

/** Declares what every command about a population takes. */
export const takesRun = (command: Command): Command =>
  command
    .option('--input <folder>', 'folder that a bulk export was saved to')
    .option('--output <folder>', 'folder that the answers go to')
    .option('--now <instant>', 'the instant at which is asked, such as 2026-03-30')
    .option(
      '--workers <n>',
      'threads; as many as there are processors unless given, none beside the first for an export of less than a megabyte',
    )
    .option('--part <i/n>', 'number of this machine, from 0, and how many there are')

/** Gathers the values of an option that is said several times. */
export const several = (value: string, before: readonly string[] = []): string[] => [...before, value]
