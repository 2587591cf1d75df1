import type { FaultList } from '../model/faults.js'
import type { Knowledge } from './compile-knowledge.js'

/** How a text begins that an author has still to write, in whatever language. */
const PLACEHOLDER = /^\s*TODO\b/

/** Tells of texts that stand where an author will write their own, as `columna new` writes them. */
export function checkPlaceholders({ files }: Pick<Knowledge, 'files'>, faults: FaultList): void {
  for (const { file, resource } of files)
    for (const { element, text } of placeholdersIn(resource, resource.resourceType))
      faults.add('PLACEHOLDER_LEFT', file, element, `Write your own words, and with them what they speak of, in place of: ${text}`)
}

interface Found {
  element: string
  text: string
}

function* placeholdersIn(value: unknown, element: string): Generator<Found> {
  if (typeof value === 'string') {
    if (PLACEHOLDER.test(value)) yield { element, text: value }
  } else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* placeholdersIn(each, `${element}[${index}]`)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) yield* placeholdersIn(each, `${element}.${name}`)
  }
}
