import type { Chart } from './chart.js'

/** Most charts that are tried. */
const MOST_TRIES = 3_000

/** The smallest chart found that still shows what the given one shows: parts are left out, the largest first, until none can. */
export function shrinkChart(chart: Chart, stillShows: (smaller: Chart) => boolean): Chart {
  let smallest = structuredClone(chart)
  let tries = 0
  for (let changed = true; changed && tries < MOST_TRIES;) {
    changed = false
    for (const path of pathsIn(smallest)) {
      const without = withoutPart(smallest, path)
      if (without === undefined || (tries += 1) > MOST_TRIES || !stillShows(without)) continue
      smallest = without
      changed = true
    }
  }
  return smallest
}

type Path = readonly string[]

/** Paths of all parts beneath what every chart has, shallow ones first and later ones of a list before earlier ones. */
function pathsIn(chart: Chart): Path[] {
  const paths: Path[] = []
  const open: [unknown, Path][] = [[chart, []]]
  for (let next = open.shift(); next; next = open.shift()) {
    const [value, path] = next
    if (typeof value !== 'object' || value === null) continue
    for (const [key, child] of Object.entries(value).reverse()) {
      if (path.length > 0 && key !== 'resourceType') paths.push([...path, key])
      open.push([child, [...path, key]])
    }
  }
  return paths
}

/** A copy without the part at a path; undefined where there is no such part any more. */
function withoutPart(chart: Chart, path: Path): Chart | undefined {
  const copy = structuredClone(chart)
  const parent = path.slice(0, -1).reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], copy)
  const key = path.at(-1) ?? ''
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) return undefined
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete (parent as Record<string, unknown>)[key]
  return copy
}
