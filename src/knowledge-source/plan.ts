import type { JsonObject } from '../plain-values/json.js'
import { actionsWord } from './action.js'
import type { Context } from './context.js'
import { isSameJson } from './json-equal.js'
import { nearest } from './nearest.js'
import { codingToFhir, onlyCoding } from './references.js'
import { concept, RESOURCE_WORDS } from './resource.js'
import { share, type Split } from './split.js'
import { lengthened, textMembers, textsToFhir } from './texts.js'
import type { Shape, Word } from './thing.js'
import { canonical, codeOf, extensionsByUrl, extensionWord, plain, several, word } from './words.js'
import { WordFault, isList, isMap, listOf, textOf, type Written, type WrittenMap } from './written.js'

const PLAN_TYPE = 'http://terminology.hl7.org/CodeSystem/plan-definition-type'

/** What an artifact is about: the family of its cards, and its subject. */
const topics = (cardTopics: string): Split => ({
  element: 'topic',
  shares: ['card', 'subject'],
  shareOf: item => (onlyCoding(item)?.['system'] === cardTopics ? 'card' : onlyCoding(item) ? 'subject' : undefined),
})

const CARD = share('topic', 'card')
const SUBJECT = share('topic', 'subject')

const topic: Word = {
  name: 'topic',
  parts: [CARD],
  toSource: parts => {
    const codes = (parts[CARD] as JsonObject[]).map(each => onlyCoding(each)?.['code'])
    const whole = codes.filter(code => typeof code === 'string')
    return whole.length === 1 ? whole[0] : whole
  },
  toFhir: (written, { names: { cardTopics }, wordsOf }) => ({
    [CARD]: listOf(written)
      .map(textOf)
      .map(code => ({ coding: [{ system: cardTopics, code, ...wordsOf(cardTopics, code) }] })),
  }),
}

const subject: Word = {
  name: 'subject',
  parts: [SUBJECT],
  toSource: (parts, context) => {
    const codes = (parts[SUBJECT] as unknown[]).map(each => nameOfSubject(each, context))
    const names = codes.filter(name => name !== undefined)
    return names.length < codes.length ? undefined : names.length === 1 ? names[0] : names
  },
  toFhir: (written, context) => ({ [SUBJECT]: listOf(written).map(each => subjectNamed(textOf(each), context)) }),
}

const nameOfSubject = (json: unknown, context: Context): string | undefined =>
  [...context.shared.subjects.keys()].find(name => isSameJson(subjectNamed(name, context), json))

function subjectNamed(name: string, context: Context): JsonObject {
  const found = context.shared.subjects.get(name)
  if (!found) throw new WordFault(`shared.yaml has no subject ${name}; ${nearest(name, [...context.shared.subjects.keys()])}.`)
  const words = textsToFhir(lengthened(found.words, context), 'string', context)
  return { coding: [{ ...codingToFhir(found.coding, context), ...textMembers('display', words) }] }
}

/** The words of a plan. */
export function planShape(context: Context): Shape {
  const { extension: own, cardTopics } = context.names
  return {
    words: [
      ...RESOURCE_WORDS,
      word(
        'type',
        'type',
        codeOf(() => PLAN_TYPE),
      ),
      topic,
      subject,
      word('uses', 'library', several(canonical('Library'))),
      extensionWord('undecided', own.undecidedPriority, 'valueCode', plain),
      actionsWord,
    ],
    splits: [extensionsByUrl([own.undecidedPriority]), topics(cardTopics)],
    implied: (written, inner) => ({
      type: concept(PLAN_TYPE, hasTrigger(written) ? 'eca-rule' : 'order-set'),
      ...impliedSubject(inner),
    }),
  }
}

const hasTrigger = (written: WrittenMap): boolean => {
  const actions = written.get('actions')
  return isList(actions) && actions.some((each: Written) => isMap(each) && each.has('on'))
}

function impliedSubject(context: Context): JsonObject {
  const [first] = context.shared.subjects.keys()
  return first === undefined ? {} : { [SUBJECT]: [subjectNamed(first, context)] }
}
