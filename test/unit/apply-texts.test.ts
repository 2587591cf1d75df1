import { describe, expect, test } from '@jest/globals'
import type { FhirResource } from 'fhir/r4.js'
import { EXTENSION } from '../support/house.js'
import { applyTo, canonical, codeSystem, english, fhirpath, knowledgeOf, library, plan, topAction } from '../support/knowledge-builder.js'

const PATIENT = {
  resourceType: 'Patient',
  id: 'p1',
  birthDate: '1961-04-23',
  name: [{ text: 'Ida *Madsen* <b>[x](http://evil.example)</b>' }],
}

/** Title and description of an action whose texts are the given ones. */
function texts(da: string, en: string, { language = 'da', facts = {} }: { language?: string; facts?: Record<string, string> } = {}) {
  const knowledge = knowledgeOf(
    plan([topAction('a', { title: da, _title: english(en), description: da, _description: english(en) })]),
    library(facts),
  )
  const { requestGroup, undecided } = applyTo(knowledge, { records: [PATIENT], language })
  return { title: requestGroup.action?.[0]?.title, description: requestGroup.action?.[0]?.description, undecided }
}

describe('texts', () => {
  test('are in the language asked for, and in Danish where it is not there', () => {
    expect(texts('Godmorgen', 'Good morning').title).toBe('Godmorgen')
    expect(texts('Godmorgen', 'Good morning', { language: 'en' }).title).toBe('Good morning')
    expect(texts('Godmorgen', 'Good morning', { language: 'fr' }).title).toBe('Godmorgen')
  })

  test('hold values as a reader of the language writes them', () => {
    const facts = {
      number: '1234.5',
      date: '@2026-03-30',
      inMonth: '@2026-03',
      inYear: '2026.toString()',
      list: "'a' | 'b'",
      dose: "5.5 'mg'",
      birth: '%patient.birthDate',
      instant: '@2026-03-30T23:30:00+02:00',
    }
    const template = '{{%number}}; {{ %date }}; {{%inMonth}}; {{%inYear}}; {{%list}}; {{%dose}}; {{%birth}}; {{%instant}}'
    expect(texts(template, template, { facts }).title).toBe(
      '1.234,5; 30. marts 2026; marts 2026; 2026; a, b; 5,5 mg; 23. april 1961; 30. marts 2026',
    )
    expect(texts(template, template, { facts, language: 'en' }).title).toBe(
      '1,234.5; 30 March 2026; March 2026; 2026; a, b; 5.5 mg; 23 April 1961; 30 March 2026',
    )
  })

  test('codes that look like dates stay codes', () => {
    const facts = { code: "'2026-03'", odd: "'1234T5'" }
    expect(texts('{{%code}} {{%odd}}', 'x', { facts }).title).toBe('2026-03 1234T5')
  })

  test('call codes and questions by their names, several as a list in words', () => {
    const words = 'https://example.org/words'
    const questionnaire = {
      resourceType: 'Questionnaire',
      id: 'form',
      version: '1',
      status: 'active',
      url: canonical('Questionnaire', 'form'),
      item: [
        {
          linkId: 'long',
          type: 'boolean',
          text: 'Et langt spørgsmål?',
          extension: [{ url: EXTENSION.shortText, valueString: 'kort', _valueString: english('short') }],
        },
        { linkId: 'plain', type: 'boolean', text: 'Rygning', _text: english('Smoking') },
      ],
    }
    const condition = {
      resourceType: 'Condition',
      id: 'c',
      code: { coding: [{ system: words, code: 'a' }], text: 'en tekst' },
      bodySite: [{ text: 'lænd', _text: english('low back') }, { coding: [{ code: 'x', display: 'et sted' }] }],
      category: [{ coding: [{ system: words, code: 'unknown' }] }],
    }
    const facts = {
      listed: `'a'.combine('b').combine('c').coding('${words}')`,
      two: `'a'.combine('b').coding('${words}')`,
      asked: "%QuestionnaireResponse.unanswered('long', 'plain')",
      mixed: `'a'.coding('${words}').combine('b')`,
    }
    const template = '{{%listed}}; {{%two}}; {{%asked}}; {{%mixed}}; {{%Condition.code}}; {{%Condition.bodySite}}; {{%Condition.category}}'
    const action = topAction('a', {
      title: template,
      _title: english(template),
      dynamicValue: [{ path: 'description', expression: fhirpath('%two.first()') }],
    })
    const knowledge = knowledgeOf(
      plan([action]),
      library(facts),
      codeSystem(words, { a: ['et *å*', 'an a'], b: ['et b', 'a b'], c: ['et c', 'a c'] }),
      questionnaire as FhirResource,
    )
    const said = (language: string) => applyTo(knowledge, { records: [PATIENT, condition], language }).requestGroup.action?.[0]
    expect(said('da')).toMatchObject({
      title: 'et *å*, et b og et c; et *å* og et b; kort og Rygning; et *å*, b; et *å*; lænd og et sted; unknown',
      description: 'et \\*å\\*',
    })
    expect(said('en')?.title).toBe('an a, a b and a c; an a and a b; short and Smoking; an a, b; an a; low back and et sted; unknown')
  })

  test.each([['{{%nothing}}'], ['before {{%nothing}} after']])('with a hole are an error: %s', text => {
    const { title, undecided } = texts(text, 'x', { facts: { nothing: '{}' } })
    expect(title).toBeUndefined()
    expect(undecided).toEqual([expect.objectContaining({ action: 'a', code: 'CDS_EXPRESSION_FAILED' })])
  })

  test('with a whole record in them are an error', () => {
    expect(texts('{{%patient.name}}', 'x').undecided).toHaveLength(1)
  })

  test('a hole in the other language does no harm', () => {
    expect(texts('x', '{{%nothing}}', { facts: { nothing: '{}' } }).title).toBe('x')
  })

  test('an error in a text leaves no resource of the action behind', () => {
    const knowledge = knowledgeOf(
      plan([topAction('a', { dynamicValue: [{ path: 'title', expression: fhirpath("('a' | 'b').single()") }] })]),
    )
    const { requestGroup, undecided } = applyTo(knowledge)
    expect(undecided).toHaveLength(1)
    expect(requestGroup).not.toHaveProperty('contained')
  })
})

