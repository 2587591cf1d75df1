import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

/**
 * The dependency rule: what each room (a folder of src/, or a file at its top) may import, rooms first, packages
 * after. Types from `fhir/r4.js` are free for all.
 */
const RULE: Readonly<Record<string, readonly [rooms: readonly string[], packages: readonly string[]]>> = {
  // Pure: no HTTP, disk, clock, randomness or database, so that the workbench can run them in the browser.
  apply: [['errors', 'expression', 'knowledge', 'markdown'], []],
  cards: [['cds-hooks', 'knowledge', 'markdown'], ['uuid']],
  expression: [['errors'], ['fhirpath', 're2js']],
  errors: [[], []],
  markdown: [[], []],
  trust: [[], []],
  'cds-hooks': [['errors', 'trust'], []],
  record: [['cds-hooks', 'trust'], ['node:crypto']],
  // Knowledge and services are read from the disk when the service starts; ajv is for authors alone.
  knowledge: [['cds-hooks', 'errors', 'expression', 'trust'], ['node:fs', 'node:path', 'ajv']],
  services: [['cds-hooks', 'knowledge', 'patient-data'], ['node:path']],
  'load-knowledge': [['knowledge', 'services', 'settings'], ['node:path', 'node:url']],
  'knowledge-faults': [['knowledge', 'load-knowledge'], []],
  'check-knowledge': [['knowledge', 'knowledge-faults', 'load-knowledge'], ['node:fs', 'node:path']],
  'patient-data': [['cds-hooks', 'errors', 'expression', 'knowledge', 'trust'], ['node:events', 'node:timers', 'cockatiel', 'undici']],
  // The corridor, and the same walk explained.
  'call-service': [['apply', 'cards', 'cds-hooks', 'errors', 'expression', 'knowledge', 'patient-data', 'record', 'services', 'settings'], []],
  'explain-call': [['apply', 'call-service', 'cards', 'cds-hooks', 'errors', 'knowledge', 'patient-data', 'services'], []],
  'summarise-call': [['call-service', 'cds-hooks', 'expression', 'knowledge', 'patient-data', 'services'], []],
  'warm-up': [['apply', 'call-service', 'patient-data', 'services', 'trust'], ['node:events', 'node:http', 'node:net', 'node:tls', 'node:zlib']],
  // The only room that knows HTTP; the demonstration server is a server of its own.
  server: [['apply', 'call-service', 'cds-hooks', 'errors', 'explain-call', 'expression', 'knowledge', 'patient-data', 'record', 'services', 'summarise-call', 'trust'], ['express', 'compression', 'cors', 'pino', 'prom-client', 'node:buffer', 'node:crypto', 'node:events', 'node:http', 'node:timers']],
  demo: [['expression', 'trust'], ['express', 'cors', 'undici', 'node:crypto', 'node:fs', 'node:timers']],
  apps: [['apply', 'cards', 'cds-hooks', 'expression', 'knowledge', 'markdown'], []],
  settings: [['errors', 'trust'], []],
  'stop-signal': [[], []],
  'welcome-text': [[], []],
  // Whatever it loads is loaded before a signal is heard.
  main: [['errors', 'start', 'stop-signal'], []],
  start: [['demo', 'knowledge', 'load-knowledge', 'patient-data', 'record', 'server', 'settings', 'trust', 'warm-up', 'welcome-text'], ['pino', 'node:events', 'node:http', 'node:net']],
}

interface SourceFile {
  path: string
  room: string
  text: string
}

const FILES: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(path => /\.tsx?$/.test(path))
  .map(path => ({ path, room: roomOf(path), text: readFileSync(join(SRC, path), 'utf8') }))

function roomOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\.[jt]sx?$/, '')
}

