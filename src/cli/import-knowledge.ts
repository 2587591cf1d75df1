import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { isObject } from '../plain-values/json.js'
import {
  importResources,
  put,
  readSource,
  SECTIONS,
  SOURCE_FOLDER,
  textOfDocument,
  toYaml,
  type Imported,
  type Placed,
  type SourceFile,
  type TextFile,
} from '../knowledge-source/index.js'
import { readJson } from './read-json.js'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import { profileOf, renderFolder, resourceFilesOf, sourceFilesOf, staleFiles } from './knowledge-source.js'
import type { Teller } from './teller.js'

/** What is taken over. */
export interface ImportAsked {
  /** Folder of the knowledge. */
  folder: string
  /** File of the source for what has no place. */
  into: string | undefined
  /** Files of JSON; all that differ where there are none. */
  paths: readonly string[]
}

/**
 * Takes changed JSON over into the source: the named files, or all that differ from what the source makes. What says the same stays as it is written.
 * Answers 1 where a resource has no place yet: `into` gives it one.
 */
export function importKnowledge({ folder, into, paths }: ImportAsked, teller: Teller): Outcome {
  const texts = sourceFilesOf(folder) ?? []
  const all = resourceFilesOf(folder)
  const changed = paths.length > 0 ? paths.map(path => relative(folder, resolve(path))) : changedFiles(folder, texts)
  const { files, shared } = readSource(texts)
  const placed = [...new Set(changed)].map(file => placedAt(folder, file))
  const read = importResources(
    placed,
    all.map(file => placedAt(folder, file)),
    shared,
    profileOf(folder),
  )
  const homeless = writeInto(
    folder,
    files,
    read.map((imported, index) => ({ imported, home: into ?? markOf(placed[index]) })),
  )
  const taken = read.length - homeless.length
  teller.tell(...homeless.map(id => `${id} stands in no file yet: say --into topic.`), `${taken} resources taken over.`)
  teller.tellJson({ taken, homeless })
  return homeless.length === 0 ? 0 : 1
}

/** Files of JSON that say what the source does not. */
function changedFiles(folder: string, texts: readonly TextFile[]): string[] {
  const { unlike, unmade } = staleFiles(folder, renderFolder(folder, texts))
  return [...[...unlike.keys()].filter(file => existsSync(join(folder, file))), ...unmade]
}

function placedAt(folder: string, file: string): Placed {
  const resource = readJson(join(folder, file))
  if (!isObject(resource)) throw new CliError('COLUMNA_FILE_UNREADABLE', `${file} is no resource.`)
  return { folder: dirname(file).split('/').at(-1) ?? '', resource }
}

/** The file that a resource says it was made of. */
function markOf(placed: Placed | undefined): string | undefined {
  const meta = placed?.resource['meta']
  const source = isObject(meta) ? meta['source'] : undefined
  return typeof source === 'string' && source.startsWith(`${SOURCE_FOLDER}/`)
    ? source.slice(SOURCE_FOLDER.length + 1).replace('.yaml', '')
    : undefined
}

/** Writes each resource into the file that has it, or else into its home; answers which have neither. */
function writeInto(
  folder: string,
  files: readonly SourceFile[],
  resources: readonly { imported: Imported; home: string | undefined }[],
): string[] {
  const written = new Set<SourceFile>()
  const fresh = new Map<string, Map<string, Map<string, Imported['written']>>>()
  const homeless: string[] = []
  for (const { imported, home } of resources) {
    const { section, id } = imported
    const file =
      files.find(({ document }) => document.hasIn([section, id])) ?? files.find(each => each.file === `${SOURCE_FOLDER}/${home}.yaml`)
    if (file) {
      put(file.document, section, id, imported.written)
      written.add(file)
    } else if (home === undefined) homeless.push(id)
    else sectionOf(fresh, home, section).set(id, imported.written)
  }
  for (const { file, document } of written) writeFileSync(join(folder, file), textOfDocument(document))
  mkdirSync(join(folder, SOURCE_FOLDER), { recursive: true })
  for (const [topic, sections] of fresh) writeFileSync(join(folder, SOURCE_FOLDER, `${topic}.yaml`), toYaml(inOrder(sections)))
  return homeless
}

type Sections = Map<string, Map<string, Imported['written']>>

function sectionOf(fresh: Map<string, Sections>, topic: string, section: string): Map<string, Imported['written']> {
  const sections: Sections = fresh.get(topic) ?? new Map<string, Map<string, Imported['written']>>()
  fresh.set(topic, sections)
  const resources = sections.get(section) ?? new Map<string, Imported['written']>()
  sections.set(section, resources)
  return resources
}

/** Sections as they stand in a file: plans first. */
const inOrder = (sections: Sections): Sections =>
  new Map(
    SECTIONS.map(({ name }) => name)
      .concat([...sections.keys()])
      .flatMap(name => (sections.has(name) ? [[name, sections.get(name) ?? new Map()] as const] : [])),
  )
