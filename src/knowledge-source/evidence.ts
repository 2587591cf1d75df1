import type { JsonObject } from '../plain-values/json.js'
import type { Context } from './context.js'
import { itemsToFhir, itemsToSource, type Item } from './items.js'
import { textWord } from './texts.js'
import { thingToFhir, thingToSource, type Shape, type Word } from './thing.js'
import { extension, number, plain, type Value } from './words.js'
import type { Written } from './written.js'

/** Members of an estimate in the order in which they are written: the name of their value in FHIR, and how it is written where it is no text. */
const MEMBERS: Readonly<Record<string, readonly [valueName: string, value?: Value]>> = {
  outcome: ['valueString'],
  comparison: ['valueString'],
  measure: ['valueCode', plain],
  value: ['valueDecimal', number],
  low: ['valueDecimal', number],
  high: ['valueDecimal', number],
  certainty: ['valueCode', plain],
  smallestRelevantDifference: ['valueDecimal', number],
  unit: ['valueString'],
  participants: ['valueInteger', number],
  studies: ['valueInteger', number],
  better: ['valueCode', plain],
  note: ['valueString'],
}

/** An estimate: its members are extensions, each once. */
const SHAPE: Shape = {
  words: Object.entries(MEMBERS).map(([name, [valueName, value]]) => memberWord(name, valueName, value)),
  splits: [{ element: 'extension', shares: Object.keys(MEMBERS), shareOf: ({ url }) => (typeof url === 'string' ? url : undefined) }],
}

function memberWord(name: string, valueName: string, value: Value | undefined): Word {
  const part = extension(name)
  const text = textWord(name, valueName)
  return {
    name,
    parts: [part],
    toSource: (parts, context) => {
      const [member, more] = parts[part] as JsonObject[]
      if (!member || more) return undefined
      return value ? value.toSource(member[valueName], context) : text.toSource(member, context)
    },
    toFhir: (written: Written, context) => ({
      [part]: [{ url: name, ...(value ? { [valueName]: value.toFhir(written, context) } : text.toFhir(written, context)) }],
    }),
  }
}

const estimate = (url: string): Item => ({
  toSource: (json, context) => {
    const { url: _, ...members } = json as JsonObject
    return thingToSource(SHAPE, members, context)
  },
  toFhir: (written, context: Context) => ({ url, ...thingToFhir(SHAPE, written, context) }),
})

/** What studies found: a list of estimates. */
export const evidenceWord = (url: string): Word => ({
  name: 'evidence',
  parts: [extension(url)],
  toSource: (parts, context) => itemsToSource(parts[extension(url)], estimate(url), context),
  toFhir: (written, context) => ({ [extension(url)]: itemsToFhir(written, extension(url), estimate(url), context) }),
})
