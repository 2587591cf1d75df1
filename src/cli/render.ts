import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PROJECT_ROOT } from '../knowledge-files/load-knowledge.js'
import { renderFolder, sourceFaultLines, sourceFilesOf, staleFiles } from './knowledge-source.js'

/**
 * Writes the JSON that the source of a folder makes, and takes away what it makes no more; with `--check` only tells what differs.
 * Answers 1 where the source has a fault or, with `--check`, where anything differs.
 */
export function renderKnowledge(words: readonly string[]): number {
  const { values, positionals } = parseArgs({ args: [...words], allowPositionals: true, options: { check: { type: 'boolean' } } })
  const folder = positionals[0] === undefined ? PROJECT_ROOT : resolve(positionals[0])
  const files = sourceFilesOf(folder)
  if (!files) throw new Error(`${folder} has no folder knowledge: there is nothing to render.`)
  const rendered = renderFolder(folder, files)
  if (rendered.faults.length > 0) return tell([...sourceFaultLines(rendered), `${rendered.faults.length} fault(s); nothing is written.`], 1)
  const { unlike, unmade } = staleFiles(folder, rendered)
  if (values.check === true) return tellStale([...unlike.keys()], unmade, rendered.resources.length)
  for (const [file, text] of unlike) write(join(folder, file), text)
  for (const file of unmade) rmSync(join(folder, file))
  const told = [...[...unlike.keys()].map(file => `wrote ${file}`), ...unmade.map(file => `took away ${file}: the source makes it no more`)]
  return tell([...told, `${rendered.resources.length} resources, ${unlike.size} written, ${unmade.length} taken away.`], 0)
}

function tellStale(unlike: readonly string[], unmade: readonly string[], count: number): number {
  const lines = [
    ...unlike.map(file => `${file} is not what knowledge/ says`),
    ...unmade.map(file => `${file} is made by nothing in knowledge/`),
  ]
  if (lines.length === 0) return tell([`${count} resources are what knowledge/ says.`], 0)
  return tell([...lines, 'Run columna render; what was changed in the JSON itself is taken over by columna import first.'], 1)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function tell(lines: readonly string[], code: number): number {
  process.stdout.write(`${lines.join('\n')}\n`)
  return code
}
