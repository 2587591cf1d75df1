import type { ComponentChildren } from 'preact'
import type { Card } from '../../src/cds-hooks/types.js'
import { CardKind } from './card-kind.js'
import { Markdown } from './markdown.js'

interface CardViewProps {
  card: Card
  /** Said beside its gravity, such as that it is new. */
  badge?: string
  /** Whether it is one that is no longer there. */
  isGone?: boolean
  /** What stands between its text and its source: suggestions. */
  children?: ComponentChildren
  /** What stands below all of it. */
  foot?: ComponentChildren
}

/** A card as an EHR shows it: gravity, summary, Markdown, links and source. */
export function CardView({ card, badge, isGone = false, children, foot }: CardViewProps) {
  const { summary, detail, indicator, source } = card
  // The source below leads to the same.
  const links = (card.links ?? []).filter(({ url }) => url !== source.url)
  return (
    <article class={`card is-${indicator}${isGone ? ' is-gone' : ''}`} aria-label={summary}>
      <CardKind indicator={indicator} badge={badge} />
      <h3>{summary}</h3>
      {detail !== undefined && (
        <div class="card-detail">
          <Markdown text={detail} />
        </div>
      )}
      {children}
      {links.length > 0 && (
        <p class="card-links">
          {links.map(({ label, url, type }) => (
            <a key={url} href={url} target="_blank" rel="noreferrer" {...(type === 'smart' && { 'data-smart': '' })}>
              {label}
            </a>
          ))}
        </p>
      )}
      <p class="card-source">
        {source.url === undefined ? (
          source.label
        ) : (
          <a href={source.url} target="_blank" rel="noreferrer">
            {source.label}
          </a>
        )}
      </p>
      {foot}
    </article>
  )
}
