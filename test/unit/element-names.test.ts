import { describe, expect, test } from '@jest/globals'
import { checkNames } from '../../src/engine/expression/check-names.js'
import { ANY_ITEMS, itemsOf, type Items } from '../../src/engine/model/items.js'
import { RESOURCE_TYPES } from '../../src/engine/model/r4-model.js'
import { parseExpression } from '../../src/engine/expression/syntax.js'

const KNOWN = new Map<string, Items>([
  ...RESOURCE_TYPES.map(type => [type, itemsOf(type)] as const),
  ['patient', itemsOf('Patient')],
  ['context', ANY_ITEMS],
  ['isAdult', itemsOf('boolean')],
  ['onset', itemsOf('dateTime', 'date')],
])

const check = (expression: string) => {
  const { faults, ...others } = checkNames(parseExpression(expression), itemsOf(), KNOWN)
  return { ...others, faults: faults.map(({ message }) => message) }
}

describe('refuses what the interpreter would answer with nothing', () => {
  test.each([
    ['%Condition.clinicalStatuss', "'clinicalStatuss' is not an element of Condition"],
    ['%Condition.code.codings.code', "'codings' is not an element of CodeableConcept"],
    ['%Condition.code.coding.codee', "'codee' is not an element of Coding"],
    ['%Condition.where(clinicalStatus.coding.cod = 1).exists()', "'cod' is not an element of Coding"],
    ['%Condition.where(code.exists() and verificationStatuss.empty())', "'verificationStatuss' is not an element of Condition"],
    ['%Observation.valueQuantityy.value', "'valueQuantityy' is not an element of Observation"],
    ['%Observation.value.ofType(Quantity).unitt', "'unitt' is not an element of Quantity"],
    ['(%Observation.value as Quantity).unitt', "'unitt' is not an element of Quantity"],
    ['%Observation.value.valuee', "'valuee' is not an element of "],
    ['%Observation.component.where(code.exists()).valuee', "'valuee' is not an element of Observation.component"],
    ['%QuestionnaireResponse.item.item.item.anser', "'anser' is not an element of QuestionnaireResponse.item"],
    ['%QuestionnaireResponse.item.answer.item.linkid', "'linkid' is not an element of QuestionnaireResponse.item"],
    ['%QuestionnaireResponse.repeat(item).linkid', "'linkid' is not an element of QuestionnaireResponse.item"],
    ['%QuestionnaireResponse.repeat(item | anser.item)', "'anser' is not an element of "],
    ["%patient.extension('http://example.org').valu", "'valu' is not an element of Extension"],
    ['%patient.extension.where(url.exists()).valueStrin', "'valueStrin' is not an element of Extension"],
    ['%patient.name.given.first().family', "'family' is not an element of string"],
    ['%patient.birthDate.century', "'century' is not an element of date"],
    ['%Encounter.period.begin', "'begin' is not an element of Period"],
    ['%Observation.sort(effectivee desc)', "'effectivee' is not an element of Observation"],
    ['%Observation.sort(code.text, effectivee desc)', "'effectivee' is not an element of Observation"],
    ['%Condition.select(code | bodySites)', "'bodySites' is not an element of Condition"],
    ['%Condition[0].onsett', "'onsett' is not an element of Condition"],
    ['(%Condition | %Observation).clinicalStatuss', "'clinicalStatuss' is not an element of Condition or Observation"],
    ['%isAdlut', '%isAdlut is not a known fact or variable'],
    ['%Conditions.exists()', '%Conditions is not a known fact or variable'],
    ['%`isAdlut`', '%isAdlut is not a known fact or variable'],
    ['isAdult and %isAdult', "'isAdult' stands on nothing; a fact or record is written %isAdult"],
    ['Patient.birthDate', "'Patient' stands on nothing"],
    ['%Condition.where(Patient.active)', "'Patient' is not an element of Condition"],
    ['%Condition.exits()', 'exits() is not a known function'],
    ['%Condition.constructor()', 'constructor() is not a known function'],
    ['%Condition.where()', 'where() does not take 0 argument(s)'],
    ["'a'.matches('A', 'i', 'm')", 'matches() does not take 3 argument(s)'],
    ["'a'.matches('A', 'ix')", "'ix' are not flags of a regular expression"],
    ['%onset.difference(today())', 'difference() does not take 1 argument(s)'],
    ["'a'.matches('(?=a)')", 'is not a regular expression'],
    ["'a'.matches('(')", 'is not a regular expression'],
    ['%Condition.codedIn(%isAdult)', 'codedIn() must name its value set in quotes'],
    ['%Condition.subject.resolve().birthDate', 'resolve() would read from the network'],
    ["%Condition.trace('x')", 'trace() would write patient data to the log'],
    ["defineVariable('x', 5)", 'defineVariable() hides a fact'],
    ['%Observation.value.ofType(Quantityy)', "'Quantityy' is not a FHIR type"],
    ['%Observation.value is Quantityy', "'Quantityy' is not a FHIR type"],
    ['%Observation.value.ofType(Coding)', 'is never a Coding'],
    ['%Condition.ofType(Observation)', 'Condition is never a Observation'],
    ["Coding { system: 's', kode: 'c' }", "'kode' is not an element of Coding"],
    ["Codingg { system: 's' }", "'Codingg' is not a FHIR type"],
  ])('%s', (expression, fault) => {
    expect(check(expression).faults).toEqual([expect.stringContaining(fault)])
  })
})

