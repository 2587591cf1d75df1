import { isObject, type JsonObject } from '../plain-values/json.js'
import { within, type Context } from './context.js'
import { isSameJson } from './json-equal.js'
import { namedToFhir, namedToSource, type Named } from './items.js'
import { canonicalToFhir, canonicalToSource, codingToFhir, systemToFhir, systemToSource } from './references.js'
import { RESOURCE_WORDS } from './resource.js'
import { isLanguage, textWord } from './texts.js'
import { thingToFhir, thingToSource, type Shape, type Word } from './thing.js'
import { extensionsByUrl, extensionsWord, extensionWord, number, only, plain, truth, word } from './words.js'
import { isMap, listOf, mapOf, textOf, type Written } from './written.js'

/* Value sets */

/** The words for what a value set takes in and leaves out. */
const holds = (name: string, part: 'include' | 'exclude'): Word => ({
  name,
  parts: [part],
  toSource: (parts, context) => gathered((parts[part] as JsonObject[]).map(each => includeToSource(each, context))),
  toFhir: (written, context) => ({
    [part]: listOf(written).flatMap((each, index) => {
      const at = { ...context, at: [...context.at, index] }
      return includesToFhir(each, at).map(include => include)
    }),
  }),
})

/** What one include says: of which system, and whether the next of the same may stand with it. */
interface Said {
  system: string
  codes: Written
}

const SETS = 'sets'

/** A filter of codes by regular expression is written between slashes. */
const patternOf = (include: JsonObject): string | undefined => {
  const filter = only(include['filter'])
  return filter?.['property'] === 'code' && filter['op'] === 'regex' && typeof filter['value'] === 'string' ? filter['value'] : undefined
}

function includeToSource(include: JsonObject, context: Context): Said | undefined {
  const { system, concept, valueSet: sets } = include
  if (system === undefined && Array.isArray(sets)) {
    const [set, more] = sets as unknown[]
    const id = more === undefined ? canonicalToSource(set, 'ValueSet', context) : undefined
    return id === undefined ? undefined : { system: SETS, codes: [id] }
  }
  const name = systemToSource(system, context)
  if (name === undefined) return undefined
  const pattern = patternOf(include)
  if (pattern !== undefined) return { system: name, codes: [`/${pattern}/`] }
  if (Array.isArray(concept)) return { system: name, codes: conceptsToSource(concept as JsonObject[], context) ?? [] }
  return { system: name, codes: 'all' }
}

function conceptsToSource(concepts: readonly JsonObject[], context: Context): Written | undefined {
  const codes = concepts.map(({ code }) => code)
  if (concepts.every(concept => Object.keys(concept).length === 1)) return codes.every(code => typeof code === 'string') ? codes : undefined
  return namedToSource(concepts, conceptOf(valueSetConceptShape), context)
}

/** The includes as they are written: those of one system in a row stand together. */
function gathered(said: readonly (Said | undefined)[]): Written | undefined {
  const rows: Said[] = []
  for (const each of said) {
    if (!each) return undefined
    const last = rows.at(-1)
    const isMore = each.system === SETS || (Array.isArray(each.codes) && isPattern(each.codes[0]))
    if (last?.system === each.system && isMore && Array.isArray(last.codes) && Array.isArray(each.codes))
      last.codes = [...(last.codes as Written[]), ...(each.codes as Written[])]
    else rows.push({ ...each })
  }
  return rows.map(({ system, codes }) => new Map([[system, codes]]))
}

const isPattern = (written: unknown): written is string => typeof written === 'string' && /^\/.*\/$/s.test(written)

function includesToFhir(written: Written, context: Context): JsonObject[] {
  return [...mapOf(written)].flatMap(([name, codes]): JsonObject[] => {
    if (name === SETS) return listOf(codes).map(each => ({ valueSet: [canonicalToFhir(each, 'ValueSet', context)] }))
    const system = systemToFhir(name, context)
    if (codes === 'all') return [{ system }]
    if (isMap(codes)) return [{ system, concept: namedToFhir(codes, 'concept', conceptOf(valueSetConceptShape), context, [name]) }]
    const [patterns, plainCodes] = [listOf(codes).filter(isPattern), listOf(codes).filter(code => !isPattern(code))]
    return [
      ...(plainCodes.length > 0 ? [{ system, concept: plainCodes.map(code => ({ code: textOf(code) })) }] : []),
      ...patterns.map(pattern => ({ system, filter: [{ property: 'code', op: 'regex', value: pattern.slice(1, -1) }] })),
    ]
  })
}

/** A code with what stands beside it: words by language, and the rest of its shape. */
const conceptOf = (shapeOf: (context: Context) => Shape): Named => ({
  nameOf: json => (isObject(json) && typeof json['code'] === 'string' ? json['code'] : undefined),
  toSource: (json, context) => {
    const { code: _, ...rest } = json as JsonObject
    return alone(thingToSource(shapeOf(context), rest, context), context)
  },
  toFhir: (code, written, context) => ({
    code,
    ...thingToFhir(shapeOf(context), typeof written === 'string' ? new Map([[context.language, written]]) : written, context),
  }),
})

