import { isObject, type JsonObject } from '../plain-values/json.js'
import { EXTENSION } from '../engine/model/extensions.js'
import type { Context } from './context.js'
import { itemsToFhir, itemsToSource, namedToFhir, namedToSource, type Item, type Named } from './items.js'
import { codingToFhir, codingToSource, systemToFhir } from './references.js'
import { textExtensionWord } from './library.js'
import { RESOURCE_WORDS } from './resource.js'
import { shortened, textMembers, textsToFhir, textsToSource } from './texts.js'
import { thingToFhir, thingToSource, type Shape, type Word } from './thing.js'
import { coding, extension, extensionsByUrl, extensionWord, mark, number, only, plain, several, truth, word } from './words.js'
import { isMap, mapOf, textOf, truthOf, WordFault, type Written, type WrittenMap } from './written.js'

const HL7 = 'http://hl7.org/fhir/StructureDefinition'
const UNIT = `${HL7}/questionnaire-unit`
const CONTROL = `${HL7}/questionnaire-itemControl`
const CONTROL_SYSTEM = 'http://hl7.org/fhir/questionnaire-item-control'
const ORDINAL = `${HL7}/ordinalValue`
const UCUM = 'http://unitsofmeasure.org'

/** The code system of answers, unless a code names another. */
const answerSystem = (context: Context): string => systemToFhir(context.shared.answers, context)

function answerCoding(code: string, context: Context): JsonObject {
  const system = answerSystem(context)
  return { system, code, ...context.wordsOf(system, code) }
}

/** An answer by its code, with its points where it has any: `agree: 1`. */
const option: Item = {
  toSource: json => {
    const { code, extension: extensions } = (json as { valueCoding: JsonObject }).valueCoding
    if (typeof code !== 'string') return undefined
    const points = only(extensions)?.['valueDecimal']
    return typeof points === 'number' ? new Map([[code, points]]) : code
  },
  toFhir: (written, context) => {
    const [[code, points] = ['', null]] = isMap(written) ? [...written] : [[textOf(written), null] as const]
    return {
      valueCoding: {
        ...(points !== null && { extension: [{ url: ORDINAL, valueDecimal: number.toFhir(points, context) }] }),
        ...answerCoding(code, context),
      },
    }
  },
}

/** `question = answer`, `question exists`: when an item is shown. */
const enabling: Item = {
  toSource: (json, context) => {
    const { question, operator, answerBoolean, answerCoding: answer } = json as JsonObject
    if (operator === 'exists') return answerBoolean === true ? `${String(question)} exists` : undefined
    if (answerBoolean !== undefined) return `${String(question)} ${String(operator)} ${String(answerBoolean)}`
    return isObject(answer) && answer['system'] === answerSystem(context)
      ? `${String(question)} ${String(operator)} ${String(answer['code'])}`
      : undefined
  },
  toFhir: (written, context) => {
    const [question, operator, answer, ...more] = textOf(written).split(' ')
    if (operator === 'exists' && answer === undefined) return { question, operator, answerBoolean: true }
    if (answer === undefined || more.length > 0) throw new WordFault('Write question, comparison and answer, such as pain.leg = true.')
    if (['true', 'false'].includes(answer)) return { question, operator, answerBoolean: truthOf(answer) }
    return { question, operator, answerCoding: { system: answerSystem(context), code: answer } }
  },
}

const enableWhen = (name: string, behaviour: string | undefined): Word => ({
  name,
  parts: ['enableWhen', 'enableBehavior'],
  toSource: ({ enableWhen: list, enableBehavior }, context) =>
    enableBehavior === behaviour ? itemsToSource(list, enabling, context) : undefined,
  toFhir: (written, context) => ({
    enableWhen: itemsToFhir(written, 'enableWhen', enabling, context),
    ...(behaviour !== undefined && { enableBehavior: behaviour }),
  }),
})

/** `{ code: C, da: …, en: … }`: a unit, by its code in UCUM. */
const unit: Word = {
  name: 'unit',
  parts: [extension(UNIT)],
  toSource: (parts, context) => {
    const { code, display, _display: beside } = (only(parts[extension(UNIT)])?.['valueCoding'] ?? {}) as JsonObject
    const texts = textsToSource({ value: display, beside }, context)
    return texts && new Map<string, Written>([['code', code as string], ...texts])
  },
  toFhir: (written, context) => {
    const words = mapOf(written)
    const texts = new Map([...words].filter(([name]) => name !== 'code'))
    const valueCoding = { system: UCUM, code: textOf(words.get('code')), ...textMembers('display', textsToFhir(texts, 'string', context)) }
    return { [extension(UNIT)]: [{ url: UNIT, valueCoding }] }
  },
}

