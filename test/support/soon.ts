const PATIENCE_MS = 20_000
const STEP_MS = 50

/**
 * Waits until an assertion holds: what a page shows may come before what it asks for, and a busy machine shows both late.
 * @throws what the assertion threw last, where it has not held within 20 seconds.
 */
export async function soon(assertion: () => void | Promise<void>): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await assertion()
    } catch (error) {
      if (performance.now() > until) throw error
    }
    await new Promise(resolve => setTimeout(resolve, STEP_MS))
  }
}
