import { useEffect, useState } from 'preact/hooks'
import type { Refused } from './service.js'

/** What was asked last, and what came of it. */
export interface Latest<Answer> {
  /** The newest answer that came; it stands while the next is waited for, and not beside a refusal, since it answers something else. */
  answer: Answer | undefined
  /** The answer before it. */
  before: Answer | undefined
  refused: Refused | undefined
  isAsking: boolean
  askAgain: () => void
}

/** Milliseconds without another change before it is asked, so that quick answers are one question. */
const PAUSE_MS = 120

interface Heard<Answer> {
  answer?: Answer
  before?: Answer
  refused?: Refused
}

/**
 * Asks again whenever what it depends on changes; a question that is overtaken by a later one is given up, and its answer dropped. A
 * refusal stands until it is asked again.
 * @param asking is handed what tells that it was given up; undefined where there is nothing to ask.
 */
export function useLatest<Answer>(
  asking: ((givenUp: AbortSignal) => Promise<Answer>) | undefined,
  dependsOn: readonly unknown[],
): Latest<Answer> {
  const [heard, setHeard] = useState<Heard<Answer>>({})
  const [isAsking, setAsking] = useState(false)
  const [times, setTimes] = useState(0)
  useEffect(() => {
    setAsking(asking !== undefined)
    setHeard(last => (asking === undefined || last.refused ? {} : last))
    if (!asking) return undefined
    const overtaken = new AbortController()
    const hear = (next: (last: Heard<Answer>) => Heard<Answer>) => {
      if (overtaken.signal.aborted) return
      setHeard(next)
      setAsking(false)
    }
    const timer = setTimeout(() => {
      asking(overtaken.signal).then(
        answer => hear(({ answer: before }) => ({ answer, ...(before !== undefined && { before }) })),
        (refused: unknown) => hear(() => ({ refused: refused as Refused })),
      )
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      overtaken.abort()
    }
  }, [...dependsOn, times])
  const { answer, before, refused } = heard
  return { answer, before, refused, isAsking, askAgain: () => setTimes(count => count + 1) }
}
