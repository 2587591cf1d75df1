// The two forms as a clinician meets them: what is open at first contact, what opens on need, and what is never hidden.
import { readFileSync } from 'node:fs'
import type { Coding, Element, Questionnaire, QuestionnaireItem, QuestionnaireItemEnableWhen } from 'fhir/r4.js'

const ANSWER = 'https://columna.example.org/fhir/CodeSystem/consultation-answer'
const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation'
const ORDINAL = 'http://hl7.org/fhir/StructureDefinition/ordinalValue'

const textOf = (id: string): string => readFileSync(new URL(`../../fhir-resources/Questionnaire/${id}.json`, import.meta.url), 'utf8')
const questionnaire = (id: string): Questionnaire => JSON.parse(textOf(id)) as Questionnaire
const flatten = (items: readonly QuestionnaireItem[] = []): QuestionnaireItem[] => items.flatMap(item => [item, ...flatten(item.item)])

const consultation = questionnaire('low-back-consultation')
const startBack = questionnaire('start-back')
const items = flatten(consultation.item)
const isOurOwn = (item: QuestionnaireItem): boolean => item.linkId.split('.')[0] === 'section'
const topGroups = (consultation.item ?? []).map(item => item.linkId)

const ALWAYS_VISIBLE_RED_FLAGS = [
  'redFlag.progressiveParesis',
  'redFlag.severeParesis',
  'redFlag.saddleSensoryDisturbance',
  'redFlag.urinaryRetention',
  'redFlag.flatusIncontinence',
  'redFlag.sphincterDisturbance',
  'redFlag.reducedSphincterTone',
  'redFlag.suspectedSpinalCordAffection',
  'redFlag.suspectedRootIncarceration',
  'redFlag.relevantTrauma',
  'redFlag.osteoporosis',
  'redFlag.cancerDiagnosis',
  'redFlag.unexplainedWeightLoss',
  'redFlag.fever',
  'exam.percussionPain',
]

/** What has been answered so far: a boolean, or answer codes. */
type Answers = Readonly<Record<string, boolean | readonly string[]>>

const holds = (condition: QuestionnaireItemEnableWhen, answers: Answers): boolean => {
  const answer = answers[condition.question]
  if (condition.operator === 'exists') return (answer !== undefined) === condition.answerBoolean
  if (typeof answer === 'boolean') return answer === condition.answerBoolean
  return answer?.includes(condition.answerCoding?.code ?? '') ?? false
}

const isOpen = (item: QuestionnaireItem, answers: Answers): boolean => {
  const conditions = item.enableWhen ?? []
  if (conditions.length === 0) return true
  return item.enableBehavior === 'all'
    ? conditions.every(condition => holds(condition, answers))
    : conditions.some(condition => holds(condition, answers))
}

/** Questions and display texts a reader sees; a closed group closes everything in it. */
const visible = (answers: Answers, level = consultation.item ?? []): string[] =>
  level
    .filter(item => isOpen(item, answers))
    .flatMap(item => [...(item.type === 'group' ? [] : [item.linkId]), ...visible(answers, item.item ?? [])])

const opened = (answers: Answers): string[] => {
  const before = new Set(visible({}))
  return visible(answers).filter(linkId => !before.has(linkId))
}

const english = (element: Element | undefined): string | undefined =>
  element?.extension
    ?.find(extension => extension.url === TRANSLATION && extension.extension?.some(part => part.url === 'lang' && part.valueCode === 'en'))
    ?.extension?.flatMap(({ url, valueString, valueMarkdown }) => (url === 'content' ? (valueString ?? valueMarkdown ?? []) : []))[0]

const codings = (form: Questionnaire): Coding[] =>
  flatten(form.item).flatMap(item => (item.answerOption ?? []).map(option => option.valueCoding ?? {}))

