import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { RunError } from './run-error.js'

/** How far a lane has come. */
export interface LaneState {
  /** Names of the pieces of work whose lines are all in the lane's files. */
  done: string[]
  /** Bytes of each file that hold them; what stands behind was written by a process that was killed. */
  lengths: Record<string, number>
  /** Records of patients among them, by type. */
  records: Record<string, number>
}

/** Bytes that are held before they are written. */
const MOST_HELD = 16_000_000

const STATE = 'state.json'

/** Writes a file whole or not at all. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.part`, text)
  renameSync(`${path}.part`, path)
}

/** Reads what a lane has; nothing where there is none. */
export function readLane(folder: string): LaneState {
  const path = join(folder, STATE)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LaneState) : { done: [], lengths: {}, records: {} }
}

/** How many records of patients some lanes have, by type. */
export function recordsIn(folders: readonly string[]): Record<string, number> {
  const records: Record<string, number> = {}
  for (const folder of folders)
    for (const [type, count] of Object.entries(readLane(folder).records)) records[type] = (records[type] ?? 0) + count
  return records
}

/** The files of one worker among many that sort lines at the same time: each appends to its own, and notes how far it came. */
export class Lane {
  private readonly state: LaneState
  private readonly held = new Map<string, Buffer[]>()
  private bytesHeld = 0

  /** @throws RunError when files are shorter than they were noted to be. */
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true })
    this.state = readLane(folder)
    this.forgetUnnoted()
  }

  /** Adds to a file of the lane; the bytes are copied. */
  add(file: string, ...parts: readonly (string | Buffer)[]): void {
    const bytes = Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part)))
    const list = this.held.get(file)
    if (list) list.push(bytes)
    else this.held.set(file, [bytes])
    this.bytesHeld += bytes.length
    if (this.bytesHeld > MOST_HELD) this.write()
  }

  /** Counts a record of a patient. */
  count(type: string): void {
    this.state.records[type] = (this.state.records[type] ?? 0) + 1
  }

  /** Notes that all lines of a piece of work are in the files. */
  note(done: string): void {
    this.write()
    this.state.done.push(done)
    writeWhole(join(this.folder, STATE), JSON.stringify(this.state))
  }

  private write(): void {
    for (const [file, parts] of this.held) {
      const bytes = Buffer.concat(parts)
      appendFileSync(join(this.folder, file), bytes)
      this.state.lengths[file] = (this.state.lengths[file] ?? 0) + bytes.length
    }
    this.held.clear()
    this.bytesHeld = 0
  }

  private forgetUnnoted(): void {
    const { lengths } = this.state
    for (const [file, length] of Object.entries(lengths)) if (sizeOf(join(this.folder, file)) < length) throw damaged(this.folder)
    for (const file of readdirSync(this.folder)) {
      const length = lengths[file]
      if (file === STATE) continue
      if (length === undefined) rmSync(join(this.folder, file))
      else truncateSync(join(this.folder, file), length)
    }
  }
}

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0)

const damaged = (folder: string): RunError =>
  new RunError(
    'COLUMNA_FILE_UNREADABLE',
    `What was sorted before is not whole in ${folder}: its disk was full, or the machine went down. Delete the folder and start again.`,
  )
