import { useEffect, useState } from 'preact/hooks'
import { newKey } from '../shared/sealed-answers.js'
import { findLink, openLink } from '../shared/patient-links.js'
import type { Refused } from '../shared/service.js'

/** A link of this tab. Which patient it was given to stands nowhere. */
export interface KeptLink {
  place: number
  id: string
  /** By which the answers are opened; it is in no other place but the link itself. */
  key: string
  collector: string
  /** ISO instants. */
  made: string
  expires: string
  isAnswered: boolean
}

/** Where the tab keeps its links: they are gone with it. */
const PLACE = 'columna.start-back.links'

/** Milliseconds between two looks at whether links were answered. */
const LOOK_EVERY_MS = 5_000

/** The links of this tab, looked after while they are open. */
export interface KeptLinks {
  links: readonly KeptLink[]
  /** @throws Refused */
  make: (made: string) => Promise<KeptLink>
  drop: (id: string) => void
}

export function useKeptLinks(): KeptLinks {
  const [links, setLinks] = useState<readonly KeptLink[]>(read)
  useEffect(() => sessionStorage.setItem(PLACE, JSON.stringify(links)), [links])
  useEffect(() => {
    const open = links.filter(({ isAnswered }) => !isAnswered)
    if (open.length === 0) return undefined
    const look = async () => {
      const found = await Promise.all(open.map(({ id }) => stateOf(id)))
      const gone = new Set(open.flatMap(({ id }, index) => (found[index] === 'gone' ? [id] : [])))
      const answered = new Set(open.flatMap(({ id }, index) => (found[index] === 'answered' ? [id] : [])))
      if (gone.size + answered.size === 0) return
      setLinks(now => now.filter(({ id }) => !gone.has(id)).map(link => (answered.has(link.id) ? { ...link, isAnswered: true } : link)))
    }
    const timer = setInterval(() => void look(), LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [links])
  return {
    links,
    async make(made) {
      const { id, collector, expires } = await openLink()
      const place = Math.max(0, ...links.map(each => each.place)) + 1
      const link = { place, id, key: newKey(), collector, made, expires, isAnswered: false }
      setLinks(now => [...now, link])
      return link
    },
    drop: id => setLinks(now => now.filter(link => link.id !== id)),
  }
}

async function stateOf(id: string): Promise<'open' | 'answered' | 'gone'> {
  try {
    return (await findLink(id)).isAnswered ? 'answered' : 'open'
  } catch (refused) {
    // Where nobody answers, another look may tell.
    return (refused as Refused).status === 404 ? 'gone' : 'open'
  }
}

function read(): readonly KeptLink[] {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE) ?? '[]') as KeptLink[]
  } catch {
    return []
  }
}

/** The address that the patient opens. What stands behind `#` is sent to no server. */
export const addressOf = ({ id, key }: KeptLink, isOnSharedScreen = false): string =>
  `${location.origin}/start-back/patient/#${id}.${key}${isOnSharedScreen ? '.w' : ''}`
