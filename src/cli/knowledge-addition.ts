import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FaultList } from '../engine/model/faults.js'
import { readServiceFiles, type ServiceFile } from '../knowledge-files/services.js'
import {
  isMap,
  put,
  readSource,
  SECTIONS,
  SOURCE_FOLDER,
  textOfDocument,
  type SharedWords,
  type SourceFile,
  type SourceProfile,
  type Written,
  type WrittenMap,
} from '../knowledge-source/index.js'
import { CASE_PLACES } from './case-places.js'
import { CliError } from './cli-error.js'
import { profileOf, renderFolder, sourceFaultLines, sourceFilesOf } from './knowledge-source.js'
import { writeWithFolders } from './write-file.js'

/** A resource of the source, and the file in which it stands. */
export interface Found {
  id: string
  written: WrittenMap
  file: SourceFile
}

/** Something that is added to a knowledge folder: nothing is written before all of it is known, and nothing over what is there. */
export class KnowledgeAddition {
  readonly profile: SourceProfile
  readonly shared: SharedWords
  readonly services: readonly ServiceFile['service'][]
  private readonly files: SourceFile[]
  private readonly changed = new Set<SourceFile>()
  private readonly fresh = new Set<SourceFile>()
  private readonly beside = new Map<string, string>()

  /** @throws CliError COLUMNA_SOURCE_MISSING where the folder has no source, COLUMNA_FILE_UNREADABLE where it has a fault. */
  constructor(readonly folder: string) {
    const texts = sourceFilesOf(folder)
    if (!texts)
      throw new CliError('COLUMNA_SOURCE_MISSING', `${folder} has no file knowledge/*.yaml to add to: begin with columna new guideline.`)
    this.profile = profileOf(folder)
    refuseFaults(renderFolder(folder, texts), `The source of ${folder} has a fault; nothing is added before it is mended.`)
    const { files, shared } = readSource(texts)
    this.files = files
    this.shared = shared
    this.services = readServiceFiles(join(folder, 'cds-services'), new FaultList()).map(({ service }) => service)
  }

  /** Every resource of a section, in the order of files. */
  all(section: string): Found[] {
    return this.files.flatMap(file => {
      const resources = isMap(file.written) ? file.written.get(section) : undefined
      return isMap(resources) ? [...resources].flatMap(([id, written]) => (isMap(written) ? [{ id, written, file }] : [])) : []
    })
  }

  /** The resource of a section with an id. */
  find(section: string, id: string): Found | undefined {
    return this.all(section).find(each => each.id === id)
  }

  /** Puts a new resource into a topic. @throws CliError COLUMNA_ID_TAKEN where one of its type has the id. */
  add(topic: string, section: string, id: string, written: Written): void {
    const folderOf = (name: string) => SECTIONS.find(each => each.name === name)?.folder
    for (const { name } of SECTIONS.filter(({ folder }) => folder === folderOf(section))) {
      const there = this.find(name, id)
      if (there) throw new CliError('COLUMNA_ID_TAKEN', `${id} stands under ${name} of ${there.file.file} already; nothing is written.`)
    }
    this.putInto(this.topic(topic), section, id, written)
  }

  /** Says more of a resource that is there. */
  extend(section: string, { id, file }: Found, written: Written): void {
    this.putInto(file, section, id, written)
  }

  /** Writes a file that is not of the source. @throws CliError COLUMNA_FILE_EXISTS where it is there. */
  writeBeside(path: string, text: string): void {
    if (existsSync(join(this.folder, path)))
      throw new CliError('COLUMNA_FILE_EXISTS', `${this.folder} holds ${path} already; nothing is written.`)
    this.beside.set(path, text)
  }

  /** Where the cases of the folder stand, or would. */
  get casePlace(): string {
    return CASE_PLACES.find(place => existsSync(join(this.folder, place))) ?? CASE_PLACES[0] ?? ''
  }

  /** Writes all that was added; says which files are new, and which hold more. @throws CliError COLUMNA_FILE_UNREADABLE where the source would have a fault. */
  write(): { written: string[]; changed: string[] } {
    const texts = new Map([...this.fresh, ...this.changed].map(({ file, document }) => [file, textOfDocument(document)] as const))
    const others = (sourceFilesOf(this.folder) ?? []).filter(({ file }) => !texts.has(file))
    const source = [...others, ...[...texts].map(([file, text]) => ({ file, text }))]
    refuseFaults(renderFolder(this.folder, source), 'What would be added has a fault; nothing is written.')
    for (const [file, text] of [...texts, ...this.beside]) writeWithFolders(join(this.folder, file), text)
    return {
      written: [...[...this.fresh].map(({ file }) => file), ...this.beside.keys()],
      changed: [...this.changed].map(({ file }) => file),
    }
  }

  private putInto(file: SourceFile, section: string, id: string, written: Written): void {
    put(file.document, section, id, written)
    if (!this.fresh.has(file)) this.changed.add(file)
  }

  /** The file of a topic, which is new where there is none. */
  private topic(topic: string): SourceFile {
    const path = `${SOURCE_FOLDER}/${topic}.yaml`
    const there = this.files.find(({ file }) => file === path) ?? [...this.fresh].find(({ file }) => file === path)
    if (there) return there
    const [file] = readSource([{ file: path, text: '' }]).files
    if (!file) throw new CliError('COLUMNA_USAGE', `${topic}.yaml says what all files share; name another topic.`)
    this.fresh.add(file)
    return file
  }
}

function refuseFaults(rendered: Parameters<typeof sourceFaultLines>[0], message: string): void {
  if (rendered.faults.length > 0) throw new CliError('COLUMNA_FILE_UNREADABLE', message, sourceFaultLines(rendered))
}
