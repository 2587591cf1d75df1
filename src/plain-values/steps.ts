/** Work in steps: whoever has it done decides what may happen between two of them. */
export type Steps<Result> = Generator<undefined, Result, undefined>

/** Does all steps of some work in one go. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Does each step of some work after a pause. */
export async function withPauses<Result>(steps: Steps<Result>, pause: () => Promise<void>): Promise<Result> {
  for (;;) {
    await pause()
    const { done, value } = steps.next()
    if (done) return value
  }
}
