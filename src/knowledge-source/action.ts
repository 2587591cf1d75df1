import { isObject, type JsonObject } from '../plain-values/json.js'
import { EXTENSION } from '../engine/model/extensions.js'
import type { Context } from './context.js'
import { within } from './context.js'
import { dynamicValue, conditionToFhir, conditionToSource, namedExpressionsToFhir, namedExpressionsToSource } from './expressions.js'
import { evidenceWord } from './evidence.js'
import { gradeWord } from './grade.js'
import { itemsToFhir, itemsToSource, namedToFhir, namedToSource, type Item } from './items.js'
import { concept } from './resource.js'
import { onlyCoding } from './references.js'
import { share, type Split } from './split.js'
import { textWord } from './texts.js'
import { thingToFhir, thingToSource, type Shape, type Word } from './thing.js'
import {
  artifactsWord,
  canonical,
  codeOf,
  extension,
  extensionsByUrl,
  extensionWord,
  only,
  plain,
  several,
  word,
  mark,
  type Value,
} from './words.js'
import { listOf, mapOf, textOf, type Written, type WrittenMap } from './written.js'

const ACTION_TYPE = 'http://terminology.hl7.org/CodeSystem/action-type'
const RATIONALE = 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-rationale'

/** The types of FHIR that an action's definition may be, by their word. */
const DEFINITIONS = { plan: 'PlanDefinition', draft: 'ActivityDefinition', form: 'Questionnaire' } as const

const condition: Item = {
  toSource: (json, context) =>
    isObject(json) && json['kind'] === 'applicability' ? conditionToSource(json['expression'], context) : undefined,
  toFhir: (written, context) => ({ kind: 'applicability', expression: conditionToFhir(written, within(context, 'expression')) }),
}

const when: Word = {
  name: 'when',
  parts: ['condition'],
  toSource: ({ condition: list }, context) => itemsToSource(list, condition, context),
  toFhir: (written, context) => ({ condition: itemsToFhir(written, 'condition', condition, context) }),
}

const trigger: Word = {
  name: 'on',
  parts: ['trigger'],
  toSource: ({ trigger: list }) => {
    const hooks = (list as JsonObject[]).map(({ name }) => name)
    return hooks.every(hook => typeof hook === 'string' && /^\S+$/.test(hook)) ? hooks.join(' ') : undefined
  },
  toFhir: written => ({
    trigger: listOf(written).flatMap(each =>
      textOf(each)
        .split(/\s+/)
        .map(name => ({ type: 'named-event', name })),
    ),
  }),
}

/** Points by their codes; those that one CodeableConcept holds stand in one text. */
const point: Word = {
  name: 'point',
  parts: ['code'],
  toSource: ({ code }, context) => several(points).toSource(code, context),
  toFhir: (written, context) => ({ code: several(points).toFhir(written, context) }),
}

const points: Value = {
  toSource: (concept, { names }) => {
    const codings = (concept as { coding: JsonObject[] }).coding
    return codings.every(({ system }) => system === names.decisionPoints) ? codings.map(({ code }) => String(code)).join(' ') : undefined
  },
  toFhir: (written, { names }) => ({
    coding: textOf(written)
      .split(/\s+/)
      .map(code => ({ system: names.decisionPoints, code })),
  }),
}

const source = artifactsWord('source', 'documentation', 'documentation')

const definition = (name: keyof typeof DEFINITIONS): Word => {
  const type = DEFINITIONS[name]
  const value = canonical(type)
  return {
    name,
    parts: ['definitionCanonical'],
    toSource: ({ definitionCanonical: url }, context) => {
      const isOfType = typeof url === 'string' && url.includes(`/${type}/`)
      return isOfType ? value.toSource(url, context) : undefined
    },
    toFhir: (written, context) => ({ definitionCanonical: value.toFhir(written, context) }),
  }
}

