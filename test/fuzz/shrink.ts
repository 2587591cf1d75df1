import type { FuzzCall } from './fuzz-call.js'

/** Whether a request still shows the fault. */
export type StillFails = (call: FuzzCall) => Promise<boolean>

/** Most requests that one shrinking may send, and most milliseconds that it may take. */
const BUDGET = 600
const LONGEST_MS = 20_000

/**
 * The smallest request found that still shows the fault: headers, target, then the body as JSON member by member where
 * it is JSON, and bytes in ever smaller pieces. `fails` must hold for `call`.
 */
export async function shrink(call: FuzzCall, fails: StillFails): Promise<FuzzCall> {
  let left = BUDGET
  const giveUpAt = Date.now() + LONGEST_MS
  const stillFails: StillFails = async smaller => left-- > 0 && Date.now() < giveUpAt && fails(smaller)
  let smallest = await withoutHeaders(call, stillFails)
  smallest = await shrinkText(smallest, call.raw === undefined ? 'body' : 'raw', stillFails)
  return smallest.raw === undefined ? shrinkText(smallest, 'target', stillFails) : smallest
}

async function withoutHeaders(call: FuzzCall, fails: StillFails): Promise<FuzzCall> {
  let smallest = call
  for (const name of Object.keys(call.headers)) {
    const { [name]: _, ...headers } = smallest.headers
    if (await fails({ ...smallest, headers })) smallest = { ...smallest, headers }
  }
  return smallest
}

async function shrinkText(call: FuzzCall, member: 'body' | 'raw' | 'target', fails: StillFails): Promise<FuzzCall> {
  const withText = (text: string): FuzzCall => ({ ...call, [member]: text })
  const holds = (text: string) => fails(withText(text))
  const text = call[member] ?? ''
  const tree = member === 'body' ? treeOf(text) : undefined
  const smaller = tree === undefined ? text : await shrinkTree(tree.value, text, holds)
  return withText(await shrinkBytes(smaller, holds))
}

function treeOf(text: string): { value: unknown } | undefined {
  try {
    const value = JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) as unknown
    structuredClone(value)
    return { value }
  } catch {
    // No JSON, or nested too deep to be handled as such.
    return undefined
  }
}

const written = (tree: unknown): string => Buffer.from(JSON.stringify(tree), 'utf8').toString('latin1')

/** Takes away whatever can go, the largest parts first, until nothing more can; the text as it was where nothing can. */
async function shrinkTree(tree: unknown, text: string, holds: (text: string) => Promise<boolean>): Promise<string> {
  let smallest = tree
  for (let changed = true; changed;) {
    changed = false
    for (const path of pathsIn(smallest)) {
      const without = withoutPart(smallest, path)
      if (without === undefined || !(await holds(written(without)))) continue
      smallest = without
      changed = true
    }
  }
  return smallest === tree ? text : written(smallest)
}

type Path = readonly string[]

/** Paths of all parts, shallow ones first. */
function pathsIn(tree: unknown): Path[] {
  const paths: Path[] = []
  const open: [unknown, Path][] = [[tree, []]]
  for (let next = open.shift(); next; next = open.shift()) {
    const [value, path] = next
    if (typeof value !== 'object' || value === null) continue
    for (const [key, child] of Object.entries(value)) {
      paths.push([...path, key])
      open.push([child, [...path, key]])
    }
  }
  return paths
}

/** A copy without the part at a path; undefined where there is no such part any more. */
function withoutPart(tree: unknown, path: Path): unknown {
  const copy = structuredClone(tree)
  const parent = path.slice(0, -1).reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], copy)
  const key = path.at(-1) ?? ''
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) return undefined
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete (parent as Record<string, unknown>)[key]
  return copy
}

/** Cuts out halves, quarters and so on down to single bytes. */
async function shrinkBytes(text: string, holds: (text: string) => Promise<boolean>): Promise<string> {
  let smallest = text
  for (let length = Math.ceil(text.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let at = 0; at < smallest.length;) {
      const without = smallest.slice(0, at) + smallest.slice(at + length)
      if (await holds(without)) smallest = without
      else at += length
    }
  }
  return smallest
}
