import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { describe, expect, test } from '@jest/globals'
import { limitsIn, possibleAnswers } from '../../src/engine/knowledge/possible-answers.js'
import { itemsOfForm, shortForm, type GivenAnswers } from '../../src/engine/knowledge/short-form.js'
import { inOneLanguage } from '../../src/engine/model/in-one-language.js'

const boolean = (linkId: string, more: Partial<QuestionnaireItem> = {}): QuestionnaireItem => ({ linkId, type: 'boolean', ...more })
const when = (question: string, answerBoolean = true) => ({ question, operator: '=' as const, answerBoolean })
const chosen = (code: string) => ({ question: 'topics', operator: '=' as const, answerCoding: { code } })

const FORM: Questionnaire = {
  resourceType: 'Questionnaire',
  status: 'draft',
  item: [
    { linkId: 'topics', type: 'choice', repeats: true, answerOption: ['pain', 'work', 'other'].map(code => ({ valueCoding: { code } })) },
    { linkId: 'usual', type: 'group', item: [{ linkId: 'hint', type: 'display' }, boolean('plain'), boolean('sign')] },
    {
      linkId: 'pain',
      type: 'group',
      enableWhen: [chosen('pain')],
      item: [boolean('night'), boolean('leg', { enableWhen: [when('night')] })],
    },
    boolean('either', { enableWhen: [when('plain'), chosen('work')], enableBehavior: 'any' }),
    boolean('both', { enableWhen: [when('plain'), when('sign')], enableBehavior: 'all' }),
  ],
}

const cut = (asked: readonly string[], given: GivenAnswers = new Map(), first: readonly string[] = []) =>
  shortForm(FORM, { asked: new Set(asked), first: new Set(first), given })

const linkIds = (form: Questionnaire) => itemsOfForm(form).map(({ item }) => item.linkId)
const itemOf = (form: Questionnaire, linkId: string) => itemsOfForm(form).find(({ item }) => item.linkId === linkId)?.item

describe('a short form', () => {
  test('holds what is asked with its group, a display beside it, and nothing else', () => {
    const { form, behind, openers } = cut(['plain'])
    expect(linkIds(form)).toEqual(['usual', 'hint', 'plain'])
    expect([behind.size, openers.size]).toEqual([0, 0])
  })

  test('has what comes first on top', () => {
    expect(linkIds(cut(['plain', 'sign'], new Map(), ['sign']).form)).toEqual(['usual', 'hint', 'sign', 'plain'])
  })

  test('takes along what opens a question, with the options that do, at the end', () => {
    const { form, behind, openers } = cut(['night', 'plain'])
    expect(linkIds(form)).toEqual(['usual', 'hint', 'plain', 'pain', 'night', 'topics'])
    expect([[...behind], [...openers]]).toEqual([['night'], ['topics']])
    expect(itemOf(form, 'topics')?.answerOption).toEqual([{ valueCoding: { code: 'pain' } }])
    expect(itemOf(form, 'pain')?.enableWhen).toEqual([chosen('pain')])
  })

  test('needs no opener where a question that is asked opens another', () => {
    const { form, openers } = cut(['plain', 'either'])
    expect(openers.size).toBe(0)
    expect(itemOf(form, 'either')?.enableWhen).toEqual([when('plain')])
  })

  test('takes along all that a question waits for together', () => {
    const { form, openers } = cut(['both'])
    expect([...openers].toSorted()).toEqual(['plain', 'sign'])
    expect(itemOf(form, 'both')).toMatchObject({ enableWhen: [when('plain'), when('sign')], enableBehavior: 'all' })
  })

  test.each([
    [true, ['both', 'usual', 'hint', 'sign'], [when('sign')]],
    [false, [], undefined],
  ])('goes by what is answered already: %s', (valueBoolean, left, waits) => {
    const { form } = cut(['both'], new Map([['plain', [{ valueBoolean }]]]))
    expect(linkIds(form).toSorted()).toEqual([...left].toSorted())
    expect(itemOf(form, 'both')?.enableWhen).toEqual(waits)
  })

  test('is empty where nothing is asked', () => {
    expect(cut([]).form.item).toBeUndefined()
  })
})

describe('possible answers', () => {
  const answersTo = (item: Partial<QuestionnaireItem>, limits: readonly number[] = []) =>
    possibleAnswers({ linkId: 'x', type: 'boolean', ...item }, limits, '2026-03-30')
  const bounds = (minValue: number, maxValue: number) => [
    { url: 'http://hl7.org/fhir/StructureDefinition/minValue', valueInteger: minValue },
    { url: 'http://hl7.org/fhir/StructureDefinition/maxValue', valueInteger: maxValue },
  ]

  test('are yes and no, each option, the whole of a short scale', () => {
    expect(answersTo({})).toEqual([{ valueBoolean: true }, { valueBoolean: false }])
    expect(answersTo({ type: 'choice', answerOption: [{ valueCoding: { code: 'a' } }] })).toEqual([{ valueCoding: { code: 'a' } }])
    expect(answersTo({ type: 'integer', extension: bounds(0, 3) })).toEqual([0, 1, 2, 3].map(valueInteger => ({ valueInteger })))
  })

  test('of a number are those around each limit, within its bounds', () => {
    expect(answersTo({ type: 'integer' }, [84])).toEqual([0, 83, 84, 85].map(valueInteger => ({ valueInteger })))
    expect(answersTo({ type: 'decimal' }, [38])).toEqual([0, 37.5, 38, 38.5].map(valueDecimal => ({ valueDecimal })))
    expect(answersTo({ type: 'integer', extension: bounds(1, 84) }, [84, 200])).toEqual([1, 83, 84].map(valueInteger => ({ valueInteger })))
  })

  test('of a date are the days around each limit before today', () => {
    const days = ['2026-03-31', '2026-03-30', '2026-03-03', '2026-03-02', '2026-03-01'].map(valueDate => ({ valueDate }))
    expect(answersTo({ type: 'date' }, [28])).toEqual(days)
  })

  test('of a group are none, and of what nobody can list unknown', () => {
    expect(answersTo({ type: 'group' })).toEqual([])
    expect(answersTo({ type: 'attachment' })).toBeUndefined()
  })

  test('limits are the numbers of rules, not those of names, texts and dates', () => {
    const expression = "%fact3 > 84 and x.answer('5') < 38.5 and day >= @2026-03-30 and list.count() = 2"
    const resource = {
      resourceType: 'Library' as const,
      status: 'draft' as const,
      type: {},
      extension: [{ url: 'x', valueExpression: { language: 'text/fhirpath', expression } }],
    }
    expect(limitsIn([{ file: 'library.json', resource }])).toEqual([2, 38.5, 84])
  })
})

test('a resource in one language has its texts in it and no translations, and keeps what is not translated', () => {
  const translated = (content: string) => ({
    extension: [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/translation',
        extension: [
          { url: 'lang', valueCode: 'en' },
          { url: 'content', valueString: content },
        ],
      },
    ],
  })
  const beside = { extension: [{ url: 'urn:other', valueBoolean: true }] }
  const written = { text: 'Feber', _text: translated('Fever'), item: [{ text: 'Kulde', linkId: 'a' }], _title: beside, count: 2 }
  expect(inOneLanguage(written, 'en', 'da')).toEqual({ text: 'Fever', item: [{ text: 'Kulde', linkId: 'a' }], _title: beside, count: 2 })
  expect(inOneLanguage(written, 'da', 'da').text).toBe('Feber')
})