const control: Word = {
  name: 'control',
  parts: [extension(CONTROL)],
  toSource: parts => {
    const concept = only(parts[extension(CONTROL)])?.['valueCodeableConcept']
    const code = isObject(concept) ? only(concept['coding'])?.['code'] : undefined
    return typeof code === 'string' ? code : undefined
  },
  toFhir: written => ({
    [extension(CONTROL)]: [{ url: CONTROL, valueCodeableConcept: { coding: [{ system: CONTROL_SYSTEM, code: textOf(written) }] } }],
  }),
}

/** The words of a question in each language. */
const textWords: Word = {
  name: 'asks',
  parts: ['text', '_text'],
  toSource: ({ text: value, _text: beside }, context) => {
    const texts = textsToSource({ value, beside }, context)
    return texts && shortened(texts, context)
  },
  toFhir: (written, context) =>
    textMembers('text', textsToFhir(isMap(written) ? written : new Map([[context.language, textOf(written)]]), 'string', context)),
}

const items = (): Word => ({
  name: 'items',
  parts: ['item'],
  toSource: ({ item }, context) => namedToSource(item, question, context),
  toFhir: (written, context) => ({ item: namedToFhir(written, 'item', question, context) }),
})

function itemShape({ names: { extension: own } }: Context): Shape {
  return {
    words: [
      word('type', 'type', plain),
      textWords,
      textExtensionWord('short', EXTENSION.shortText),
      word('required', 'required', truth),
      word('repeats', 'repeats', truth),
      word('prefix', 'prefix', plain),
      word('code', 'code', several(coding)),
      {
        name: 'options',
        parts: ['answerOption'],
        toSource: ({ answerOption }, context) => itemsToSource(answerOption, option, context),
        toFhir: (written, context) => ({ answerOption: itemsToFhir(written, 'answerOption', option, context) }),
      },
      extensionWord('from', `${HL7}/minValue`, 'valueInteger', number),
      extensionWord('to', `${HL7}/maxValue`, 'valueInteger', number),
      unit,
      control,
      { ...mark('yes-wins', extension(own.yesWins), [{ url: own.yesWins, valueBoolean: true }]) },
      enableWhen('if', undefined),
      enableWhen('if-any', 'any'),
      enableWhen('if-all', 'all'),
      items(),
    ],
    splits: [extensionsByUrl([EXTENSION.shortText, CONTROL, UNIT, `${HL7}/minValue`, `${HL7}/maxValue`, own.yesWins])],
    implied: impliedOfItem,
  }
}

/** A question need not be answered, and is answered once. */
function impliedOfItem(written: WrittenMap): JsonObject {
  const isQuestion = !['group', 'display'].includes(String(written.get('type')))
  return isQuestion ? { required: false, repeats: false } : {}
}

const question: Named = {
  nameOf: json => (isObject(json) && typeof json['linkId'] === 'string' ? json['linkId'] : undefined),
  toSource: (json, context) => {
    const { linkId: _, ...rest } = json as JsonObject
    return thingToSource(itemShape(context), rest, context)
  },
  toFhir: (linkId, written, context) => ({ linkId, ...thingToFhir(itemShape(context), written, context) }),
}

/** The words of a form. */
export const formShape = (): Shape => ({
  words: [
    ...RESOURCE_WORDS,
    {
      name: 'code',
      parts: ['code'],
      toSource: ({ code }, context) => {
        const [first, more] = code as JsonObject[]
        const said = codingToSource(first, context)
        return more === undefined && said !== undefined && typeof first?.['display'] === 'string'
          ? new Map([[said, first['display']]])
          : undefined
      },
      toFhir: (written, context) => ({
        code: [...mapOf(written)].map(([each, display]) => ({ ...codingToFhir(each, context), display: textOf(display) })),
      }),
    },
    word('about-whom', 'subjectType', several(plain)),
    items(),
  ],
  implied: () => ({ subjectType: ['Patient'] }),
})
