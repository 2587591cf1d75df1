/** What the address says behind `#`, which no server is sent. */
export interface Link {
  id: string
  key: string
  /** Whether it is answered on a screen of the clinic, which others use after. */
  isOnSharedScreen: boolean
}

const WRITTEN = /^#(?<id>[\w-]{22})\.(?<key>[\w-]{43})(?<shared>\.w)?$/

/** The link in an address; undefined where the page was opened without one. */
export function linkIn(fragment: string): Link | undefined {
  const { id, key, shared } = WRITTEN.exec(fragment)?.groups ?? {}
  return id === undefined || key === undefined ? undefined : { id, key, isOnSharedScreen: shared !== undefined }
}

/** A link as it stands behind `#`. */
export const fragmentOf = ({ id, key, isOnSharedScreen }: Link): string => `#${id}.${key}${isOnSharedScreen ? '.w' : ''}`

/** Takes the link out of the address, so that nobody finds it there. */
export const forgetLink = (): void => history.replaceState(null, '', `${location.pathname}${location.search}`)
