import { isObject, type JsonObject } from '../plain-values/json.js'
import { EXTENSION } from '../engine/model/extensions.js'
import type { KnowledgeProfile } from '../engine/knowledge/profile.js'
import type { Context, Mark } from './context.js'
import { isSameJson } from './json-equal.js'
import { nearest } from './nearest.js'
import { inR4Order } from './r4-order.js'
import { impliedOf } from './resource.js'
import { OTHERS, SECTIONS, type Section } from './sections.js'
import { NOTHING_SHARED, readShared, SHARED, type SharedWords } from './shared.js'
import { readSourceFile, type Place, type SourceFault, type SourceFile } from './source-file.js'
import { thingToFhir, thingToSource, type Shape } from './thing.js'
import { isMap, Verbatim, VERBATIM, WordFault, type SourcePath, type Written, type WrittenMap } from './written.js'

/** Folder of the source, beside fhir-resources/. */
export const SOURCE_FOLDER = 'knowledge'

/** Of what the source is: the base of its canonicals, and its languages. */
export type SourceProfile = Pick<KnowledgeProfile, 'names' | 'languages'>

/** A resource made of the source. */
export interface RenderedResource {
  /** Its file below the folder of the knowledge, such as `fhir-resources/PlanDefinition/red-flags.json`. */
  file: string
  resource: JsonObject
  /** Where in the source an element stands, or else what it stands in. */
  placeOf: (element: string) => Place
}

/** What came of a source. */
export interface Rendered {
  resources: RenderedResource[]
  faults: SourceFault[]
}

/** A file as it lies in the folder of the source. */
export interface TextFile {
  file: string
  text: string
}

/** Reads the files of a source, what all share among them. */
export function readSource(files: readonly TextFile[]): { files: SourceFile[]; shared: SharedWords; faults: SourceFault[] } {
  const isShared = ({ file }: TextFile) => file === `${SOURCE_FOLDER}/${SHARED}.yaml`
  const read = files.filter(file => !isShared(file)).map(({ file, text }) => readSourceFile(file, text))
  const faults = read.flatMap(file => file.faults)
  const [text] = files.filter(isShared)
  const shared = text ? sharedOf(text, faults) : NOTHING_SHARED
  return { files: read, shared, faults }
}

function sharedOf({ file, text }: TextFile, faults: SourceFault[]): SharedWords {
  const read = readSourceFile(file, text, path => path[0] === 'elements' && path.length === 2)
  faults.push(...read.faults)
  try {
    return isMap(read.written) ? readShared(read.written) : NOTHING_SHARED
  } catch (error) {
    if (!(error instanceof WordFault)) throw error
    faults.push({ ...read.placeOf(error.at), message: error.message })
    return NOTHING_SHARED
  }
}

/** Makes the resources of a source. Faults are gathered; what cannot be read is left out. */
export function renderSource(files: readonly TextFile[], profile: SourceProfile): Rendered {
  const { files: read, shared, faults } = readSource(files)
  const entries = read.flatMap(file => entriesOf(file, faults))
  const words = new Map<string, JsonObject>()
  const wordsOf = (system: string, code: string): JsonObject | undefined => wordsIn(words.get(system), code)
  const resources = new Map<string, RenderedResource>()
  // Code systems first: what others say of codes is said there.
  for (const entry of [...entries.filter(isCodeSystem), ...entries.filter(each => !isCodeSystem(each))]) {
    const rendered = renderedEntry(entry, { ...profile, shared, wordsOf }, faults)
    if (isCodeSystem(entry) && typeof rendered.resource['url'] === 'string') words.set(rendered.resource['url'], rendered.resource)
    const before = resources.get(rendered.file)
    if (before)
      faults.push({
        ...entry.file.placeOf(entry.at),
        message: `${entry.id} is written twice: here and in ${placeLine(before.placeOf(''))}.`,
      })
    else resources.set(rendered.file, rendered)
  }
  return { resources: [...resources.values()].sort((a, b) => (a.file < b.file ? -1 : 1)), faults: faults.sort(byPlace) }
}

/** A resource as its file holds it. */
export const jsonText = (resource: JsonObject): string => `${JSON.stringify(resource, null, 2)}\n`

/** `file:line`, as editors follow it. */
export const placeLine = ({ file, line }: Place): string => `${file}:${line}`

const byPlace = (a: Place, b: Place): number => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1)

/** One resource as it stands in a file. */
interface Entry {
  file: SourceFile
  section: Section | undefined
  id: string
  written: Written
  at: SourcePath
}

const isCodeSystem = ({ section }: Entry): boolean => section?.type === 'CodeSystem'

function entriesOf(file: SourceFile, faults: SourceFault[]): Entry[] {
  const fault = (at: SourcePath, message: string) => faults.push({ ...file.placeOf(at), message })
  if (file.faults.length > 0) return []
  if (!isMap(file.written)) {
    fault([], `A file holds one or more of ${sectionNames().join(', ')}.`)
    return []
  }
  return [...file.written].flatMap(([name, written]) => {
    const section = SECTIONS.find(each => each.name === name)
    if (!section && name !== OTHERS) fault([name], `There is no ${name} here; ${nearest(name, sectionNames())}.`)
    else if (!isMap(written)) fault([name], 'Ids with a colon are wanted here, and beneath each what it says.')
    else return [...written].map(([id, each]) => ({ file, section, id, written: each, at: [name, id] }))
    return []
  })
}

const sectionNames = (): string[] => [...SECTIONS.map(({ name }) => name), OTHERS]

type Surroundings = SourceProfile & Pick<Context, 'shared' | 'wordsOf'>