/** `update` and `remove`: which orders, by their type. */
const change = (code: 'update' | 'remove'): Word => ({
  name: code,
  parts: ['type', 'extension/orders'],
  toSource: ({ type, 'extension/orders': orders }, context) =>
    onlyCoding(type)?.['code'] === code ? namedExpressionsToSource([only(orders)?.['valueExpression']], context) : undefined,
  toFhir: (written, context) => ({
    type: concept(ACTION_TYPE, code),
    'extension/orders': namedExpressionsToFhir(written, context).map(valueExpression => ({
      url: context.names.extension.orders,
      valueExpression,
    })),
  }),
})

const set: Word = {
  name: 'set',
  parts: ['dynamicValue'],
  toSource: ({ dynamicValue: list }, context) => namedToSource(list, dynamicValue, context),
  toFhir: (written, context) => ({ dynamicValue: namedToFhir(written, 'dynamicValue', dynamicValue, context) }),
}
/** How `set` is written, which definitions have too. */
export const setWord = set

const tells: Word = {
  name: 'tells',
  parts: ['extension/card-extension'],
  toSource: ({ 'extension/card-extension': list }, context) => {
    const said = (list as JsonObject[]).map(each => tellsToSource(each, context))
    const names = new Set(said.map(each => each?.[0]))
    return said.includes(undefined) || names.size < said.length ? undefined : new Map(said as [string, Written][])
  },
  toFhir: (written, context) => ({
    'extension/card-extension': [...mapOf(written)].map(([name, members]) => ({
      url: context.names.extension.cardExtension,
      extension: [
        { url: 'name', valueString: name },
        ...namedExpressionsToFhir(members, context).map(valueExpression => ({ url: 'member', valueExpression })),
      ],
    })),
  }),
}

function tellsToSource({ extension: parts }: JsonObject, context: Context): [string, Written] | undefined {
  const [name, ...members] = (parts as JsonObject[] | undefined) ?? []
  const said = namedExpressionsToSource(
    members.map(({ valueExpression }) => valueExpression),
    context,
  )
  return typeof name?.['valueString'] === 'string' && said ? [name['valueString'], said] : undefined
}

/** Children by what they are: lines of the card, lines of the page, suggestions. */
const CHILDREN: Split = { element: 'action', shares: ['lines', 'page', 'suggests'], shareOf: kindOfChild }

function kindOfChild({ extension: extensions, type, definitionCanonical: definition, definitionUri }: JsonObject): string {
  const isShownOn = (each: unknown) =>
    isObject(each) && typeof each['url'] === 'string' && each['url'].endsWith('/shown-on') && each['valueCode'] === 'page'
  if (Array.isArray(extensions) && extensions.some(isShownOn)) return 'page'
  const isDraft = typeof definition === 'string' && !definition.includes(`/${DEFINITIONS.plan}/`)
  return type !== undefined || definitionUri !== undefined || isDraft ? 'suggests' : 'lines'
}

const child: Item = {
  toSource: (json, context) => (isObject(json) ? thingToSource(actionShape(context), json, context) : undefined),
  toFhir: (written, context) => thingToFhir(actionShape(context), written, context),
}

const pageChild = (context: Context): Item => ({
  toSource: (json, inner) => {
    const { extension: extensions, ...rest } = json as JsonObject
    const [first, ...others] = (extensions as JsonObject[] | undefined) ?? []
    if (first?.['url'] !== shownOn(context)) return undefined
    return child.toSource({ ...rest, ...(others.length > 0 && { extension: others }) }, inner)
  },
  toFhir: (written, inner) => {
    const action = child.toFhir(written, inner) as JsonObject
    return {
      ...action,
      extension: [{ url: shownOn(context), valueCode: 'page' }, ...((action['extension'] as unknown[] | undefined) ?? [])],
    }
  },
})

const shownOn = ({ names }: Context): string => names.extension.shownOn

const children = (name: string, part: string, itemOf: (context: Context) => Item = () => child): Word => ({
  name,
  parts: [part],
  toSource: (parts, context) => itemsToSource(parts[part], itemOf(context), context),
  toFhir: (written, context) => ({ [part]: itemsToFhir(written, part, itemOf(context), context) }),
})

/** Shapes by the names of the knowledge that they are of. */
const SHAPES = new WeakMap<Context['names'], Shape>()

