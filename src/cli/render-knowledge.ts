import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import { renderFolder, sourceFaultLines, sourceFilesOf, staleFiles } from './knowledge-source.js'
import type { Teller } from './teller.js'
import { writeWithFolders } from './write-file.js'

/**
 * Writes the JSON that the source of a folder makes, and takes away what it makes no more; a check only tells what differs.
 * Answers 1 where the source has a fault or, for a check, where anything differs.
 * @throws CliError COLUMNA_SOURCE_MISSING where the folder has no source.
 */
export function renderKnowledge({ folder, isCheck }: { folder: string; isCheck: boolean }, teller: Teller): Outcome {
  const files = sourceFilesOf(folder)
  if (!files) throw new CliError('COLUMNA_SOURCE_MISSING', `${folder} has no file knowledge/*.yaml: there is nothing to render.`)
  const rendered = renderFolder(folder, files)
  const { unlike, unmade } = rendered.faults.length > 0 ? { unlike: new Map<string, string>(), unmade: [] } : staleFiles(folder, rendered)
  const count = rendered.resources.length
  teller.tellJson({ resources: count, written: [...unlike.keys()], removed: unmade, faults: rendered.faults })
  if (rendered.faults.length > 0) {
    teller.tell(...sourceFaultLines(rendered), `${rendered.faults.length} fault(s); nothing is written.`)
    return 1
  }
  if (isCheck) return tellStale([...unlike.keys()], unmade, count, teller)
  for (const [file, text] of unlike) writeWithFolders(join(folder, file), text)
  for (const file of unmade) rmSync(join(folder, file))
  teller.tell(...[...unlike.keys()].map(file => `wrote ${file}`), ...unmade.map(file => `took away ${file}: the source makes it no more`))
  teller.tell(`${count} resources, ${unlike.size} written, ${unmade.length} taken away.`)
  return 0
}

function tellStale(unlike: readonly string[], unmade: readonly string[], count: number, teller: Teller): Outcome {
  const lines = [
    ...unlike.map(file => `${file} is not what knowledge/ says`),
    ...unmade.map(file => `${file} is made by nothing in knowledge/`),
  ]
  if (lines.length === 0) {
    teller.tell(`${count} resources are what knowledge/ says.`)
    return 0
  }
  teller.tell(...lines, 'Run columna render; what was changed in the JSON itself is taken over by columna import first.')
  return 1
}
