// SECURITY.md promises only what a test holds: every test that it names is there, under the name that it gives.
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const fileAt = (path: string) => new URL(`../../${path}`, import.meta.url)
const PAGE = readFileSync(fileAt('SECURITY.md'), 'utf8')
const { scripts } = JSON.parse(readFileSync(fileAt('package.json'), 'utf8')) as { scripts: Record<string, string> }

const named = [...PAGE.matchAll(/`(test\/[\w./-]+)`(?: \(\*([^*]+)\*\))?/g)].map(([, path = '', title]) => [path, title] as const)

test('it names tests', () => {
  expect(named.length).toBeGreaterThan(20)
})

test.each(named)('%s is there, with "%s"', (path, title) => {
  expect(existsSync(fileAt(path))).toBe(true)
  if (title !== undefined) expect(readFileSync(fileAt(path), 'utf8')).toContain(`'${title}`)
})

test('the commands that it names are there', () => {
  const commands = [...PAGE.matchAll(/`npm run ([\w:]+)/g)].map(([, name = '']) => name)
  expect(commands).toEqual(expect.arrayContaining(['fuzz', 'soak', 'smoke', 'image:check']))
  expect(commands.filter(name => !Object.hasOwn(scripts, name))).toEqual([])
})

test('every row of the promises is proved by something', () => {
  const rows = PAGE.slice(PAGE.indexOf('## What it promises'), PAGE.indexOf('## What it does not promise yet')).split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| promise'))
  expect(rows.length).toBeGreaterThan(10)
  for (const row of rows) expect(row.split(' | ').at(-1)).toMatch(/`(test\/|npm run )/)
})
