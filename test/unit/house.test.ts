import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { DECIDING } from '../../src/knowledge-files/kept-knowledge.js'
import { roomOf, SOURCE_FILES, type Import, type SourceFile, type SyntaxNode } from '../support/source-files.js'

/**
 * The dependency rule: what each room (a folder of src/, a folder of its wing engine/, or a file at its top) may import,
 * rooms first, packages after. Types from `fhir/r4.js` are free for all.
 */
const RULE: Readonly<Record<string, readonly [rooms: readonly string[], packages: readonly string[]]>> = {
  // What everybody may use.
  errors: [[], []],
  'plain-values': [[], []],
  'cds-hooks': [['errors', 'plain-values', 'trust'], []],
  // The wing: no HTTP, disk, clock, randomness, database, language or field of medicine of its own.
  'engine/model': [['errors'], ['fhirpath']],
  'engine/expression': [
    ['engine/model', 'errors'],
    ['fhirpath', 're2js'],
  ],
  'engine/terminology': [['engine/expression', 'engine/model', 'plain-values'], []],
  'engine/knowledge': [['cds-hooks', 'engine/expression', 'engine/model', 'engine/terminology', 'plain-values'], []],
  'engine/apply': [['engine/expression', 'engine/knowledge', 'engine/model', 'engine/terminology', 'errors', 'plain-values'], []],
  'engine/cards': [['cds-hooks', 'engine/apply', 'engine/knowledge', 'engine/model', 'engine/terminology'], ['uuid']],
  'engine/index': [['engine/apply', 'engine/cards', 'engine/expression', 'engine/knowledge', 'engine/model', 'errors'], []],
  // Outside of it.
  trust: [
    ['errors', 'plain-values'],
    ['ajv', 'ipaddr.js', 'jose', 'limiter', 'node:dns', 'node:fs', 'node:net', 'node:path', 'undici'],
  ],
  // Who works in a page of ours: what an issuer, a proxy or an EHR says of them, and what their browser keeps of that.
  'sign-in': [
    ['errors', 'plain-values', 'trust'],
    ['jose', 'node:crypto', 'oauth4webapi'],
  ],
  // Where the time of a call goes; of OpenTelemetry's SDK nothing is loaded but where somebody gathers traces.
  tracing: [
    ['errors', 'plain-values'],
    ['@opentelemetry', 'node:async_hooks'],
  ],
  record: [
    ['cds-hooks', 'plain-values', 'trust'],
    ['kysely', 'libsql', 'node:crypto', 'node:events', 'node:fs', 'node:path', 'node:timers', 'node:worker_threads', 'pg'],
  ],
  // The only room that reads fhir-resources/ and cds-services/; ajv is for authors alone.
  'knowledge-files': [
    ['cds-hooks', 'engine/cards', 'engine/knowledge', 'engine/model', 'errors', 'plain-values'],
    ['ajv', 'node:crypto', 'node:fs', 'node:path', 'node:url', 'node:worker_threads'],
  ],
  'patient-data': [
    ['cds-hooks', 'engine/expression', 'engine/knowledge', 'engine/model', 'errors', 'plain-values', 'tracing', 'trust'],
    ['cockatiel', 'node:events', 'node:timers', 'undici'],
  ],
  // The corridors: the only room that imports both the engine and what is remembered.
  calls: [
    [
      'cds-hooks',
      'engine/apply',
      'engine/cards',
      'engine/expression',
      'engine/knowledge',
      'engine/model',
      'errors',
      'knowledge-files',
      'patient-data',
      'plain-values',
      'record',
      'tracing',
      'trust',
    ],
    ['node:crypto', 'node:events', 'node:http', 'node:net', 'node:tls', 'node:zlib'],
  ],
  // What bundle-apps.mjs built out of apps/.
  'browser-apps': [
    ['engine/model', 'plain-values'],
    ['node:fs', 'node:path', 'node:url'],
  ],
  // What a site installs of others' work.
  'site-forms': [['errors', 'plain-values'], ['node:fs']],
  // What came of the advice in a practice, in figures that tell of nobody.
  quality: [
    ['engine/expression', 'plain-values', 'record', 'trust'],
    ['node:fs', 'node:path'],
  ],
  // The pages that people read, from the knowledge and from figures: nothing of a patient comes here.
  pages: [
    [
      'browser-apps',
      'cds-hooks',
      'engine/apply',
      'engine/expression',
      'engine/knowledge',
      'engine/model',
      'engine/terminology',
      'errors',
      'knowledge-files',
      'quality',
      'trust',
    ],
    ['markdown-it', 'node:crypto', 'preact', 'preact-render-to-string'],
  ],
  // The only room that knows HTTP; the demonstration server is a server of its own.
  server: [
    [
      'browser-apps',
      'calls',
      'cds-hooks',
      'engine/apply',
      'engine/expression',
      'engine/knowledge',
      'engine/terminology',
      'errors',
      'knowledge-files',
      'pages',
      'plain-values',
      'quality',
      'record',
      'sign-in',
      'site-forms',
      'tracing',
      'trust',
    ],
    [
      'cockatiel',
      'compression',
      'cors',
      'express',
      'node:buffer',
      'node:crypto',
      'node:events',
      'node:http',
      'node:timers',
      'node:tty',
      'pino',
      'prom-client',
    ],
  ],
  // The language of clinical cases: what they say is data beside them.
  cases: [
    [
      'calls',
      'cds-hooks',
      'engine/apply',
      'engine/cards',
      'engine/expression',
      'engine/knowledge',
      'engine/model',
      'knowledge-files',
      'patient-data',
    ],
    [],
  ],
  // Everybody of an export, asked what they would be told: sorted by patient on disk, then evaluated patient by patient.
  population: [
    [
      'engine/apply',
      'engine/cards',
      'engine/expression',
      'engine/knowledge',
      'engine/model',
      'errors',
      'knowledge-files',
      'patient-data',
      'plain-values',
    ],
    ['node:fs', 'node:path', 'node:worker_threads'],
  ],
  // The form in which authors write the knowledge; the service reads JSON and knows nothing of it.
  'knowledge-source': [['engine/knowledge', 'engine/model', 'plain-values'], ['yaml']],
  cli: [
    [
      'cases',
      'engine/expression',
      'engine/model',
      'knowledge-files',
      'knowledge-source',
      'main',
      'plain-values',
      'population',
      'record',
      'settings',
      'trust',
    ],
    ['commander', 'node:child_process', 'node:events', 'node:fs', 'node:os', 'node:path', 'node:util', 'node:zlib', 'yaml'],
  ],
  demo: [
    ['engine/expression', 'plain-values', 'record', 'trust'],
    ['cors', 'express', 'node:crypto', 'node:fs', 'node:timers', 'undici'],
  ],
  settings: [['engine/knowledge', 'errors', 'record', 'sign-in', 'trust'], ['node:fs']],
  // What is served, and what takes its place.
  edition: [
    [
      'browser-apps',
      'calls',
      'engine/model',
      'errors',
      'knowledge-files',
      'pages',
      'patient-data',
      'plain-values',
      'quality',
      'record',
      'server',
      'settings',
      'sign-in',
      'site-forms',
      'tracing',
      'trust',
    ],
    ['node:http', 'pino'],
  ],
  start: [
    [
      'browser-apps',
      'calls',
      'demo',
      'edition',
      'engine/knowledge',
      'errors',
      'knowledge-files',
      'quality',
      'record',
      'server',
      'settings',
      'sign-in',
      'tracing',
      'trust',
    ],
    ['node:events', 'node:http', 'node:net', 'pino'],
  ],
  main: [['errors', 'server', 'start'], []],
}

