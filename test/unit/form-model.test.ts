// The model of the forms that people fill in: what is asked, what is answered, what is sent, and what is wrong in words.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { Questionnaire, QuestionnaireItem, QuestionnaireResponse } from 'fhir/r4.js'
import {
  answerCount,
  answerNoToTheRest,
  askedBy,
  NO_ANSWERS,
  withAnswers,
  withRows,
  type Answers,
  type Value,
} from '../../apps/shared/form/answers.js'
import { flat, isQuestion, readForm, type Form } from '../../apps/shared/form/definition.js'
import { missingIn, readTyped } from '../../apps/shared/form/faults.js'
import { fromResponse, toResponse } from '../../apps/shared/form/response.js'
import { formWords } from '../../apps/shared/form/words.js'

const questionnaire = (id: string): Questionnaire =>
  JSON.parse(readFileSync(new URL(`../../fhir-resources/Questionnaire/${id}.json`, import.meta.url), 'utf8')) as Questionnaire

const consultation = questionnaire('low-back-consultation')
const HEAD = { status: 'in-progress', subject: 'Patient/p', authored: '2026-03-30T12:00:00+02:00' } as const

const formOf = (item: QuestionnaireItem[], language = 'da'): Form =>
  readForm({ resourceType: 'Questionnaire', status: 'draft', url: 'https://example.org/form', version: '1', item }, language)

const given = (values: Record<string, readonly Value[]>): Answers => ({ values, rows: {} })

const askedLinkIds = (form: Form, answers: Answers, directly?: ReadonlySet<string>): string[] => {
  const isAsked = askedBy(form, answers, directly)
  return flat(form.items).flatMap(item => (isAsked(item) ? [item.linkId] : []))
}

/** What a form would send, as answers by linkId. */
const sent = (form: Form, answers: Answers): QuestionnaireResponse => toResponse(form, answers, askedBy(form, answers), HEAD)

describe('a form', () => {
  test('is read in the language of its reader, with options, units and limits', () => {
    const [danish, english] = ['da', 'en'].map(language => readForm(consultation, language))
    expect(danish?.byLinkId.get('pain.intensityBack')).toMatchObject({ text: 'Rygsmerte 0-10', least: 0, most: 10, unit: 'point' })
    expect(english?.byLinkId.get('pain.intensityBack')).toMatchObject({ unit: 'points' })
    expect(english?.byLinkId.get('contact.kind')?.options[0]).toMatchObject({ code: 'phone', label: 'phone', display: 'telefon' })
    expect(danish?.canonical).toBe(`${consultation.url}|${consultation.version}`)
  })
})

describe('what is asked', () => {
  const form = formOf([
    { linkId: 'kind', type: 'choice', answerOption: [{ valueCoding: { code: 'a' } }, { valueCoding: { code: 'b' } }] },
    { linkId: 'seen', type: 'boolean', enableWhen: [{ question: 'kind', operator: '=', answerCoding: { code: 'a' } }] },
    {
      linkId: 'both',
      type: 'text',
      enableBehavior: 'all',
      enableWhen: [
        { question: 'kind', operator: 'exists', answerBoolean: true },
        { question: 'seen', operator: '=', answerBoolean: true },
      ],
    },
    {
      linkId: 'either',
      type: 'group',
      enableBehavior: 'any',
      enableWhen: [
        { question: 'seen', operator: '=', answerBoolean: true },
        { question: 'kind', operator: '=', answerCoding: { code: 'b' } },
      ],
      item: [{ linkId: 'below', type: 'integer' }],
    },
    { linkId: 'many', type: 'date', enableWhen: [{ question: 'below', operator: '>=', answerInteger: 3 }] },
    { linkId: 'unlike', type: 'date', enableWhen: [{ question: 'kind', operator: '!=', answerCoding: { code: 'a' } }] },
  ])

  test.each<[string, Record<string, readonly Value[]>, string[]]>([
    ['nothing is answered', {}, ['kind']],
    ['one condition holds', { kind: ['a'] }, ['kind', 'seen']],
    ['all of several hold', { kind: ['a'], seen: [true] }, ['kind', 'seen', 'both', 'either', 'below']],
    ['one of several holds', { kind: ['b'] }, ['kind', 'either', 'below', 'unlike']],
    ['a number is high enough', { kind: ['b'], below: [3] }, ['kind', 'either', 'below', 'many', 'unlike']],
    ['a number is too low', { kind: ['b'], below: [2] }, ['kind', 'either', 'below', 'unlike']],
    ['what opened it is asked no more', { kind: ['b'], seen: [true] }, ['kind', 'either', 'below', 'unlike']],
    ['what stands in a closed group is answered', { below: [5] }, ['kind']],
  ])('when %s', (_, values, expected) => {
    expect(askedLinkIds(form, given(values))).toEqual(expected)
  })

  test('what a shorter form asks for is asked whatever its conditions say', () => {
    expect(askedLinkIds(form, NO_ANSWERS, new Set(['below']))).toEqual(['kind', 'below'])
  })

  test('two questions that wait for each other wait for ever', () => {
    const circle = formOf([
      { linkId: 'a', type: 'boolean', enableWhen: [{ question: 'b', operator: '=', answerBoolean: true }] },
      { linkId: 'b', type: 'boolean', enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }] },
    ])
    expect(askedLinkIds(circle, given({ a: [true], b: [true] }))).toEqual([])
  })
})

