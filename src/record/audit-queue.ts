import type { Calls } from './store/rows.js'
import { bytesOfRows, EVERY_MS, MOST_BYTES, MOST_ROWS, MOST_TOGETHER } from './waiting-rows.js'

/** What auditors will ask for, on its way to the store, off the path of any call. While the store is down it waits. */
export interface AuditQueue {
  add: (call: Calls) => void
  /** Settles when all that waits is with the store, or the store has refused some of it. */
  flush: () => Promise<void>
  /** Flushes, and sends no more. */
  close: () => Promise<void>
  /** Bytes that wait. */
  bytes: () => number
}

/** Milliseconds for which calls wait for a store that refused some. */
const AGAIN_MS = 1_000

interface Waiting {
  call: Calls
  rows: number
  bytes: number
}

/**
 * @param send hands calls to the store, and settles when they are there; the same may be sent again.
 * @param lost is told of each call that gave way to newer ones.
 */
export function createAuditQueue(send: (calls: Calls) => Promise<void>, lost: () => void): AuditQueue {
  const queue = new Queue(send, lost)
  return { add: call => queue.add(call), flush: () => queue.flush(), close: () => queue.close(), bytes: () => queue.bytes }
}

class Queue {
  bytes = 0
  private rows = 0
  /** Oldest first, those on their way before all others. */
  private readonly waiting: Waiting[] = []
  private onTheirWay = 0
  private sending: Promise<boolean> | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private isClosed = false

  constructor(
    private readonly send: (calls: Calls) => Promise<void>,
    private readonly lost: () => void,
  ) {}

  add(call: Calls): void {
    const added = { call, rows: call.calls.length + call.cards.length, bytes: bytesOfRows([...call.calls, ...call.cards]) }
    this.waiting.push(added)
    this.rows += added.rows
    this.bytes += added.bytes
    while (this.rows > MOST_ROWS || this.bytes > MOST_BYTES) {
      this.takeOldest(1)
      this.lost()
    }
    this.sendIn(EVERY_MS)
  }

  async flush(): Promise<void> {
    let isKept = true
    while (isKept && this.waiting.length > 0) isKept = await this.sendOldest()
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.flush()
  }

  private sendIn(milliseconds: number): void {
    if (this.sending || this.isClosed || this.waiting.length === 0) return
    this.timer ??= setTimeout(() => void this.sendOldest(), milliseconds).unref()
  }

  /** Sends some, unless some are on their way. @returns whether they are kept. */
  private sendOldest(): Promise<boolean> {
    clearTimeout(this.timer)
    this.timer = undefined
    this.sending ??= this.sendSome().then(isKept => {
      this.sending = undefined
      this.sendIn(isKept ? EVERY_MS : AGAIN_MS)
      return isKept
    })
    return this.sending
  }

  private async sendSome(): Promise<boolean> {
    const sent = this.waiting.slice(0, MOST_TOGETHER)
    this.onTheirWay = sent.length
    const isKept = await this.send({ calls: sent.flatMap(({ call }) => call.calls), cards: sent.flatMap(({ call }) => call.cards) }).then(
      () => true,
      () => false,
    )
    // Some of them may have given way meanwhile.
    if (isKept) this.takeOldest(this.onTheirWay)
    this.onTheirWay = 0
    return isKept
  }

  private takeOldest(count: number): void {
    for (const { rows, bytes } of this.waiting.splice(0, count)) {
      this.rows -= rows
      this.bytes -= bytes
    }
    this.onTheirWay = Math.max(0, this.onTheirWay - count)
  }
}
