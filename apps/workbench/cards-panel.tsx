import { useState } from 'preact/hooks'
import type { Card, Suggestion } from '../../src/cds-hooks/types.js'
import { CardView } from '../shared/card-view.js'
import { memberOf } from '../shared/extension.js'
import { wordsOf } from '../shared/language.js'
import type { Override } from './answering.js'
import type { Call } from './call.js'
import { heldBackIn, toldBeforeIn } from './reasons.js'
import type { Comparison } from './what-if.js'
import { workbenchWords } from './words.js'

interface CardsProps {
  call: Call
  /** What a trial did to the cards; undefined where nothing is tried. */
  trial: Comparison | undefined
  /** Whether what suggestions do can be done. */
  isWritable: boolean
  onWhy: (card: Card) => void
  onTake: (card: Card, suggestion: Suggestion) => void
  onOverride: (card: Card, override: Override) => void
}

/** The cards of a call as an EHR shows them, or of a trial beside those of the call. */
export function CardsPanel({ call, trial, isWritable, onWhy, onTake, onOverride }: CardsProps) {
  const words = wordsOf(workbenchWords)
  const { cards } = call.response
  if (trial) return <TrialCards trial={trial} onWhy={onWhy} />
  return (
    <>
      <p class="wb-status" role="status">
        {cards.length === 0 ? words.cards.none : words.cards.count(cards.length)}
      </p>
      {cards.length === 0 && <p class="wb-hint">{words.cards.noneWhy}</p>}
      {cards.map(card => (
        <CardView key={card.uuid} card={card} foot={<CardFoot card={card} onWhy={onWhy} onOverride={onOverride} />}>
          <Suggestions card={card} isWritable={isWritable} onTake={suggestion => onTake(card, suggestion)} />
        </CardView>
      ))}
      <Silent call={call} />
    </>
  )
}

function TrialCards({ trial, onWhy }: { trial: Comparison; onWhy: (card: Card) => void }) {
  const words = wordsOf(workbenchWords)
  const { added, removed, changed, same } = trial
  const isSame = added.length + removed.length + changed.length === 0
  const why = (card: Card) => <WhyButton card={card} onWhy={onWhy} />
  return (
    <>
      <p class="wb-status" role="status">
        {isSame ? words.whatIf.nothing : words.whatIf.result(added.length, removed.length, changed.length)}
      </p>
      <p class="wb-hint">{words.whatIf.kept}</p>
      {added.map(card => (
        <CardView key={card.uuid} card={card} badge={words.whatIf.added} foot={why(card)} />
      ))}
      {changed.map(({ before, after }) => (
        <CardView key={after.uuid} card={after} badge={words.whatIf.changed} foot={why(after)}>
          {before.summary !== after.summary && (
            <p class="wb-was">
              {words.whatIf.was} <s>{before.summary}</s>
            </p>
          )}
        </CardView>
      ))}
      {removed.map(card => (
        <CardView key={card.uuid} card={{ ...card, detail: '' }} badge={words.whatIf.removed} isGone />
      ))}
      {same.map(card => (
        <CardView key={card.uuid} card={card} foot={why(card)} />
      ))}
    </>
  )
}

function Suggestions({ card, isWritable, onTake }: { card: Card; isWritable: boolean; onTake: (suggestion: Suggestion) => void }) {
  const words = wordsOf(workbenchWords).cards
  const { suggestions = [], selectionBehavior } = card
  if (suggestions.length === 0) return null
  return (
    <div class="wb-suggestions" role="group" aria-label={words.suggestions}>
      {suggestions.length > 1 && selectionBehavior === 'at-most-one' && <p class="wb-hint">{words.atMostOne}</p>}
      {suggestions.map(suggestion => (
        <button key={suggestion.uuid} type="button" class="wb-suggestion" disabled={!isWritable} onClick={() => onTake(suggestion)}>
          {suggestion.label}
          {suggestion.isRecommended && <span class="wb-tag">{words.recommended}</span>}
        </button>
      ))}
      {!isWritable && <p class="wb-hint">{words.notWritable}</p>}
    </div>
  )
}

interface FootProps {
  card: Card
  onWhy: (card: Card) => void
  onOverride: (card: Card, override: Override) => void
}

