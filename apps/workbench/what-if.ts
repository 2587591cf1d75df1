import type { FhirResource } from 'fhir/r4.js'
import type { Card, CdsResponse } from '../../src/cds-hooks/types.js'
import type { HookRequestBody } from '../shared/service.js'

/** Where a value stands in a request. */
export type Path = readonly (string | number)[]

/** A resource that a request brings, and where. */
export interface SentResource {
  /** `Type/id`, as an explanation names it. */
  reference: string
  path: Path
  resource: FhirResource
}

/** A value that may be changed. */
export interface Leaf {
  path: Path
  /** Elements on the way to it within its resource, such as `onsetDateTime`. */
  name: string
  kind: 'date' | 'number' | 'boolean' | 'text'
  value: string | number | boolean
  /** The linkId of the question that it answers, in a form. */
  question?: string
}

/** One change of a request: another value, or none where it is left out. */
export interface Edit {
  path: Path
  value?: string | number | boolean
}

/** What a change did to the cards. */
export interface Comparison {
  added: Card[]
  removed: Card[]
  changed: { before: Card; after: Card }[]
  same: Card[]
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const isResource = (value: unknown): value is FhirResource => isObject(value) && typeof value.resourceType === 'string'

/** Every resource that a request brings: prefetched, alone or in a Bundle, and what is being ordered. */
export function sentResources({ prefetch, context }: HookRequestBody): SentResource[] {
  const prefetched = isObject(prefetch) ? Object.entries(prefetch).map(([key, value]) => [['prefetch', key], value] as const) : []
  const drafts = isObject(context) ? [[['context', 'draftOrders'], context.draftOrders] as const] : []
  const found = [...drafts, ...prefetched].flatMap(([path, value]) => resourcesAt(path, value))
  const seen = new Set<string>()
  return found.filter(({ reference }) => !seen.has(reference) && seen.add(reference))
}

function resourcesAt(path: Path, value: unknown): SentResource[] {
  if (!isResource(value)) return []
  if (value.resourceType === 'Bundle')
    return (value.entry ?? []).flatMap(({ resource }, index) => resourcesAt([...path, 'entry', index, 'resource'], resource))
  return [{ reference: `${value.resourceType}/${value.id ?? '?'}`, path, resource: value }]
}

/** Elements that say who and which, and nothing of what is the case. */
const ABOUT_ITSELF: ReadonlySet<string> = new Set([
  'resourceType',
  'id',
  'meta',
  'text',
  'identifier',
  'name',
  'telecom',
  'address',
  'system',
])

/** Values of a resource that may be changed: dates first, then numbers, answers and the rest. */
export function leavesOf({ resource, path }: SentResource): Leaf[] {
  const found = leavesIn(resource, path, [])
  const order = ['date', 'number', 'boolean', 'text']
  return found.sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))
}

function leavesIn(value: unknown, path: Path, names: readonly string[], question?: string): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => leavesIn(each, [...path, index], names, question))
  if (isObject(value)) {
    const asked = typeof value.linkId === 'string' ? value.linkId : question
    return Object.entries(value).flatMap(([name, each]) =>
      ABOUT_ITSELF.has(name) || name === 'linkId' || name === 'reference' || name === 'url'
        ? []
        : leavesIn(each, [...path, name], [...names, name], asked),
    )
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return []
  return [{ path, name: names.join('.'), kind: kindOf(value), value, ...(question !== undefined && { question }) }]
}

function kindOf(value: string | number | boolean): Leaf['kind'] {
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}(T|$)/.test(value) ? 'date' : 'text'
  return typeof value === 'number' ? 'number' : 'boolean'
}

/** A request with changes made to a copy of it; the later of two at the same place counts. */
export function edited(request: HookRequestBody, edits: readonly Edit[]): HookRequestBody {
  const copy = structuredClone(request)
  // Removals go last and from behind, so that places of lists keep their numbers.
  const removals = edits.filter(({ value }) => value === undefined).sort((one, other) => byPath(other.path, one.path))
  for (const edit of [...edits.filter(({ value }) => value !== undefined), ...removals]) put(copy, edit)
  return copy
}

function byPath(one: Path, other: Path): number {
  const differing = one.findIndex((part, index) => part !== other[index])
  const [a, b] = [one[differing], other[differing]]
  return typeof a === 'number' && typeof b === 'number' ? a - b : 0
}

function put(into: object, { path, value }: Edit): void {
  const holder = path.slice(0, -1).reduce<unknown>((at, part) => (at as Record<string | number, unknown> | undefined)?.[part], into)
  const last = path.at(-1)
  if (typeof holder !== 'object' || holder === null || last === undefined) return
  if (value !== undefined) (holder as Record<string | number, unknown>)[last] = value
  else if (Array.isArray(holder)) holder.splice(Number(last), 1)
  else delete (holder as Record<string | number, unknown>)[last]
}

/** Changes with another beside them, in place of an earlier one at the same place. */
export const withEdit = (edits: readonly Edit[], edit: Edit): Edit[] => [...withoutEdit(edits, edit.path), edit]

/** Changes without the one at a place. */
export const withoutEdit = (edits: readonly Edit[], path: Path): Edit[] => edits.filter(each => each.path.join('/') !== path.join('/'))

/** What is left out to leave out a whole resource: the entry of its Bundle, or the resource itself. */
export const removalOf = ({ path }: Pick<SentResource, 'path'>): Edit => ({ path: path.at(-1) === 'resource' ? path.slice(0, -1) : path })

/** How the cards of a call differ from those of another with the same hookInstance. */
export function compared(before: CdsResponse, after: CdsResponse): Comparison {
  const earlier = new Map(before.cards.map(card => [card.uuid, card] as const))
  const later = new Set(after.cards.map(({ uuid }) => uuid))
  const both = after.cards.flatMap(card => {
    const was = earlier.get(card.uuid)
    return was ? [{ before: was, after: card }] : []
  })
  return {
    added: after.cards.filter(({ uuid }) => !earlier.has(uuid)),
    removed: before.cards.filter(({ uuid }) => !later.has(uuid)),
    changed: both.filter(({ before: one, after: other }) => sayingOf(one) !== sayingOf(other)),
    same: both.filter(({ before: one, after: other }) => sayingOf(one) === sayingOf(other)).map(({ after: card }) => card),
  }
}

/** What a reader sees of a card. */
const sayingOf = ({ summary, detail, indicator, suggestions = [] }: Card): string =>
  JSON.stringify([summary, detail, indicator, suggestions.map(({ label }) => label)])