/** Words of a code in each language: its display, and designations for the others. */
function displayWords({ languages, language }: Context): Word[] {
  const own = { name: language, parts: ['display'] } as const
  return [...new Set([language, ...languages])].map((each): Word =>
    each === language
      ? { ...own, toSource: ({ display }) => plain.toSource(display, NO_CONTEXT), toFhir: written => ({ display: textOf(written) }) }
      : designationWord(each, each, undefined),
  )
}

/** Nothing of the surroundings matters to a plain text. */
const NO_CONTEXT = {} as Context

function designationWord(name: string, language: string, use: JsonObject | undefined): Word {
  const part = `designation/${name}`
  return {
    name,
    parts: [part],
    toSource: parts => {
      const { value, language: found, use: its, ...more } = only(parts[part]) ?? {}
      return typeof value === 'string' && found === language && isSameJson(its, use) && Object.keys(more).length === 0 ? value : undefined
    },
    toFhir: written => ({ [part]: [{ language, ...(use && { use }), value: textOf(written) }] }),
  }
}

/** Words of a code for a use, one a language. */
const useWord = (context: Context, name: string): Word => {
  const use = { system: `${context.names.base}/CodeSystem/designation-use`, code: name }
  const part = `designation/${name}`
  return {
    name,
    parts: [part],
    toSource: parts => new Map((parts[part] as { language: string; value: string }[]).map(({ language, value }) => [language, value])),
    toFhir: written => ({
      [part]: [...mapOf(written)].map(([language, value]) => ({ language, use, value: textOf(value) })),
    }),
  }
}

/** Other names of a code, by language. */
const ALSO = 'also'

const alsoWord = (context: Context): Word => {
  const part = `designation/${ALSO}`
  return {
    name: ALSO,
    parts: [part],
    toSource: parts => {
      const names = parts[part] as { language: string; value: string }[]
      const languages = [...new Set(names.map(({ language }) => language))]
      const of = (language: string) => names.filter(each => each.language === language).map(({ value }) => value)
      return new Map(languages.map(language => [language, of(language).length === 1 ? (of(language)[0] ?? '') : of(language)]))
    },
    toFhir: written => ({
      [part]: [...mapOf(written)].flatMap(([language, values]) =>
        listOf(values).map(value => ({ language, use: synonymUse(context), value: textOf(value) })),
      ),
    }),
  }
}

function synonymUse(context: Context): JsonObject | undefined {
  const { coding, display } = context.shared.synonym
  return coding === '' ? undefined : { ...codingToFhir(coding, context), display }
}

const useOf = (use: unknown, { shared }: Context): string | undefined =>
  [...shared.uses, ALSO].find(name => name === ALSO || (isObject(use) && use['code'] === name))

const designations = (context: Context) => ({
  element: 'designation',
  shares: [...context.languages.filter(language => language !== context.language), ...context.shared.uses, ALSO],
  shareOf: ({ language, use }: JsonObject) => (use === undefined && typeof language === 'string' ? language : useOf(use, context)),
})

const valueSetConceptShape = (context: Context): Shape => ({
  words: [...displayWords(context), ...context.shared.uses.map(name => useWord(context, name)), alsoWord(context)],
  splits: [designations(context)],
})

const composeShape: Shape = { words: [holds('holds', 'include'), holds('except', 'exclude')] }

/** The words of a value set. */
export const valueSetShape = ({ names: { extension: own } }: Context): Shape => ({
  words: [
    ...RESOURCE_WORDS,
    extensionsWord('names', own.names, 'valueString', plain),
    extensionsWord('names-except', own.namesExcept, 'valueString', plain),
    {
      name: 'codes',
      parts: ['compose'],
      toSource: ({ compose }, context) => {
        const written = isObject(compose) ? thingToSource(composeShape, compose, context) : undefined
        return written?.size === 1 && written.has('holds') ? written.get('holds') : written
      },
      toFhir: (written, context) => ({
        compose: thingToFhir(composeShape, isMap(written) ? written : new Map([['holds', written]]), within(context, 'compose')),
      }),
    },
  ],
  splits: [extensionsByUrl([own.names, own.namesExcept])],
})

/* Code systems */

const PROPERTY_VALUES: Readonly<Record<string, string>> = {
  string: 'valueString',
  code: 'valueCode',
  integer: 'valueInteger',
  boolean: 'valueBoolean',
  decimal: 'valueDecimal',
}

const PROPERTY_TYPES = { valueString: plain, valueCode: plain, valueInteger: number, valueDecimal: number, valueBoolean: truth } as const

/** Properties of codes by their name, with the type of their values. */
type Properties = ReadonlyMap<string, string>

function codeShape(properties: Properties): (context: Context) => Shape {
  return context => ({
    words: [
      ...displayWords(context),
      textWord('means', 'definition'),
      ...context.shared.uses.map(name => useWord(context, name)),
      alsoWord(context),
      ...[...properties].filter(([name]) => !isReserved(name, context)).map(([name, type]) => propertyWord(name, type)),
      { ...codesWord(properties), parts: ['concept'] },
    ],
    splits: [
      designations(context),
      { element: 'property', shares: [...properties.keys()], shareOf: ({ code }) => (typeof code === 'string' ? code : undefined) },
    ],
  })
}

