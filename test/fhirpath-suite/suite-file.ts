import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseDocument } from 'yaml'

/** One case of a suite: an expression on a resource, and what it must come to. */
export interface SuiteCase {
  file: string
  name: string
  expression: string
  resource: object
  variables: Readonly<Record<string, unknown>>
  /** A path from the resource to what `%context` is. */
  context: string | undefined
  /** Undefined where it must fail. */
  expected: readonly unknown[] | undefined
}

/** Cases of a file (.xml as HL7 writes them, .yaml as fhirpath.js does) or of all such files in a folder. */
export function casesIn(path: string): SuiteCase[] {
  if (statSync(path).isDirectory())
    return readdirSync(path)
      .sort()
      .flatMap(name => (isSuite(name) ? casesIn(join(path, name)) : []))
  return path.endsWith('.xml') ? xmlCases(path) : yamlCases(path)
}

const isSuite = (name: string): boolean => /\.(xml|ya?ml)$/.test(name)

/** The resource that a suite names, as JSON, from a folder of resources somewhere near the suite. */
function resourceNamed(name: string, near: string): object | undefined {
  const json = name.replace(/\.xml$/, '.json')
  for (let folder = dirname(near); folder !== dirname(folder); folder = dirname(folder)) {
    const found = ['resources/r4', 'examples', '.'].map(below => join(folder, below, json)).find(existsSync)
    if (found !== undefined) return JSON.parse(readFileSync(found, 'utf8')) as object
  }
  return undefined
}

// XML: only what a suite needs of it.

const TEST = /<test\s([^>]*[^/])>([\s\S]*?)<\/test>/g
const EXPRESSION = /<expression([^>]*)>([\s\S]*?)<\/expression>/
const OUTPUT = /<output([^>]*?)(?:\/>|>([\s\S]*?)<\/output>)/g

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (_, decimal?: string, hex?: string, name = '') =>
    decimal !== undefined
      ? String.fromCodePoint(Number(decimal))
      : hex !== undefined
        ? String.fromCodePoint(parseInt(hex, 16))
        : (ENTITIES[name as string] ?? ''),
  )

const attribute = (attributes: string, name: string): string | undefined => {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1]
  return found === undefined ? undefined : unescaped(found)
}

function xmlCases(path: string): SuiteCase[] {
  const text = readFileSync(path, 'utf8').replace(/<!--[\s\S]*?-->/g, '')
  return [...text.matchAll(TEST)].flatMap(([, attributes = '', body = '']) => {
    const [, asked = '', expression] = EXPRESSION.exec(body) ?? []
    const input = attribute(attributes, 'inputfile')
    const resource = input === undefined ? {} : resourceNamed(input, path)
    if (expression === undefined || !resource) return []
    const outputs = [...body.matchAll(OUTPUT)].map(([, of = '', written = '']) =>
      valueOfOutput(attribute(of, 'type') ?? '', unescaped(written)),
    )
    const fails = attribute(asked, 'invalid') ?? attribute(body, 'invalid')
    const isPredicate = attribute(attributes, 'predicate') === 'true'
    const source = unescaped(expression)
    return {
      file: basename(path),
      name: attribute(attributes, 'name') ?? '',
      expression: isPredicate ? `(${source}).exists()` : source,
      resource,
      variables: {},
      context: undefined,
      expected: fails === undefined ? outputs : undefined,
    }
  })
}

function valueOfOutput(type: string, text: string): unknown {
  if (type === 'boolean') return text === 'true'
  if (type === 'integer' || type === 'decimal') return Number(text)
  return /^(?:date|dateTime|time)$/.test(type) ? text.replace(/^@T?/, '') : text
}

// YAML as fhirpath.js has it: groups within groups, a resource for a whole file.

interface YamlCase {
  desc?: string
  expression?: string | readonly string[]
  result?: readonly unknown[]
  error?: boolean
  disable?: boolean
  model?: string
  inputfile?: string
  context?: string
  variables?: Readonly<Record<string, unknown>>
}

function yamlCases(path: string): SuiteCase[] {
  const { tests = [], subject = {} } = parseDocument(readFileSync(path, 'utf8'), { strict: false }).toJS() as {
    tests?: readonly YamlCase[]
    subject?: object
  }
  return tests.flatMap(flattened).flatMap(each => yamlCase(each, path, subject))
}

/** A group is a list under a key of its own name. */
const flattened = (each: YamlCase): YamlCase[] => {
  const groups = Object.entries(each).filter(([key, value]) => key.startsWith('group') && Array.isArray(value))
  return groups.length === 0 ? [each] : groups.flatMap(([, cases]) => (cases as YamlCase[]).flatMap(flattened))
}

function yamlCase(each: YamlCase, path: string, subject: object): SuiteCase[] {
  const { desc = '', expression, result = [], error, disable, model, inputfile, context, variables = {} } = each
  if (typeof expression === 'object' && !Array.isArray(expression)) return []
  if (expression === undefined || disable || (model !== undefined && model !== 'r4')) return []
  const resource = inputfile === undefined ? subject : resourceNamed(inputfile, path)
  if (!resource) return []
  return [expression].flat().map(one => ({
    file: basename(path),
    name: desc,
    expression: String(one),
    resource,
    variables,
    context,
    expected: error ? undefined : result,
  }))
}