describe('what comes from data', () => {
  test('is escaped in Markdown and plain in a title', () => {
    const { title, description } = texts('{{%patient.name.text}}', 'x')
    expect(title).toBe('Ida *Madsen* <b>[x](http://evil.example)</b>')
    expect(description).not.toMatch(/(?<!\\)[*<>[\]]/)
    expect(description?.replaceAll('\\', '')).toBe('Ida *Madsen* <b>[x](http://evil.example)</b>')
  })

  test.each([
    ['https://evil.example', String.raw`https\://evil.example`],
    ['www.evil.example', String.raw`www\.evil.example`],
    ['a@b.example', String.raw`a\@b.example`],
    ['&lt;b&gt;', String.raw`\&lt;b\&gt;`],
    ['kl. 12:30', 'kl. 12:30'],
    ['a\n\n# b', String.raw`a \# b`],
  ])('%j does nothing', (text, expected) => {
    const knowledge = knowledgeOf(plan([topAction('a', { description: 'x {{%patient.name.text}}', _description: english('x') })]))
    expect(applyTo(knowledge, { records: [{ ...PATIENT, name: [{ text }] }] }).requestGroup.action?.[0]?.description).toBe(`x ${expected}`)
  })

  test('opens no list at the start of a line, also when it is a date', () => {
    const facts = { date: '@2026-03-30', minus: "'- x'", number: "'1) x'" }
    const { description } = texts('{{%date}}\n{{%minus}}\n{{%number}} og {{%date}}', 'x', { facts })
    expect(description).toBe([String.raw`30\. marts 2026`, String.raw`\- x`, String.raw`1\) x og 30. marts 2026`].join('\n'))
  })

  test('is escaped also where a dynamic value makes the description', () => {
    const knowledge = knowledgeOf(
      plan([topAction('a', { dynamicValue: [{ path: 'description', expression: fhirpath('%patient.name.text') }] })]),
    )
    expect(applyTo(knowledge, { records: [PATIENT] }).requestGroup.action?.[0]?.description).not.toMatch(/(?<!\\)[*<>[\]]/)
  })

  test('what the author writes keeps its Markdown', () => {
    expect(texts('**Husk** [siden](https://example.org)', 'x').description).toBe('**Husk** [siden](https://example.org)')
  })
})
