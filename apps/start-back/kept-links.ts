import { useEffect, useState } from 'preact/hooks'
import { newKey } from '../shared/sealed-answers.js'
import { findLink, forgetLink, openLink } from '../shared/patient-links.js'
import type { Refused } from '../shared/service.js'
import type { LinkPatient, Retrieval } from './retrieval-code.js'

/** A link of this tab, and whose it is, which stands in no other place but its code. */
export interface KeptLink extends Retrieval {
  place: number
  /** ISO instant. */
  expires: string
  isAnswered: boolean
  /** Whether its code was taken somewhere, so that it outlives the tab. */
  hasCode?: boolean
  /** Whether its answers were saved, and it could not be closed. */
  isSaved?: boolean
}

/** Where the tab keeps its links: they are gone with it. */
const PLACE = 'columna.start-back.patient-links'

/** Milliseconds between two looks at whether links were answered. */
const LOOK_EVERY_MS = 5_000

/** The links of this tab, looked after while they are open. */
export interface KeptLinks {
  links: readonly KeptLink[]
  /** @throws Refused */
  make: (made: string, patient: LinkPatient) => Promise<KeptLink>
  /** Takes a link up again by its code. @throws Refused where it can be used no longer. */
  takeUp: (code: Retrieval) => Promise<KeptLink>
  note: (id: string, what: Partial<Pick<KeptLink, 'hasCode' | 'isSaved' | 'isAnswered'>>) => void
  /** Ends a link at the service, and takes it off the list. @throws Refused */
  close: (link: KeptLink) => Promise<void>
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
  const add = (link: Omit<KeptLink, 'place'>): KeptLink => {
    const placed = { ...link, place: Math.max(0, ...links.map(each => each.place)) + 1 }
    setLinks(now => [...now, placed])
    return placed
  }
  return {
    links,
    async make(made, patient) {
      const { id, collector, expires } = await openLink()
      return add({ id, key: newKey(), collector, made, patient, expires, isAnswered: false })
    },
    async takeUp(code) {
      const state = await findLink(code.id)
      return links.find(({ id }) => id === code.id) ?? add({ ...code, ...state, hasCode: true })
    },
    note: (id, what) => setLinks(now => now.map(link => (link.id === id ? { ...link, ...what } : link))),
    async close({ id, collector }) {
      await forgetLink(id, collector)
      setLinks(now => now.filter(link => link.id !== id))
    },
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
export const addressOf = ({ id, key }: Retrieval, isOnSharedScreen = false): string =>
  `${location.origin}/start-back/patient/#${id}.${key}${isOnSharedScreen ? '.w' : ''}`
