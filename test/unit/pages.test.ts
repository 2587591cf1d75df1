// Pages promise only what is there: every file, test (under the name that it is given) and command that they name, and
// every room of the house.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { roomOf, SOURCE_FILES } from '../support/source-files.js'

const fileAt = (path: string) => new URL(`../../${path}`, import.meta.url)
const textOf = (path: string): string => readFileSync(fileAt(path), 'utf8')
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }

/** What stands between two headings of a page. */
function section(page: string, from: string, to: string): string {
  const begins = page.indexOf(from)
  const ends = page.indexOf(to, begins)
  if (begins < 0 || ends < 0) throw new Error(`There is no section between "${from}" and "${to}".`)
  return page.slice(begins, ends)
}

/** The rows of the one table of a text, cell by cell, without its head. */
const rowsIn = (text: string): string[][] =>
  text
    .split('\n')
    .filter(line => line.startsWith('| '))
    .slice(1)
    .map(line => line.slice(2).replace(/ \|$/, '').split(' | '))

/** Files and folders that a page names, and for tests the beginning of each title that it quotes behind. */
const namedIn = (page: string): (readonly [path: string, titles: readonly string[]])[] =>
  [
    ...page.matchAll(
      /`((?:src|test|tools|fhir-resources|cds-services|docs|docker)\/[\w./-]*|\.ci\/run)`(?: \(((?:\*[^*]+\*(?:, )?)+)\))?/g,
    ),
  ].map(([, path = '', quoted = '']) => [path, [...quoted.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => title)])

/** Of each page how many files it names at least, and which commands among others. */
const PAGES: readonly (readonly [name: string, least: number, commands: readonly string[]])[] = [
  ['SECURITY.md', 20, ['fuzz', 'soak', 'smoke', 'image:check']],
  ['ARCHITECTURE.md', 60, ['package:check']],
  ['CONTRIBUTING.md', 20, ['typecheck', 'lint', 'format', 'check:knowledge', 'test:cases']],
]

describe.each(PAGES)('%s', (name, least, commandsAmongOthers) => {
  const page = textOf(name)

  test('names files and tests', () => {
    expect(namedIn(page).length).toBeGreaterThan(least)
  })

  test.each(namedIn(page))('%s is there, with %j', (path, titles) => {
    expect(existsSync(fileAt(path))).toBe(true)
    for (const title of titles) expect(textOf(path)).toContain(`'${title}`)
  })

  test('the commands that it names are there', () => {
    const commands = [...page.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, command = '']) => command)
    expect(commands).toEqual(expect.arrayContaining([...commandsAmongOthers]))
    expect(commands.filter(command => !Object.hasOwn(scripts, command))).toEqual([])
  })

  test('the pages that it leads to are there', () => {
    const pages = [...page.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path)
    expect(pages.filter(path => !existsSync(fileAt(path)))).toEqual([])
  })
})

test('every promise of SECURITY.md is proved by something', () => {
  const rows = rowsIn(section(textOf('SECURITY.md'), '## What it promises', '## What it does not promise yet'))
  expect(rows.length).toBeGreaterThan(10)
  for (const row of rows) expect(row.at(-1)).toMatch(/`(test\/|npm run )/)
})

describe('ARCHITECTURE.md', () => {
  const page = textOf('ARCHITECTURE.md')

  test('has a row for every room and no other, each with its entrance within it', () => {
    const rows = rowsIn(section(page, '## The line of rooms', '## At the start'))
    expect(rows.map(([room = '']) => room.replaceAll('`', '')).sort()).toEqual(
      [...new Set(SOURCE_FILES.map(({ path }) => roomOf(path)))].sort(),
    )
    for (const [room = '', , entrance = ''] of rows) expect(entrance).toContain(`\`src/${room.replaceAll('`', '')}`)
  })

  test('every invariant is proved by something', () => {
    const rows = rowsIn(section(page, '## What always holds', '## The folders of tests'))
    expect(rows.length).toBeGreaterThan(10)
    for (const row of rows) expect(row.at(-1)).toMatch(/`test\//)
  })
})

test('CONTRIBUTING.md leads each of the first changes to one place that is there, and to what reminds of it', () => {
  const rows = rowsIn(section(textOf('CONTRIBUTING.md'), '### Where the first changes go', '### Rules'))
  expect(rows.length).toBeGreaterThanOrEqual(10)
  for (const [, change = '', reminder = ''] of rows) {
    expect(change).toMatch(/`((src|knowledge|fhir-resources|tools)\/|knowledge\.json)/)
    expect(reminder).toMatch(/`(test\/|npm run )/)
  }
})
