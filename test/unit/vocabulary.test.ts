// Codes, items and members that cannot occur are refused; whatever may occur passes.
import { describe, expect, test } from '@jest/globals'
import type { FhirResource } from 'fhir/r4.js'
import { FaultList } from '../../src/engine/model/faults.js'
import { readKnowledgeJson } from '../../src/knowledge-files/knowledge-json.js'
import { PROJECT_ROOT } from '../../src/knowledge-files/load-knowledge.js'
import { readSettings } from '../../src/knowledge-files/read-settings.js'
import { compileKnowledge } from '../../src/engine/knowledge/compile-knowledge.js'
import { activity, canonical, codeSystem, english, library, plan, topAction, valueSet } from '../support/knowledge-builder.js'
import { EXTENSION, HOUSE } from '../support/house.js'

/** The settings that the knowledge of this repository declares. */
const DECLARED = readSettings(readKnowledgeJson(PROJECT_ROOT, new FaultList()) ?? {}, new FaultList())

const GROUPS = 'https://example.org/group'
const REASONS = 'https://example.org/reason'

const option = (code: string) => ({ valueCoding: { system: GROUPS, code } })

const SURROUNDINGS: readonly FhirResource[] = [
  codeSystem('https://columna.example.org/fhir/CodeSystem/decision-point', { 'T-01': ['Et råd', 'Advice'] }),
  codeSystem(REASONS, { done: ['Gjort', 'Done'] }),
  { ...codeSystem('https://example.org/danish', {}), id: 'danish', concept: [{ code: 'one', display: 'en' }] } as FhirResource,
  valueSet('reasons', { include: [{ system: REASONS, concept: [{ code: 'done' }] }] }),
  valueSet('groups', { include: [{ system: GROUPS, concept: [{ code: 'from-set' }] }] }),
  activity('order'),
  plan([topAction('one', { extension: [{ url: EXTENSION.overrideReasons, valueCanonical: canonical('ValueSet', 'reasons') }] })]),
  {
    resourceType: 'Questionnaire',
    id: 'other',
    version: '1',
    status: 'active',
    url: canonical('Questionnaire', 'other'),
    item: [{ linkId: 'group', type: 'choice', answerOption: [option('other-1')] }],
  },
  {
    resourceType: 'Questionnaire',
    id: 'form',
    version: '1',
    status: 'active',
    url: canonical('Questionnaire', 'form'),
    item: [
      { linkId: 'part', type: 'group', item: [{ linkId: 'group', type: 'choice', answerOption: [option('group-1'), option('group-2')] }] },
      { linkId: 'set', type: 'choice', answerValueSet: canonical('ValueSet', 'groups') },
      { linkId: 'foreign', type: 'choice', answerValueSet: 'https://example.org/elsewhere' },
      { linkId: 'open', type: 'open-choice', answerOption: [option('group-1')] },
      { linkId: 'yes', type: 'boolean' },
      { linkId: 'count', type: 'integer' },
      { linkId: 'when', type: 'date', text: 'Hvornår', _text: english('When') },
      { linkId: 'danish', type: 'boolean', text: 'Kun dansk' },
    ],
  },
]

/** What the checker says of facts that stand among forms, settings and decision points. */
function faultsOf(facts: Readonly<Record<string, string>>): string[] {
  const faults = new FaultList()
  const files = [...SURROUNDINGS, library(facts)].map(resource => ({ file: `${resource.resourceType}/${resource.id}.json`, resource }))
  compileKnowledge(files, faults, { profile: HOUSE, settings: DECLARED })
  return faults.faults.map(({ code, message }) => `${code}: ${message}`)
}

const q = '%QuestionnaireResponse'
const ofForm = (id: string) => `${q}.ofQuestionnaire('${canonical('Questionnaire', id)}')`

