/** How the places in the storage of a tab begin where answers are kept that are not saved. */
export const KEPT_PLACE = 'columna.unsaved '

/** Where this tab keeps such answers. */
export function keptPlaces(): string[] {
  try {
    return Object.keys(sessionStorage).filter(place => place.startsWith(KEPT_PLACE))
  } catch {
    return []
  }
}

/** Forgets them all, as when somebody signs out. */
export const forgetAnswers = (): void => keptPlaces().forEach(place => sessionStorage.removeItem(place))
