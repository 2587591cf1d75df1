// Reads what the services of a whole run of the tests wrote, told and refused with, and looks for anything of a patient, a user or a token.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const KEPT_OUTPUT = 'COLUMNA_KEPT_OUTPUT'
const PEOPLE = new URL('../../src/demo/people/', import.meta.url)

/** Words of fewer letters stand in much that is of nobody. */
const SHORTEST = 4

/** Members of a person's resources that tell who they are. */
const TELLING = ['family', 'given', 'line', 'city']

/** Tokens of whatever kind, what a header of authorization would hold, and references to people and their contacts. */
const PATTERNS = [
  /eyJ[\w-]{10,}\.[\w-]*/,
  /Bearer [\w.~+/-]{8,}/i,
  /\b(Patient|Practitioner|PractitionerRole|RelatedPerson|Encounter)\/(?!id\b)[A-Za-z\d]/,
]

/** Texts below a value, each with the member that holds it. */
function* textsOf(value, member = '') {
  if (typeof value === 'string') yield [member, value]
  else if (Array.isArray(value)) for (const part of value) yield* textsOf(part, member)
  else if (value !== null && typeof value === 'object') for (const [name, part] of Object.entries(value)) yield* textsOf(part, name)
}

/** What tells who the synthetic people are: names and places. */
export function tellingWords() {
  const people = readdirSync(PEOPLE).filter(name => name.endsWith('.json'))
  const texts = people.flatMap(name => [...textsOf(JSON.parse(readFileSync(new URL(name, PEOPLE), 'utf8')))])
  const words = texts.filter(([member]) => TELLING.includes(member)).map(([, text]) => text)
  return [...new Set(words)].filter(word => word.length >= SHORTEST)
}

/**
 * Lines of a text that tell of somebody, with what gave them away.
 * @returns at most ten.
 */
export function leaksIn(text, words) {
  const telling = line => words.find(word => line.includes(word)) ?? PATTERNS.find(pattern => pattern.test(line))?.source
  const found = text.split('\n').flatMap(line => {
    const why = telling(line)
    return why === undefined ? [] : [`${why}: ${line.slice(0, 300)}`]
  })
  return found.slice(0, 10)
}

export default function setUp() {
  process.env[KEPT_OUTPUT] = mkdtempSync(join(tmpdir(), 'columna-output-'))
}

/**
 * Looks through all that was let out, and once more when the process ends: a service whose client went away tells of it
 * when the last test is over.
 * @throws Error naming each leak.
 */
export function tearDown() {
  const folder = process.env[KEPT_OUTPUT]
  const lines = scan(folder)
  process.once('exit', () => {
    try {
      scan(folder)
    } catch (error) {
      process.stderr.write(`${error.message}\n`)
      process.exitCode = 1
    }
    rmSync(folder, { recursive: true, force: true })
  })
  if (lines > 0) console.log(`${lines} lines of logs, figures and refusals tell of nobody.`)
}

/** How many lines there are, none of which tells of anybody. @throws Error naming each leak. */
function scan(folder) {
  const words = tellingWords()
  const files = readdirSync(folder).map(name => [name, readFileSync(join(folder, name), 'utf8')])
  const leaks = files.flatMap(([name, text]) => leaksIn(text, words).map(leak => `${name}: ${leak}`))
  if (leaks.length > 0) throw new Error(`What services let out tells of somebody:\n${leaks.join('\n')}`)
  return files.reduce((sum, [, text]) => sum + text.split('\n').length - 1, 0)
}
