import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CliError } from './cli-error.js'
import { writeWithFolders } from './write-file.js'

/** What of a folder the service reads. */
const SERVED = ['knowledge.json', 'fhir-resources', 'cds-services']

/** Most bytes of a knowledge in one commit. */
const MOST_BYTES = 1_000_000_000

/**
 * Writes the knowledge of a folder as a commit has it into a folder of its own, which whoever asks takes away.
 * @throws CliError COLUMNA_FILE_UNREADABLE when git knows no such commit, or it has no knowledge there.
 */
export function knowledgeOfCommit(folder: string, commit: string): string {
  const files = filesOf(folder, commit)
  if (files.length === 0) throw new CliError('COLUMNA_FILE_UNREADABLE', `${commit} has no knowledge in ${folder}.`)
  const place = mkdtempSync(join(tmpdir(), 'columna-diff-'))
  const contents = git(folder, ['cat-file', '--batch'], files.map(({ object }) => `${object}\n`).join(''))
  let at = 0
  for (const { path } of files) {
    const from = contents.indexOf(NEW_LINE, at) + 1
    const size = Number(contents.toString('latin1', at, from).trim().split(' ')[2])
    writeWithFolders(join(place, path), contents.subarray(from, from + size))
    at = from + size + 1
  }
  return place
}

const NEW_LINE = 10

/** Files of a commit, by their path below the folder. */
function filesOf(folder: string, commit: string): { path: string; object: string }[] {
  const listed = git(folder, ['ls-tree', '-r', '-z', '--end-of-options', commit, ...SERVED]).toString('utf8')
  return listed.split('\0').flatMap(entry => {
    const [, object, path] = /^\d+ blob (\w+)\t(.*)$/s.exec(entry) ?? []
    return object === undefined || path === undefined ? [] : [{ path, object }]
  })
}

function git(folder: string, words: readonly string[], input = ''): Buffer {
  try {
    return execFileSync('git', ['-C', folder, ...words], { input, maxBuffer: MOST_BYTES, stdio: ['pipe', 'pipe', 'pipe'] })
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? (error as Error).message).trim()
    throw new CliError('COLUMNA_FILE_UNREADABLE', `Git cannot tell the old knowledge: ${said}`)
  }
}
