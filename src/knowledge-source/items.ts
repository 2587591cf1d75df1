import { onTrial, within, type Context } from './context.js'
import { isSameJson } from './json-equal.js'
import { note } from './thing.js'
import { Verbatim, VERBATIM, WordFault, isMap, listOf, mapOf, type SourcePath, type Written } from './written.js'

/** One thing of a list, without words of its own. */
export interface Item {
  /** undefined where it cannot be said so. */
  toSource: (json: unknown, context: Context) => Written | undefined
  /** @throws WordFault where it cannot be read. */
  toFhir: (written: Written, context: Context) => unknown
}

/** What an author writes for each of a list; FHIR as it is where an item cannot be said. */
export const itemsToSource = (list: unknown, item: Item, context: Context): Written[] =>
  (list as unknown[]).map(json => itemToSource(json, item, context) ?? new Map([[VERBATIM, new Verbatim(json)]]))

/** What an author writes for an item, where it reads back as it was. */
export function itemToSource(json: unknown, item: Item, context: Context): Written | undefined {
  const trial = onTrial(context)
  try {
    const said = item.toSource(json, context)
    return said !== undefined && isSameJson(item.toFhir(said, trial), json) && trial.findings.length === 0 ? said : undefined
  } catch (error) {
    if (error instanceof WordFault || error instanceof TypeError) return undefined
    throw error
  }
}

/** The list that was written for an element, each item marked where it stands. */
export function itemsToFhir(written: Written, part: string, item: Item, context: Context): unknown[] {
  return listOf(written).flatMap((each, index) =>
    itemToFhir(each, item, within(context, `${part}[${index}]`, ...(Array.isArray(written) ? [index] : []))),
  )
}

/** An item that was written, marked where it stands; nothing of it where it cannot be read, which is noted. */
export function itemToFhir(written: Written, item: Item, context: Context): unknown[] {
  context.marks.push([context.element, context.at])
  try {
    const verbatim = isMap(written) && written.size === 1 ? written.get(VERBATIM) : undefined
    return [verbatim instanceof Verbatim ? verbatim.json : item.toFhir(written, context)]
  } catch (error) {
    if (!(error instanceof WordFault)) throw error
    note(context, error)
    return []
  }
}

/** A list that is written as words: each item has a name of its own. */
export interface Named {
  nameOf: (json: unknown) => string | undefined
  toSource: (json: unknown, context: Context) => Written | undefined
  toFhir: (name: string, written: Written, context: Context) => unknown
}

/** What an author writes for a list of named items; undefined where two have one name, or one has none. */
export function namedToSource(list: unknown, named: Named, context: Context): Map<string, Written> | undefined {
  const written = new Map<string, Written>()
  for (const json of list as unknown[]) {
    const name = named.nameOf(json)
    if (name === undefined || name === VERBATIM || written.has(name)) return undefined
    const said = itemToSource(json, { toSource: named.toSource, toFhir: (each, inner) => named.toFhir(name, each, inner) }, context)
    written.set(name, said ?? new Map([[VERBATIM, new Verbatim(json)]]))
  }
  return written
}

/** The list of named items that was written for an element, each marked where it stands. */
export function namedToFhir(written: Written, part: string, named: Named, context: Context, behind: SourcePath = []): unknown[] {
  return [...mapOf(written)].flatMap(([name, each], index) =>
    itemToFhir(
      each,
      { toSource: named.toSource, toFhir: (value, inner) => named.toFhir(name, value, inner) },
      within(context, `${part}[${index}]`, ...behind, name),
    ),
  )
}
