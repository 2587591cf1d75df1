// What a build finds out of knowledge spares the start to find it out again, and changes nothing else.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, jest, test } from '@jest/globals'
import fhirpath from 'fhirpath'
import type { Library } from 'fhir/r4.js'
import { keptTree, TreeKeeper } from '../../src/engine/expression/kept-trees.js'
import { parseExpression } from '../../src/engine/expression/syntax.js'
import type { CompiledAction } from '../../src/engine/knowledge/compiled.js'
import { FindingsKeeper } from '../../src/engine/knowledge/kept-findings.js'
import { readKept, writeKept, type KeptKnowledge } from '../../src/knowledge-files/kept-knowledge.js'
import { Terminology } from '../../src/engine/terminology/terminology.js'
import { loadKnowledge } from '../../src/knowledge-files/load-knowledge.js'
import { testKnowledge } from '../support/knowledge.js'

const folder = mkdtempSync(join(tmpdir(), 'columna-kept-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A copy of the small guideline, in which a test may change what it likes. */
function guideline(name: string): string {
  const copy = join(folder, name)
  cpSync(fileURLToPath(new URL('../other-guideline', import.meta.url)), copy, { recursive: true })
  return copy
}

function foundOutOf(knowledge: string): KeptKnowledge {
  const keeper = new FindingsKeeper()
  const { digest } = loadKnowledge(knowledge, { kept: undefined, keeper })
  // As a file keeps it.
  return { sound: digest, findings: JSON.parse(JSON.stringify(keeper.kept())) as KeptKnowledge['findings'] }
}

const PLAN = 'fhir-resources/PlanDefinition/influensa.json'

function change(knowledge: string, file: string, changed: (text: string) => string): void {
  const path = join(knowledge, file)
  writeFileSync(path, changed(readFileSync(path, 'utf8')))
}

/** Calls of the parser while something is done. */
function parsedBy<Result>(work: () => Result): { result: Result; count: number } {
  const parse = jest.spyOn(fhirpath, 'parse')
  try {
    return { result: work(), count: parse.mock.calls.length }
  } finally {
    parse.mockRestore()
  }
}

describe('knowledge that was found sound', () => {
  const knowledge = guideline('sound')
  const kept = foundOutOf(knowledge)

  test('is loaded without the parser, and is the same', () => {
    const anew = parsedBy(() => loadKnowledge(knowledge, { kept: undefined }))
    const again = parsedBy(() => loadKnowledge(knowledge, { kept }))
    expect(anew.count).toBeGreaterThan(3)
    expect(again.count).toBe(0)
    expect([anew.result.isSound, again.result.isSound]).toEqual([false, true])
    // Functions are compared by the expressions that they were made of, which stand beside them.
    const told = ({ knowledge: { plans }, services }: typeof again.result) =>
      JSON.stringify([plans, [...services.values()]], (_, value: unknown) =>
        value instanceof Map || value instanceof Set ? [...value] : value,
      )
    expect(told(again.result)).toBe(told(anew.result))
    expect([anew, again].map(({ result }) => result.faults.faults)).toEqual([[], []])
  })

  test('is not looked through for faults again', () => {
    const warningsOf = (found: KeptKnowledge | undefined) => loadKnowledge(knowledge, { kept: found }).faults.warnings.length
    // A build keeps no knowledge as sound that there is something to warn of; here it shows who looked.
    expect(warningsOf(undefined)).toBeGreaterThan(0)
    expect(warningsOf(kept)).toBe(0)
  })

  test('compiles an expression when it is first evaluated, or when it is its turn', () => {
    const { knowledge: loaded } = loadKnowledge(knowledge, { kept })
    expect(loaded.unfinished.length).toBeGreaterThan(3)
    const { count } = parsedBy(() => loaded.unfinished.forEach(finish => finish()))
    expect(count).toBe(0)
    expect(loadKnowledge(knowledge, { kept: undefined }).knowledge.unfinished).toEqual([])
  })

  test('has the search templates that were derived of it, for which no value set is expanded again', () => {
    const searching = join(folder, 'searching')
    cpSync(fileURLToPath(new URL('../../examples/hypertension', import.meta.url)), searching, { recursive: true })
    change(searching, 'fhir-resources/Library/blood-pressure.json', text => {
      const library = JSON.parse(text) as Library
      const codeFilter = [{ path: 'code', valueSet: 'https://hypertension.example.org/fhir/ValueSet/ambulatory-monitoring' }]
      for (const requirement of library.dataRequirement ?? [])
        if (requirement.type === 'ServiceRequest') Object.assign(requirement, { codeFilter })
      return JSON.stringify(library)
    })
    const found = foundOutOf(searching)
    const marked = { ...found.findings.templates }
    for (const requirement in marked) if (requirement.includes('/ambulatory-monitoring"')) marked[requirement] = 'ServiceRequest?marked'
    const templates = (kept: KeptKnowledge | undefined) => {
      const expand = jest.spyOn(Terminology.prototype, 'isOpen')
      try {
        const { services } = loadKnowledge(searching, { kept })
        return {
          templates: [...services.values()].flatMap(({ requirements }) => requirements.map(({ template }) => template)),
          expanded: expand.mock.calls.length,
        }
      } finally {
        expand.mockRestore()
      }
    }
    const anew = templates(undefined)
    expect(anew.expanded).toBeGreaterThan(0)
    expect(templates(found)).toEqual({ ...anew, expanded: 0 })
    expect(templates({ ...found, findings: { ...found.findings, templates: marked } }).templates).toContain('ServiceRequest?marked')
    expect(templates({ sound: 'other files', findings: { ...found.findings, templates: marked } })).toEqual(anew)
  })

  test('is looked at anew when any of its files is another', () => {
    const files = readdirSync(knowledge, { recursive: true, encoding: 'utf8' }).filter(
      name => name.endsWith('.json') && !name.includes('clinical-cases'),
    )
    expect(files.length).toBeGreaterThanOrEqual(4)
    const digests = files.map((file, index) => {
      const copy = guideline(`changed-${index}`)
      change(copy, file, text => `${text} `)
      const { digest, isSound } = loadKnowledge(copy, { kept })
      expect({ file, isSound }).toEqual({ file, isSound: false })
      return digest
    })
    expect(new Set([...digests, kept.sound]).size).toBe(files.length + 1)
  })

  test('a fault that was written into it since is found, and only what is new is parsed', () => {
    const copy = guideline('fault')
    change(copy, PLAN, text => text.replace(/"expression": "[^"]*"/, '"expression": "%noSuchFact.exists()"'))
    const { result, count } = parsedBy(() => loadKnowledge(copy, { kept }))
    expect(result.isSound).toBe(false)
    expect(result.faults.faults.map(({ code }) => code)).toContain('NAME_UNKNOWN')
    expect(count).toBe(1)
  })

  test('is not what is held to another profile, or run by another compiler', () => {
    const { profile } = loadKnowledge(knowledge, { kept }).knowledge
    expect(loadKnowledge(knowledge, { kept, profile }).isSound).toBe(false)
    expect(loadKnowledge(knowledge, { kept, makeCompiler: () => () => () => [] }).isSound).toBe(false)
  })
})

describe('the file in which it is kept', () => {
  const path = join(folder, 'kept.json')
  const kept = foundOutOf(guideline('file'))

  test('is read as it was written', () => {
    writeKept(kept, path)
    expect(readKept(path)).toEqual(kept)
  })

  test('counts as none where it is none, or of other code', () => {
    expect(readKept(join(folder, 'none.json'))).toBeUndefined()
    writeKept(kept, path)
    change(folder, 'kept.json', text => text.replace(/"code":"[0-9a-f]+"/, '"code":"0123"'))
    expect(readKept(path)).toBeUndefined()
  })

  test.each<[string, (text: string) => string]>([
    ['empty', () => ''],
    ['cut off', text => text.slice(0, -20)],
    ['other bytes', text => text.replace('EntireExpression', 'EntireExpressiom')],
    ['no JSON', () => 'kept\nkept\n'],
  ])('is never believed when it is damaged: %s', (_, damage) => {
    writeKept(kept, path)
    change(folder, 'kept.json', damage)
    expect(readKept(path)).toBe('damaged')
    expect(loadKnowledge(guideline('damaged'), { kept: 'damaged' })).toMatchObject({ isSound: false, isKeptDamaged: true })
  })
})

const SAMPLE = 150

const expressionsOf = (actions: readonly CompiledAction[]): string[] =>
  actions.flatMap(({ conditions, actions: below }) => [...conditions.map(({ expression }) => expression), ...expressionsOf(below)])

test('a tree that was kept is the tree that was parsed', () => {
  const all = [...new Set(testKnowledge().knowledge.plans.flatMap(({ actions }) => expressionsOf(actions)))]
  const sample = all.filter((_, index) => index % Math.ceil(all.length / SAMPLE) === 0)
  const texts = [...sample, "%`a b`.where(x = 3 'kg' and y > 2 months) | {} & -1 is Quantity", 'a.sort($this desc)', 'toString']
  const keeper = new TreeKeeper()
  for (const text of texts) keeper.keep(text, parseExpression(text))
  const kept = JSON.parse(JSON.stringify(keeper.kept())) as ReturnType<TreeKeeper['kept']>
  expect(texts.length).toBeGreaterThan(100)
  for (const text of texts) expect(keptTree(kept, text)).toEqual(parseExpression(text))
  expect(keptTree(kept, 'not kept')).toBeUndefined()
  expect(keptTree(kept, 'constructor')).toBeUndefined()
})