describe('what is answered', () => {
  test('a question whose answer is taken back was not asked', () => {
    const answers = withAnswers(given({ a: [true] }), 'a', [])
    expect(answers).toEqual(NO_ANSWERS)
    expect(answerCount(withRows(given({ a: [false] }), 'g', [given({ b: ['x'] })]))).toBe(2)
  })

  test('"none of these" says no to the rest of a group and changes no answer', () => {
    const { items } = formOf([
      { linkId: 'a', type: 'boolean' },
      { linkId: 'b', type: 'boolean' },
      { linkId: 'c', type: 'text' },
    ])
    expect(answerNoToTheRest(given({ a: [true] }), items)).toEqual(given({ a: [true], b: [false] }))
  })
})

describe('what is sent', () => {
  const form = formOf([
    {
      linkId: 'group',
      type: 'group',
      item: [
        { linkId: 'asked', type: 'boolean' },
        { linkId: 'when', type: 'date', enableWhen: [{ question: 'asked', operator: '=', answerBoolean: true }] },
      ],
    },
    {
      linkId: 'kind',
      type: 'choice',
      repeats: true,
      answerOption: ['a', 'b'].map(code => ({ valueCoding: { system: 'https://example.org/kinds', code, display: code.toUpperCase() } })),
    },
    {
      linkId: 'tried',
      type: 'group',
      repeats: true,
      item: [
        { linkId: 'name', type: 'string' },
        { linkId: 'dose', type: 'decimal', enableWhen: [{ question: 'name', operator: 'exists', answerBoolean: true }] },
      ],
    },
  ])

  test('each answer stands under its linkId and group; what is not asked is left out', () => {
    const answers: Answers = {
      values: { asked: [false], when: ['2026-03-01'], kind: ['b', 'a'] },
      rows: { tried: [given({ name: ['one'], dose: [2.5] }), given({ dose: [1] }), NO_ANSWERS] },
    }
    expect(sent(form, answers)).toEqual({
      resourceType: 'QuestionnaireResponse',
      questionnaire: 'https://example.org/form|1',
      status: 'in-progress',
      subject: { reference: 'Patient/p' },
      authored: '2026-03-30T12:00:00+02:00',
      item: [
        { linkId: 'group', item: [{ linkId: 'asked', answer: [{ valueBoolean: false }] }] },
        {
          linkId: 'kind',
          answer: ['b', 'a'].map(code => ({
            valueCoding: { system: 'https://example.org/kinds', code, display: code.toUpperCase() },
          })),
        },
        {
          linkId: 'tried',
          item: [
            { linkId: 'name', answer: [{ valueString: 'one' }] },
            { linkId: 'dose', answer: [{ valueDecimal: 2.5 }] },
          ],
        },
      ],
    })
  })

  test('a form without answers has no items', () => {
    expect(sent(form, NO_ANSWERS)).not.toHaveProperty('item')
  })

  test('what was saved is read again as it was answered', () => {
    const answers: Answers = {
      values: { asked: [true], when: ['2026-03-01'], kind: ['b'] },
      rows: { tried: [given({ name: ['one'] }), given({ name: ['two'], dose: [0] })] },
    }
    expect(fromResponse(form, sent(form, answers))).toEqual(answers)
  })

  test('an answer that the form does not offer, or to a question that it does not ask, is left out', () => {
    const item = [
      { linkId: 'kind', answer: [{ valueCoding: { code: 'z' } }] },
      { linkId: 'other', answer: [{ valueBoolean: true }] },
    ]
    expect(fromResponse(form, { resourceType: 'QuestionnaireResponse', status: 'completed', item })).toEqual(NO_ANSWERS)
  })

  test('every question of our own forms keeps its answer on the way out and back', () => {
    for (const own of [consultation, questionnaire('start-back')]) {
      const ownForm = readForm(own, 'da')
      const inRows = new Set(ownForm.items.flatMap(({ items }) => items.filter(each => each.repeats).flatMap(each => flat(each.items))))
      const questions = flat(ownForm.items).filter(item => isQuestion(item) && !inRows.has(item))
      const answers = given(Object.fromEntries(questions.map(item => [item.linkId, [SAMPLE[item.type] ?? item.options[0]?.code ?? '']])))
      const directly = new Set(questions.map(({ linkId }) => linkId))
      const response = toResponse(ownForm, answers, askedBy(ownForm, answers, directly), HEAD)
      expect(answerCount(answers)).toBeGreaterThan(8)
      expect(fromResponse(ownForm, response)).toEqual(answers)
    }
  })
})

