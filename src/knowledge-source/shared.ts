import type { JsonObject } from '../plain-values/json.js'
import { isObject } from '../plain-values/json.js'
import { Verbatim, WordFault, isMap, listOf, mapOf, textOf, type Written, type WrittenMap } from './written.js'

/** What a strength and its direction are called together. */
export interface Grade {
  /** `system code`; several are joined by ` + `. */
  strength: string
  direction: string
}

/** What all files of a source share: `knowledge/shared.yaml`. */
export interface SharedWords {
  /** Elements that every resource of a section holds unless it says otherwise; those of all under `every`. */
  elements: ReadonlyMap<string, JsonObject>
  /** Code systems by short name. */
  systems: ReadonlyMap<string, string>
  grades: ReadonlyMap<string, Grade>
  /** What plans are about, by name: a coding and its words. The first is implied. */
  subjects: ReadonlyMap<string, { coding: string; words: WrittenMap }>
  /** What words of a code may be for, other than to translate it: codes of the knowledge's own designation-use, in the order in which they stand. */
  uses: readonly string[]
  /** The use of a designation that is another name of the code: a coding and its display. */
  synonym: { coding: string; display: string }
  /** The code system of the answers of forms. */
  answers: string
}

/** Name of the file, without its ending. */
export const SHARED = 'shared'

/** Nothing is shared: the source of a folder without such a file. */
export const NOTHING_SHARED: SharedWords = {
  elements: new Map(),
  systems: new Map(),
  grades: new Map(),
  subjects: new Map(),
  uses: [],
  synonym: { coding: '', display: '' },
  answers: 'answers',
}

const READERS = {
  elements: (written: Written) => new Map([...mapOf(written)].map(([section, value]) => [section, elementsOf(value, section)] as const)),
  systems: (written: Written) => new Map([...mapOf(written)].map(([name, url]) => [name, textOf(url)] as const)),
  grades: (written: Written) => new Map([...mapOf(written)].map(([name, value]) => [name, gradeOf(value, name)] as const)),
  subjects: (written: Written) => new Map([...mapOf(written)].map(([name, value]) => [name, subjectOf(value)] as const)),
  synonym: synonymOf,
  uses: (written: Written) => listOf(written).map(textOf),
  answers: textOf,
}

/**
 * What the file says that all share.
 * @throws WordFault where it says something else.
 */
export function readShared(written: WrittenMap): SharedWords {
  const unknown = [...written.keys()].find(name => !Object.hasOwn(READERS, name))
  if (unknown !== undefined) throw new WordFault(`What is shared is ${Object.keys(READERS).join(', ')}.`, [unknown])
  const read = <Name extends keyof typeof READERS>(name: Name): ReturnType<(typeof READERS)[Name]> | undefined => {
    const value = written.get(name)
    return value === undefined ? undefined : (READERS[name](value) as ReturnType<(typeof READERS)[Name]>)
  }
  return {
    elements: read('elements') ?? new Map(),
    systems: read('systems') ?? new Map(),
    grades: read('grades') ?? new Map(),
    subjects: read('subjects') ?? new Map(),
    synonym: read('synonym') ?? NOTHING_SHARED.synonym,
    uses: read('uses') ?? [],
    answers: read('answers') ?? NOTHING_SHARED.answers,
  }
}

function elementsOf(value: Written, section: string): JsonObject {
  if (value instanceof Verbatim && isObject(value.json)) return value.json
  throw new WordFault('Elements of FHIR are wanted here.', ['elements', section])
}

function gradeOf(value: Written, name: string): Grade {
  const [strength, direction] = listOf(value).map(textOf)
  if (strength === undefined || direction === undefined)
    throw new WordFault('A grade is a list of two: strength and direction, each as system and code.', ['grades', name])
  return { strength, direction }
}

function subjectOf(value: Written): { coding: string; words: WrittenMap } {
  const words = isMap(value) ? new Map(value) : new Map<string, Written>()
  const coding = textOf(isMap(value) ? words.get('is') : value)
  words.delete('is')
  return { coding, words }
}

function synonymOf(value: Written): SharedWords['synonym'] {
  const words = mapOf(value)
  return { coding: textOf(words.get('is')), display: textOf(words.get('display')) }
}
