// What a token lets one read is what one of its scopes says, in either version of SMART, in any order.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { scopeTest, type Coverage, type Interaction } from '../../src/trust/smart-scopes.js'

const TYPES = ['Patient', 'Condition', 'QuestionnaireResponse', 'Observation'] as const
const INTERACTIONS: readonly Interaction[] = ['read', 'search']
const NOT_OF_RESOURCES = [
  'launch',
  'launch/patient',
  'openid',
  'fhirUser',
  'offline_access',
  'api:fhir',
  'https://a.example/scope/fhir',
  '',
  '__proto__',
]

const who = fc.constantFrom('patient', 'user', 'system')
const type = fc.constantFrom<string>('*', ...TYPES)
const letters = fc.subarray(['c', 'r', 'u', 'd', 's'], { minLength: 1 }).map(each => each.join(''))
const allowed = fc.oneof(fc.constantFrom('read', 'write', '*'), letters)
const query = fc.option(fc.constantFrom('category=vital-signs', 'a=b&c=d', ''), { nil: undefined })
const scope = fc.record({ who, type, allowed, query })
const written = (each: { who: string; type: string; allowed: string; query: string | undefined }) =>
  `${each.who}/${each.type}.${each.allowed}${each.query === undefined ? '' : `?${each.query}`}`

const allows = (letter: 'r' | 's', each: string): boolean => each === '*' || each === 'read' || (each !== 'write' && each.includes(letter))

test('every combination of scopes, types and interactions', () => {
  fc.assert(
    fc.property(fc.array(scope, { minLength: 1, maxLength: 6 }), fc.subarray(NOT_OF_RESOURCES), (scopes, others) => {
      const test = scopeTest([...others, ...scopes.map(written)].join(' '))
      for (const each of TYPES) {
        for (const interaction of INTERACTIONS) {
          const covering = scopes.filter(one => [each, '*'].includes(one.type) && allows(interaction === 'read' ? 'r' : 's', one.allowed))
          const expected: Coverage = covering.some(one => one.query === undefined) ? 'all' : covering.length > 0 ? 'part' : 'none'
          expect(test(each, interaction)).toBe(expected)
        }
      }
    }),
    { numRuns: 1_000 },
  )
})

test('scopes that are not about resources limit nothing', () => {
  fc.assert(
    fc.property(fc.subarray(NOT_OF_RESOURCES), fc.constantFrom(...TYPES), fc.constantFrom(...INTERACTIONS), (scopes, each, interaction) => {
      expect(scopeTest(scopes.join(' '))(each, interaction)).toBe('all')
    }),
  )
})

describe('as servers write them', () => {
  test.each<[string, string, Interaction, Coverage]>([
    ['patient/*.read launch openid', 'Condition', 'search', 'all'],
    ['patient/Condition.read', 'Condition', 'search', 'all'],
    ['patient/Condition.read', 'Observation', 'search', 'none'],
    ['patient/Condition.r', 'Condition', 'search', 'none'],
    ['patient/Patient.r', 'Patient', 'read', 'all'],
    ['user/*.write', 'Condition', 'search', 'none'],
    ['user/*.cruds', 'Condition', 'search', 'all'],
    ['system/*.*', 'Condition', 'read', 'all'],
    ['patient/Observation.rs?category=laboratory', 'Observation', 'search', 'part'],
    ['patient/Observation.rs?category=laboratory patient/Observation.rs', 'Observation', 'search', 'all'],
    ['patient/Conditions.rs', 'Condition', 'search', 'none'],
    ['\n patient/Condition.rs\t', 'Condition', 'search', 'all'],
  ])('%s: %s, %s: %s', (text, each, interaction, coverage) => {
    expect(scopeTest(text)(each, interaction)).toBe(coverage)
  })
})
