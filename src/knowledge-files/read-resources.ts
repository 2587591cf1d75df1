import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { FhirResource } from 'fhir/r4.js'
import type { FaultList } from '../engine/model/faults.js'
import { isObject } from '../plain-values/json.js'
import type { KnowledgeFile } from '../engine/model/knowledge-file.js'
import { atOnce, type Steps } from '../plain-values/steps.js'

/** Folder below fhir-resources whose files are Library resources that describe the source documents. */
const SOURCES = 'sources'

/**
 * Reads every JSON file of a knowledge folder: one folder a resource type (and `sources/`), one file a resource,
 * named after its id. Files that are not so, or lie elsewhere, are reported and left out; a folder that is not there holds nothing.
 */
export const readResources = (folder: string, faults: FaultList, seen?: FileSeen): KnowledgeFile[] =>
  atOnce(readingResources(folder, faults, seen))

/** The same, a file at each step. */
export function* readingResources(folder: string, faults: FaultList, seen?: FileSeen): Steps<KnowledgeFile[]> {
  for (const name of jsonFilesIn(folder)) misplaced(faults, `${basename(folder)}/${name}`)
  const files: KnowledgeFile[] = []
  for (const type of foldersIn(folder)) {
    for (const path of jsonFilesBelow(join(folder, type))) misplaced(faults, `${basename(folder)}/${type}/${path}`)
    for (const name of jsonFilesIn(join(folder, type))) {
      yield
      files.push(...readResource(folder, type, name, faults, seen))
    }
  }
  return files
}

/** Is told of each file that is read, and of what stands in it. */
export type FileSeen = (file: string, text: string) => void

const misplaced = (faults: FaultList, file: string, element = '$'): void =>
  faults.add('FILE_MISPLACED', file, element, 'The folder must be the resourceType and the file name the id.')

/** Names of the folders in a folder, in order, but for those that are hidden; one that is not there has none. */
const foldersIn = (folder: string): string[] =>
  isFolder(folder)
    ? readdirSync(folder)
        .filter(name => !name.startsWith('.') && isFolder(join(folder, name)))
        .sort()
    : []

/** Paths of the JSON files that lie in folders below a folder, however deep. */
export const jsonFilesBelow = (folder: string): string[] =>
  foldersIn(folder).flatMap(inner => [
    ...jsonFilesIn(join(folder, inner)).map(name => `${inner}/${name}`),
    ...jsonFilesBelow(join(folder, inner)).map(path => `${inner}/${path}`),
  ])

/** Whether a path leads to a folder, through links too, as folders of a cluster's configuration are. */
const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** Names of the JSON files of a folder, in order; a folder that is not there has none. */
export const jsonFilesIn = (folder: string): string[] =>
  isFolder(folder)
    ? readdirSync(folder)
        .filter(name => name.endsWith('.json'))
        .sort()
    : []

function readResource(folder: string, type: string, name: string, faults: FaultList, seen: FileSeen | undefined): KnowledgeFile[] {
  const file = `${basename(folder)}/${type}/${name}`
  const resource = readJson(join(folder, type, name), file, faults, seen) as FhirResource | undefined
  if (!resource) return []
  if (isPlaced(resource, type, name)) return [{ file, resource }]
  misplaced(faults, file, typeof resource.resourceType === 'string' ? resource.resourceType : '$')
  return []
}

function isPlaced(resource: FhirResource, folder: string, name: string): boolean {
  const type = folder === SOURCES ? 'Library' : folder
  return resource.resourceType === type && `${resource.id}.json` === name
}

/** Parses one file; reports FILE_UNREADABLE and answers undefined when it is not a JSON object. */
export function readJson(path: string, file: string, faults: FaultList, seen?: FileSeen): unknown {
  try {
    const text = readFileSync(path, 'utf8')
    seen?.(file, text)
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
    faults.add('FILE_UNREADABLE', file, '$', 'The file must hold one JSON object.')
  } catch (error) {
    faults.add('FILE_UNREADABLE', file, '$', (error as Error).message)
  }
  return undefined
}