describe('refused', () => {
  test.each([
    // Members of what the service hands over.
    ['%settings.regoin.exists()', "NAME_UNKNOWN: 'regoin' is not an element of %settings"],
    ['%settings.showretired', "NAME_UNKNOWN: 'showretired'"],
    ['%overrides.piont', "NAME_UNKNOWN: 'piont' is not an element of %overrides"],
    ['%context.patientid', "NAME_UNKNOWN: 'patientid' is not an element of %context"],
    ['%context.draftOrders.entry.resource.statuss', "NAME_UNKNOWN: 'statuss'"],
    // Values that they cannot have.
    ["%settings.region = 'nordjyland'", "CODE_IMPOSSIBLE: 'nordjyland' can never be there; it can be 'nordjylland'"],
    ["%settings.region in ('midtjylland' | 'syddnmark')", "CODE_IMPOSSIBLE: 'syddnmark' can never"],
    ["%settings.showRetired = 'on'", 'CODE_IMPOSSIBLE: true or false is never equal to a text'],
    ['%settings.region = true', 'CODE_IMPOSSIBLE: a text is never equal to true or false'],
    ["%overrides.where(point = 'T-02').exists()", "CODE_IMPOSSIBLE: 'T-02' can never"],
    ["%overrides.point contains 'T-02'", "CODE_IMPOSSIBLE: 'T-02' can never"],
    ["%overrides.where(reason = 'dnoe').exists()", "CODE_IMPOSSIBLE: 'dnoe' can never"],
    // Items of forms, and their codes.
    [`${q}.answer('gruop')`, "ITEM_UNKNOWN: there is no item 'gruop' in any Questionnaire"],
    [`${q}.answer('part')`, "ITEM_UNKNOWN: there is no item 'part'"],
    [`${q}.answering('gruop')`, "ITEM_UNKNOWN: there is no item 'gruop'"],
    [ofForm('from'), `CANONICAL_UNKNOWN: there is no Questionnaire ${canonical('Questionnaire', 'from')}`],
    [`${ofForm('other')}.answer('yes')`, `ITEM_UNKNOWN: there is no item 'yes' in ${canonical('Questionnaire', 'other')}`],
    [`${ofForm('other')}.where(status = 'completed').newest().answering('yes')`, "ITEM_UNKNOWN: there is no item 'yes'"],
    [`${ofForm('other')}.answer('group').code = 'group-1'`, "CODE_IMPOSSIBLE: 'group-1' can never be there; it can be 'other-1'"],
    [`${ofForm('other')}.repeat(item).where(linkId = 'gruop').exists()`, "CODE_IMPOSSIBLE: 'gruop'"],
    [
      `${ofForm('form')}.repeat(item).where(linkId = 'group').answer.value.ofType(Coding).where(code = 'group-3').exists()`,
      "CODE_IMPOSSIBLE: 'group-3'",
    ],
    [
      `${ofForm('form')}.item.where(linkId = 'part').where(item.where(linkId = 'group').answer.value.code = 'group-3').exists()`,
      "CODE_IMPOSSIBLE: 'group-3'",
    ],
    [`${q}.answer('group').code = 'group-3'`, "CODE_IMPOSSIBLE: 'group-3' can never be there; it can be 'other-1', 'group-1', 'group-2'"],
    [`${q}.answer('group').code != 'group-3'`, "CODE_IMPOSSIBLE: 'group-3'"],
    [`'group-3' = ${q}.answer('group').code`, "CODE_IMPOSSIBLE: 'group-3'"],
    [`${q}.answer('group').code.where($this = 'group-1' or $this = 'group3').exists()`, "CODE_IMPOSSIBLE: 'group3'"],
    [`${q}.answer('group').where(code = 'group3').exists()`, "CODE_IMPOSSIBLE: 'group3'"],
    [`${q}.answer('group').ofType(Coding).first().code.exists($this = 'group3')`, "CODE_IMPOSSIBLE: 'group3'"],
    [`${q}.answer('set').code = 'group-1'`, "CODE_IMPOSSIBLE: 'group-1' can never be there; it can be 'from-set'"],
    [`${q}.answer('group') = 'group-1'`, 'CODE_IMPOSSIBLE: a coding is never equal to a text; compare its code'],
    [`${q}.answer('yes') = 'ja'`, 'CODE_IMPOSSIBLE: true or false is never equal to a text'],
    [`${q}.answer('count').code`, "NAME_UNKNOWN: 'code' is not an element of integer"],
    [`iif(${q}.exists(), 'a', 'b') = 'c'`, "CODE_IMPOSSIBLE: 'c' can never"],
    [
      `iif(${q}.exists(), 'a', 'b') = ${q}.answer('group').code`,
      "CODE_IMPOSSIBLE: 'a', 'b' is compared with 'other-1', 'group-1', 'group-2'",
    ],
    // Codes that R4 binds.
    ["%Encounter.where(status = 'finshed')", "CODE_IMPOSSIBLE: 'finshed'"],
    ["%Encounter.statusHistory.status = 'done'", "CODE_IMPOSSIBLE: 'done'"],
    ["%patient.gender in ('male' | 'femal')", "CODE_IMPOSSIBLE: 'femal'"],
    ["%Condition.clinicalStatus.coding.where(code = 'actve').exists()", "CODE_IMPOSSIBLE: 'actve'"],
    ["%Condition.verificationStatus.coding.code = 'refutd'", "CODE_IMPOSSIBLE: 'refutd'"],
    ["%Condition.code = 'M54'", 'CODE_IMPOSSIBLE: a coding is never equal to a text; compare its code'],
    // Codes and questions that readers are told of.
    ["'done'.coding('https://example.org/reasons')", 'CANONICAL_UNKNOWN: there is no CodeSystem https://example.org/reasons'],
    [`iif(${q}.exists(), 'done', {}).combine('dnoe').coding('${REASONS}')`, `CODE_IMPOSSIBLE: there is no code 'dnoe' in ${REASONS}`],
    [`'one'.coding('https://example.org/danish')`, "TRANSLATION_MISSING: the code 'one' of https://example.org/danish has no name in en"],
    [`${q}.id.coding('${REASONS}')`, 'NAME_UNKNOWN: the codes of coding() are written out'],
    [`'done'.coding(%settings.region)`, 'NAME_UNKNOWN: coding() must name its CodeSystem in quotes'],
    [`'done'.coding('${REASONS}').code = 'gone'`, "CODE_IMPOSSIBLE: 'gone' can never be there; it can be 'done'"],
    [`${q}.unanswered('when', 'wehn')`, "ITEM_UNKNOWN: there is no item 'wehn' in any Questionnaire"],
    [`${ofForm('other')}.answeredYes('when')`, "ITEM_UNKNOWN: there is no item 'when' in"],
    [`${q}.unanswered('when', 'danish')`, "TRANSLATION_MISSING: the question 'danish' has no name in en"],
    [`${q}.unanswered(%settings.region)`, 'NAME_UNKNOWN: unanswered() must name its questions in quotes'],
    ["today().written('dk')", 'NAME_UNKNOWN: written() must name, in quotes, a language of the knowledge'],
    // Choices that take the unknown for a no.
    [`iif(${q}.answer('yes'), false, true)`, 'UNKNOWN_HIDDEN: a choice on what can be unknown takes the unknown for a no'],
    [`%Condition.where(iif(onset.calendarDate() > today(), true, false))`, 'UNKNOWN_HIDDEN'],
    [`iif(${q}.answer('count') > 3, 1, 0)`, 'UNKNOWN_HIDDEN'],
    [`iif(${q}.answer('yes').not() or %Condition.exists(), 'a', 'b').length() > 0`, 'UNKNOWN_HIDDEN'],
    [`iif(${q}.answer('yes').exists(), iif(${q}.answer('count') > 3, 1, 0), 0)`, 'UNKNOWN_HIDDEN'],
    // Criteria that are neither true nor false.
    ['%Condition.where(code).exists()', 'CRITERION_INVALID: where() asks for true or false, and CodeableConcept is neither'],
    ["%Condition.exists('a')", 'CRITERION_INVALID: exists() asks for true or false, and string is neither; write .exists(), or compare it'],
    ['%Condition.all(onset.calendarDate())', 'CRITERION_INVALID: all() asks'],
    ['iif(%patient.birthDate, 1, {})', 'CRITERION_INVALID: iif() asks for true or false, and date is neither'],
    [`${q}.answer('count').not()`, 'CRITERION_INVALID: not() asks for true or false, and integer is neither'],
    ['%patient.name.knownTrue()', 'CRITERION_INVALID: knownTrue() asks'],
    ['%patient.name and %Condition.exists()', 'CRITERION_INVALID: and asks for true or false, and HumanName is neither'],
    ['%Condition.exists() implies today()', 'CRITERION_INVALID: implies asks'],
    // Dates.
    ['today() - %patient.birthDate', 'DATE_ARITHMETIC_INVALID: a date minus a date is no duration; use start.difference(end'],
    [`(today() - 1 month) - ${q}.answer('when')`, 'DATE_ARITHMETIC_INVALID'],
    ["today() - 3 'mo'", "DATE_ARITHMETIC_INVALID: a date cannot be moved by the unit 'mo'; write months"],
    ['%patient.birthDate < @2019-02-29', 'EXPRESSION_INVALID'],
    ['%patient.birthDate < @2019-13', 'EXPRESSION_INVALID'],
    ['%Condition.count() > 5L', 'EXPRESSION_INVALID: JSON has no numbers such as 5L; write it without the L.'],
    ["now() + 1 'mg'", "DATE_ARITHMETIC_INVALID: a date cannot be moved by the unit 'mg'"],
  ])('%s', (expression, fault) => {
    expect(faultsOf({ it: expression })).toEqual([expect.stringContaining(fault)])
  })

  test('what can be unknown goes through facts', () => {
    expect(faultsOf({ isOld: '%patient.birthDate < @1950-01-01', it: 'iif(%isOld, 1, 0)' })).toEqual([
      expect.stringContaining('UNKNOWN_HIDDEN'),
    ])
    expect(faultsOf({ isThere: '%Condition.exists()', isNot: '%isThere.not() or false', it: 'iif(%isNot, 1, 0)' })).toEqual([])
  })

  test('codes go through facts', () => {
    expect(faultsOf({ group: `${q}.answer('group').code`, last: '%group.first()', isThird: "%last = 'group-3'" })).toEqual([
      expect.stringContaining("CODE_IMPOSSIBLE: 'group-3'"),
    ])
    expect(faultsOf({ points: '%overrides.where(at.exists()).point', it: "%points.where($this = 'T-02').exists()" })).toEqual([
      expect.stringContaining("CODE_IMPOSSIBLE: 'T-02'"),
    ])
  })
})

