// Which actions of one plan say nearly the same under the same conditions, and what tells them apart.
import { expect, test } from '@jest/globals'
import type { PlanDefinitionAction } from 'fhir/r4.js'
import { checkRepeatedActions } from '../../src/engine/knowledge/check-repeated.js'
import { FaultList } from '../../src/engine/model/faults.js'
import { activity, plan, topAction } from '../support/knowledge-builder.js'

const VISIT = { definitionCanonical: activity('visit').url! }
const AFTER_WEEKS = (value: number) => ({ timingDuration: { value, system: 'http://unitsofmeasure.org', code: 'wk' } })
const BY = (type: 'practitioner' | 'patient') => ({ participant: [{ type }] })

function told(one: PlanDefinitionAction, other: PlanDefinitionAction): string[] {
  const faults = new FaultList()
  checkRepeatedActions({ files: [{ file: 'plan.json', resource: plan([topAction('one', one), topAction('other', other)]) }] }, faults)
  return faults.faults.map(({ code }) => code)
}

test.each<[string, PlanDefinitionAction, PlanDefinitionAction, string[]]>([
  ['one order under two titles', VISIT, VISIT, ['ACTION_ALIKE']],
  ['one order at one time', { ...VISIT, ...AFTER_WEEKS(2) }, { ...VISIT, ...AFTER_WEEKS(2) }, ['ACTION_ALIKE']],
  ['one order now and later', VISIT, { ...VISIT, ...AFTER_WEEKS(2) }, []],
  ['one order at two times', { ...VISIT, ...AFTER_WEEKS(2) }, { ...VISIT, ...AFTER_WEEKS(6) }, []],
  ['one order for two who do it', { ...VISIT, ...BY('practitioner') }, { ...VISIT, ...BY('patient') }, []],
  ['one title', { title: 'A visit' }, { title: 'a visit.' }, ['ACTION_REPEATED']],
  [
    'groups of one title that hold different actions',
    { title: 'A', action: [{ id: 'a' }] },
    { title: 'A', action: [{ id: 'b' }] },
    ['ACTION_ALIKE'],
  ],
])('%s', (_what, one, other, codes) => {
  expect(told(one, other)).toEqual(codes)
})
