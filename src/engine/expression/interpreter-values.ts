import r4 from 'fhirpath/fhir-context/r4'
import { lazily } from '../model/memoised.js'
import { interpreterLibrary, isInterpreterNode, isOwnValue, type InterpreterNode } from './interpreter-library.js'
import { Quantity } from './quantities.js'
import { Temporal, type TemporalKind } from './temporals.js'
import { isValue, nodeOf, ResourceNode, type Collection, type Item } from './values.js'

/** Makes nodes; the interpreter does not export its class, so it is reached through a node. */
type NodeMaker = (
  ctx: object,
  data: unknown,
  parent: InterpreterNode | null,
  path: string | null,
  underscore: unknown,
  type: string | null,
  property: string | null,
  index: number | null,
) => InterpreterNode

const OPTIONS = { resolveInternalTypes: false, async: false as const }

const valuesOf = (source: string, variables: object = {}): unknown[] =>
  interpreterLibrary().compile(source, r4, OPTIONS)({}, variables as never) as unknown[]

/** What of the interpreter only a node leads to; its parser need not be there before anything is left to it. */
const ofNodes = lazily(() => {
  const [sample] = valuesOf('%sample', { sample: { resourceType: 'Basic' } }) as [InterpreterNode]
  const { getDecimal } = sample.ctx as { getDecimal: (value: number) => unknown }
  const { makeResNode } = sample.constructor as unknown as { makeResNode: NodeMaker }
  return { ctx: sample.ctx, getDecimal, makeResNode }
})

/** The interpreter's classes of dates and times, by what they are called here. */
const temporalClasses = lazily(() =>
  (
    [
      ['date', '@2000-01-01'],
      ['dateTime', '@2000-01-01T00:00:00Z'],
      ['time', '@T00:00'],
    ] as const
  ).map(([kind, literal]) => [kind, valuesOf(literal)[0]?.constructor] as const),
)

/** Makes what is else made when a value is first handed to the interpreter, or taken from it. */
export function prepareInterpreterValues(): void {
  ofNodes()
  temporalClasses()
}

const CONVERSIONS: Readonly<Record<TemporalKind, string>> = {
  date: 'toDate',
  dateTime: 'toDateTime',
  instant: 'toDateTime',
  time: 'toTime',
}

const converters = new Map<string, (variables: never) => unknown>()

function convert(name: string, written: string): unknown {
  const run =
    converters.get(name) ??
    (interpreterLibrary().compile(`%written.${name}()`, r4, OPTIONS).bind(undefined, {}) as (variables: never) => unknown)
  converters.set(name, run)
  return (run({ written } as never) as unknown[])[0]
}

const twins = new WeakMap<ResourceNode, InterpreterNode>()
const originals = new WeakMap<InterpreterNode, ResourceNode>()

/** A collection as the interpreter reads it. */
export const forInterpreter = (items: Collection): unknown[] => items.map(itemForInterpreter)

/** An item as the interpreter reads it. */
export function itemForInterpreter(item: Item): unknown {
  if (item instanceof ResourceNode) return twinOf(item)
  if (typeof item === 'number') return ofNodes().getDecimal(item)
  if (item instanceof Temporal) return item.twin ?? convert(CONVERSIONS[item.kind], item.text)
  if (item instanceof Quantity) return item.twin ?? convert('toQuantity', `${item.value} ${item.unit}`)
  return item
}

function twinOf(node: ResourceNode): InterpreterNode {
  const before = twins.get(node)
  if (before) return before
  const { data, shadow, path, type, parent, property } = node
  const { ctx, makeResNode } = ofNodes()
  const twin = makeResNode(ctx, data, parent && twinOf(parent), path, shadow, type, property, null)
  twins.set(node, twin)
  originals.set(twin, node)
  return twin
}

/** What the interpreter yields, as all others read it. */
export function fromInterpreter(found: unknown): Collection {
  if (Array.isArray(found)) return found.flatMap(itemFrom)
  return found === undefined || found === null ? [] : itemFrom(found)
}

function itemFrom(found: unknown): Item[] {
  if (isInterpreterNode(found))
    return found.path === null && found.fhirNodeDataType === null && isOfExpression(found.data) ? itemFrom(found.data) : nodesFrom(found)
  return [valueFrom(found)]
}

/** Whether a value is one of an expression and not of a resource: the interpreter wraps variables in nodes. */
const isOfExpression = (data: unknown): boolean =>
  typeof data !== 'object' || data === null || Object.getPrototypeOf(data) !== Object.prototype

/** Its own node, else one like it where the element has a value. */
function nodesFrom(found: InterpreterNode): Item[] {
  const known = originals.get(found)
  if (known) return [known]
  const { data, _data, path, fhirNodeDataType, parentResNode, propName } = found
  const value = jsonOf(data)
  if (!isValue(fhirNodeDataType ?? path, value)) return []
  const [parent] = parentResNode ? nodesFrom(parentResNode) : []
  const node = nodeOf(value, _data, path, fhirNodeDataType, (parent as ResourceNode | undefined) ?? null, propName)
  twins.set(node, found)
  originals.set(found, node)
  return [node]
}

const jsonOf = (data: unknown): unknown => (isOwnValue(data) && 'decimalPlaces' in data ? data.value : data)

function valueFrom(found: unknown): Item {
  if (!isOwnValue(found)) return found
  if ('decimalPlaces' in found) return found.asStr === String(found.value) ? found.value : found
  if (found.unit !== undefined) return new Quantity(Number(found.value), found.unit, found)
  const kind = temporalClasses().find(([, type]) => found.constructor === type)?.[0]
  return new Temporal(kind ?? 'instant', String((interpreterLibrary().resolveInternalTypes([found]) as unknown[])[0]), found)
}
