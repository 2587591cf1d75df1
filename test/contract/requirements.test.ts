import { readdirSync, readFileSync } from 'node:fs'

/** How many requirements each chapter of the specification holds; they are numbered from 01. */
const CHAPTERS = {
  GEN: 9,
  DSC: 19,
  PFT: 24,
  REQ: 17,
  PFD: 13,
  FHR: 16,
  STA: 6,
  RSP: 5,
  CRD: 13,
  SRC: 6,
  SUG: 9,
  ACT: 7,
  SYS: 3,
  OVR: 4,
  LNK: 7,
  FBK: 16,
  SEC: 30,
  EXT: 4,
  HKV: 6,
  STL: 4,
} as const

const LEVELS = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY', 'MUST (derived)', 'SHOULD (derived)']

/** Reasons for which no test is named. */
const EXCUSE = /^(not testable from outside|not in this version): \S/

interface Requirement {
  id: string
  level: string
  text: string
  verifiedBy: string
}

const requirements = readFileSync(new URL('requirements.md', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => /^\| [A-Z]{3}-\d/.test(line))
  .map((line): Requirement => {
    const [, id = '', level = '', text = '', verifiedBy = '', ...rest] = line.split('|').map(cell => cell.trim())
    expect(rest).toEqual([''])
    return { id, level, text, verifiedBy }
  })

/** Source of a test file, with each title beside the parenthesis that opens before it, however the call is laid out. */
const sourceOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8').replaceAll(/\(\s+'/g, "('")

/** Source of each test file of the contract, by the name that the table calls it. */
const sources = new Map(
  ['./', '../golden/'].flatMap(folder =>
    readdirSync(new URL(folder, import.meta.url))
      .filter(name => name.endsWith('.test.ts'))
      .map(name => [name.replace('.test.ts', ''), sourceOf(folder + name)] as const),
  ),
)

test('the table holds every requirement once, in order', () => {
  const expected = Object.entries(CHAPTERS).flatMap(([chapter, count]) =>
    Array.from({ length: count }, (_, index) => `${chapter}-${String(index + 1).padStart(2, '0')}`),
  )
  expect(requirements.map(({ id }) => id)).toEqual(expected)
})

test('each requirement has a level and a sentence', () => {
  for (const { level, text } of requirements) {
    expect(LEVELS).toContain(level)
    expect(text).toMatch(/^\S.+\.$/)
  }
})

test.each(requirements.filter(({ verifiedBy }) => !EXCUSE.test(verifiedBy)))('$id is verified by tests that exist', ({ verifiedBy }) => {
  for (const reference of verifiedBy.split('; ')) {
    const [file = '', ...title] = reference.split(': ')
    expect(sources.get(file) ?? `there is no ${file}.test.ts`).toContain(`('${title.join(': ')}'`)
  }
})

test('what is not verified says why, and no such excuse stands beside a test', () => {
  const excused = requirements.filter(({ verifiedBy }) => /not (testable|in this version)/.test(verifiedBy))
  for (const { verifiedBy } of excused) expect(verifiedBy).toMatch(EXCUSE)
  expect(excused.every(({ verifiedBy }) => !verifiedBy.includes('; '))).toBe(true)
})
