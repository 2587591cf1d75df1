/** Milliseconds for which an answer is used, and for which nobody is asked again who did not answer. */
const [FRESH_MS, REST_MS] = [10 * 60_000, 30_000]

/**
 * What somebody else says of himself, asked for when it is first wanted and kept for a while; who does not answer is left
 * alone for a while, whoever asks meanwhile.
 * @param now milliseconds of a clock that only runs forward.
 */
export function keptAnswer<Answer>(ask: () => Promise<Answer>, now: () => number = () => performance.now()): () => Promise<Answer> {
  let kept: { answer: Promise<Answer>; until: number } | undefined
  return () => {
    if (kept && now() < kept.until) return kept.answer
    const asked = { answer: ask(), until: now() + FRESH_MS }
    kept = asked
    asked.answer.catch(() => (asked.until = now() + REST_MS))
    return asked.answer
  }
}
