import { existsSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Milliseconds without a further change after which files are taken to be written. */
const SETTLED_AFTER_MS = 80

/** Hears of changes, those too that come while nobody waits. */
export class Changes {
  private readonly closers: (() => void)[]
  private waiting: (() => void) | undefined
  private file: string | undefined

  /** @param paths files and folders, with all below them; what is not there is left out. */
  constructor(paths: readonly string[]) {
    this.closers = paths.filter(existsSync).map(path => this.watched(path))
  }

  /** Waits until something has changed and no more does; answers a file, and undefined where the signal ended the waiting. */
  async next(signal: AbortSignal | undefined): Promise<string | undefined> {
    const ended = new Promise<void>(resolve => signal?.addEventListener('abort', () => resolve(), { once: true }))
    while (this.file === undefined && signal?.aborted !== true) await Promise.race([this.heard(), ended])
    for (let last: number | undefined; last !== this.count && signal?.aborted !== true;) {
      last = this.count
      await Promise.race([new Promise(resolve => setTimeout(resolve, SETTLED_AFTER_MS)), ended])
    }
    const file = this.file
    this.file = undefined
    return signal?.aborted === true ? undefined : file
  }

  close(): void {
    for (const close of this.closers) close()
  }

  private count = 0

  private heard = (): Promise<void> =>
    new Promise(resolve => {
      this.waiting = resolve
    })

  private changed(file: string): void {
    this.count += 1
    this.file = file
    this.waiting?.()
  }

  /** Editors put a new file in the place of the old one, so that of a file its folder is watched. */
  private watched(path: string): () => void {
    const isFile = basename(path).includes('.')
    const watcher = watch(isFile ? dirname(path) : path, { recursive: !isFile }, (_, name) => {
      if (name !== null && (!isFile || name === basename(path))) this.changed(name)
    })
    return () => watcher.close()
  }
}