const isReserved = (name: string, context: Context): boolean =>
  ['means', ALSO, ...context.shared.uses, 'codes', 'fhir', 'without'].includes(name) || isLanguage(name, context)

function propertyWord(code: string, type: string): Word {
  const valueName = PROPERTY_VALUES[type] ?? 'valueString'
  const value = PROPERTY_TYPES[valueName as keyof typeof PROPERTY_TYPES]
  const part = `property/${code}`
  return {
    name: code,
    parts: [part],
    toSource: (parts, context) => {
      const said = (parts[part] as JsonObject[]).map(property => value.toSource(property[valueName], context))
      return said.length === 1 ? said[0] : (said as Written[])
    },
    toFhir: (written, context) => ({ [part]: listOf(written).map(each => ({ code, [valueName]: value.toFhir(each, context) })) }),
  }
}

const codesWord = (properties: Properties): Word => ({
  name: 'codes',
  parts: ['concept'],
  toSource: ({ concept }, context) => namedToSource(concept, conceptOf(codeShape(properties)), context),
  toFhir: (written, context) => ({ concept: namedToFhir(written, 'concept', conceptOf(codeShape(properties)), context) }),
})

/** Words in the usual language alone are written as a text. */
function alone(words: Written, { language, languages }: Context): Written {
  const text = isMap(words) && words.size === 1 && language === languages[0] ? words.get(language) : undefined
  return text ?? words
}

const propertyShape = ({ names: { extension: own } }: Context): Shape => ({
  words: [
    word('type', 'type', plain),
    word('uri', 'uri', plain),
    word('says', 'description', plain),
    extensionWord('usual', own.usualValue, 'valueInteger', number),
  ],
  splits: [extensionsByUrl([own.usualValue])],
})

const property: Named = {
  nameOf: json => (isObject(json) && typeof json['code'] === 'string' ? json['code'] : undefined),
  toSource: (json, context) => {
    const { code: _, ...rest } = json as JsonObject
    return thingToSource(propertyShape(context), rest, context)
  },
  toFhir: (code, written, context) => ({ code, ...thingToFhir(propertyShape(context), written, context) }),
}

/** The words of a code system; the properties of its codes are words too. */
export function codeSystemShape(properties: Properties): Shape {
  return {
    words: [
      ...RESOURCE_WORDS,
      word('supplements', 'supplements', plain),
      word('content', 'content', plain),
      word('case-sensitive', 'caseSensitive', truth),
      {
        name: 'properties',
        parts: ['property'],
        toSource: ({ property: list }, context) => namedToSource(list, property, context),
        toFhir: (written, context) => ({ property: namedToFhir(written, 'property', property, context) }),
      },
      codesWord(properties),
      word('count', 'count', number),
    ],
    implied: written => {
      const codes = written.get('codes')
      return {
        content: written.has('supplements') ? 'supplement' : 'complete',
        ...(!written.has('supplements') && { caseSensitive: true }),
        ...(isMap(codes) && { count: codes.size }),
      }
    },
  }
}

/** Types of the properties of codes, of a code system in FHIR. */
export const propertiesOf = ({ property: list }: JsonObject): Properties =>
  new Map(
    (Array.isArray(list) ? (list as unknown[]) : [])
      .filter(isObject)
      .flatMap(({ code, type }) => (typeof code === 'string' && typeof type === 'string' ? [[code, type] as const] : [])),
  )

/** Types of the properties of codes, of a code system as it is written. */
export function writtenProperties(written: Written): Properties {
  const list = isMap(written) ? written.get('properties') : undefined
  return new Map(isMap(list) ? [...list].map(([name, each]) => [name, isMap(each) ? String(each.get('type')) : 'string'] as const) : [])
}

/* Naming systems */

const addresses: Word = {
  name: 'addresses',
  parts: ['uniqueId'],
  toSource: ({ uniqueId }) => (uniqueId as JsonObject[]).map(({ value }) => textOf(value as Written)),
  toFhir: written => ({
    uniqueId: listOf(written)
      .map(textOf)
      .map((value, index) => ({ type: value.startsWith('urn:oid:') ? 'oid' : 'uri', value, preferred: index === 0 })),
  }),
}

/** The words of the addresses under which a code system travels. */
export const namingSystemShape = ({ names: { extension: own } }: Context): Shape => ({
  words: [
    ...RESOURCE_WORDS,
    word('kind', 'kind', plain),
    extensionsWord('code-form', own.codeForm, 'valueCode', plain),
    extensionWord('prefix', own.systemPrefix, 'valueUri', plain),
    extensionWord('recognised-without-system', own.recognisedWithoutSystem, 'valueString', plain),
    addresses,
  ],
  splits: [extensionsByUrl([own.codeForm, own.systemPrefix, own.recognisedWithoutSystem])],
  implied: () => ({ kind: 'codesystem' }),
})
