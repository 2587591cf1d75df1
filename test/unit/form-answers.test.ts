import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { QuestionnaireResponse, QuestionnaireResponseItem } from 'fhir/r4.js'
import { readForm } from '../../src/patient-data/form-answers.js'
import { deepFrozen } from '../support/evaluate.js'
import { testKnowledge } from '../support/service.js'

const BASE = 'https://columna.example.org/fhir/Questionnaire'
const START = `${BASE}/start-back`
const CONSULTATION = `${BASE}/low-back-consultation`
const { forms } = testKnowledge().knowledge

const response = (questionnaire: string | undefined, ...item: QuestionnaireResponseItem[]) =>
  deepFrozen({
    resourceType: 'QuestionnaireResponse',
    id: 'q',
    status: 'completed',
    ...(questionnaire !== undefined && { questionnaire }),
    item,
  }) as QuestionnaireResponse
const said = (linkId: string, ...answer: object[]) => ({ linkId, answer })
const yes = { valueBoolean: true }
const no = { valueBoolean: false }
const read = (form: QuestionnaireResponse, askedFor?: string) => readForm(form, forms, askedFor)

describe('whose form it is', () => {
  test.each([
    START,
    `${START}|2016.1.0`,
    `${START}|99`,
    `${START}#9`,
    `${START}/`,
    ` ${START} `,
    'Questionnaire/start-back',
    'http://ehr.example.org/fhir/Questionnaire/start-back',
    'http://ehr.example.org/fhir/Questionnaire/start-back/_history/2',
  ])('%s is ours', questionnaire => {
    const { response: found, unusable } = read(response(questionnaire, said('1', yes)))
    expect([found.questionnaire?.split('|')[0], unusable]).toEqual([START, []])
  })

  test.each([`${START}-short`, 'https://other.example.org/form', 'Questionnaire/other', 'start-back'])('%s is not', questionnaire => {
    const form = response(questionnaire, said('1', yes))
    expect(read(form).response).toBe(form)
  })

  test('one that names no questionnaire is the one that was asked for, if it has its questions, and that is said', () => {
    expect(read(response(undefined, said('1', yes)), START)).toMatchObject({
      response: { questionnaire: START },
      unusable: [{ isTaken: true, reason: expect.stringContaining('does not say which') }],
    })
    expect(read(response(undefined, said('1', yes), said('pain.night', yes)), START).response.questionnaire).toBeUndefined()
    expect(read(response(undefined, said('1', yes))).response.questionnaire).toBeUndefined()
    expect(read(response(undefined), START).response.questionnaire).toBeUndefined()
  })

  test('a filled form with our questions under another name is named', () => {
    expect(read(response('Questionnaire/4711', said('1', yes)), START).unusable).toEqual([
      { reason: expect.stringContaining('names another questionnaire') },
    ])
    expect(read(response('Questionnaire/4711', said('x', yes)), START).unusable).toEqual([])
  })
})

