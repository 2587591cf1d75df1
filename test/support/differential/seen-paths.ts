import { childTypes, elementModel, RESOURCE_TYPES } from '../../../src/engine/model/r4-model.js'
import type { Chart } from './chart.js'

/** What values of a type are to operators and functions. */
export type Kind = 'truth' | 'number' | 'text' | 'date' | 'time' | 'quantity' | 'element'

/** A path from values of one type, such as `code.coding.system` from a Condition. */
export interface SeenPath {
  names: readonly string[]
  types: readonly string[]
  kinds: ReadonlySet<Kind>
}

/** What stands beneath the types of charts, by the R4 model. */
export interface SeenPaths {
  /** Types of the records, such as `Condition`. */
  records: readonly string[]
  /** Paths from a type to what was seen beneath it, as FHIRPath writes them. */
  from: (type: string) => readonly SeenPath[]
  /** Short texts and dates that an element of a name bears, as they would be written out. */
  written: (name: string) => readonly string[]
}

/** Names of a path at most. */
const DEEPEST = 4

/** Texts of an element that are remembered. */
const MOST_WRITTEN = 30

const KINDS: Readonly<Record<string, Kind>> = {
  boolean: 'truth',
  integer: 'number',
  decimal: 'number',
  positiveInt: 'number',
  unsignedInt: 'number',
  date: 'date',
  dateTime: 'date',
  instant: 'date',
  time: 'time',
  Quantity: 'quantity',
  Age: 'quantity',
  Duration: 'quantity',
}

const kindOf = (type: string): Kind => KINDS[type] ?? (/^[a-z]/.test(type) || type === 'String' ? 'text' : 'element')

type Beneath = ReadonlyMap<string, ReadonlySet<string>>

/** Collects which elements charts bear. */
export function seenPaths(charts: readonly Chart[]): SeenPaths {
  const beneath = new Map<string, Map<string, ReadonlySet<string>>>()
  const written = new Map<string, Set<string>>()
  const beneathOf = (type: string) => {
    const names = beneath.get(type) ?? new Map<string, ReadonlySet<string>>()
    beneath.set(type, names)
    return names
  }
  const note = (type: string, value: object): void => {
    for (const [key, found] of Object.entries(value)) {
      const elements = elementsAt(type, key)
      for (const [name, types] of elements) beneathOf(type).set(name, types)
      const [name = '', types] = elements.at(-1) ?? []
      const [own = ''] = types ?? []
      for (const each of [found].flat() as unknown[]) {
        if (typeof each !== 'object' || each === null) remember(written, name, each)
        else if (types) note((each as { resourceType?: string }).resourceType ?? own, each)
      }
    }
  }
  for (const { records } of charts) for (const record of records) note(record.resourceType, record)
  const known = new Map<string, readonly SeenPath[]>()
  const from = (type: string): readonly SeenPath[] => {
    const before = known.get(type) ?? pathsFrom(type, beneath)
    known.set(type, before)
    return before
  }
  return {
    records: [...beneath.keys()].filter(type => RESOURCE_TYPES.includes(type)).sort(),
    from,
    written: name => [...(written.get(name) ?? [])],
  }
}

/** The elements that a member of JSON is: of `valueQuantity` both `value`, of any type, and itself. */
function elementsAt(type: string, key: string): [name: string, types: ReadonlySet<string>][] {
  const stem = [...key.matchAll(/[A-Z]/g)]
    .map(({ index }) => key.slice(0, index))
    .find(name => (elementModel(type, name)?.choices ?? []).length > 0)
  return [stem, key].flatMap(name => {
    const types = name === undefined ? undefined : childTypes(type, name)
    return name === undefined || types === undefined || types === 'any' ? [] : [[name, types] as const]
  }) as [string, ReadonlySet<string>][]
}

function remember(written: Map<string, Set<string>>, name: string, value: unknown): void {
  if (typeof value !== 'string' || value.length > 40 || /['\\\n]/.test(value)) return
  const before = written.get(name) ?? new Set()
  written.set(name, before)
  if (before.size < MOST_WRITTEN) before.add(value)
}

function pathsFrom(type: string, beneath: ReadonlyMap<string, Beneath>): SeenPath[] {
  const paths: SeenPath[] = []
  const open: { names: readonly string[]; types: readonly string[] }[] = [{ names: [], types: [type] }]
  for (let at = open.shift(); at; at = open.shift()) {
    const found = new Map<string, Set<string>>()
    for (const each of at.types)
      for (const [name, types] of beneath.get(each) ?? []) found.set(name, new Set([...(found.get(name) ?? []), ...types]))
    for (const [name, types] of found) {
      const path = { names: [...at.names, name], types: [...types] }
      paths.push({ ...path, kinds: new Set(path.types.map(kindOf)) })
      if (path.names.length < DEEPEST) open.push(path)
    }
  }
  return paths
}
