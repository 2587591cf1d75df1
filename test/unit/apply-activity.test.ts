import { describe, expect, test } from '@jest/globals'
import type { ActivityDefinition, FhirResource, PlanDefinitionAction, Questionnaire } from 'fhir/r4.js'
import { ACTIVITY_KINDS, type ActivityKind, CONTENT_ELEMENTS, ELEMENTS_TAKEN_OVER } from '../../src/engine/knowledge/activity-kinds.js'
import { isElementPath } from '../../src/engine/model/element-path.js'
import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'
import {
  activity,
  applyTo,
  canonical,
  compileResources,
  english,
  faultsIn,
  fhirpath,
  knowledgeOf,
  library,
  plan,
  topAction,
  when,
  type Call,
} from '../support/knowledge-builder.js'

const ACT = canonical('ActivityDefinition', 'act')
const value = (path: string, expression: string) => ({ path, expression: fhirpath(expression) })

function applyActivity(more: Partial<ActivityDefinition>, onAction: PlanDefinitionAction = {}, records: object[] = []) {
  const knowledge = knowledgeOf(
    plan([topAction('a', { definitionCanonical: ACT, ...onAction })]),
    activity('act', more),
    library({ patientName: '%patient.name.text' }),
  )
  const before = JSON.stringify(knowledge.files)
  const { requestGroup, undecided } = applyTo(knowledge, { records })
  expect(JSON.stringify(knowledge.files)).toBe(before)
  return { requestGroup, undecided, action: requestGroup.action?.[0], resource: requestGroup.contained?.[0] as FhirResource | undefined }
}

/** What of a definition a kind holds. */
const held = (kind: ActivityKind, stated: Partial<ActivityDefinition>): Partial<ActivityDefinition> =>
  Object.fromEntries(
    Object.entries(stated).filter(
      ([name]) => !CONTENT_ELEMENTS.some(element => element === name) || ELEMENTS_TAKEN_OVER[kind].some(element => element === name),
    ),
  )

/** A value of each element that says what is to be done, by which it is found again. */
const STATED = {
  profile: 'http://example.org/found',
  code: { text: 'found' },
  intent: 'directive',
  priority: 'asap',
  doNotPerform: true,
  location: { reference: 'Location/found' },
  timingTiming: { code: { text: 'found' } },
  timingDateTime: '2011-11-11',
  timingAge: { value: 4711 },
  timingPeriod: { start: '2011-11-11' },
  timingRange: { low: { value: 4711 } },
  timingDuration: { value: 4711 },
  participant: [{ type: 'patient', role: { text: 'found' } }],
  productReference: { reference: 'Medication/found' },
  productCodeableConcept: { text: 'found' },
  quantity: { value: 4711 },
  dosage: [{ text: 'found' }],
  bodySite: [{ text: 'found' }],
  specimenRequirement: [{ reference: 'SpecimenDefinition/found' }],
  observationRequirement: [{ reference: 'ObservationDefinition/found' }],
  observationResultRequirement: [{ reference: 'ObservationDefinition/found' }],
  transform: 'http://example.org/found',
} as const satisfies Record<(typeof CONTENT_ELEMENTS)[number], unknown>

/** What makes a resource of a kind valid, where its definition states nothing. */
const SET: Partial<Record<ActivityKind, readonly string[]>> = {
  MedicationRequest: ['medicationCodeableConcept.coding[0].code'],
  DeviceRequest: ['codeCodeableConcept.coding[0].code'],
  DiagnosticReport: ['code.coding[0].code'],
  ImmunizationRecommendation: ['recommendation[0].description'],
  NutritionOrder: ['oralDiet.instruction'],
  SupplyRequest: ['itemCodeableConcept.coding[0].code', 'quantity.unit'],
}
const complete = (kind: ActivityKind): Partial<ActivityDefinition> => ({
  kind: kind as 'Task',
  dynamicValue: (SET[kind] ?? []).map(path => value(path, "'x'")),
})