describe.each([
  ['low-back-consultation', consultation],
  ['start-back', startBack],
] as const)('%s', (id, form) => {
  it('is a Danish draft under its canonical', () => {
    expect(form).toMatchObject({
      resourceType: 'Questionnaire',
      id,
      url: `https://columna.example.org/fhir/Questionnaire/${id}`,
      language: 'da',
      status: 'draft',
      experimental: true,
    })
  })

  it('has unique linkIds', () => {
    const linkIds = flatten(form.item).map(item => item.linkId)
    expect(linkIds).toHaveLength(new Set(linkIds).size)
  })

  it('has an English translation of every text', () => {
    const missing = [
      ...(english(form._title) === undefined ? ['title'] : []),
      ...(english(form._description) === undefined ? ['description'] : []),
      ...flatten(form.item)
        .filter(item => !item.text || !english(item._text))
        .map(item => item.linkId),
      ...codings(form)
        .filter(coding => !coding.display || !english(coding._display))
        .map(coding => coding.code),
    ]
    expect(missing).toEqual([])
  })

  it('answers from the local code system', () => {
    expect(codings(form).filter(coding => coding.system !== ANSWER || !coding.code)).toEqual([])
  })

  it('uses no word that makes the patient feel ill', () => {
    expect(textOf(id)).not.toMatch(/kronisk|degenerativ|slidgigt/i)
  })

  it('requires no answer', () => {
    expect(flatten(form.item).filter(item => item.required === true)).toEqual([])
  })
})

describe('start-back', () => {
  it('has nine items, each with its LOINC code', () => {
    expect((startBack.item ?? []).map(item => [item.linkId, item.type, item.code?.[0]?.system, item.code?.[0]?.code])).toEqual([
      ['1', 'boolean', 'http://loinc.org', '91340-0'],
      ['2', 'boolean', 'http://loinc.org', '91341-8'],
      ['3', 'boolean', 'http://loinc.org', '91342-6'],
      ['4', 'boolean', 'http://loinc.org', '91343-4'],
      ['5', 'boolean', 'http://loinc.org', '91344-2'],
      ['6', 'boolean', 'http://loinc.org', '91345-9'],
      ['7', 'boolean', 'http://loinc.org', '91346-7'],
      ['8', 'boolean', 'http://loinc.org', '91347-5'],
      ['9', 'choice', 'http://loinc.org', '91348-3'],
    ])
    expect(startBack.code?.[0]).toMatchObject({ system: 'http://loinc.org', code: '91349-1' })
  })

  it('gives item 9 the ordinals 0, 0, 0, 1, 1', () => {
    const scale = startBack.item?.[8]?.answerOption?.map(({ valueCoding }) => [
      valueCoding?.code,
      valueCoding?.extension?.find(extension => extension.url === ORDINAL)?.valueDecimal,
    ])
    expect(scale).toEqual([
      ['bother-0', 0],
      ['bother-1', 0],
      ['bother-2', 0],
      ['bother-3', 1],
      ['bother-4', 1],
    ])
  })

  it('says whose wording it leaves out', () => {
    expect(startBack.copyright).toContain('Keele University')
  })
})

