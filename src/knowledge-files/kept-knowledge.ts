import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { KeptFindings } from '../engine/knowledge/kept-findings.js'
import { lazily } from '../engine/model/memoised.js'

/** The folder of the code that runs: src/, dist/, or where its types were stripped to. */
const CODE = join(import.meta.dirname, '..')

/** Where what was found out of knowledge is kept: beside the code that found it out. */
const KEPT = join(CODE, 'kept-knowledge.json')

/** What decides how knowledge is read, checked and parsed: rooms and files of the code, and packages. */
export const DECIDING = {
  code: ['cds-hooks', 'engine', 'errors', 'knowledge-files', 'plain-values'],
  packages: ['fhirpath', 're2js'],
} as const

/** What code like that which runs found out of the knowledge of a folder. */
export interface KeptKnowledge {
  /** Digest of the files of knowledge in which no fault was found and nothing to warn of. */
  sound: string
  findings: KeptFindings
}

/** Digest of files, in the order in which they are read, with their names. */
export function createFileDigest(): { seen: (file: string, text: string) => void; value: () => string } {
  const hash = createHash('sha256')
  return { seen: (file, text) => void hash.update(`\0${file}\0`).update(text), value: () => hash.copy().digest('hex') }
}

/** Reads what was kept by code like that which runs; undefined where nothing was, and `damaged` where it cannot be read. */
export function readKept(path = KEPT): KeptKnowledge | 'damaged' | undefined {
  if (!existsSync(path)) return undefined
  try {
    const [head = '', body = ''] = readFileSync(path, 'utf8').split('\n', 2)
    const { code, digest, sound } = JSON.parse(head) as Partial<Record<string, unknown>>
    if (digest !== digestOf(body)) return 'damaged'
    return code === codeDigest().value && typeof sound === 'string' ? { sound, findings: JSON.parse(body) as KeptFindings } : undefined
  } catch {
    return 'damaged'
  }
}

/** Keeps what was found out, for the next start of this code. Another process sees it whole or not at all. */
export function writeKept({ sound, findings }: KeptKnowledge, path = KEPT): void {
  const body = JSON.stringify(findings)
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify({ code: codeDigest().value, digest: digestOf(body), sound })}\n${body}\n`)
  renameSync(`${path}.${process.pid}`, path)
}

/** Forgets what was kept. */
export const forgetKept = (path = KEPT): void => rmSync(path, { force: true })

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Digest of the code and the packages that decide how knowledge is read, checked and parsed. */
const codeDigest = lazily(() => {
  const digest = createFileDigest()
  for (const name of DECIDING.code.flatMap(filesOf)) digest.seen(name, readFileSync(join(CODE, name), 'utf8'))
  for (const name of DECIDING.packages) digest.seen(name, versionOf(name))
  return { value: digest.value() }
})

const IS_CODE = /(?<!\.d)\.(js|json|ts)$/

function filesOf(room: string): string[] {
  const names = readdirSync(CODE)
  return names.includes(room)
    ? readdirSync(join(CODE, room), { recursive: true, encoding: 'utf8' })
        .filter(name => IS_CODE.test(name))
        .sort()
        .map(name => join(room, name))
    : names.filter(name => name.startsWith(`${room}.`) && IS_CODE.test(name))
}

/** The package.json of what is loaded as a package, in which its version stands. */
const versionOf = (name: string): string => {
  const entry = fileURLToPath(import.meta.resolve(name))
  return readFileSync(join(entry.slice(0, entry.lastIndexOf(`node_modules/${name}/`)), 'node_modules', name, 'package.json'), 'utf8')
}