describe('the table of what a kind holds', () => {
  test.each(ACTIVITY_KINDS)('tells the truth of %s', kind => {
    for (const element of CONTENT_ELEMENTS) {
      const definition = activity('act', { ...complete(kind), [element]: STATED[element] })
      const { knowledge, faults } = compileResources(plan([topAction('a', { definitionCanonical: ACT })]), definition)
      const [resource] = applyTo(knowledge).requestGroup.contained ?? []
      const isHeld = /found|4711|2011-11-11|directive|asap|"doNotPerform":true|request-doNotPerform/.test(JSON.stringify(resource ?? ''))
      expect({
        element,
        isHeld,
        told: faults.faults.some(({ code }) => code === 'ELEMENT_NOT_CARRIED' || code === 'ACTIVITY_KIND_UNSUPPORTED'),
      }).toEqual({ element, isHeld, told: !isHeld })
    }
  })
})

describe('an ActivityDefinition', () => {
  test.each(ACTIVITY_KINDS)('becomes a sound draft %s for the patient', kind => {
    const { resource, action } = applyActivity({
      ...complete(kind),
      description: 'Beskrivelse',
      _description: english('Description'),
      ...held(kind, { code: { text: 'x' }, priority: 'urgent' }),
    })
    expect(Object.keys(resource ?? {}).filter(name => !['resourceType', 'id'].includes(name) && !isElementPath(kind, name))).toEqual([])
    expect(faultsOfShape(resource).filter(({ message }) => !message.includes('not a resource type checked'))).toEqual([])
    expect(resource).toMatchObject({
      resourceType: kind,
      ...(kind !== 'ImmunizationRecommendation' && {
        status: expect.stringMatching(/^(draft|requested|proposed|preparation|registered)$/) as unknown,
      }),
    })
    expect(JSON.stringify(resource)).toContain('"Patient/p1"')
    expect(action?.resource).toEqual({ reference: `#${resource?.id}` })
  })

  test.each<[ActivityDefinition['kind'] & string, Record<string, unknown>]>([
    [
      'ServiceRequest',
      {
        code: { text: 'x' },
        intent: 'proposal',
        subject: { reference: 'Patient/p1' },
        instantiatesCanonical: [`${ACT}|2026.1.0`],
        doNotPerform: true,
        occurrenceTiming: { code: { text: 't' } },
      },
    ],
    ['MedicationRequest', { medicationCodeableConcept: { text: 'p' }, dosageInstruction: [{ text: 'd' }], doNotPerform: true }],
    ['CommunicationRequest', { category: [{ text: 'x' }] }],
    ['CarePlan', { category: [{ text: 'x' }], intent: 'proposal' }],
    [
      'Task',
      { code: { text: 'x' }, for: { reference: 'Patient/p1' }, instantiatesCanonical: `${ACT}|2026.1.0`, description: 'Beskrivelse' },
    ],
    [
      'Appointment',
      { serviceType: [{ text: 'x' }], participant: [{ actor: { reference: 'Patient/p1' }, required: 'required', status: 'needs-action' }] },
    ],
  ])('of kind %s keeps what it says', (kind, expected) => {
    const { resource } = applyActivity({
      kind: kind as 'Task',
      description: 'Beskrivelse',
      _description: english('Description'),
      ...(['ServiceRequest', 'MedicationRequest'].includes(kind) && { doNotPerform: true }),
      ...held(kind as ActivityKind, {
        code: { text: 'x' },
        productCodeableConcept: { text: 'p' },
        dosage: [{ text: 'd' }],
        timingTiming: { code: { text: 't' } },
      }),
    })
    expect(resource).toMatchObject(expected)
  })

  test('names its code in the language of the reply, else in its own', () => {
    const code = { coding: [{ code: 'c' }], text: 'Træning', _text: english('Training') }
    expect(applyActivity({ kind: 'ServiceRequest', code }).resource).toMatchObject({ code: { coding: [{ code: 'c' }], text: 'Træning' } })
    const knowledge = knowledgeOf(plan([topAction('a', { definitionCanonical: ACT })]), activity('act', { kind: 'ServiceRequest', code }))
    const codeIn = (language: string) =>
      (applyTo(knowledge, { language }).requestGroup.contained?.[0] as { code?: object } | undefined)?.code
    expect(['en', 'da', 'de'].map(codeIn)).toEqual(['Training', 'Træning', 'Træning'].map(text => ({ coding: [{ code: 'c' }], text })))
  })

  test('of kind DeviceRequest has no element that R4 lacks', () => {
    const { resource } = applyActivity({ kind: 'DeviceRequest', code: { text: 'x' }, timingPeriod: { start: '2026' } })
    expect(resource).toMatchObject({ codeCodeableConcept: { text: 'x' }, occurrencePeriod: { start: '2026' } })
    expect(faultsOfShape(resource)).toEqual([])
  })
})