/** The words of an action, and of each below it. */
function actionShape(context: Context): Shape {
  const shape = SHAPES.get(context.names) ?? shapeOf(context)
  SHAPES.set(context.names, shape)
  return shape
}

function shapeOf(context: Context): Shape {
  const { extension: own } = context.names
  const urls = [
    shownOn(context),
    own.cardTopic,
    EXTENSION.strength,
    EXTENSION.direction,
    EXTENSION.quality,
    own.cardExtension,
    own.overrideReasons,
    own.orders,
    RATIONALE,
    own.evidenceEstimate,
  ]
  const named = (aWord: Word): Word =>
    withUrls(aWord, { 'extension/orders': extension(own.orders), 'extension/card-extension': extension(own.cardExtension) })
  return {
    words: [
      word('id', 'id', plain),
      extensionWord('shown-on', shownOn(context), 'valueCode', plain),
      extensionWord('shown-on-page-when', shownOn(context), 'valueExpression', {
        toSource: conditionToSource,
        toFhir: (written, inner) => conditionToFhir(written, within(inner, 'extension')),
      }),
      point,
      trigger,
      word('priority', 'priority', plain),
      extensionWord('topic', own.cardTopic, 'valueCoding', {
        toSource: value =>
          isObject(value) && value['system'] === context.names.cardTopics && typeof value['code'] === 'string' ? value['code'] : undefined,
        toFhir: written => ({ system: context.names.cardTopics, code: textOf(written) }),
      }),
      definition('plan'),
      definition('draft'),
      definition('form'),
      named(change('remove')),
      named(change('update')),
      mark('recommended', 'precheckBehavior', 'yes'),
      when,
      textWord('title', 'title'),
      textWord('says', 'description', 'markdown'),
      gradeWord,
      source,
      extensionWord('override', own.overrideReasons, 'valueCanonical', canonical('ValueSet')),
      named(tells),
      set,
      rationale,
      evidenceWord(own.evidenceEstimate),
      word('choose', 'selectionBehavior', plain),
      word(
        'type',
        'type',
        codeOf(() => ACTION_TYPE),
      ),
      children('lines', share('action', 'lines')),
      children('page', share('action', 'page'), pageChild),
      children('suggests', share('action', 'suggests')),
      children('below', 'action'),
    ],
    splits: [extensionsByUrl(urls), CHILDREN],
    implied: impliedOfAction,
  }
}

/** The background of a recommendation, as its page tells it. */
const rationale: Word = {
  name: 'background',
  parts: [extension(RATIONALE)],
  toSource: (parts, context) => {
    const { valueMarkdown: value, _valueMarkdown: beside } = only(parts[extension(RATIONALE)]) ?? {}
    const texts = textWord('background', 'value', 'markdown')
    return texts.toSource({ value, _value: beside }, context)
  },
  toFhir: (written, context) => {
    const { value, _value: beside } = textWord('background', 'value', 'markdown').toFhir(written, context)
    return { [extension(RATIONALE)]: [{ url: RATIONALE, valueMarkdown: value, ...(beside !== undefined && { _valueMarkdown: beside }) }] }
  },
}

/** A word whose parts are named anew. */
const withUrls = (aWord: Word, names: Readonly<Record<string, string>>): Word => {
  const backwards = Object.fromEntries(Object.entries(names).map(([short, long]) => [long, short]))
  const renamed = (parts: Readonly<Record<string, unknown>>, by: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(parts).map(([name, value]) => [by[name] ?? name, value]))
  return {
    ...aWord,
    parts: aWord.parts.map(part => names[part] ?? part),
    toSource: (parts, context) => aWord.toSource(renamed(parts, backwards), context),
    toFhir: (written, context) => renamed(aWord.toFhir(written, context), names),
  }
}

/** A draft or a form is created; of suggestions any may be chosen. */
function impliedOfAction(written: WrittenMap): JsonObject {
  return {
    ...((written.has('draft') || written.has('form')) && { type: concept(ACTION_TYPE, 'create') }),
    ...(written.has('suggests') && { selectionBehavior: 'any' }),
  }
}

/** Actions of a plan. */
export const actionsWord = children('actions', 'action')
