import { isObject } from '../plain-values/json.js'
import { setWord } from './action.js'
import { codingToFhir, codingToSource } from './references.js'
import { RESOURCE_WORDS } from './resource.js'
import { textMembers, textsToFhir, textsToSource } from './texts.js'
import type { Shape } from './thing.js'
import { artifactsWord, canonical, plain, several, word, type Value } from './words.js'
import { isMap, listOf, textOf, WordFault, type Written } from './written.js'

/** A CodeableConcept with words: `{ code: system code, da, en }`. */
const concept: Value = {
  toSource: (json, context) => {
    if (!isObject(json)) return undefined
    const texts = textsToSource({ value: json['text'], beside: json['_text'] }, context)
    const codes = ((json['coding'] ?? []) as unknown[]).map(each => codingToSource(each, context))
    const whole = codes.filter(each => each !== undefined)
    if (!texts || whole.length < codes.length) return undefined
    const [only] = whole
    if (only === undefined) return texts
    if (texts.size === 0) return whole.length === 1 ? only : whole
    return new Map<string, Written>([['code', whole.length === 1 ? only : whole], ...texts])
  },
  toFhir: (written, context) => {
    const codes = isMap(written) ? listOf(written.get('code')) : listOf(written)
    const texts = isMap(written) ? new Map([...written].filter(([name]) => name !== 'code')) : new Map<string, Written>()
    if (codes.length === 0 && texts.size === 0) throw new WordFault('Write a code as system and code, and its words by language.')
    return {
      ...(codes.length > 0 && { coding: codes.map(each => codingToFhir(textOf(each), context)) }),
      ...textMembers('text', textsToFhir(texts, 'string', context)),
    }
  },
}

/** The leaflets that are handed out with it. */
const leaflet = artifactsWord('leaflet', 'relatedArtifact', 'documentation')

/** The words of a draft that a card can suggest. */
export const draftShape = (): Shape => ({
  words: [
    ...RESOURCE_WORDS,
    word('uses', 'library', several(canonical('Library'))),
    word('kind', 'kind', plain),
    word('intent', 'intent', plain),
    word('priority', 'priority', plain),
    word('code', 'code', concept),
    word('product', 'productCodeableConcept', concept),
    leaflet,
    setWord,
  ],
  implied: written => (written.get('kind') === 'CommunicationRequest' ? {} : { intent: 'order' }),
})
