// Every row of the source documents is spoken for: a rule by an action with cases, all else by an action or a note.
import { readFileSync } from 'node:fs'
import type { CodeSystem, FhirResource, PlanDefinition } from 'fhir/r4.js'
import { join } from 'node:path'
import { DECISION_POINT_SYSTEM } from '../support/house.js'
import { PROJECT_ROOT } from '../../src/knowledge-files/load-knowledge.js'
import { coveragePage, gapLines, tally } from '../../src/cases/coverage-page.js'
import { conditionCoverage, neverAnswered, type ConditionCoverage } from '../../src/cases/condition-coverage.js'
import { coverageOf } from '../../src/cases/coverage.js'
import { alternatives, localReading, pairedWithCodes } from '../../src/cases/local-codes.js'
import { faultsOfNote, literalsOf, referencesIn } from '../../src/cases/references.js'
import { casesAbout, pointsByTopic } from '../../src/cases/topic.js'
import { cases, coverage as words, loaded } from '../support/cases.js'
import { recordedPass } from '../support/recorded.js'

const { files } = loaded.knowledge
const coverage = coverageOf(loaded, cases, words)
const { gaps } = coverage
let asked: ConditionCoverage

beforeAll(async () => {
  asked = conditionCoverage((await recordedPass()).recording)
}, 900_000)

const named = (points: readonly { code: string }[]): string[] => points.map(({ code }) => code)

test('the documents have 131 rules, 73 rows of content and 44 of scope or definition', () => {
  expect(['R', 'C', 'M'].map(kind => coverage.points.filter(point => point.kind === kind).length)).toEqual([131, 73, 44])
})

test('every rule has an action that a service reaches', () => {
  expect(named(gaps.rulesWithoutAction)).toEqual([])
})

test('every rule has a case in which it speaks', () => {
  expect(named(gaps.rulesWithoutYes)).toEqual([])
})

test('every rule has a case in which it is silent', () => {
  expect(named(gaps.rulesWithoutNo)).toEqual([])
})

test('every rule has a case in which it is open, unless it never is', () => {
  expect(named(gaps.rulesWithoutCannotTell)).toEqual([])
})

test('all content, scope and definition is carried by an action or accounted for by a note', () => {
  expect(named(gaps.unaccounted)).toEqual([])
})

test('no action names an unknown decision point', () => {
  expect(gaps.unknownCodes).toEqual([])
})

test('notes name facts, items, sections and plans that exist, and items that some fact reads', () => {
  expect(gaps.faultyNotes).toEqual([])
})

test('every condition is answered yes by some case and no by another', () => {
  expect(asked.conditions.length).toBeGreaterThan(0)
  expect(neverAnswered(asked.conditions)).toEqual(Object.keys(words.alwaysTheSameAnswer).sort())
})

test('every action speaks in some case, with all that stands around it, and is silent in another', () => {
  expect({ never: asked.silentActions, always: asked.constantActions }).toEqual({
    never: Object.keys(words.neverSpeaking).sort(),
    always: [],
  })
})

test('a case that asks for a decision point is found by its topic, and not by every topic', () => {
  const byTopic = [...pointsByTopic(loaded.knowledge)].map(([topic, points]) => ({ topic, found: casesAbout(cases, points) }))
  const found = new Set(byTopic.flatMap(each => each.found))
  const asksForAny = ({ case: each }: (typeof cases)[number]) =>
    [each.recommends, each['does not recommend'], each['cannot tell']].some(Boolean)
  expect(cases.filter(each => asksForAny(each) && !found.has(each)).map(({ file, case: { name } }) => `${file}: ${name}`)).toEqual([])
  const startBack = byTopic.find(({ topic }) => topic === 'start-back')?.found ?? []
  expect(startBack.map(({ about }) => about)).toContain('RN-32')
  expect(startBack.map(({ about }) => about)).not.toContain('SS-16')
})

test('COVERAGE.md is up to date: npm run coverage:knowledge writes it', () => {
  expect(readFileSync(join(PROJECT_ROOT, 'fhir-resources/COVERAGE.md'), 'utf8')).toBe(
    coveragePage(coverage, asked, localReading(loaded.knowledge, words), loaded.knowledge, words),
  )
})