/** Rooms that may touch the disk. */
const READS_DISK = ['browser-apps', 'cli', 'demo', 'knowledge-files', 'population', 'quality', 'record', 'settings', 'site-forms', 'trust']

/** What the wing may reach of the outside, through whatever it imports: the FHIRPath engine, regular expressions in linear time, names of cards. */
const REACHED_BY_ENGINE = ['fhirpath', 're2js', 'uuid']

/** What of the rest of the house it may know. */
const KNOWN_TO_ENGINE = [
  'cds-hooks/hooks.ts',
  'cds-hooks/page-urls.ts',
  'cds-hooks/prefetch-template.ts',
  'cds-hooks/types.ts',
  'errors.ts',
  'plain-values/defined.ts',
  'plain-values/json.ts',
  'plain-values/steps.ts',
  'plain-values/without-end.ts',
]

const nameOf = ({ isOurs, target }: Import): string => (isOurs ? roomOf(target) : target)

const isFree = ({ isOurs, target, isType }: Import): boolean => !isOurs && isType && target === 'fhir'

const ROOMS = [...new Set(SOURCE_FILES.map(({ path }) => roomOf(path)))]

/** What is reached from some names by steps, themselves among it only where a step leads back. */
function reachedFrom(starts: readonly string[], stepsOf: (name: string) => readonly string[]): Set<string> {
  const reached = new Set<string>()
  const open = starts.flatMap(stepsOf)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    open.push(...stepsOf(next))
  }
  return reached
}

const FILE_BY_PATH: ReadonlyMap<string, SourceFile> = new Map(SOURCE_FILES.map(file => [file.path, file] as const))

