import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FaultList } from '../engine/model/faults.js'
import { jsonText, renderSource, SOURCE_FOLDER, type Rendered, type SourceProfile, type TextFile } from '../knowledge-source/index.js'
import { readKnowledgeJson } from '../knowledge-files/knowledge-json.js'
import { readProfile } from '../knowledge-files/read-profile.js'

/** The files of the source of a knowledge folder; undefined where it has none, and its JSON is written by hand, which no empty source takes away. */
export function sourceFilesOf(folder: string): TextFile[] | undefined {
  const source = join(folder, SOURCE_FOLDER)
  const names = existsSync(source) ? readdirSync(source).filter(name => name.endsWith('.yaml')) : []
  if (names.length === 0) return undefined
  return names.sort().map(name => ({ file: `${SOURCE_FOLDER}/${name}`, text: readFileSync(join(source, name), 'utf8') }))
}

/** What the knowledge of a folder is held to; faults of it are told by the check. */
export function profileOf(folder: string): SourceProfile {
  const faults = new FaultList()
  return readProfile(readKnowledgeJson(folder, faults), faults)
}

/** Makes the resources of the source of a folder. */
export const renderFolder = (folder: string, files: readonly TextFile[]): Rendered => renderSource(files, profileOf(folder))

/** Files of fhir-resources/ that do not say what the source says: those that are to be written, and those that nothing in the source makes. */
export function staleFiles(folder: string, { resources }: Rendered): { unlike: Map<string, string>; unmade: string[] } {
  const made = new Map(resources.map(({ file, resource }) => [file, jsonText(resource)] as const))
  const unlike = new Map(
    [...made].filter(([file, text]) => !existsSync(join(folder, file)) || readFileSync(join(folder, file), 'utf8') !== text),
  )
  return { unlike, unmade: resourceFilesOf(folder).filter(file => !made.has(file)) }
}

/** JSON files of the resources of a folder, by their path below it. */
export function resourceFilesOf(folder: string): string[] {
  const resources = join(folder, 'fhir-resources')
  if (!existsSync(resources)) return []
  return readdirSync(resources, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(resources, name)).map(file => `fhir-resources/${name}/${file}`))
    .filter(file => file.endsWith('.json'))
    .sort()
}

/** `file:line:column: what is wrong`, a line a fault. */
export const sourceFaultLines = ({ faults }: Pick<Rendered, 'faults'>): string[] =>
  faults.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`)
