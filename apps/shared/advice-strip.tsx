import type { Card } from '../../src/cds-hooks/types.js'
import { clinicWords } from './clinic-words.js'
import { wordsOf } from './language.js'

const GRAVEST_FIRST = ['critical', 'warning', 'info'] as const

/** On a narrow screen, where the advice stands below the form: the gravest card, always in sight, and the way to it. */
export function AdviceStrip({ cards }: { cards: readonly Card[] }) {
  const words = wordsOf(clinicWords)
  const [gravest] = GRAVEST_FIRST.flatMap(indicator => cards.filter(card => card.indicator === indicator))
  if (!gravest) return null
  return (
    <button
      type="button"
      class={`advice-strip is-${gravest.indicator}`}
      onClick={() => document.querySelector('.advice-column')?.scrollIntoView()}
    >
      <span>
        <strong>{words.indicators[gravest.indicator]}:</strong> {gravest.summary}
      </span>
      <span class="advice-strip-way">{words.toAdvice}</span>
    </button>
  )
}
