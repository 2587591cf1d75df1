import type { JsonObject } from '../plain-values/json.js'
import { isSameJson } from './json-equal.js'

/** Elements by name, or by the name of a share of them. */
export type Parts = Readonly<Record<string, unknown>>

/** How a list of FHIR falls into shares, each with a word of its own. */
export interface Split {
  element: string
  /** Names of shares in the order in which they stand in the list; what belongs to none stands last. */
  shares: readonly string[]
  shareOf: (item: JsonObject) => string | undefined
}

const OTHER = 'other'

/** Name of a share of a list, as a word names what it reads. */
export const share = (element: string, name: string): string => `${element}/${name}`

/** A thing with its lists in shares; a list whose shares stand in another order stays whole. */
export function splitUp(thing: Parts, splits: readonly Split[]): Record<string, unknown> {
  const parts: Record<string, unknown> = { ...thing }
  for (const split of splits) {
    const list = parts[split.element]
    if (!Array.isArray(list)) continue
    const shares = sharesOf(list as JsonObject[], split)
    if (!isSameJson(joined(shares, split).list, list)) continue
    delete parts[split.element]
    Object.assign(parts, shares)
  }
  return parts
}

function sharesOf(list: readonly JsonObject[], { element, shares, shareOf }: Split): Record<string, JsonObject[]> {
  const found: Record<string, JsonObject[]> = {}
  for (const item of list) {
    const named = shareOf(item)
    const name = share(element, named !== undefined && shares.includes(named) ? named : OTHER)
    ;(found[name] ??= []).push(item)
  }
  return found
}

/** The shares of a list together again, and where in it each begins. */
function joined(parts: Parts, { element, shares }: Split): { list: unknown[]; starts: Record<string, [start: number, length: number]> } {
  const list: unknown[] = []
  const starts: Record<string, [number, number]> = {}
  for (const name of [...shares, OTHER].map(each => share(element, each))) {
    const items = parts[name]
    if (!Array.isArray(items)) continue
    starts[name] = [list.length, items.length]
    list.push(...(items as unknown[]))
  }
  return { list, starts }
}

/** What came of joining the shares of a thing. */
export interface Joined {
  thing: Record<string, unknown>
  /** Where each share begins in its list, and how many of the list it is. */
  starts: ReadonlyMap<string, { element: string; start: number; length: number }>
}

/** A thing with its shares joined; what is given whole beside shares falls into them first. */
export function joinUp(parts: Parts, splits: readonly Split[]): Joined {
  const thing: Record<string, unknown> = { ...parts }
  const starts = new Map<string, { element: string; start: number; length: number }>()
  for (const split of splits) {
    const prefix = share(split.element, '')
    const names = Object.keys(thing).filter(name => name.startsWith(prefix))
    if (names.length === 0) continue
    const whole = thing[split.element]
    if (Array.isArray(whole)) {
      for (const [name, items] of Object.entries(sharesOf(whole as JsonObject[], split)))
        thing[name] = [...((thing[name] as unknown[] | undefined) ?? []), ...items]
    }
    const { list, starts: begins } = joined(thing, split)
    for (const [name, [start, length]] of Object.entries(begins)) starts.set(name, { element: split.element, start, length })
    for (const name of Object.keys(thing)) if (name.startsWith(prefix)) delete thing[name]
    thing[split.element] = list
  }
  return { thing, starts }
}
