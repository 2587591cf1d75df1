import type { FormLinks } from './port.js'

/** Most links that are kept at one time: those of a large region in a week. */
export const MOST_LINKS = 20_000

interface KeptLink {
  collector: string
  expires: number
  sealed?: string
}

/** Links in memory, which end with the process. */
export function createMemoryFormLinks(): FormLinks {
  const links = new Map<string, KeptLink>()
  const known = (id: string, now: number): KeptLink | undefined => {
    const link = links.get(id)
    return link && link.expires > now ? link : undefined
  }
  const forget = (now: number): void => {
    for (const [id, { expires }] of links) if (expires <= now) links.delete(id)
  }
  return {
    async open({ id, collector, expires }, now) {
      if (links.size >= MOST_LINKS) forget(now)
      if (links.size >= MOST_LINKS) return false
      links.set(id, { collector, expires })
      return true
    },
    async find(id, now) {
      const link = known(id, now)
      return link && { expires: link.expires, isAnswered: link.sealed !== undefined }
    },
    async answer(id, sealed, now) {
      const link = known(id, now)
      if (!link || link.sealed !== undefined) return false
      link.sealed = sealed
      return true
    },
    async collect(id, collector, now) {
      const link = known(id, now)
      return link?.collector === collector ? link.sealed : undefined
    },
    async forget(id, collector) {
      return links.get(id)?.collector === collector && links.delete(id)
    },
  }
}
