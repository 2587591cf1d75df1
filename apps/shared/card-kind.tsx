import type { Indicator } from '../../src/cds-hooks/types.js'
import { clinicWords } from './clinic-words.js'
import { wordsOf } from './language.js'

const MARKS: Readonly<Record<Indicator, string>> = { critical: '!', warning: '▲', info: 'i' }

/** How grave a card is, by a mark and in a word. @param badge said beside it, such as that the card is new. */
export function CardKind({ indicator, badge }: { indicator: Indicator; badge?: string | undefined }) {
  return (
    <p class="card-kind">
      <span class="card-mark" aria-hidden="true">
        {MARKS[indicator]}
      </span>
      {wordsOf(clinicWords).indicators[indicator]}
      {badge !== undefined && <span class="card-new">{badge}</span>}
    </p>
  )
}
