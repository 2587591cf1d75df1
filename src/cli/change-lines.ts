import type { CardChange, FieldChange } from '../cases/card-changes.js'
import type { Teller } from './teller.js'

/** What is answered otherwise to one case or request. */
export interface Changed {
  /** `file: name` of a case, or the file of a request. */
  of: string
  changes: CardChange[]
  /** Why one of the knowledges, or both, could not be asked, a line each. */
  error?: string
}

/** Most cases and requests that are named of one change; JSON names all. */
const MOST_NAMED = 5

/** Changes in words, each once with the cases and requests in which it is. */
export function changeLines(changed: readonly Changed[], teller: Teller): string[] {
  const groups = new Map<string, { lines: string[]; of: string[] }>()
  for (const { of, changes, error } of changed)
    for (const lines of [...changes.map(change => linesOf(change, teller)), ...(error === undefined ? [] : [error.split('\n')])]) {
      const key = lines.join('\n')
      const group = groups.get(key) ?? { lines, of: [] }
      group.of.push(of)
      groups.set(key, group)
    }
  return [...groups.values()].flatMap(({ lines, of }) => [...lines, ...namesOf(of), ''])
}

const namesOf = (of: readonly string[]): string[] => [
  `  in ${of.length}:`,
  ...of.slice(0, MOST_NAMED).map(name => `    ${name}`),
  ...(of.length > MOST_NAMED ? [`    and ${of.length - MOST_NAMED} more (--json names all)`] : []),
]

const WORDS = { came: 'A card comes', went: 'A card goes', changed: 'A card changes' } as const
const COLOURS = { came: 'green', went: 'red', changed: 'yellow' } as const

function linesOf({ kind, summary, indicator, points, fields }: CardChange, { paint }: Teller): string[] {
  const about = [indicator, ...points].join(', ')
  return [`${paint(COLOURS[kind], WORDS[kind])}: ${summary} (${about})`, ...fields.flatMap(fieldLines)]
}

function fieldLines({ field, before, after }: FieldChange): string[] {
  if (before.length === 1 && after.length === 1 && field !== 'text') return [`  ${field}: ${before[0]} -> ${after[0]}`]
  return [`  ${field}:`, ...before.map(line => `    - ${line}`), ...after.map(line => `    + ${line}`)]
}
