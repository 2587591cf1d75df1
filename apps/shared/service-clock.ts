import type { PageSettings } from '../../src/server/routes.js'

/** An instant of the service's clock, which may stand still; it runs on from when the page asked for it. */
export function serviceClock({ clock }: PageSettings): () => string {
  const [asked, base] = [performance.now(), Date.parse(clock.now)]
  return () => (clock.isFrozen ? clock.now : new Date(base + performance.now() - asked).toISOString())
}
