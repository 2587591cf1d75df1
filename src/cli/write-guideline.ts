import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { jsonText } from '../knowledge-source/index.js'
import { baseUrl } from '../trust/base-url.js'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import { guidelineFiles } from './guideline-files.js'
import { renderFolder, sourceFilesOf } from './knowledge-source.js'
import type { Teller } from './teller.js'
import { writeWithFolders } from './write-file.js'

/** How a new guideline names what is its own. */
export interface GuidelineOptions {
  canonical: string
}

/**
 * Writes a guideline that is small and whole into a folder, with the FHIR that its source makes.
 * @throws CliError COLUMNA_USAGE where the words are wrong, COLUMNA_FILE_EXISTS where a file of it is there already.
 */
export function writeGuideline(place: string, { canonical }: GuidelineOptions, teller: Teller): Outcome {
  if (baseUrl(canonical) !== canonical)
    throw new CliError(
      'COLUMNA_USAGE',
      '--canonical expects an address without a slash at its end, such as https://guidelines.example.org/fhir.',
    )
  const folder = resolve(place)
  const files = guidelineFiles(canonical)
  const there = files.map(({ path }) => path).filter(path => existsSync(join(folder, path)))
  if (there.length > 0) throw new CliError('COLUMNA_FILE_EXISTS', `${folder} holds ${there.join(', ')} already; nothing is written.`)
  for (const { path, text } of files) writeWithFolders(join(folder, path), text)
  const { resources } = renderFolder(folder, sourceFilesOf(folder) ?? [])
  for (const { file, resource } of resources) writeWithFolders(join(folder, file), jsonText(resource))
  teller.tell(
    ...files.map(({ path }) => `wrote ${path}`),
    `and ${resources.length} resources of it. Try columna check and columna cases there.`,
  )
  teller.tellJson({ folder, changed: [], written: [...files.map(({ path }) => path), ...resources.map(({ file }) => file)] })
  return 0
}
