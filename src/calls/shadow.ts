import type { CdsResponse } from '../cds-hooks/types.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import type { Caller } from '../trust/calling-client.js'

/** The registered client in whose shadow a service works: it is evaluated and recorded, and nobody sees its cards. */
export const inShadowOf = (service: string, caller: Caller | undefined): string | undefined =>
  caller?.isInShadow?.(service) ? (caller.name ?? '') : undefined

/** What a client in shadow is answered, whatever applies: no card, and the label that says so, lest it be read as all being well. */
export const shadowResponse = ({ profile }: Knowledge): CdsResponse => ({
  cards: [],
  extension: { [profile.names.card.shadow]: true },
})
