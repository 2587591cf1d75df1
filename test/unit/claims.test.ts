// What an expression claims of a patient where it is true: enough to see that nobody can meet it, and never more.
import { expect, test } from '@jest/globals'
import { areImpossible, claimsOf, type FactTree } from '../../src/engine/expression/claims.js'
import { parseExpression } from '../../src/engine/expression/syntax.js'

const FACTS: Readonly<Record<string, string>> = {
  isAdult: '%age >= 18',
  isChild: '%isAdult.not()',
  hasPain: '%pains.exists()',
  pains: `%Condition.where(code.memberOf('https://example.org/fhir/ValueSet/pain'))`,
  isNever: 'false',
  fourWeeksAgo: 'today() - 28 days',
  limit: '5',
}

const factTree: FactTree = name => (FACTS[name] === undefined ? undefined : parseExpression(FACTS[name]))

const claims = (expression: string, isTrue = true) => claimsOf(parseExpression(expression), isTrue, factTree)

test.each([
  [['false']],
  [['{}']],
  [['%isNever']],
  [['%a and %a.not()']],
  [['%a', '%a = false']],
  [['%a', '%a != true']],
  [['%a', '%a.empty()']],
  [['%a', '%a.notKnownTrue()']],
  [['%a.knownTrue()', '%a.not()']],
  [['(%a or %b).not()', '%b']],
  [['(%a implies %b).not()', '%b']],
  [['%isAdult', '%isChild']],
  [['%isAdult', '%age < 18']],
  [['%age < 18', '%age > 18']],
  [['%age = 18', '(%age = 18).not()']],
  [['%pains.empty()', '%pains.where(onset.exists()).exists()']],
  [['%pains.empty()', '%pains.exists(onset.exists())']],
  [['%hasPain', '%Condition.empty()']],
  [['%age > 5 and %age < 3']],
  [['5 < %age', '%age <= 4.5']],
  [['%age >= 65', '%isChild']],
  [['(%age <= 65).not()', '%age = 65']],
  [['%a = 1', '%a = 2']],
  [['today() > @2030', '@2029-12 >= today()']],
  [['%seen >= %fourWeeksAgo', '%seen < today() - 5 weeks']],
  [['%age > %limit', '%age < %limit - 1']],
  [['%t > -3', '%t < -3.5']],
  [['%age < 60 + 5', '%age > 70 - 5']],
  [["%weight > 5 'kg'", "%weight < 4.5 'kg'"]],
  [['%seen > @2030-01-01', '%seen < @2029-12-31']],
  [['%seen >= @2030', '%seen <= @2028-11']],
  [['%born <= today() - 70 years', '%born > today() - 65 years']],
  [['%seen > today() - 2 weeks', '%seen < today() - 15 days']],
  [['%labs.where(value > 5 and value < 3).exists()']],
  [['%labs.exists(value >= 5 and value < 5)']],
])('nobody can meet %j', expressions => {
  expect(areImpossible(...expressions.map(each => claims(each)))).toBe(true)
})

test.each([
  [['true']],
  [['%a or %a.not()']],
  [['%a', '%b.not()']],
  [['%a.not()', '%a.notKnownTrue()']],
  [['%a.empty()', '%a.notKnownTrue()']],
  [['(%a and %b).not()', '%b']],
  [['%a implies %b', '%b.not()']],
  [['%age > 3', '%age < 5']],
  [['%age >= 65', '%age <= 65']],
  [['%age > 5', '%height < 3']],
  [["%weight > 5 'kg'", "%weight < 4 'g'"]],
  [["%weight > 5 'kg'", '%weight < 4']],
  [['%age > 5 or %age < 3']],
  [['(%age > 5 and %age < 3).not()']],
  [['%seen > @2030-01-01', '%seen < @2030-01-02']],
  [['%seen = @2030', '%seen > @2030-05-01']],
  [['%seen >= @2030-02', '%seen <= @2030-03-02']],
  [['%seen > @2030-01-01T10:00', '%seen < @2030-01-01T09:00']],
  [['%born <= today() - 12 months', '%born > today() - 366 days']],
  [['%seen < today() - 1 month', '%seen > today() - 31 days']],
  [['%seen > today()', '%seen < now()']],
  [['%wait > 3 months + 1 week', '%wait < 4 months']],
  [['%wait > 1 day', '%wait < @1970-01-01']],
  [['%labs.where(value > 5).exists()', '%labs.where(value < 3).exists()']],
  [['%labs.where(value > 5 and value < 3).empty()']],
  [['%age >= 18', '%age <= 18']],
  [['%age < 18', '%age < 65']],
  [['(%age < 18).not()', '%age > 65']],
  [['%pains.exists()', '%pains.where(onset.exists()).empty()']],
  [['%pains.exists(onset.exists())', '%pains.exists(onset.exists().not())']],
  [['%pains.exists()', '%pains.count() = 0']],
  [['%pains.all(onset.exists())', '%pains.empty()']],
])('somebody may meet %j, as far as the syntax shows', expressions => {
  expect(areImpossible(...expressions.map(each => claims(each)))).toBe(false)
})

test('what can never be false is seen by its opposite', () => {
  expect(['true', '%a.exists() or %a.empty()', '%a', '%isAdult'].map(each => areImpossible(claims(each, false)))).toEqual([
    true,
    true,
    false,
    false,
  ])
})
