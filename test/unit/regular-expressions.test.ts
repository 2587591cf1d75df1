import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import type { NamingSystem } from 'fhir/r4.js'
import { lineOf, roomOf, SOURCE_FILES } from '../support/source-files.js'
import { extensionsOf } from '../../src/engine/model/extensions.js'
import { EXTENSION } from '../support/house.js'

// The checker's native builds are for machines of its own; the one in JavaScript runs anywhere. It reads this when loaded.
process.env.RECHECK_BACKEND = 'pure'
const { checkSync } = await import('recheck')

const NAMING_SYSTEMS = fileURLToPath(new URL('../../fhir-resources/NamingSystem', import.meta.url))

/** Expressions that read nothing but the knowledge, which its authors write and which is read at the start. */
const READS_KNOWLEDGE: ReadonlySet<string> = new Set([
  'engine/expression/compile.ts',
  'engine/expression/syntax.ts',
  'engine/knowledge/templates.ts',
  'engine/knowledge/data-requirements.ts',
  // Used where the knowledge is checked at the start, and over cases.
  'engine/cards/visible-text.ts',
])

/** Rooms that no request reaches: they read what authors write into files and at a terminal. */
const FOR_AUTHORS = ['cases', 'cli']

const isForAuthors = ({ path }: { path: string }): boolean => FOR_AUTHORS.includes(roomOf(path))

interface Written {
  place: string
  pattern: string
  flags: string
}

const literals = SOURCE_FILES.flatMap(({ path, nodes }) =>
  nodes
    .filter(({ type }) => type === 'RegExpLiteral')
    .map(node => ({ path, place: `${path}:${lineOf(node)}`, pattern: String(node.pattern), flags: String(node.flags) })),
)

/** Patterns that knowledge gives for codes, which meet what clients send. */
const ofKnowledge: Written[] = readdirSync(NAMING_SYSTEMS).flatMap(file => {
  const system = JSON.parse(readFileSync(join(NAMING_SYSTEMS, file), 'utf8')) as NamingSystem
  return extensionsOf(system, EXTENSION.recognisedWithoutSystem).map(({ valueString = '' }) => ({
    place: file,
    pattern: `^(?:${valueString})$`,
    flags: 'i',
  }))
})

/** What the checker finds: the time that the worst text takes, by its length; undefined where that is linear. */
function superLinear({ pattern, flags }: Omit<Written, 'place'>): string | undefined {
  const found = checkSync(pattern, flags, { timeout: 60_000 })
  return found.status === 'safe' ? undefined : found.status === 'vulnerable' ? found.complexity.summary : 'not known'
}

describe('no regular expression over what a stranger sends can backtrack', () => {
  const overStrangersText: Written[] = [...literals.filter(each => !READS_KNOWLEDGE.has(each.path) && !isForAuthors(each)), ...ofKnowledge]

  test.each(overStrangersText.map(each => [each.place, `/${each.pattern}/${each.flags}`, each] as const))('%s %s', (_, __, written) => {
    expect(superLinear(written)).toBeUndefined()
  })

  test('and none is put together while the service runs, but for codes, from the patterns above', () => {
    const made = SOURCE_FILES.filter(each => !isForAuthors(each)).flatMap(({ path, nodes }) =>
      nodes
        .filter(
          ({ type, callee }) => (type === 'NewExpression' || type === 'CallExpression') && (callee as { name?: string }).name === 'RegExp',
        )
        .map(() => path),
    )
    expect(made).toEqual(['engine/terminology/system-names.ts'])
    expect(ofKnowledge.length).toBeGreaterThan(0)
  })

  test.each([
    ['slashes', '\\/+$'],
    ['one run in two', '^\\d*\\d*$'],
    ['two ways to read', '^(?:\\w|\\d)*$'],
    ['within one another', '^(\\w+\\s?)*$'],
    ['begun again and again', '#.*$'],
  ])('the checker finds %s', (_, pattern) => {
    expect(superLinear({ pattern, flags: '' })).toMatch(/polynomial|exponential/)
  })
})