describe('low-back-consultation', () => {
  it('holds the 189 items of the contract, each in the group its prefix names', () => {
    const contract = items.filter(item => !isOurOwn(item) && !topGroups.includes(item.linkId))
    expect(contract).toHaveLength(189)
    for (const group of consultation.item ?? []) {
      const strangers = flatten(group.item).filter(item => !isOurOwn(item) && item.linkId.split('.')[0] !== group.linkId)
      expect(strangers.map(item => item.linkId)).toEqual([])
    }
  })

  it('keeps types, answers, units and bounds of a sample of the contract', () => {
    const byLinkId = new Map(items.map(item => [item.linkId, item]))
    const codes = (linkId: string): (string | undefined)[] =>
      (byLinkId.get(linkId)?.answerOption ?? []).map(option => option.valueCoding?.code)
    expect(codes('contact.kind')).toEqual(['phone', 'consultation', 'video'])
    expect(codes('followUp.course')).toEqual(['clearly-improved', 'improved', 'unchanged', 'worse', 'disabling'])
    expect(byLinkId.get('pain.location')).toMatchObject({ type: 'choice', repeats: true })
    expect(byLinkId.get('treatment.tried')).toMatchObject({ type: 'group', repeats: true })
    expect(byLinkId.get('redFlag.temperature')).toMatchObject({
      type: 'decimal',
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit',
          valueCoding: { system: 'http://unitsofmeasure.org', code: 'Cel' },
        },
      ],
    })
    const bounds = (linkId: string): (number | undefined)[] =>
      (byLinkId.get(linkId)?.extension ?? []).filter(extension => extension.url.endsWith('Value')).map(extension => extension.valueInteger)
    expect(bounds('pain.intensityBack')).toEqual([0, 10])
    expect(bounds('yellowFlag.fearOfHarmScore')).toEqual([0, 10])
    expect(bounds('exam.strengthAnkleLeft')).toEqual([0, 5])
  })

  it('opens items only on questions that come earlier and can give that answer', () => {
    const faults: string[] = []
    items.forEach((item, position) => {
      for (const condition of item.enableWhen ?? []) {
        const earlier = items.slice(0, position).find(other => other.linkId === condition.question)
        const offered = earlier?.answerOption?.map(option => option.valueCoding?.code)
        if (earlier === undefined) faults.push(`${item.linkId}: ${condition.question} does not come earlier`)
        else if (condition.answerCoding && !offered?.includes(condition.answerCoding.code)) faults.push(`${item.linkId}: no such answer`)
        else if (condition.operator === '=' && condition.answerBoolean !== undefined && earlier.type !== 'boolean')
          faults.push(`${item.linkId}: not a boolean`)
      }
      if ((item.enableWhen?.length ?? 0) > 1 && item.enableBehavior !== 'any') faults.push(`${item.linkId}: several conditions need "any"`)
    })
    expect(faults).toEqual([])
  })

  it('never hides a strong red flag, whatever is answered', () => {
    const gates = items
      .filter(item => item.enableWhen !== undefined)
      .flatMap(item => flatten([item]))
      .map(item => item.linkId)
    expect(ALWAYS_VISIBLE_RED_FLAGS.filter(linkId => gates.includes(linkId))).toEqual([])
  })

  it('shows at most 20 items at first contact, the strong red flags and the key questions among them', () => {
    const first = visible({})
    expect(first.length).toBeGreaterThanOrEqual(12)
    expect(first.length).toBeLessThanOrEqual(20)
    expect([...first].sort()).toEqual(
      [
        ...ALWAYS_VISIBLE_RED_FLAGS,
        'contact.kind',
        'pain.belowKnee',
        'section.choose',
        'section.red-flag-help',
        'urination.changed',
      ].sort(),
    )
  })

  it('lets every item be reached', () => {
    const everySection =
      items.find(item => item.linkId === 'section.choose')?.answerOption?.map(option => option.valueCoding?.code ?? '') ?? []
    const answers: Record<string, boolean | readonly string[]> = { 'section.choose': everySection }
    for (const item of items) {
      if (item.type === 'boolean') answers[item.linkId] = true
      else answers[item.linkId] ??= item.answerOption?.map(option => option.valueCoding?.code ?? '') ?? []
    }
    const reached = new Set(visible(answers))
    expect(items.filter(item => item.type !== 'group' && !reached.has(item.linkId)).map(item => item.linkId)).toEqual([])
  })

  it('opens every section of the list', () => {
    const sections = items.find(item => item.linkId === 'section.choose')?.answerOption?.map(option => option.valueCoding?.code ?? '') ?? []
    expect(sections.length).toBeGreaterThan(0)
    expect(sections.filter(section => opened({ 'section.choose': [section] }).length === 0)).toEqual([])
  })

  it.each([
    [
      'pain below the knee',
      { 'pain.belowKnee': true },
      ['pain.radicularPattern', 'exam.straightLegRaiseLeft', 'exam.crossedLasegue', 'exam.reflexLoss', 'exam.muscleWeakness'],
    ],
    [
      'fever',
      { 'redFlag.fever': true },
      ['redFlag.temperature', 'redFlag.affectedGeneralCondition', 'redFlag.raisedCrp', 'redFlag.raisedEsr', 'redFlag.raisedAlp'],
    ],
    ['a first contact by phone', { 'contact.kind': ['phone'] }, ['contact.planning', 'work.sickListed']],
    ['severe paresis', { 'redFlag.severeParesis': true }, ['exam.strengthAnkleLeft', 'exam.strengthAnkleRight']],
    ['urinary retention', { 'redFlag.urinaryRetention': true }, ['exam.rectalExamination']],
    ['sick leave', { 'section.choose': ['section-function-work'], 'work.sickListed': true }, ['work.sickLeaveStart', 'work.selfCertified']],
    ['treatment tried', { 'section.choose': ['section-treatment'], 'treatment.anyTried': true }, ['treatment.kind', 'treatment.effect']],
    [
      'a follow-up',
      { 'section.choose': ['section-follow-up'] },
      ['followUp.course', 'followUp.newNeurologicalFindings', 'pain.intensityBack', 'work.sickListed'],
    ],
  ] satisfies [string, Answers, string[]][])('opens what %s calls for', (_reason, answers, expected) => {
    expect(opened(answers)).toEqual(expect.arrayContaining(expected))
  })

  it('opens nothing on a no', () => {
    expect(opened({ 'pain.belowKnee': false, 'redFlag.fever': false, 'urination.changed': false })).toEqual([])
  })
})
