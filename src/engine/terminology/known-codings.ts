import type { SentCoding } from '../expression/functions/value-set-test.js'
import { isShort } from './sent-coding.js'

/**
 * Most codings that one value set remembers: several charts' worth. The bound is on all of them, since one on systems and
 * one on the codes of each would multiply to more than a process has memory for.
 */
export const MOST_CODINGS = 1_024

/** What a value set answered to codings as they were sent; charts repeat few of them many times. */
export class KnownCodings {
  private readonly bySystem = new Map<unknown, Map<unknown, boolean>>()
  private count = 0

  /** How many codings are remembered. */
  get size(): number {
    return this.count
  }

  /** The answer to a coding; undefined where it is not remembered. */
  answerTo(coding: SentCoding | undefined | null): boolean | undefined {
    return this.bySystem.get(coding?.system)?.get(coding?.code)
  }

  /** Remembers the answer to a coding that is not remembered yet, unless it is longer than any of ours. */
  note({ system, code }: SentCoding, answer: boolean): void {
    if (!isShort(system) || !isShort(code)) return
    if (this.count >= MOST_CODINGS) this.clear()
    const codes = this.bySystem.get(system) ?? new Map<unknown, boolean>()
    this.bySystem.set(system, codes.set(code, answer))
    this.count += 1
  }

  private clear(): void {
    this.bySystem.clear()
    this.count = 0
  }
}
