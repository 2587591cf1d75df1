import type { Card } from '../../src/cds-hooks/types.js'
import { BriefMarkdown } from './brief-markdown.js'
import { CardKind } from './card-kind.js'
import { clinicWords } from './clinic-words.js'
import { wordsOf } from './language.js'

/** Cards beside a form: what they say, the gravest first, and which of them are new since the last answer. */
export function CardList({ cards, fresh }: { cards: readonly Card[]; fresh: ReadonlySet<string> }) {
  const words = wordsOf(clinicWords)
  return (
    <ul class="cards">
      {cards.map(card => (
        <li key={cardKey(card)} class={`card is-${card.indicator}`}>
          <CardKind indicator={card.indicator} badge={fresh.has(cardKey(card)) ? words.newCard : undefined} />
          <h3>{card.summary}</h3>
          {card.detail !== undefined && (
            <div class="card-detail">
              <BriefMarkdown text={card.detail} />
            </div>
          )}
          <p class="card-source">{card.source.label}</p>
        </li>
      ))}
    </ul>
  )
}

/** By what a card is known again: what it says first. */
export const cardKey = ({ indicator, summary }: Card): string => `${indicator} ${summary}`