function renderedEntry({ file, section, id, written, at }: Entry, around: Surroundings, faults: SourceFault[]): RenderedResource {
  const [folder = '', name = ''] = section ? [section.folder, id] : id.split('/')
  const type = section?.type ?? (folder === 'sources' ? 'Library' : folder)
  const context = contextOf(type, languageOf(written, around.languages[0]), at, around)
  const shape = section ? shapeOf(section, name, written, context) : NO_WORDS
  const thing = thingToFhir(shape, written, context)
  faults.push(...context.findings.map(({ at: where, message }) => ({ ...file.placeOf(where), message })))
  const resource = { resourceType: type, id: name, ...(thing['meta'] === undefined && { meta: { source: file.file } }), ...thing }
  return { file: `fhir-resources/${folder}/${name}.json`, resource: inR4Order(resource), placeOf: placing(context.marks, file, at) }
}

const NO_WORDS: Shape = { words: [] }

function shapeOf(section: Section, id: string, written: Written | JsonObject, context: Context): Shape {
  const shape = section.shapeOf(context, written)
  return {
    ...shape,
    implied: (said, inner) => ({ ...impliedOf(section.type, id, section.name, inner), ...shape.implied?.(said, inner) }),
  }
}

const contextOf = (element: string, language: string, at: SourcePath, { names, languages, shared, wordsOf }: Surroundings): Context => ({
  names,
  languages,
  language,
  shared,
  wordsOf,
  element,
  at,
  marks: [],
  findings: [],
})

function languageOf(written: Written, usual: string): string {
  const language = isMap(written) ? written.get('language') : undefined
  return typeof language === 'string' ? language : usual
}

/** The path of an element; a fault may say behind it what it is called. */
const pathIn = (element: string): string => element.split(' ', 1)[0] ?? ''

/** The path of what an element stands in; empty for a resource. */
const above = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('.'), path.endsWith(']') ? path.lastIndexOf('[') : -1, 0))

/** Finds where an element was written: the mark of it, or of the nearest above it. */
function placing(marks: readonly Mark[], file: SourceFile, at: SourcePath): (element: string) => Place {
  // What says more stands first: an item before the word of its list.
  const byElement = new Map(marks.toReversed())
  return element => {
    for (let path = pathIn(element); path !== ''; path = above(path)) {
      const found = byElement.get(path)
      if (found) return file.placeOf(found)
    }
    return file.placeOf(at)
  }
}

/** What a code system says of a code, as a Coding holds it. */
function wordsIn(system: JsonObject | undefined, code: string): JsonObject | undefined {
  const concept = objectsIn(system?.['concept']).find(each => each['code'] === code)
  if (!concept) return undefined
  const others = objectsIn(concept['designation']).filter(({ use }) => use === undefined)
  return {
    ...(concept['display'] !== undefined && { display: concept['display'] }),
    ...(others.length > 0 && {
      _display: {
        extension: others.map(({ language, value }) => ({
          url: EXTENSION.translation,
          extension: [
            { url: 'lang', valueCode: language },
            { url: 'content', valueString: value },
          ],
        })),
      },
    }),
  }
}

const objectsIn = (list: unknown): JsonObject[] => (Array.isArray(list) ? (list as unknown[]).filter(isObject) : [])

/** A resource as an author would write it: in which section, under which id, and what. */
export interface Imported {
  section: string
  id: string
  written: WrittenMap
}

/** A resource of the folder of FHIR, and the folder in it where it lies. */
export interface Placed {
  folder: string
  resource: JsonObject
}

/** What an author would write for resources. @param all every resource of the knowledge, whose code systems say what codes mean. */
export function importResources(
  placed: readonly Placed[],
  all: readonly Placed[],
  shared: SharedWords,
  profile: SourceProfile,
): Imported[] {
  const systems = new Map(all.filter(({ folder }) => folder === 'CodeSystem').map(({ resource }) => [resource['url'], resource] as const))
  const wordsOf = (system: string, code: string) => wordsIn(systems.get(system), code)
  return placed.map(each => imported(each, { ...profile, shared, wordsOf }))
}

function imported({ folder, resource }: Placed, around: Surroundings): Imported {
  const { resourceType, id, ...all } = resource
  const { meta, ...rest } = all
  const thing = isSourceMark(meta) ? rest : all
  const section = SECTIONS.find(each => each.folder === folder && each.type === resourceType && (each.holds?.(resource, around) ?? true))
  if (!section) return { section: OTHERS, id: `${folder}/${String(id)}`, written: new Map([[VERBATIM, new Verbatim(thing)]]) }
  const language = typeof thing['language'] === 'string' ? thing['language'] : around.languages[0]
  const context = contextOf(section.type, language, [], around)
  const written = thingToSource(shapeOf(section, String(id), thing, context), thing, context)
  return { section: section.name, id: String(id), written: readsBack(section, String(id), written, thing, context) }
}

const isSourceMark = (meta: unknown): boolean =>
  isObject(meta) && typeof meta['source'] === 'string' && meta['source'].startsWith(`${SOURCE_FOLDER}/`) && Object.keys(meta).length === 1

/** What was written where it reads back as the resource; else the resource as it is. */
function readsBack(section: Section, id: string, written: WrittenMap, thing: JsonObject, context: Context): WrittenMap {
  const again = thingToFhir(shapeOf(section, id, written, context), written, { ...context, marks: [], findings: [] })
  if (isSameJson(again, thing)) return written
  const implied = Object.keys(shapeOf(section, id, new Map(), context).implied?.(new Map(), context) ?? {})
  return new Map<string, Written>([
    ['without', implied],
    [VERBATIM, new Verbatim(thing)],
  ])
}
