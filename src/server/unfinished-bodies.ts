import type { Request, Response } from 'express'

/** Most bytes of bodies that are held at one time, over all connections. */
const MOST_BYTES = 64_000_000

/** The bytes of bodies that have come so far and are not answered. */
export interface UnfinishedBodies {
  /** Counts what comes of a body, packed and unpacked, until its answer is sent or its connection ends; calls `refuse` once when all bodies together have become too many bytes. */
  count: (request: Request, response: Response, refuse: () => void) => void
}

/** Keeps an account of unfinished bodies. */
export function createUnfinishedBodies(mostBytes = MOST_BYTES): UnfinishedBodies {
  let held = 0
  return {
    count(request, response, refuse) {
      let own = 0
      let isRefused = false
      const add = ({ length }: Buffer) => {
        own += length
        held += length
        if (held <= mostBytes || isRefused) return
        isRefused = true
        refuse()
      }
      request.on('data', add)
      onUnpacked(request, add)
      response.once('close', () => {
        held -= own
        own = 0
      })
    },
  }
}

/** Hears of the bytes that come of a packed body: whoever reads it pipes it into what unpacks it. */
function onUnpacked(request: Request, listener: (chunk: Buffer) => void): void {
  const pipe = request.pipe.bind(request)
  request.pipe = <T extends NodeJS.WritableStream>(into: T, options?: { end?: boolean | undefined }): T => {
    into.on('data', listener)
    return pipe(into, options)
  }
}
