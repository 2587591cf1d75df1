import { useEffect, useRef, useState } from 'preact/hooks'
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
 * Asks again whenever what it depends on changes; an answer that was overtaken by a later question is dropped.
 * @param asking undefined where there is nothing to ask.
 */
export function useLatest<Answer>(asking: (() => Promise<Answer>) | undefined, dependsOn: readonly unknown[]): Latest<Answer> {
  const [heard, setHeard] = useState<Heard<Answer>>({})
  const [isAsking, setAsking] = useState(false)
  const [times, setTimes] = useState(0)
  const place = useRef(0)
  useEffect(() => {
    place.current += 1
    const own = place.current
    setAsking(asking !== undefined)
    if (!asking) {
      setHeard({})
      return undefined
    }
    const hear = (next: (last: Heard<Answer>) => Heard<Answer>) => {
      if (own !== place.current) return
      setHeard(next)
      setAsking(false)
    }
    const timer = setTimeout(() => {
      asking().then(
        answer => hear(({ answer: before }) => ({ answer, ...(before !== undefined && { before }) })),
        (refused: unknown) => hear(() => ({ refused: refused as Refused })),
      )
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [...dependsOn, times])
  const { answer, before, refused } = heard
  return { answer, before, refused, isAsking, askAgain: () => setTimes(count => count + 1) }
}
