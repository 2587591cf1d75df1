import { isObject, type JsonObject } from '../plain-values/json.js'
import { onTrial, type Context, type Mark } from './context.js'
import { isSameJson } from './json-equal.js'
import { nearest } from './nearest.js'
import { joinUp, splitUp, type Joined, type Parts, type Split } from './split.js'
import { Verbatim, VERBATIM, WordFault, isMap, listOf, textOf, type Written, type WrittenMap } from './written.js'

/** A word of the source form, and the elements of FHIR that it stands for. It reads them all or none. */
export interface Word {
  name: string
  /** Names of the elements, or of shares of lists. */
  parts: readonly string[]
  /** What an author would write for these elements; undefined where the word cannot say it. */
  toSource: (parts: Parts, context: Context) => Written | undefined
  /** @throws WordFault where what is written cannot be read. */
  toFhir: (written: Written, context: Context) => Parts
}

/** What kind of thing is written: its words in the order in which they are written, and what goes without saying. */
export interface Shape {
  words: readonly Word[]
  splits?: readonly Split[]
  /** Elements that are there unless something else is said. */
  implied?: (written: WrittenMap, context: Context) => Parts
}

/** The word that names what is implied but not there. */
const WITHOUT = 'without'

/** What an author would write for a thing: each word where it says all of its elements, FHIR as it is for the rest. */
export function thingToSource(shape: Shape, thing: JsonObject, context: Context): Map<string, Written> {
  const whole = splitUp(thing, shape.splits ?? [])
  const left = { ...whole }
  const written = new Map<string, Written>()
  for (const word of shape.words) {
    const said = sayable(word, left, context)
    if (said === undefined) continue
    written.set(word.name, said)
    for (const part of word.parts) delete left[part]
  }
  const absent = withoutImplied(left, written, whole, shape, context)
  if (absent.length > 0) written.set(WITHOUT, absent)
  if (Object.keys(left).length > 0) written.set(VERBATIM, new Verbatim(joinUp(left, shape.splits ?? []).thing))
  return written
}

/** What a word says of the elements that it stands for, where it reads back as it was. */
function sayable(word: Word, left: Parts, context: Context): Written | undefined {
  const parts = Object.fromEntries(word.parts.flatMap(part => (Object.hasOwn(left, part) ? [[part, left[part]] as const] : [])))
  if (Object.keys(parts).length === 0) return undefined
  try {
    const said = word.toSource(parts, context)
    return said !== undefined && isSameJson(readBack(word, said, context), parts) ? said : undefined
  } catch (error) {
    if (error instanceof WordFault || error instanceof TypeError) return undefined
    throw error
  }
}

function readBack(word: Word, said: Written, context: Context): Parts {
  const trial = onTrial(context)
  const parts = word.toFhir(said, trial)
  if (trial.findings.length > 0) throw new WordFault('It does not read back.')
  return parts
}

/** Takes out what is implied, words that say no more among it; answers which of it is not there. */
function withoutImplied(
  left: Record<string, unknown>,
  written: Map<string, Written>,
  whole: Parts,
  { words, implied }: Shape,
  context: Context,
): string[] {
  const parts = implied?.(written, context) ?? {}
  const isImplied = (part: string) => !Object.hasOwn(whole, part) || (Object.hasOwn(parts, part) && isSameJson(whole[part], parts[part]))
  for (const word of words) if (written.has(word.name) && word.parts.every(isImplied)) written.delete(word.name)
  for (const part of Object.keys(parts)) if (isImplied(part)) delete left[part]
  return Object.keys(parts).filter(part => !Object.hasOwn(whole, part))
}

/** The FHIR that was written. What cannot be read is noted and left out. */
export function thingToFhir(shape: Shape, written: Written, context: Context): JsonObject {
  const local: Context = { ...context, marks: [] }
  if (written instanceof Verbatim || !isMap(written)) {
    note(context, new WordFault('Words with a colon are wanted here, each on a line of its own.'))
    return {}
  }
  const said = wordsToFhir(shape, written, local)
  const absent = new Set(listOf(written.get(WITHOUT)).map(textOf))
  const verbatim = verbatimOf(written, local)
  const implied = Object.entries(shape.implied?.(written, local) ?? {}).filter(([part]) => !absent.has(part))
  const joined = joinUp({ ...Object.fromEntries(implied), ...verbatim, ...said }, shape.splits ?? [])
  noteTwice(said, verbatim, local)
  context.marks.push([context.element, context.at], ...replaced(local.marks, joined, context.element))
  return joined.thing
}

/** The elements that the words of a thing say. */
function wordsToFhir({ words }: Shape, written: WrittenMap, context: Context): Record<string, unknown> {
  const said: Record<string, unknown> = {}
  for (const [name, value] of written) {
    if (name === VERBATIM || name === WITHOUT) continue
    const word = words.find(each => each.name === name)
    const at = [...context.at, name]
    if (!word) {
      const known = [...words.map(each => each.name), WITHOUT, VERBATIM]
      context.findings.push({ at, message: `There is no word ${name} here; ${nearest(name, known)}.` })
      continue
    }
    const parts = attempted(word, value, { ...context, at })
    for (const part of Object.keys(parts)) {
      if (Object.hasOwn(said, part)) context.findings.push({ at, message: `${name} says what another word has said already.` })
      context.marks.push([`${context.element}.${part}`, at])
    }
    Object.assign(said, parts)
  }
  return said
}

function attempted(word: Word, value: Written, context: Context): Parts {
  if (value === null) {
    note(context, new WordFault(`Nothing stands behind ${word.name}: write something, or leave the word out.`))
    return {}
  }
  try {
    return word.toFhir(value, context)
  } catch (error) {
    if (!(error instanceof WordFault)) throw error
    note(context, error)
    return {}
  }
}

/** Notes what cannot be read where it stands. */
export function note(context: Context, { message, at }: WordFault): void {
  context.findings.push({ at: [...context.at, ...at], message })
}

function verbatimOf(written: WrittenMap, context: Context): Parts {
  const verbatim = written.get(VERBATIM)
  if (verbatim === undefined) return {}
  const at = [...context.at, VERBATIM]
  if (!(verbatim instanceof Verbatim) || !isObject(verbatim.json)) {
    context.findings.push({ at, message: 'Elements of FHIR are wanted here.' })
    return {}
  }
  for (const name of Object.keys(verbatim.json)) context.marks.push([`${context.element}.${name}`, [...at, name]])
  return verbatim.json
}

/** Notes what a word and the FHIR beside it both say. */
function noteTwice(said: Parts, verbatim: Parts, { findings, at }: Context): void {
  for (const name of Object.keys(verbatim))
    if (Object.hasOwn(said, name)) findings.push({ at: [...at, VERBATIM, name], message: `A word beside it says ${name} already.` })
}

/** Marks with the shares of lists replaced by places in the list. */
function replaced(marks: readonly Mark[], { starts }: Joined, element: string): Mark[] {
  return marks.flatMap(([path, at]): Mark[] => {
    const name = [...starts.keys()].find(each => path.startsWith(`${element}.${each}`))
    const placed = name === undefined ? undefined : starts.get(name)
    if (name === undefined || !placed) return [[path, at]]
    const [, index, behind = ''] = /^\[(\d+)\](.*)$/s.exec(path.slice(`${element}.${name}`.length)) ?? []
    if (index !== undefined) return [[`${element}.${placed.element}[${placed.start + Number(index)}]${behind}`, at]]
    return Array.from({ length: placed.length }, (_, number): Mark => [`${element}.${placed.element}[${placed.start + number}]`, at])
  })
}