function CardFoot({ card, onWhy, onOverride }: FootProps) {
  const words = wordsOf(workbenchWords).cards
  const [isOpen, setOpen] = useState(false)
  const mayOverride = (card.overrideReasons ?? []).length > 0
  return (
    <>
      <div class="wb-foot">
        <WhyButton card={card} onWhy={onWhy} />
        {mayOverride && (
          <button type="button" class="wb-quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {words.override}
          </button>
        )}
      </div>
      {isOpen && <OverrideForm card={card} onCancel={() => setOpen(false)} onSend={override => onOverride(card, override)} />}
    </>
  )
}

function WhyButton({ card, onWhy }: Pick<FootProps, 'card' | 'onWhy'>) {
  const words = wordsOf(workbenchWords).cards
  return (
    <button type="button" class="wb-quiet" onClick={() => onWhy(card)}>
      {words.why}
    </button>
  )
}

function OverrideForm({ card, onCancel, onSend }: { card: Card; onCancel: () => void; onSend: (override: Override) => void }) {
  const words = wordsOf(workbenchWords).cards
  const { overrideReasons = [] } = card
  const [code, setCode] = useState<string>()
  const [comment, setComment] = useState('')
  const reason = overrideReasons.find(each => each.code === code)
  const send = (event: Event) => {
    event.preventDefault()
    const userComment = comment.trim()
    onSend({ ...(reason && { reason }), ...(userComment !== '' && { userComment }) })
  }
  return (
    <form class="wb-override" onSubmit={send}>
      <fieldset>
        <legend>{words.reason}</legend>
        {overrideReasons.map(each => (
          <label key={each.code}>
            <input type="radio" name={`reason-${card.uuid}`} checked={each.code === code} onChange={() => setCode(each.code)} />
            {each.display ?? each.code}
          </label>
        ))}
      </fieldset>
      <label class="wb-field">
        <span>{words.comment}</span>
        <input type="text" maxLength={1_000} value={comment} onInput={({ currentTarget }) => setComment(currentTarget.value)} />
        <span class="wb-hint">{words.commentHint}</span>
      </label>
      <div class="wb-foot">
        <button type="submit" class="button" disabled={!reason}>
          {words.send}
        </button>
        <button type="button" class="wb-quiet" onClick={onCancel}>
          {words.cancel}
        </button>
      </div>
    </form>
  )
}

/** What stays away, and what could not be read or decided: silence is never a sign that all is well. */
function Silent({ call: { response } }: { call: Call }) {
  const words = wordsOf(workbenchWords).cards
  const [held, told] = [heldBackIn({ response }), toldBeforeIn({ response })]
  const notRead = memberOf<{ key: string; label: string; reason?: string }[]>(response.extension, 'not-read') ?? []
  const undecided = memberOf<{ plan: string; action: string; code: string }[]>(response.extension, 'undecided') ?? []
  return (
    <>
      {held.length > 0 && (
        <Aside heading={words.heldBack}>
          {held.map(({ summary, point, outcome, since, until }) => (
            <li key={point}>
              <strong>{summary}</strong>
              <span class="wb-hint">{words.heldLine(point, words.outcomes[outcome], since, until)}</span>
            </li>
          ))}
        </Aside>
      )}
      {told.length > 0 && (
        <Aside heading={words.toldBefore}>
          {told.map(({ action, summary, since }) => (
            <li key={action}>
              <strong>{summary}</strong>
              <span class="wb-hint">{words.toldLine(since)}</span>
            </li>
          ))}
        </Aside>
      )}
      {undecided.length > 0 && (
        <Aside heading={words.undecided}>
          {undecided.map(({ plan, action, code }) => (
            <li key={`${plan} ${action}`}>
              <strong>{action}</strong>
              <span class="wb-hint">{code}</span>
            </li>
          ))}
        </Aside>
      )}
      {notRead.length > 0 && (
        <Aside heading={words.notRead}>
          {notRead.map(({ key, label, reason }) => (
            <li key={`${key} ${reason ?? ''}`}>
              <strong>{label}</strong>
              <span class="wb-hint">
                <code>{key}</code> {reason}
              </span>
            </li>
          ))}
        </Aside>
      )}
    </>
  )
}

function Aside({ heading, children }: { heading: string; children: preact.ComponentChildren }) {
  return (
    <section class="wb-aside">
      <h3>{heading}</h3>
      <ul>{children}</ul>
    </section>
  )
}