describe('not refused', () => {
  test.each([
    `iif(${q}.exists(), 'done', {}).coding('${REASONS}')`,
    `${q}.unanswered('when').text`,
    "today().written('da')",
    '%patient.where(active).exists()',
    '%patient.exists(deceased)',
    `${q}.answer('yes').not()`,
    'iif({}, 1, {}).empty()',
    // Choices on what is there.
    `iif(${q}.answer('yes').knownTrue(), 1, 0)`,
    `iif(${q}.answer('yes'), 1, {})`,
    `iif(${q}.answer('yes'), false, ${q}.answer('yes'))`,
    `iif(${q}.answer('yes').exists(), iif(${q}.answer('yes'), 1, 0), 0)`,
    `iif(${q}.answer('yes').empty(), 2, iif(${q}.answer('yes'), 1, 0))`,
    `iif(${q}.answer('group').exists(), iif(${q}.answer('group').code = 'group-1', 1, 0), 0)`,
    `iif(${q}.answer('count').exists() and ${q}.answer('count') > 3, 1, 0)`,
    `iif(${q}.answer('count').empty() or ${q}.answer('count') > 3, 1, 0)`,
    `iif(${q}.count() > 2 and (%Condition.exists() or today() > @2026-01-01), 1, 0)`,
    "%settings.region = 'nordjylland'",
    "%settings.region in ('sjælland' | 'none')",
    '%settings.showRetired = true',
    '%settings.conditionalOffers.not()',
    "%overrides.where(point = 'T-01' and at.substring(0, 10) >= '2026-01-01' and encounter = %context.encounterId).exists()",
    "%overrides.point contains 'T-01'",
    "%overrides.where(reason = 'done' or reason = 'comment' or reason.empty()).exists()",
    '%Encounter.where(id = %context.encounterId)',
    "%PractitionerRole.where(%context.userId = 'PractitionerRole/' + id)",
    "%context.selections contains 'ServiceRequest/a'",
    '%context.draftOrders.entry.resource.status',
    '%context.draftOrders.entry.resource.ofType(ServiceRequest).intent',
    '%context.appointments.entry.fullUrl',
    '%context.conditions.entry.exists()',
    '%patient.contained.ofType(Patient).active',
    '%patient.contained.name.text',
    `${q}.answer('group').code = 'group-1'`,
    `${q}.answer('group').code in ('group-1' | 'group-2')`,
    `${q}.answer('group').display = 'Gruppe 1'`,
    `${q}.answer('group').system = '${GROUPS}'`,
    `${q}.answer('set').code = 'from-set'`,
    `${q}.answer('foreign').code = 'whatever'`,
    `${q}.answer('open') = 'written by hand'`,
    `${q}.answer('open').code = 'other'`,
    `${q}.answer('yes') = false`,
    `${q}.answer('count') + 1 = 3`,
    `${q}.answer('count') = 3.5`,
    `${q}.answer(iif(%patient.active.exists(), 'group', 'set'))`,
    `${q}.answer('group').code ~ 'GROUP-1'`,
    `${q}.answer('group').code.combine('other') contains 'other'`,
    `(${q}.answer('group').code | %Condition.code.text) contains 'anything'`,
    `iif(${q}.answer('yes'), ${q}.answer('group').code, {}) = 'group-2'`,
    `${q}.answer('group').code & 'x' = 'group-1x'`,
    `${q}.answer('group').code.upper() = 'GROUP-1'`,
    `${q}.answer('group').code.substring(6) = '1'`,
    `${q}.answer('group').code = {}`,
    `{} = ${q}.answer('group').code`,
    `${ofForm('form')}.answer('yes')`,
    `${ofForm('other|1')}.answer('group').code = 'other-1'`,
    `(${ofForm('other')} | ${ofForm('form')}).answer('group').code = 'group-1'`,
    `${ofForm('form')}.repeat(item).where(linkId = 'group').answer.value.code = 'group-2'`,
    `${ofForm('form')}.repeat(item).where(linkId = 'part').item.answer.value.ofType(Coding).code = 'from-set'`,
    `${ofForm('form')}.repeat(item).where(linkId = 'group' or linkId = 'set').answer.value.ofType(Coding).code = 'from-set'`,
    `${ofForm('form')}.repeat(item).where(linkId = 'group').answer.item.answer.value.ofType(Coding).code = 'x'`,
    `${q}.answering('yes').repeat(item).where(linkId = 'of another form').exists()`,
    `${ofForm('form')}.item.where(linkId = 'part').item.where(linkId = 'group').answer.value.exists()`,
    `${q}.where(repeat(item).where(linkId = 'of another form').exists()).exists()`,
    `${q}.item.answer.value.ofType(Coding).code = 'anything'`,
    "%Encounter.where(status = 'finished' or status = 'in-progress')",
    "%Encounter.class.code = 'VR'",
    "%Condition.code.coding.code = 'anything'",
    "%Observation.value.ofType(CodeableConcept).coding.code = 'x'",
    "%Condition.clinicalStatus.coding.where(code = 'recurrence').exists()",
    "%Condition.clinicalStatus.text = 'aktiv'",
    "%Condition.category.coding.code = 'encounter-diagnosis'",
    "%Appointment.status = 'booked'",
    "%Slot.status = 'of a type that the schema lacks'",
    '%Condition.code ~ %Observation.code',
    '%Observation.value = 3',
    "%Observation.value = 'text'",
    "today() - 3 'months'",
    "now() - 1 'wk'",
    "today() + 1 'd'",
    "%Condition.recordedDate <= today() - 2 'years'",
    '%Condition.onset - 3 days',
    '%Observation.value - 1',
    "1 'wk' = 7 'd'",
    "%patient.birthDate.difference(today(), 'day') - 1",
    '%patient.birthDate + 1 year - 2 days',
    "3 'mo' = 3 'mo'",
    '%`patient`.`name`.`text`',
    '%Composition.text.`div`.exists()',
    '%patient.`birthDate` <= `today`()',
    '%patient is FHIR.`Patient`',
    "%Condition.type().name = 'Condition'",
    "%patient.name.text.matches('^a', 'i')",
    "%patient.name.text.matchesFull('a.*', 'im')",
  ])('%s', expression => {
    expect(faultsOf({ it: expression })).toEqual([])
  })

  test('what is not known: forms of knowledge that has none, settings of an unknown deployment', () => {
    const faults = new FaultList()
    const facts = library({ one: `${q}.answer('anything').code = 'x'`, two: "%settings.whatever = 'y'", three: "%overrides.point = 'Z-9'" })
    compileKnowledge([{ file: 'facts.json', resource: facts }], faults, { profile: HOUSE })
    expect(faults.faults).toEqual([])
  })
})