describe('the dependency rule', () => {
  test('has a line for every room, and no other', () => {
    expect(SOURCE_FILES.length).toBeGreaterThan(50)
    expect(Object.keys(RULE).sort()).toEqual([...ROOMS].sort())
  })

  test.each(SOURCE_FILES.map(file => [file.path, file] as const))('%s keeps to it', (path, { imports }) => {
    const [rooms, packages] = RULE[roomOf(path)] ?? [[], []]
    const refused = imports.filter(each => !isFree(each) && !(each.isOurs ? [roomOf(path), ...rooms] : packages).includes(nameOf(each)))
    expect(refused.map(({ target }) => target)).toEqual([])
  })

  test('its allowances are in use, so that the table tells the truth', () => {
    for (const [room, [rooms, packages]] of Object.entries(RULE)) {
      const used = new Set(SOURCE_FILES.filter(({ path }) => roomOf(path) === room).flatMap(({ imports }) => imports.map(nameOf)))
      expect({ room, unused: [...rooms, ...packages].filter(name => !used.has(name)) }).toEqual({ room, unused: [] })
    }
  })

  test('no room leads back to itself, nor does a file', () => {
    expect(ROOMS.filter(room => reachedFrom([room], name => RULE[name]?.[0] ?? []).has(room)).sort()).toEqual([])
    const oursOf = (path: string) => (FILE_BY_PATH.get(path)?.imports ?? []).filter(({ isOurs }) => isOurs).map(({ target }) => target)
    expect(
      SOURCE_FILES.map(({ path }) => path)
        .filter(path => reachedFrom([path], oursOf).has(path))
        .sort(),
    ).toEqual([])
  })

  test('the disk is touched by the rooms that are there for it', () => {
    const touching = SOURCE_FILES.filter(({ imports }) => imports.some(({ target }) => target === 'node:fs')).map(({ path }) =>
      roomOf(path),
    )
    expect(touching.filter(room => !READS_DISK.includes(room))).toEqual([])
  })
})

test('what is kept of knowledge is forgotten when any code changes that reads, checks or parses it', () => {
  const reaching = (path: string) => (FILE_BY_PATH.get(path)?.imports ?? []).filter(({ isType }) => !isType).map(({ target }) => target)
  const reached = [...reachedFrom(['knowledge-files/load-knowledge.ts'], reaching)]
  const ours = new Set(reached.filter(target => FILE_BY_PATH.has(target)).map(path => path.split(/[/.]/)[0]))
  expect([...ours].filter(room => !(DECIDING.code as readonly (string | undefined)[]).includes(room))).toEqual([])
  const packages = reached.filter(target => !FILE_BY_PATH.has(target) && !target.startsWith('node:') && !target.endsWith('.json'))
  expect(packages.map(name => name.split('/')[0]).filter(name => !['uuid', ...DECIDING.packages].includes(name ?? ''))).toEqual([])
})

describe('the wing engine/ can be taken out of the house', () => {
  const files = SOURCE_FILES.filter(({ path }) => path.startsWith('engine/'))

  test('it knows of the house the words of CDS Hooks, the errors and plain values, and no more', () => {
    const ours = files
      .flatMap(({ imports }) => imports)
      .filter(({ isOurs, target }) => isOurs && !target.startsWith('engine/'))
      .map(({ target }) => target)
    expect([...new Set(ours)].sort()).toEqual(KNOWN_TO_ENGINE)
  })

  test('it reaches nothing of the outside world, through whatever it imports', () => {
    const valuesOf = (path: string) => (FILE_BY_PATH.get(path)?.imports ?? []).filter(({ isType }) => !isType).map(({ target }) => target)
    const reached = reachedFrom(
      files.map(({ path }) => path),
      valuesOf,
    )
    expect([...reached].filter(target => !FILE_BY_PATH.has(target) && !target.startsWith('engine/')).sort()).toEqual(REACHED_BY_ENGINE)
  })
})