describe('dynamic values', () => {
  test('of the definition come first, those of the action after; each list in order', () => {
    const definition = {
      code: { text: 'fixed' },
      dynamicValue: [value('code.text', "'one'"), value('patientInstruction', "'kept'"), value('code.text', "'two'")],
    }
    expect(applyActivity(definition).resource).toMatchObject({ code: { text: 'two' }, patientInstruction: 'kept' })
    expect(applyActivity(definition, { dynamicValue: [value('code.text', "'three'")] }).resource).toMatchObject({
      code: { text: 'three' },
      patientInstruction: 'kept',
    })
  })

  test('that are nothing change nothing', () => {
    expect(applyActivity({ code: { text: 'fixed' }, dynamicValue: [value('code.text', '{}')] }).resource).toMatchObject({
      code: { text: 'fixed' },
    })
  })

  test('set choices by the type of the value', () => {
    const values = (expression: string, path = 'occurrence[x]') =>
      Object.keys(applyActivity({ dynamicValue: [value(path, expression)] }).resource ?? {})
    expect(values('today()')).toContain('occurrenceDateTime')
    expect(values('now() + 1 day')).toContain('occurrenceDateTime')
    expect(values("Period { start: '2026-03-30' }")).toContain('occurrencePeriod')
    expect(values("3 'mg'", 'quantity[x]')).toContain('quantityQuantity')
    expect(values('true', 'asNeeded[x]')).toContain('asNeededBoolean')
  })

  test('are written as FHIR writes them', () => {
    const { resource } = applyActivity({
      dynamicValue: [
        value('quantity[x]', "2.5 'mg'"),
        value('occurrence[x]', 'today()'),
        value('bodySite', "CodeableConcept { text: 'ryg' }"),
      ],
    })
    expect(resource).toMatchObject({
      quantityQuantity: { value: 2.5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
      occurrenceDateTime: '2026-03-30',
      bodySite: [{ text: 'ryg' }],
    })
    expect(faultsOfShape(resource)).toEqual([])
  })

  test('set calendar durations with their UCUM code', () => {
    const knowledge = knowledgeOf(plan([topAction('a', { dynamicValue: [value('timingDuration', '6 weeks')] })]))
    expect(applyTo(knowledge).requestGroup.action?.[0]?.timingDuration).toEqual({
      value: 6,
      unit: 'weeks',
      system: 'http://unitsofmeasure.org',
      code: 'wk',
    })
  })

  test('copy records, never share them', () => {
    const condition = { resourceType: 'Condition', id: 'c', code: { text: 'from the record', coding: [{ code: 'k' }] } }
    const { resource } = applyActivity({ dynamicValue: [value('code', '%Condition.code'), value('code.text', "'changed'")] }, {}, [
      condition,
    ])
    expect(resource).toMatchObject({ code: { text: 'changed', coding: [{ code: 'k' }] } })
    expect(condition.code.text).toBe('from the record')
  })

  test('with action. set the action although it has a resource', () => {
    const { action, resource } = applyActivity(
      {},
      {
        dynamicValue: [
          value('action.title', "'set'"),
          value('%action.priority', "'stat'"),
          value('patientInstruction', "'on the resource'"),
        ],
      },
    )
    expect(action).toMatchObject({ title: 'set', priority: 'stat' })
    expect(resource).toMatchObject({ patientInstruction: 'on the resource' })
  })

  test('set an action without a resource', () => {
    const dynamicValue = [value('title', '%patientName'), value('timing[x]', 'today()'), value('action.priority', "'urgent'")]
    const knowledge = knowledgeOf(plan([topAction('a', { dynamicValue })]), library({ patientName: '%patient.name.text' }))
    const { requestGroup } = applyTo(knowledge, { records: [{ resourceType: 'Patient', id: 'p1', name: [{ text: 'Ida' }] }] })
    expect(requestGroup.action?.[0]).toMatchObject({ title: 'Ida', timingDateTime: '2026-03-30', priority: 'urgent' })
    expect(faultsOfShape(requestGroup)).toEqual([])
  })

  test('that fail leave the action undecided and nothing contained', () => {
    const { undecided, requestGroup } = applyActivity({ dynamicValue: [value('occurrence[x]', "'text'")] })
    expect(undecided).toEqual([expect.objectContaining({ action: 'a', code: 'CDS_EXPRESSION_FAILED' })])
    expect(requestGroup).not.toHaveProperty('contained')
  })
})

describe('a change of a record', () => {
  const type = (code: string) => ({ type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/action-type', code }] } })

  test.each(['update', 'remove'])('(%s) keeps the id of the record', code => {
    const { resource, action } = applyActivity({ dynamicValue: [value('id', "'order-7'")] }, type(code))
    expect(resource?.id).toBe('order-7')
    expect(action?.resource?.reference).toBe('#order-7')
  })

  test.each(['update', 'remove'])('(%s) of no record is an error', code => {
    expect(applyActivity({}, type(code)).undecided).toHaveLength(1)
  })
})

test('a Questionnaire becomes a Task that asks for it', () => {
  const questionnaire: Questionnaire = {
    resourceType: 'Questionnaire',
    id: 'q',
    url: canonical('Questionnaire', 'q'),
    version: '2026.1.0',
    status: 'active',
  }
  const { requestGroup } = applyTo(
    knowledgeOf(plan([topAction('a', { definitionCanonical: canonical('Questionnaire', 'q') })]), questionnaire),
    { language: 'en' },
  )
  const [task] = requestGroup.contained ?? []
  expect(task).toMatchObject({
    resourceType: 'Task',
    status: 'requested',
    description: 'a in English',
    for: { reference: 'Patient/p1' },
    input: [{ valueCanonical: `${canonical('Questionnaire', 'q')}|2026.1.0` }],
  })
  expect(faultsOfShape(task)).toEqual([])
})

describe('variables that other guidelines know', () => {
  const RECORDS = [
    { resourceType: 'Patient', id: 'p1', birthDate: '1980-01-01', name: [{ given: ['Ida'] }] },
    { resourceType: 'Practitioner', id: 'd1', name: [{ given: ['Bo'] }] },
    { resourceType: 'Practitioner', id: 'd2' },
    { resourceType: 'Encounter', id: 'e1', status: 'finished' },
    { resourceType: 'Organization', id: 'o1', name: 'Klinikken' },
    {
      resourceType: 'Observation',
      id: 'one',
      status: 'final',
      code: { coding: [{ system: 'urn:s', code: 'bp' }] },
      effectiveDateTime: '2026-03-01',
    },
    {
      resourceType: 'Observation',
      id: 'old',
      status: 'final',
      code: { coding: [{ system: 'urn:s', code: 'bp' }] },
      effectiveDateTime: '2020-03-01',
    },
    {
      resourceType: 'Observation',
      id: 'other',
      status: 'final',
      code: { coding: [{ system: 'urn:s', code: 'x' }] },
      effectiveDateTime: '2026-03-01',
    },
  ]
  const CALL = { records: RECORDS, context: { userId: 'Practitioner/d1', encounterId: 'e1' } }
  const READS = library(
    {},
    { dataRequirement: ['Patient', 'Practitioner', 'Encounter', 'Organization', 'Observation'].map(type => ({ type: type as 'Patient' })) },
  )

  function textOf(expression: string, call: object = {}, more: Partial<ActivityDefinition> = {}, onAction: PlanDefinitionAction = {}) {
    const knowledge = knowledgeOf(
      plan([topAction('a', { definitionCanonical: ACT, ...onAction })], { title: 'Planen' }),
      activity('act', {
        code: { text: 'koden' },
        description: 'Ordene',
        _description: english('The words'),
        ...(expression.includes('urn:e') && { extension: [{ url: 'urn:e', valueString: 'ext' }] }),
        dynamicValue: [value('patientInstruction', expression)],
        ...more,
      }),
      READS,
    )
    return (applyTo(knowledge, { ...CALL, ...call }).requestGroup.contained?.[0] as { patientInstruction?: string } | undefined)
      ?.patientInstruction
  }

  test.each([
    ['%subject.name.given.first()', 'Ida'],
    ['$this.name.given.first()', 'Ida'],
    ['iif($this is Patient, $this.id, {})', 'p1'],
    ['iif($this is Group, 1, 2).toString()', '2'],
    ['%practitioner.name.given.first()', 'Bo'],
    ['%encounter.status', 'finished'],
    ['%organization.name', undefined],
    ['%rootResource.title', 'Planen'],
    ['%resource.entry.resource.ofType(Observation).id.first()', 'one'],
    ['%resource.entry.count().toString()', '8'],
    ['description', 'Ordene'],
    ["'Hej ' + description", 'Hej Ordene'],
    ['code.text', 'koden'],
    ["extension.where(url = 'urn:e').value", 'ext'],
    ['%context.description + %subject.id', 'Ordenep1'],
    ['%context.select($this.description)', 'Ordene'],
    ["iif(%practitioner.exists(), description, 'x')", 'Ordene'],
    ['%subject.select(name.given.first())', 'Ida'],
    ['descendants().where($this is string).count().toString() & description', expect.stringMatching(/Ordene$/)],
    ["Coding { code: 'x', display: description & %context.kind }.display", 'OrdeneServiceRequest'],
  ])('%s', (expression, expected) => {
    expect(textOf(expression)).toEqual(expected)
  })

  test('what $apply names goes before the context; the data stands in the order sent', () => {
    const data = {
      about: { practitioner: 'Practitioner/d2', organization: 'Organization/o1', encounter: 'Encounter/none', subject: 'Group/g' },
      recordsAsSent: () => [...RECORDS].reverse() as FhirResource[],
    }
    const of = (expression: string) => textOf(expression, { data })
    expect(
      ['%practitioner.id', '%organization.name', '%encounter.id', '%subject.id', '%resource.entry.first().resource.id'].map(of),
    ).toEqual(['d2', 'Klinikken', undefined, undefined, 'other'])
  })

  test('in a fact %context is that of the hook, whoever asks for the fact', () => {
    const knowledge = knowledgeOf(
      plan([topAction('a', { definitionCanonical: ACT })]),
      activity('act', {
        description: 'Ordene',
        _description: english('The words'),
        dynamicValue: [
          value('patientInstruction', '%user & %context.description'),
          value('note[0].text', "Coding { code: 'x', display: %user & %context.description }.display"),
        ],
      }),
      library({ user: '%context.userId' }),
    )
    expect(applyTo(knowledge, CALL).requestGroup.contained?.[0]).toMatchObject({
      patientInstruction: 'Practitioner/d1Ordene',
      note: [{ text: 'Practitioner/d1Ordene' }],
    })
  })

  test("an action's values are evaluated on its ActivityDefinition, else on the plan", () => {
    expect(textOf("'x'", {}, {}, { dynamicValue: [value('patientInstruction', 'description')] })).toBe('Ordene')
    const knowledge = knowledgeOf(plan([topAction('a', { dynamicValue: [value('title', 'title & %context.id')] })]))
    expect(applyTo(knowledge).requestGroup.action?.[0]?.title).toBe('Planenplan')
  })

  test('an input with an id is the records that it asks for', () => {
    const codeFilter = [{ path: 'code', code: [{ system: 'urn:s', code: 'bp' }] }]
    const inputs = (...input: PlanDefinitionAction['input'] & object) => ({
      action: [{ id: 'b', title: 'b', _title: english('b'), input }],
    })
    const recent = {
      id: 'recent',
      type: 'Observation' as const,
      codeFilter,
      dateFilter: [{ path: 'effective', valueDuration: { value: 90, code: 'd', system: 'http://unitsofmeasure.org' } }],
    }
    expect(textOf('%bp.id.combine(%recent.id).join()', {}, {}, inputs({ id: 'bp', type: 'Observation', codeFilter }, recent))).toBe(
      'oneoldone',
    )
    const faults = faultsIn(
      plan([
        topAction('a', {
          input: [
            { id: 'context', type: 'Observation' },
            { id: 'fine', type: 'Observation', codeFilter: [{ path: 'codde', code: [{ code: 'x' }] }] },
          ],
        }),
      ]),
      READS,
    )
    expect(faults).toEqual(['FACT_DUPLICATE PlanDefinition.action[0].input[0]', 'NAME_UNKNOWN PlanDefinition.action[0].input[1]'])
  })

  test('a path may begin with the type of the resource', () => {
    expect(textOf("'x'", {}, { dynamicValue: [value('ServiceRequest.patientInstruction', "'typed'")] })).toBe('typed')
  })

  test('a name that is no element of what it stands on is refused', () => {
    const faultsOf = (expression: string, onPlan: PlanDefinitionAction = {}) =>
      faultsIn(
        plan([topAction('a', { definitionCanonical: ACT, ...onPlan })]),
        activity('act', { dynamicValue: [value('patientInstruction', expression)] }),
        READS,
      )
    expect(
      ['descriptio', '%context.userId', '%rootResource.titel', '%subject.birthdate', '$this.birthdate', '%encounter.state'].map(each =>
        faultsOf(each),
      ),
    ).toEqual(Array(6).fill(['NAME_UNKNOWN ActivityDefinition.dynamicValue[0]']))
    expect(faultsOf("'x'", { condition: [when('description.exists()')] })).toEqual(['NAME_UNKNOWN PlanDefinition.action[0].condition[0]'])
    expect(faultsOf("'x'", { condition: [when('birthDate.exists() and $this.birthDate < today()')] })).toEqual([])
  })
})

describe('what $apply proposes', () => {
  const propose = (more: Partial<ActivityDefinition>, call: Call = {}, onAction: PlanDefinitionAction = {}) => {
    const { knowledge, faults } = compileResources(plan([topAction('a', { definitionCanonical: ACT, ...onAction })]), activity('act', more))
    const { requestGroup, omissions } = applyTo(knowledge, {
      encounterId: 'e1',
      proposer: { practitioner: 'Practitioner/d1', organization: 'Organization/o1' },
      ...call,
    })
    return { requestGroup, omissions, resource: requestGroup.contained?.[0], codes: faults.faults.map(({ code }) => code) }
  }

  test.each<[ActivityKind, Record<string, unknown>]>([
    [
      'ServiceRequest',
      {
        status: 'draft',
        intent: 'proposal',
        encounter: { reference: 'Encounter/e1' },
        requester: { reference: 'Practitioner/d1' },
        meta: { profile: ['urn:p'] },
      },
    ],
    ['MedicationRequest', { encounter: { reference: 'Encounter/e1' }, requester: { reference: 'Practitioner/d1' } }],
    ['DeviceRequest', { encounter: { reference: 'Encounter/e1' }, requester: { reference: 'Practitioner/d1' } }],
    [
      'CommunicationRequest',
      { encounter: { reference: 'Encounter/e1' }, requester: { reference: 'Practitioner/d1' }, payload: [{ contentString: 'x' }] },
    ],
    ['CarePlan', { encounter: { reference: 'Encounter/e1' }, author: { reference: 'Practitioner/d1' } }],
    [
      'Task',
      {
        status: 'draft',
        intent: 'proposal',
        encounter: { reference: 'Encounter/e1' },
        requester: { reference: 'Practitioner/d1' },
        for: { reference: 'Patient/p1' },
      },
    ],
    [
      'NutritionOrder',
      {
        encounter: { reference: 'Encounter/e1' },
        orderer: { reference: 'Practitioner/d1' },
        patient: { reference: 'Patient/p1' },
        dateTime: '2026-03-30T12:00:00.000+02:00',
        oralDiet: { type: [{ text: 'x' }] },
      },
    ],
    [
      'SupplyRequest',
      {
        requester: { reference: 'Practitioner/d1' },
        deliverTo: { reference: 'Patient/p1' },
        itemCodeableConcept: { text: 'p' },
        quantity: { value: 2 },
      },
    ],
    [
      'ImmunizationRecommendation',
      {
        patient: { reference: 'Patient/p1' },
        recommendation: [{ vaccineCode: [{ text: 'p' }], forecastStatus: { coding: [{ code: 'due' }] } }],
      },
    ],
  ])('as a %s names encounter, requester and profile', (kind, expected) => {
    const stated = { profile: 'urn:p', code: { text: 'x' }, productCodeableConcept: { text: 'p' }, quantity: { value: 2 } }
    expect(propose({ kind: kind as 'Task', ...stated }).resource).toMatchObject({ ...expected, meta: { profile: ['urn:p'] } })
  })

  test('names the organization where no practitioner is, as an author only where R4 lets it', () => {
    const proposer = { organization: 'Organization/o1' }
    expect(propose({ code: { text: 'x' } }, { proposer }).resource).toMatchObject({ requester: { reference: 'Organization/o1' } })
    expect(propose({ kind: 'NutritionOrder', code: { text: 'x' } }, { proposer }).resource).not.toHaveProperty('orderer')
    expect(propose({}, { proposer }).requestGroup).not.toHaveProperty('author')
    expect(propose({}).requestGroup).toMatchObject({ author: { reference: 'Practitioner/d1' } })
  })

  test('a card says nothing of it: its draft becomes the request of whoever accepts it', () => {
    const { resource } = applyActivity({ kind: 'Task', code: { text: 'x' } })
    expect(resource).toMatchObject({ status: 'requested' })
    expect(['encounter', 'requester'].filter(name => name in (resource ?? {}))).toEqual([])
  })

  test('a group is never called a patient', () => {
    const { requestGroup, resource } = propose({ code: { text: 'x' } }, { subject: 'Group/g1' }, { participant: [{ type: 'patient' }] })
    expect(resource).toMatchObject({ subject: { reference: 'Group/g1' } })
    expect(requestGroup).toMatchObject({ subject: { reference: 'Group/g1' }, action: [{ participant: [{ reference: 'Group/g1' }] }] })
    expect(JSON.stringify(requestGroup)).not.toContain('Patient/')
    const only = propose({ kind: 'ImmunizationRecommendation', productCodeableConcept: { text: 'p' } }, { subject: 'Group/g1' })
    expect({ resource: only.resource, omitted: only.omissions.map(({ element }) => element) }).toEqual({
      resource: undefined,
      omitted: ['patient'],
    })
  })

  test.each<[ActivityKind, string]>([
    ['MedicationRequest', 'medication[x]'],
    ['DeviceRequest', 'code[x]'],
    ['SupplyRequest', 'item[x]'],
    ['ImmunizationRecommendation', 'recommendation'],
  ])('no %s without %s: told at load and in the answer', (kind, element) => {
    const { resource, requestGroup, omissions, codes } = propose({
      kind: kind as 'Task',
      ...(kind === 'SupplyRequest' && { quantity: { value: 1 } }),
    })
    expect(codes).toEqual(['ACTIVITY_INCOMPLETE'])
    expect(resource).toBeUndefined()
    expect(requestGroup.action?.map(each => 'resource' in each)).toEqual([false])
    expect(omissions).toEqual([{ of: 'ActivityDefinition act', element, reason: expect.stringContaining(kind) }])
  })

  test('what is set on the action makes it whole, at load and in the answer', () => {
    const dynamicValue = [value('medication[x]', "CodeableConcept { text: 'set' }")]
    const { codes, resource } = propose({ kind: 'MedicationRequest' }, {}, { dynamicValue })
    expect({ codes, resource }).toMatchObject({ codes: [], resource: { medicationCodeableConcept: { text: 'set' } } })
  })

  test('what a kind does not hold is told in the answer', () => {
    const { omissions, codes } = propose({ kind: 'Task', dosage: [{ text: 'd' }], participant: [{ type: 'patient' }] })
    expect(omissions.map(({ of, element }) => [of, element])).toEqual([
      ['ActivityDefinition act', 'participant'],
      ['ActivityDefinition act', 'dosage'],
    ])
    expect(codes).toEqual(['ELEMENT_NOT_CARRIED', 'ELEMENT_NOT_CARRIED'])
  })

  test('the kind of the CPG guide goes before that of R4; one of which nothing can be made is refused', () => {
    const kindIs = (valueCode: string) => ({
      kind: 'Task' as const,
      code: { text: 'x' },
      extension: [{ url: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-activity-kind', valueCode }],
    })
    expect(
      ['Communication', 'DiagnosticReport', 'Procedure', 'RequestGroup'].map(kind => propose(kindIs(kind)).resource?.resourceType),
    ).toEqual(['Communication', 'DiagnosticReport', 'Procedure', 'RequestGroup'])
    expect(propose(kindIs('PlanDefinition')).codes).toEqual(['ACTIVITY_KIND_UNSUPPORTED'])
  })

  test('that something is not to be done is said where R4 says it', () => {
    expect(propose({ kind: 'Task', doNotPerform: true }).resource).toMatchObject({
      modifierExtension: [{ url: 'http://hl7.org/fhir/StructureDefinition/request-doNotPerform', valueBoolean: true }],
    })
    expect(propose({ kind: 'Task', doNotPerform: false }).resource).not.toHaveProperty('modifierExtension')
    expect(propose({ kind: 'ServiceRequest', doNotPerform: true }).resource).toMatchObject({ doNotPerform: true })
    expect(propose({ kind: 'ImmunizationRecommendation', productCodeableConcept: { text: 'p' }, doNotPerform: true }).codes).toContain(
      'ACTIVITY_KIND_UNSUPPORTED',
    )
    expect(propose({ kind: 'ImmunizationRecommendation', productCodeableConcept: { text: 'p' }, doNotPerform: false }).codes).toEqual([])
  })
})
