import { useEffect } from 'preact/hooks'
import type { PageSettings } from '../../src/server/routes.js'
import type { Answers } from './form/answers.js'
import { KEPT_PLACE, keptPlaces } from './kept-places.js'
import { responsesTo, type Session } from './session.js'

/**
 * Answers that are not saved outlive a reload or a crash of the page in the storage of its tab, which ends with the tab. They are not
 * written to the record by themselves, not even as a draft: whatever stands there is read and acted on by others and bears the name of
 * whoever answered, so that it is put there by a person's own press alone. There is nothing to write twice, or beside a press of theirs.
 */
export interface KeptForm {
  answers: Answers
  /** linkIds that were answered in a short form. */
  direct?: readonly string[]
}

/** What of a form was kept, and whether the record still holds what it was answered beside. */
export interface FoundForm extends KeptForm {
  isOutdated: boolean
}

interface Kept {
  /** Milliseconds since 1970, by the clock of this browser. */
  at: number
  forms: Readonly<Record<string, KeptForm & { beside: string }>>
}

/** A working day: what is older is nobody's any more. */
const KEPT_MS = 12 * 60 * 60 * 1_000

const ownPlace = ({ user }: PageSettings): string => `${KEPT_PLACE}${JSON.stringify(user?.id ?? '')} `

const placeOf = ({ settings, client, patientId, service }: Session): string =>
  `${ownPlace(settings)}${JSON.stringify([client.base, patientId, service.id])}`

/** Keeps the answers of a record that are not saved, in place of those before; without any there is nothing kept of it. */
export function keepAnswers(session: Session, forms: ReadonlyMap<string, KeptForm>): void {
  const place = placeOf(session)
  try {
    if (forms.size === 0) return sessionStorage.removeItem(place)
    const told = [...forms].map(([canonical, form]) => [canonical, { ...form, beside: newestOf(canonical, session) }] as const)
    sessionStorage.setItem(place, JSON.stringify({ at: Date.now(), forms: Object.fromEntries(told) } satisfies Kept))
  } catch {
    // A browser that keeps nothing has pages that warn before they are left, as ever.
  }
}

/**
 * Keeps the answers of a record as they change, and nothing of it once the form is left: who goes on to somebody else was asked whether
 * they may be.
 * @param changes that have them kept anew.
 */
export function useKeeping(session: Session, forms: ReadonlyMap<string, KeptForm>, changes: readonly unknown[]): void {
  useEffect(() => keepAnswers(session, forms), [session, ...changes])
  useEffect(() => () => keepAnswers(session, new Map()), [])
}

/**
 * The answers that were kept of a record, by the canonicals of their forms. Those are outdated that were given beside other forms than it
 * holds now: another may have gone on with the same draft, or their own save arrived after all.
 */
export function keptAnswers(session: Session): ReadonlyMap<string, FoundForm> {
  const { forms = {} } = keptAt(placeOf(session)) ?? {}
  return new Map(
    Object.entries(forms).map(([canonical, { beside, ...form }]) => [
      canonical,
      { ...form, isOutdated: beside !== newestOf(canonical, session) },
    ]),
  )
}

/** Whether this tab keeps answers of whoever works in it; what it keeps of others, or too old, is forgotten. */
export function keepsAnswers(settings: PageSettings): boolean {
  const mine = keptPlaces().filter(place => place.startsWith(ownPlace(settings)) && keptAt(place))
  for (const place of keptPlaces()) if (!mine.includes(place)) sessionStorage.removeItem(place)
  return mine.length > 0
}

function keptAt(place: string): Kept | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(place) ?? 'null') as Kept | null
    return kept && Date.now() - kept.at < KEPT_MS ? kept : undefined
  } catch {
    return undefined
  }
}

/** The newest form of a kind in the record, in the version that it has there. */
function newestOf(canonical: string, session: Session): string {
  const [newest] = responsesTo(canonical, session)
  const { id, status, authored, meta } = newest ?? {}
  return JSON.stringify([id, status, authored, meta?.versionId, meta?.lastUpdated])
}
