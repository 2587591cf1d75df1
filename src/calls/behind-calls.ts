import type { CallEnvironment } from './environment.js'

const lines = new WeakMap<CallEnvironment['turns'], Promise<unknown>>()

/**
 * Works when all side work that was asked for before is done and the calls that wait have had their turn. Of all that explains
 * and tries one piece waits for its turn at a time, so that a call has one of them before it and not as many as there are pages open.
 */
export function behindCalls<Result>(turns: CallEnvironment['turns'], work: () => Result): Promise<Result> {
  const own = (lines.get(turns) ?? Promise.resolve()).then(async () => {
    await turns.take()
    return work()
  })
  lines.set(
    turns,
    own.catch(() => undefined),
  )
  return own
}