describe('answers have the type of their question', () => {
  const answered = (linkId: string, answer: object, questionnaire = CONSULTATION) => {
    const {
      response: { item = [] },
      unusable,
    } = read(response(questionnaire, said(linkId, answer)))
    return { answer: item[0]?.answer, unread: unusable.map(each => each.linkId) }
  }

  test.each<[string, object, boolean | undefined]>([
    ['true', yes, true],
    ['false', no, false],
    ['yes of LOINC', { valueCoding: { system: 'http://loinc.org', code: 'LA33-6' } }, true],
    ['no of LOINC', { valueCoding: { system: 'http://loinc.org', code: 'LA32-8' } }, false],
    ['Y of HL7', { valueCoding: { system: 'http://terminology.hl7.org/CodeSystem/v2-0136', code: 'Y' } }, true],
    ['no of SNOMED', { valueCoding: { system: 'http://snomed.info/sct', code: '373067005' } }, false],
    ['Ja', { valueString: 'Ja' }, true],
    ['nej', { valueString: ' nej ' }, false],
    ['No', { valueString: 'No' }, false],
    ['1', { valueInteger: 1 }, undefined],
    ['true in letters', { valueString: 'true' }, undefined],
    ['words', { valueString: 'lidt' }, undefined],
    ['another code', { valueCoding: { system: 'http://loinc.org', code: 'LA9-3' } }, undefined],
  ])('a yes/no question answered with %s', (_, answer, expected) => {
    expect(answered('pain.night', answer)).toEqual(
      expected === undefined ? { answer: [], unread: ['pain.night'] } : { answer: [{ valueBoolean: expected }], unread: [] },
    )
  })

  test('a choice takes its own codes, with their system or none', () => {
    const system = 'https://columna.example.org/fhir/CodeSystem/consultation-answer'
    expect(answered('followUp.course', { valueCoding: { system, code: 'worse' } }).unread).toEqual([])
    expect(answered('followUp.course', { valueCoding: { code: 'worse' } }).unread).toEqual([])
    expect(answered('followUp.course', { valueCoding: { system: 'http://loinc.org', code: 'worse' } }).unread).toEqual(['followUp.course'])
    expect(answered('followUp.course', { valueCoding: { system, code: 'wrose' } }).unread).toEqual(['followUp.course'])
    expect(answered('followUp.course', { valueString: 'worse' }).unread).toEqual(['followUp.course'])
  })

  test('an empty answer is none and no fault', () => {
    expect(answered('pain.night', {})).toEqual({ answer: [{}], unread: [] })
    expect(answered('pain.night', { _valueBoolean: { extension: [] } } as object).unread).toEqual([])
  })
})

const linkIds = ['1', '2', '3', '4', '5', '6', '7', '8']
const answers = fc.record(Object.fromEntries(linkIds.map(linkId => [linkId, fc.boolean()])))

/** The values that stand for each question, at whatever depth. */
function standing({ item = [] }: QuestionnaireResponse): Record<string, unknown[]> {
  const found: Record<string, unknown[]> = {}
  const look = ({ linkId, answer = [], item: below = [] }: QuestionnaireResponseItem): void => {
    for (const each of answer) {
      if (each.valueBoolean !== undefined) (found[linkId] ??= []).push(each.valueBoolean)
      each.item?.forEach(look)
    }
    below.forEach(look)
  }
  item.forEach(look)
  return found
}

describe('the same item twice', () => {
  const once = (values: Record<string, boolean>) => Object.entries(values).map(([linkId, valueBoolean]) => said(linkId, { valueBoolean }))

  test('with the same answer counts once, wherever the second stands', () => {
    fc.assert(
      fc.property(answers, fc.subarray(linkIds), fc.boolean(), (values, doubled, isNested) => {
        const again = doubled.map(linkId => said(linkId, { valueBoolean: values[linkId] }))
        const { response: form, unusable } = read(
          response(START, ...once(values), ...(isNested ? [{ linkId: 'group', item: again }] : again)),
        )
        expect(unusable).toEqual([])
        for (const linkId of linkIds) expect(new Set(standing(form)[linkId])).toEqual(new Set([values[linkId]]))
      }),
    )
  })

  test('with another answer is unanswered and named, and no other question is touched', () => {
    fc.assert(
      fc.property(answers, fc.subarray(linkIds, { minLength: 1 }), (values, doubled) => {
        const { response: form, unusable } = read(
          response(START, ...doubled.map(linkId => said(linkId, { valueBoolean: !values[linkId] })), ...once(values)),
        )
        expect(unusable.map(({ linkId }) => linkId).sort()).toEqual([...doubled].sort())
        expect(Object.keys(standing(form)).sort()).toEqual(linkIds.filter(linkId => !doubled.includes(linkId)))
      }),
    )
  })

  test('of a red flag counts as yes where one of them is', () => {
    const { response: form, unusable } = read(
      response(CONSULTATION, said('redFlag.fever', no), said('redFlag.fever', yes), said('pain.night', yes, no)),
    )
    expect(standing(form)).toEqual({ 'redFlag.fever': [true] })
    expect(unusable).toMatchObject([{ linkId: 'redFlag.fever', isYes: true }, { linkId: 'pain.night' }])
  })

  test('in a group that may be repeated is no contradiction', () => {
    const tried = (code: string) => ({ linkId: 'treatment.tried', item: [said('treatment.kind', { valueCoding: { code } })] })
    expect(read(response(CONSULTATION, tried('exercise'), tried('manual-treatment'))).unusable).toEqual([])
  })
})
