import type { ComponentChildren } from 'preact'
import type { CdsResponse } from '../../src/cds-hooks/types.js'
import { clinicWords } from './clinic-words.js'
import { wordsOf } from './language.js'
import type { Latest } from './use-latest.js'

const GRAVEST_FIRST = ['critical', 'warning', 'info'] as const

/** On a narrow screen, where the advice stands below the form: the gravest card, or why there is none, always in sight, and the way to it. */
export function AdviceStrip({ advice: { answer, refused } }: { advice: Latest<CdsResponse> }) {
  const words = wordsOf(clinicWords)
  if (refused) return <Strip kind="refused">{words.noAdviceHere}</Strip>
  if (!answer) return <Strip kind="waiting">{words.adviceComes}</Strip>
  const [gravest] = GRAVEST_FIRST.flatMap(indicator => answer.cards.filter(card => card.indicator === indicator))
  if (!gravest) return null
  return (
    <Strip kind={gravest.indicator}>
      <strong>{words.indicators[gravest.indicator]}:</strong> {gravest.summary}
    </Strip>
  )
}

function Strip({ kind, children }: { kind: (typeof GRAVEST_FIRST)[number] | 'refused' | 'waiting'; children: ComponentChildren }) {
  return (
    <button type="button" class={`advice-strip is-${kind}`} onClick={() => document.querySelector('.advice-column')?.scrollIntoView()}>
      <span>{children}</span>
      <span class="advice-strip-way">{wordsOf(clinicWords).toAdvice}</span>
    </button>
  )
}