/** What a file imports; with `values` only what is there when the program runs. */
function importsOf({ text }: SourceFile, values = false): string[] {
  const code = text.replace(/^\s*(\/\*\*|\*|\/\/).*$/gm, '')
  return [...code.matchAll(/^\s*(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm)]
    .filter(([, isType]) => !values || isType === undefined)
    .map(([, , from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
}

const isOurs = (specifier: string): boolean => specifier.startsWith('.')

const targetOf = ({ path }: SourceFile, specifier: string): string => relative(SRC, join(SRC, dirname(path), specifier)).replace(/\.js$/, '.ts')

const packageOf = (specifier: string): string => specifier.split('/')[0] ?? specifier

describe('the dependency rule', () => {
  test('has a line for every room', () => {
    expect(FILES.length).toBeGreaterThan(50)
    expect([...new Set(FILES.map(({ room }) => room))].filter(room => !Object.hasOwn(RULE, room))).toEqual([])
  })

  test.each(FILES.map(file => [file.path, file] as [string, SourceFile]))('%s keeps to it', (_, file) => {
    const [rooms, packages] = RULE[file.room] ?? [[], []]
    const allowed = new Set([file.room, ...rooms])
    const refused = importsOf(file).filter(specifier =>
      isOurs(specifier) ? !allowed.has(roomOf(targetOf(file, specifier))) : specifier !== 'fhir/r4.js' && !packages.includes(packageOf(specifier)))
    expect(refused).toEqual([])
  })

  test('its allowances are in use, so that the table tells the truth', () => {
    for (const [room, [rooms, packages]] of Object.entries(RULE)) {
      const files = FILES.filter(file => file.room === room)
      if (files.length === 0) continue
      const used = new Set(files.flatMap(file => importsOf(file).map(specifier => (isOurs(specifier) ? roomOf(targetOf(file, specifier)) : packageOf(specifier)))))
      expect({ room, unused: [...rooms, ...packages].filter(name => !used.has(name)) }).toEqual({ room, unused: [] })
    }
  })

  test.each(['apply', 'cards'])('%s reaches nothing of the outside world, through any room', room => {
    const byPath = new Map(FILES.map(file => [file.path, file]))
    const reached = new Set<string>()
    const open = FILES.filter(file => file.room === room)
    for (let file = open.pop(); file; file = open.pop()) {
      for (const specifier of importsOf(file, true)) {
        const target = isOurs(specifier) ? targetOf(file, specifier) : packageOf(specifier)
        if (reached.has(target)) continue
        reached.add(target)
        const next = byPath.get(target)
        if (next) open.push(next)
      }
    }
    expect([...reached].filter(target => !byPath.has(target)).sort()).toEqual(room === 'apply' ? ['fhirpath'] : ['uuid'])
  })
})

describe('what only one place may do', () => {
  const filesWith = (pattern: RegExp) => FILES.filter(({ text }) => pattern.test(text.replace(/^\s*(\/\*\*|\*|\/\/).*$/gm, ''))).map(({ path }) => path)

  test('settings.ts reads the environment; loading the people into another server is a program of its own', () => {
    expect(filesWith(/process\.env/)).toEqual(expect.arrayContaining(['settings.ts']))
    expect(filesWith(/process\.env/).filter(path => !['settings.ts', 'demo/load-people.ts'].includes(path))).toEqual([])
  })

  test('nobody writes to the console', () => {
    expect(filesWith(/\bconsole\./)).toEqual([])
  })

  test('the pure rooms read no clock and throw no dice', () => {
    const impure = filesWith(/\bDate\.now\(|new Date\(\)|Math\.random|randomUUID|process\.|\bfetch\(/)
    expect(impure.filter(path => ['apply', 'cards', 'expression', 'knowledge', 'markdown'].includes(roomOf(path)))).toEqual([])
  })

  test('nobody says any', () => {
    expect(filesWith(/[:<|]\s*any\b|\bas any\b|@ts-ignore/)).toEqual([])
  })
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
  const WORDS = /ryg(smerte|søjle)?\b|\blænd|smerte|iskias|nerverod|stenose|fraktur|brud\b|kræft|cancer|infektion|feber|sygemeld|fysioterap|kiropra|operation\b.*\bryg|paracetamol|ibuprofen|nsaid|opioid|morfin|røde? flag|træning|\bmr-scan|røntgen|blære/i

  const lines = FILES.filter(({ room }) => room !== 'demo').flatMap(({ path, text }) => text.split('\n').map((line, index) => ({ place: `${path}:${index + 1}`, line })))

  test.each(Object.entries(CODES))('no %s code', (_, pattern) => {
    expect(lines.filter(({ line }) => pattern.test(line))).toEqual([])
  })

  test('no Danish clinical word', () => {
    expect(lines.filter(({ line }) => WORDS.test(line))).toEqual([])
  })

  test('and the lists would find one', () => {
    const found = ["'279039007'", 'M01AE01', 'DM545', "'L03'", '72093-6', 'NPU19748'].map(text => Object.values(CODES).some(pattern => pattern.test(text)))
    expect(found).toEqual(Array(6).fill(true))
    expect(['Lænderygsmerter', 'røde flag', 'Opioider'].every(text => WORDS.test(text))).toBe(true)
  })
})
