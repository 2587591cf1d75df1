import type { Card, CardNote, HookRequest } from '../cds-hooks/types.js'
import type { SmartLink } from '../trust/registered-client.js'

/** A call, as far as an app may be told of it. */
type Told = Pick<HookRequest, 'hook' | 'hookInstance'> & { service: string }

/**
 * Cards of advice with links to the SMART apps that their client registered. An app learns by `appContext` which card it is launched from; who
 * the patient is it learns of its launch alone.
 */
export function withSmartLinks(
  cards: readonly Card[],
  apps: readonly SmartLink[],
  notes: () => readonly CardNote[],
  told: Told,
): readonly Card[] {
  if (apps.length === 0) return cards
  const noteOf = new Map(notes().map(note => [note.uuid, note]))
  return cards.map(card => {
    const note = noteOf.get(card.uuid)
    return note === undefined ? card : { ...card, links: [...(card.links ?? []), ...apps.map(app => smartLink(app, note, told))] }
  })
}

const smartLink = ({ label, url }: SmartLink, { plan, action }: CardNote, { service, hook, hookInstance }: Told) => ({
  label,
  url,
  type: 'smart' as const,
  appContext: JSON.stringify({ v: 1, service, hook, hookInstance, plan, action }),
})