describe('the tool itself', () => {
  const point = (id: string, kind: string, accountedFor?: string) => ({
    code: id,
    property: [
      { code: 'document', valueString: '002' },
      { code: 'kind', valueString: kind },
      ...(accountedFor === undefined ? [] : [{ code: 'accountedFor', valueString: accountedFor }]),
    ],
  })

  /** The knowledge with these decision points in place of its own. */
  const withPoints = (...concept: ReturnType<typeof point>[]) => ({
    ...loaded,
    knowledge: {
      ...loaded.knowledge,
      files: files.map(({ file, resource }) => ({
        file,
        resource: { ...resource, ...((resource as CodeSystem).url === DECISION_POINT_SYSTEM && { concept }) } as FhirResource,
      })),
    },
  })

  test('finds a rule without action, content without a note and a note on a rule', () => {
    const { gaps: found } = coverageOf(
      withPoints(point('X-1', 'R'), point('X-2', 'C'), point('X-3', 'M', 'a heading without text'), point('X-4', 'R', 'not needed')),
      [],
    )
    expect(named(found.rulesWithoutAction)).toEqual(['X-1', 'X-4'])
    expect(named(found.unaccounted)).toEqual(['X-2'])
    expect(found.faultyNotes).toEqual(['X-4 is a rule and may not be accounted for by a note.'])
  })

  test('finds codes that no longer name a point', () => {
    const { gaps: found, points } = coverageOf(withPoints(point('RN-32', 'R')), cases)
    expect(found.unknownCodes).toEqual(expect.arrayContaining([expect.stringMatching(/: RN-31$/)]))
    expect(found.unknownCodes).not.toEqual(expect.arrayContaining([expect.stringMatching(/: RN-32$/)]))
    expect(tally(points)).toBe('1 of 1 R, 0 of 0 C and 0 of 0 M')
  })

  test('asks every rule for a yes and a no', () => {
    const { gaps: found } = coverageOf(
      withPoints(point('RN-32', 'R')),
      cases.filter(({ about }) => about === 'RN-30'),
    )
    expect(named(found.rulesWithoutYes)).toEqual(['RN-32'])
    expect(gapLines({ ...found, unknownCodes: [] })).toContain('Rules without a case for yes (1): RN-32')
  })

  test('asks every rule for a cannot tell, unless it is said why it is never open', () => {
    const closed = cases.filter(
      ({ about, case: each }) => about === 'RN-32' && each['cannot tell'] === undefined && each.answer !== 'cannot-tell',
    )
    const found = (neverOpen: Record<string, string>, of = closed) => coverageOf(withPoints(point('RN-32', 'R')), of, { neverOpen })
    expect(named(found({}).gaps.rulesWithoutCannotTell)).toEqual(['RN-32'])
    expect([tally(found({}).points), tally(found({ 'RN-32': 'a reason' }).points)].map(each => each.slice(0, 10))).toEqual([
      '0 of 1 R, ',
      '1 of 1 R, ',
    ])
    expect(named(found({ 'RN-32': 'a reason' }).gaps.rulesWithoutCannotTell)).toEqual([])
    expect(found({ 'RN-32': 'a reason' }, [...cases]).gaps.faultyNotes).toEqual([
      'RN-32 is said to be never open, but a case says that it is.',
    ])
    expect(found({ 'RN-0': 'a reason' }).gaps.faultyNotes).toEqual(['RN-0 is said to be never open, but is no rule.'])
  })

  test('counts a nested plan as reached, and a plan on its own as not', () => {
    const nested = loaded.knowledge.plan('red-flag-serious-disease')!
    expect(coverage.points.find(({ code }) => code === 'RN-149')?.actions).toEqual(
      expect.arrayContaining([expect.stringMatching(/^red-flag-serious-disease\//)]),
    )
    const alone = { ...nested, resource: { ...nested.resource, id: 'alone' } as PlanDefinition }
    const { unreachedPlans } = coverageOf({ ...loaded, knowledge: { ...loaded.knowledge, plans: [...loaded.knowledge.plans, alone] } }, [])
    expect(unreachedPlans).toEqual([...coverage.unreachedPlans, 'alone'].sort())
  })

  test('reads references in notes and says which lead nowhere', () => {
    const known = {
      resources: new Set(['Library/a', 'Questionnaire/q']),
      parts: new Set(['Library/a#isOne']),
      readers: new Map([['Questionnaire/q#pain.night', []]]),
    }
    expect(referencesIn('fact Library/a#isOne, item Questionnaire/q#pain.night.')).toEqual([
      { resource: 'Library/a', part: 'isOne' },
      { resource: 'Questionnaire/q', part: 'pain.night' },
    ])
    expect(faultsOfNote('fact Library/a#isOne', known)).toEqual([])
    expect(faultsOfNote('fact Library/a#isTwo, Library/b', known)).toEqual([
      'names Library/a#isTwo, which does not exist.',
      'names Library/b, which does not exist.',
    ])
    expect(faultsOfNote('item Questionnaire/q#pain.night', known)).toEqual(['names Questionnaire/q#pain.night, which no fact reads.'])
    expect(faultsOfNote(' ', known)).toEqual(['has an empty note.'])
  })

  test('an answer is paired with codes when an or joins them', () => {
    expect(alternatives("%a.where(x or y) or 'b or c' = %d")).toEqual(['%a.where(x or y)', "'b or c' = %d"])
    const fact = (name: string, expression: string) => ({ name, expression, where: 'Library/a' })
    const facts = [
      fact('isCoded', "%Condition.codedIn('set').exists()"),
      fact('isEither', "%forms.answer('one') or %isCoded"),
      fact('isBoth', "%forms.answer('two') and %isCoded"),
      fact('isAnswered', "%forms.answer('three') or %forms.answer('four')"),
    ]
    expect([...pairedWithCodes(facts)]).toEqual(['one'])
  })

  test('reads the strings of an expression', () => {
    expect([...literalsOf(`%a.answer('pain.night') or %b = 'it\\'s' and %c = ''`)]).toEqual(['pain.night', "it\\'s", ''])
  })
})