describe('what only one place may do', () => {
  /** Written out as it stands in the program, such as `process.env`; of a call with its arguments only that there are none. */
  const WRITTEN: Readonly<Record<string, (node: SyntaxNode) => string | undefined>> = {
    MemberExpression: ({ object, property }) => `${nameIn(object)}.${nameIn(property)}`,
    NewExpression: ({ callee, arguments: args }) => ((args as unknown[]).length === 0 ? `new ${nameIn(callee)}()` : undefined),
    CallExpression: ({ callee }) => `${nameIn(callee)}()`,
    TSAnyKeyword: () => 'any',
  }
  const isChanging = ({ type, kind, declaration }: SyntaxNode): boolean =>
    (type === 'VariableDeclaration' && kind !== 'const') ||
    (type === 'ExportNamedDeclaration' && declaration !== null && isChanging(declaration as SyntaxNode))
  const nameIn = (node: unknown): string => (node as { name?: string } | null)?.name ?? ''
  const filesWith = (...names: readonly string[]) =>
    SOURCE_FILES.filter(({ nodes }) => nodes.some(node => names.includes(WRITTEN[node.type]?.(node) ?? ''))).map(({ path }) => path)

  test('settings.ts reads the environment; loading the people into another server is a program of its own', () => {
    expect(filesWith('process.env').sort()).toEqual(['demo/load-people.ts', 'settings.ts'])
  })

  test('nobody writes to the console', () => {
    expect(
      SOURCE_FILES.filter(({ nodes }) => nodes.some(({ type, object }) => type === 'MemberExpression' && nameIn(object) === 'console')).map(
        ({ path }) => path,
      ),
    ).toEqual([])
  })

  test('the engine reads no clock, throws no dice, asks no network, and knows no process', () => {
    const impure = [
      ...filesWith('Date.now', 'new Date()', 'Math.random', 'crypto.randomUUID', 'fetch()'),
      ...SOURCE_FILES.filter(({ nodes }) => nodes.some(({ type, name }) => type === 'Identifier' && name === 'process')).map(
        ({ path }) => path,
      ),
    ]
    expect(impure.length).toBeGreaterThan(0)
    expect(impure.filter(path => path.startsWith('engine/'))).toEqual([])
  })

  test('the engine measures time where it looks whether it is up, and nowhere else', () => {
    expect(filesWith('performance.now', 'setTimeout()', 'setImmediate()').filter(path => path.startsWith('engine/'))).toEqual([
      'engine/expression/steps.ts',
    ])
  })

  test('nothing at the top of a file is changed after it was loaded', () => {
    const changing = SOURCE_FILES.filter(({ nodes }) =>
      nodes.some(({ type, body }) => type === 'Program' && (body as SyntaxNode[]).some(isChanging)),
    ).map(({ path }) => path)
    expect(changing).toEqual([])
  })

  test('nobody says any', () => {
    expect(filesWith('any')).toEqual([])
    expect(SOURCE_FILES.filter(({ text }) => text.includes('@ts-ignore')).map(({ path }) => path)).toEqual([])
  })
})

const APPS = fileURLToPath(new URL('../../apps', import.meta.url))

test('programs in browsers know of the service its types alone', () => {
  const ofValues = /^(?:import|export) (?!type\b)[^;]*? from '([^']+)'/gms
  const imported = readdirSync(APPS, { recursive: true, encoding: 'utf8' })
    .filter(file => /\.tsx?$/.test(file))
    .flatMap(file => [...readFileSync(join(APPS, file), 'utf8').matchAll(ofValues)].map(([, from = '']) => `${file}: ${from}`))
  expect(imported.length).toBeGreaterThan(0)
  expect(imported.filter(each => each.includes('/src/'))).toEqual([])
})

describe('nothing clinical stands in TypeScript', () => {
  const CODES: Readonly<Record<string, RegExp>> = {
    SNOMED: /(?<![-\w.])\d{6,18}(?![-\w])/,
    ATC: /\b[A-DGHJLMNPRSV]\d{2}[A-Z]{2}\d{2}\b/,
    SKS: /\b(D[A-Z]\d{2}|[KBNUZ][A-Z]{2,4}\d)[A-Z0-9]*\b/,
    ICPC: /['"`|][ABDFHKLNPRSTUWXYZ]\d{2}['"`]/,
    LOINC: /\b\d{3,5}-\d\b(?!-)/,
    NPU: /\bNPU\d{5}\b/,
  }
  const WORDS =
    /ryg(smerte|søjle)?\b|\blænd|smerte|iskias|nerverod|stenose|fraktur|brud\b|kræft|cancer|infektion|feber|sygemeld|fysioterap|kiropra|operation\b.*\bryg|paracetamol|ibuprofen|nsaid|opioid|morfin|røde? flag|træning|\bmr-scan|røntgen|blære/i

  const lines = SOURCE_FILES.filter(({ path }) => roomOf(path) !== 'demo').flatMap(({ path, text }) =>
    text.split('\n').map((line, index) => ({ place: `${path}:${index + 1}`, line })),
  )

  test.each(Object.entries(CODES))('no %s code', (_, pattern) => {
    expect(lines.filter(({ line }) => pattern.test(line))).toEqual([])
  })

  test('no Danish clinical word', () => {
    expect(lines.filter(({ line }) => WORDS.test(line))).toEqual([])
  })

  test('and the lists would find one', () => {
    const found = ["'279039007'", 'M01AE01', 'DM545', "'L03'", '72093-6', 'NPU19748'].map(text =>
      Object.values(CODES).some(pattern => pattern.test(text)),
    )
    expect(found).toEqual(Array(6).fill(true))
    expect(['Lænderygsmerter', 'røde flag', 'Opioider'].every(text => WORDS.test(text))).toBe(true)
  })
})
