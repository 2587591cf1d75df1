import { isObject } from '../plain-values/json.js'
import type { Context } from './context.js'
import { conditionToFhir, conditionToSource } from './expressions.js'
import { itemsToFhir, itemsToSource, namedToFhir, namedToSource, type Named } from './items.js'
import { concept, RESOURCE_WORDS } from './resource.js'
import { textWord } from './texts.js'
import { thingToFhir, thingToSource, type Shape, type Word } from './thing.js'
import { canonical, codeOf, plain, several, word } from './words.js'
import type { Written } from './written.js'

const SCORING = 'http://terminology.hl7.org/CodeSystem/measure-scoring'
const TYPE = 'http://terminology.hl7.org/CodeSystem/measure-type'
const NOTATION = 'http://terminology.hl7.org/CodeSystem/measure-improvement-notation'
const POPULATION = 'http://terminology.hl7.org/CodeSystem/measure-population'

/** A population of a group, named by its code: who belongs to it. */
const population: Named = {
  nameOf: json => {
    const code = isObject(json) && isObject(json['code']) ? (json['code']['coding'] as unknown[] | undefined)?.[0] : undefined
    return isObject(code) && code['system'] === POPULATION && typeof code['code'] === 'string' ? code['code'] : undefined
  },
  toSource: (json, context) => (isObject(json) ? conditionToSource(json['criteria'], context) : undefined),
  toFhir: (name, written, context) => ({
    code: concept(POPULATION, name),
    criteria: conditionToFhir(written, { ...context, element: `${context.element}.criteria` }),
  }),
}

const populations: Word = {
  name: 'who',
  parts: ['population'],
  toSource: (parts, context) => namedToSource(parts['population'], population, context),
  toFhir: (written, context) => ({ population: namedToFhir(written, 'population', population, context) }),
}

const groupShape: Shape = { words: [textWord('says', 'description'), populations] }

const group: Named = {
  nameOf: json => (isObject(json) && typeof json['id'] === 'string' ? json['id'] : undefined),
  toSource: (json, context) => {
    const { id: _, ...rest } = json as Record<string, unknown>
    return thingToSource(groupShape, rest, context)
  },
  toFhir: (id, written, context) => ({ id, ...thingToFhir(groupShape, written, context) }),
}

const groups: Word = {
  name: 'groups',
  parts: ['group'],
  toSource: (parts, context) => namedToSource(parts['group'], group, context),
  toFhir: (written, context) => ({ group: namedToFhir(written, 'group', group, context) }),
}

/** Where a measure comes from: document, section, who owns it and of which year. */
const artifactShape: Shape = {
  words: [textWord('document', 'display'), word('section', 'label', plain), word('cited-as', 'citation', plain), word('url', 'url', plain)],
  implied: () => ({ type: 'derived-from' }),
}

const artifact = {
  toSource: (json: unknown, context: Context) => (isObject(json) ? thingToSource(artifactShape, json, context) : undefined),
  toFhir: (written: Written, context: Context) => thingToFhir(artifactShape, written, context),
}

const from: Word = {
  name: 'from',
  parts: ['relatedArtifact'],
  toSource: (parts, context) => itemsToSource(parts['relatedArtifact'], artifact, context),
  toFhir: (written, context) => ({ relatedArtifact: itemsToFhir(written, 'relatedArtifact', artifact, context) }),
}

/** The words of a measure of quality. */
export const measureShape = (): Shape => ({
  words: [
    ...RESOURCE_WORDS,
    textWord('why', 'rationale', 'markdown'),
    from,
    word('uses', 'library', several(canonical('Library'))),
    word(
      'scoring',
      'scoring',
      codeOf(() => SCORING),
    ),
    word('type', 'type', several(codeOf(() => TYPE))),
    word(
      'better',
      'improvementNotation',
      codeOf(() => NOTATION),
    ),
    groups,
  ],
  implied: () => ({ scoring: concept(SCORING, 'proportion'), type: [concept(TYPE, 'process')] }),
})