describe('lets sound expressions pass', () => {
  test.each([
    '%Condition.code.coding.code',
    '%Condition.onset <= today() - 12 weeks',
    '%Condition.onset.ofType(dateTime)',
    '%Condition.onset as Age',
    "%Condition.where(clinicalStatus.coding.exists(code = 'active' or code = 'recurrence')).exists()",
    '%Condition.Condition.code',
    '%Observation.value.ofType(Quantity).value > 5',
    '(%Observation.value as Quantity).unit',
    '%Observation.value.value',
    '%Observation.value.coding.code',
    "%Observation.where(value > 5 'mg').exists()",
    '%Observation.component.value.ofType(CodeableConcept).coding.code',
    '%Observation.component.referenceRange.low.value',
    '%QuestionnaireResponse.item.item.item.item.answer.value',
    '%QuestionnaireResponse.item.answer.item.answer.value.ofType(Coding).code',
    '%QuestionnaireResponse.repeat(item).answer.value',
    '%QuestionnaireResponse.repeat(item | answer.item).linkId',
    '%QuestionnaireResponse.repeat(item | answer)',
    "%QuestionnaireResponse.descendants().where(linkId = 'x').answer.value",
    "%QuestionnaireResponse.answer('q').code",
    '%QuestionnaireResponse.item.id',
    "%patient.extension('http://example.org').value.ofType(string)",
    '%patient.birthDate.extension.exists()',
    '%patient.name.given.first().length() > 1',
    '%patient.deceased.ofType(boolean).not()',
    '%patient.deceased is dateTime',
    '%patient.deceased.is(boolean)',
    '%patient.name.family.upper().toString()',
    '%patient.address.where(use = %context.use).city',
    '%patient.contact.name.text',
    '%patient.meta.lastUpdated',
    '%patient.id',
    '%patient.contained.ofType(Patient).active',
    '%context.draftOrders.entry.resource.ofType(ServiceRequest).code.coding.code',
    "%context.selections.contains('x')",
    '%context.anything.at.all',
    '%Encounter.period.start.calendarDate()',
    "%onset.difference(today(), 'week') >= 12",
    '%Encounter.referringTo(%Condition).period',
    '%Encounter.participant.individual.reference',
    '%ServiceRequest.occurrence.ofType(Timing).repeat.bounds.ofType(Period).start',
    '%MedicationRequest.dosageInstruction.doseAndRate.dose.value',
    "%Condition.codedIn('vs').newest().code",
    "%Condition.code.memberOf('vs')",
    '%Condition.select(code | bodySite).coding',
    '%Condition.stage.assessment.reference',
    '%Observation.sort(effective desc, code.text).first()',
    '%Observation.aggregate($this.value.ofType(integer) + $total, 0)',
    '%Observation.select($index)',
    'iif(%isAdult, 1, 2) + 3',
    '(1 | 2 | 3).where($this > 1).sum()',
    "'a' & 'b'",
    "'a,b'.split(',').join('-')",
    '-5 + 3',
    '{}',
    'true',
    '@2026-03-30 + 1 month',
    '@T12:00',
    "1 'mg' < 2 'g'",
    "Coding { system: 's', code: 'c' }",
    "Coding { code: iif(%isAdult, 'a', 'b') }.code",
    'today() > @2026-01-01',
    'now().toDate()',
    'timeOfDay()',
    '(%Condition | %Observation).code.text',
    '%Condition.union(%Observation).code',
    '%Condition.combine(%Observation).status',
    '%Condition.all(code.exists())',
    '%Condition.count() > 1',
    '%Condition.first().recordedDate',
    '%Condition.tail().skip(1).take(2).last().single()',
    '%Condition[0].code',
    "%patient.telecom.where(system = 'phone').value",
    '%patient.gender.exists() implies %isAdult',
    '%patient.name.exists(use = $this.use)',
    '%Condition.code.coding.code.distinct()',
    "%Condition.code.text.matches('^a+$')",
    "%Condition.code.text.replaceMatches('[0-9]', '')",
    "%Condition.code.text.contains('x')",
    '%onset.lowBoundary()',
    '%onset is date',
    "'5'.convertsToInteger()",
    '%Observation.valueQuantity.value',
    "'5'.toInteger()",
    '(1.5).round(1)',
    '%Goal.target.due.ofType(date)',
    '%ImagingStudy.series.instance.uid',
  ])('%s', expression => {
    expect(check(expression).faults).toEqual([])
  })
})

test('tells which variables and value sets an expression uses, wherever they stand', () => {
  const { variables, valueSets } = check("%Condition.codedIn( 'a' ).where(code.memberOf('b')).exists() and %isAdult // codedIn('c')")
  expect([...variables]).toEqual(['Condition', 'isAdult'])
  expect([...valueSets]).toEqual(['a', 'b'])
})

test.each([
  ['%Condition', ['Condition']],
  ['%Condition.code', ['CodeableConcept']],
  ['%Condition.exists()', ['boolean']],
  ['%QuestionnaireResponse.item', ['QuestionnaireResponse.item']],
  ['%patient.deceased', ['boolean', 'dateTime']],
  ['%Condition.recordedDate.calendarDate()', ['date']],
  ['%isAdult and %isAdult', ['boolean']],
])('tells the types of %s', (expression, types) => {
  expect([...(check(expression).items.types as ReadonlySet<string>)].sort()).toEqual(types)
})