const SAMPLE: Readonly<Record<string, Value>> = { boolean: true, integer: 5, decimal: 36.5, date: '2026-03-01', string: 'x', text: 'x' }

describe('what is typed', () => {
  const limits = [
    { url: 'http://hl7.org/fhir/StructureDefinition/minValue', valueInteger: 0 },
    { url: 'http://hl7.org/fhir/StructureDefinition/maxValue', valueInteger: 10 },
  ]
  const { byLinkId } = formOf([
    { linkId: 'whole', type: 'integer', extension: limits },
    { linkId: 'parts', type: 'decimal' },
    { linkId: 'day', type: 'date' },
    { linkId: 'words', type: 'text' },
  ])

  test.each([
    ['whole', '7', { value: 7 }],
    ['whole', ' ', undefined],
    ['whole', '7,5', { fault: { kind: 'no-whole-number' } }],
    ['whole', 'syv', { fault: { kind: 'no-whole-number' } }],
    ['whole', '11', { fault: { kind: 'too-high', most: 10, unit: undefined } }],
    ['whole', '-1', { fault: { kind: 'too-low', least: 0, unit: undefined } }],
    ['parts', '37,5', { value: 37.5 }],
    ['parts', '37.5', { value: 37.5 }],
    ['parts', '1e9', { fault: { kind: 'no-number' } }],
    ['day', '2026-02-28', { value: '2026-02-28' }],
    ['day', '2026-02-30', { fault: { kind: 'no-date' } }],
    ['day', '1.3.2026', { fault: { kind: 'no-date' } }],
    ['words', ' to ord ', { value: 'to ord' }],
  ])('in %s: "%s"', (linkId, text, expected) => {
    const item = byLinkId.get(linkId)
    expect(item && readTyped(item, text)).toEqual(expected)
  })

  test('what is wrong is said in words, in both languages', () => {
    const fault = { kind: 'too-high', most: 10, unit: 'point' } as const
    expect(formWords('da').fault(fault)).toBe('Tallet er for højt: det højeste er 10 point.')
    expect(formWords('en').fault(fault)).toBe('The number is too high: the most is 10 point.')
  })
})

test('a question that must be answered is missing only where it is asked', () => {
  const form = formOf([
    { linkId: 'a', type: 'boolean', required: true },
    { linkId: 'b', type: 'boolean', required: true, enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }] },
  ])
  const missing = (answers: Answers) => [...missingIn(form, answers, askedBy(form, answers)).keys()]
  expect(missing(NO_ANSWERS)).toEqual(['a'])
  expect(missing(given({ a: [true] }))).toEqual(['b'])
  expect(missing(given({ a: [false] }))).toEqual([])
})
