import { isObject, type JsonObject } from '../plain-values/json.js'
import { EXTENSION } from '../engine/model/extensions.js'
import { within, type Context } from './context.js'
import { expressionToFhir, expressionToSource } from './expressions.js'
import { isSameJson } from './json-equal.js'
import { namedToFhir, namedToSource, type Named } from './items.js'
import { RESOURCE_WORDS, concept } from './resource.js'
import { share, type Split } from './split.js'
import { lengthened, shortened, textMembers, textsToFhir, textsToSource, textWord } from './texts.js'
import { thingToFhir, thingToSource, type Shape, type Word } from './thing.js'
import {
  artifactsWord,
  codeOf,
  extension,
  extensionsByUrl,
  extensionsWord,
  extensionWord,
  only,
  plain,
  several,
  truth,
  word,
} from './words.js'
import { textOf, type Written } from './written.js'

const LIBRARY_TYPE = 'http://terminology.hl7.org/CodeSystem/library-type'

const fact: Named = {
  nameOf: json => {
    const expression = isObject(json) ? json['valueExpression'] : undefined
    return isObject(expression) && typeof expression['name'] === 'string' ? expression['name'] : undefined
  },
  toSource: (json, context) => (isObject(json) ? expressionToSource(json['valueExpression'], context) : undefined),
  toFhir: (name, written, context) => ({
    url: EXTENSION.fact,
    valueExpression: expressionToFhir(written, within(context, 'valueExpression'), name),
  }),
}

const facts: Word = {
  name: 'facts',
  parts: [extension(EXTENSION.fact)],
  toSource: (parts, context) => namedToSource(parts[extension(EXTENSION.fact)], fact, context),
  toFhir: (written, context) => ({ [extension(EXTENSION.fact)]: namedToFhir(written, extension(EXTENSION.fact), fact, context) }),
}

/** Data that a library needs: its words, beside the key that names it. */
function dataShape({ names: { extension: own } }: Context): Shape {
  return {
    words: [
      word('type', 'type', plain),
      textExtensionWord('called', own.label),
      extensionWord('essential', own.essential, 'valueBoolean', truth),
      extensionWord('essential-where', own.essential, 'valueCode', plain),
      extensionsWord('query', EXTENSION.queryPattern, 'valueString', plain),
      word('profile', 'profile', several(plain)),
    ],
    splits: [extensionsByUrl([own.essential, own.label, EXTENSION.queryPattern])],
  }
}

/** A word for an extension that is a text with translations. */
export function textExtensionWord(name: string, url: string): Word {
  const text = textWord(name, 'valueString')
  return {
    name,
    parts: [extension(url)],
    toSource: (parts, context) => text.toSource(only(parts[extension(url)]) ?? {}, context),
    toFhir: (written, context) => ({ [extension(url)]: [{ url, ...text.toFhir(written, context) }] }),
  }
}

const need: Named = {
  nameOf: json => (isObject(json) && typeof json['id'] === 'string' ? json['id'] : undefined),
  toSource: (json, context) => {
    const { id: _, ...rest } = json as JsonObject
    return thingToSource(dataShape(context), rest, context)
  },
  toFhir: (id, written, context) => ({ id, ...thingToFhir(dataShape(context), written, context) }),
}

const data: Word = {
  name: 'data',
  parts: ['dataRequirement'],
  toSource: ({ dataRequirement }, context) => namedToSource(dataRequirement, need, context),
  toFhir: (written, context) => ({ dataRequirement: namedToFhir(written, 'dataRequirement', need, context) }),
}

const RELATED: Split = {
  element: 'relatedArtifact',
  shares: ['documentation', 'composed-of', 'depends-on'],
  shareOf: ({ type }) => (typeof type === 'string' ? type : undefined),
}

const USED = share('relatedArtifact', 'depends-on')
const SECTIONS = share('relatedArtifact', 'composed-of')
const DOCUMENT = share('relatedArtifact', 'documentation')

const uses = artifactsWord('uses', USED, 'depends-on')

const libraryType = word(
  'type',
  'type',
  codeOf(() => LIBRARY_TYPE),
)

/** The words of a library of facts. */
export const factsShape = (): Shape => ({
  words: [...RESOURCE_WORDS, libraryType, uses, data, facts],
  splits: [extensionsByUrl([EXTENSION.fact]), RELATED],
  implied: () => ({ type: concept(LIBRARY_TYPE, 'logic-library') }),
})

const sectionOf = ({ names: { extension: own } }: Context): Named => ({
  nameOf: json => {
    const anchor = isObject(json) ? only(json['extension']) : undefined
    return anchor?.['url'] === own.anchor && typeof anchor['valueString'] === 'string' ? anchor['valueString'] : undefined
  },
  toSource: (json, context) => {
    const { display, _display: beside } = json as JsonObject
    const texts = textsToSource({ value: display, beside }, context)
    return texts && shortened(texts, context)
  },
  toFhir: (name, written: Written, context) => ({
    extension: [{ url: own.anchor, valueString: textOf(name) }],
    type: 'composed-of',
    ...textMembers('display', textsToFhir(lengthened(written, context), 'string', context)),
  }),
})

const sections: Word = {
  name: 'sections',
  parts: [SECTIONS],
  toSource: (parts, context) => namedToSource(parts[SECTIONS], sectionOf(context), context),
  toFhir: (written, context) => ({ [SECTIONS]: namedToFhir(written, SECTIONS, sectionOf(context), context) }),
}

/** Where the document itself can be read: its title and its address. */
const documentShape: Shape = {
  words: [textWord('title', 'display'), word('url', 'url', plain)],
  implied: () => ({ type: 'documentation' }),
}

const documentWord: Word = {
  name: 'document',
  parts: [DOCUMENT],
  toSource: (parts, context) => {
    const document = only(parts[DOCUMENT])
    return document && thingToSource(documentShape, document, context)
  },
  toFhir: (written, context) => ({ [DOCUMENT]: [thingToFhir(documentShape, written, within(context, `${DOCUMENT}[0]`))] }),
}

/** The words of the ledger of a source document. */
export const sourceShape = ({ names: { extension: own } }: Context): Shape => ({
  words: [
    ...RESOURCE_WORDS,
    libraryType,
    textExtensionWord('cited-as', own.shortCitation),
    textExtensionWord('standing', own.standing),
    documentWord,
    sections,
    uses,
  ],
  splits: [extensionsByUrl([own.standing, own.shortCitation]), RELATED],
  implied: () => ({ type: concept(LIBRARY_TYPE, 'asset-collection') }),
})

/** Type of a library that is a leaflet. */
const leafletType = ({ names: { base } }: Pick<Context, 'names'>): JsonObject => concept(`${base}/CodeSystem/library-kind`, 'leaflet')

/** Whether a library is a leaflet. */
export const isLeaflet = ({ type }: JsonObject, context: Pick<Context, 'names'>): boolean => isSameJson(type, leafletType(context))

/** The words of a leaflet for patients. */
export const leafletShape = (context: Context): Shape => ({
  words: [...RESOURCE_WORDS.filter(({ name }) => name !== 'about'), textWord('text', 'description', 'markdown')],
  implied: () => ({ type: leafletType(context) }),
})
