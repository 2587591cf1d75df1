import type { Card } from '../../cds-hooks/types.js'
import type { KnowledgeNames } from '../model/names.js'
import { BUDGET } from './budget.js'
import { cardWords } from './card-words.js'
import { namesWithin } from './names-within.js'
import { stableUuid } from './uuid.js'

/**
 * The card that says that data was read only in part and that what was read brings no other card, so that silence is
 * never taken for "there is nothing".
 * @param labels what a reader calls the data; at least one.
 * @param plan the plan that is answered for: its canonical|version, and the source that the card names.
 */
export function notReadCard(
  labels: readonly string[],
  hookInstance: string,
  language: string,
  plan: { canonical: string; source: Card['source'] },
  { card }: Pick<KnowledgeNames, 'card'>,
): Card {
  const words = cardWords(language)
  return {
    uuid: stableUuid(hookInstance, plan.canonical, 'not-read'),
    summary: words.partlyRead(namesWithin(labels, words, { room: BUDGET.summary - words.partlyRead('').length })),
    detail: words.partlyReadDetail,
    indicator: 'info',
    source: plan.source,
    extension: { [card.knowledge]: plan.canonical },
  }
}
