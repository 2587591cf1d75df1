import type { FhirResource } from 'fhir/r4.js'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import type { ToldAction, ToldCondition } from '../../src/calls/explain-call.js'
import { FactsContext, useFacts, useFactsOf, type KnownFacts } from '../shared/known-facts.js'
import { wordsOf } from '../shared/language.js'
import { RefusedNote } from '../shared/refused-note.js'
import { actionOfId, ExplainedContext, shownActions, type Explained } from './explained.js'
import { reasonFor, type Reason } from './reasons.js'
import { labelOf } from './resource-label.js'
import { workbenchWords } from './words.js'

const MARKS = { yes: '✓', no: '✕', 'cannot-tell': '?', error: '!' } as const

/** An answer as a mark, with its word for who does not see it. */
export function Answer({ answer }: { answer: ToldCondition['answer'] }) {
  const words = wordsOf(workbenchWords).why
  return (
    <span class={`wb-answer is-${answer}`}>
      <span aria-hidden="true">{MARKS[answer]}</span>
      <span class="visually-hidden">{words.answers[answer]}: </span>
    </span>
  )
}

/** Something that opens, and whose content is made when it is first opened. */
export function Opens({
  label,
  isOpen = false,
  children,
}: {
  label: ComponentChildren
  isOpen?: boolean
  children: () => ComponentChildren
}) {
  const [wasOpen, setOpen] = useState(isOpen)
  return (
    <details class="wb-opens" open={isOpen} onToggle={({ currentTarget }) => currentTarget.open && setOpen(true)}>
      <summary>{label}</summary>
      <div class="wb-opened">{wasOpen && children()}</div>
    </details>
  )
}

/** An action with its answer; its conditions, the facts behind them and the lines within it open on demand. */
export function ActionItem({ plan, action, isOpen }: { plan: string; action: ToldAction; isOpen?: boolean }) {
  const words = wordsOf(workbenchWords).why
  const { title, card, points = [], applies, conditions } = action
  return (
    <li class="wb-action">
      <Opens
        {...(isOpen !== undefined && { isOpen })}
        label={
          <>
            <Answer answer={applies} />
            <span class="wb-title">{title ?? conditions[0]?.description ?? words.untitled}</span>
            {card !== undefined && <span class="wb-tag">{words.hasCard}</span>}
            {points.map(point => (
              <span key={point} class="wb-point">
                {point}
              </span>
            ))}
          </>
        }
      >
        {() => <ActionDetail plan={plan} action={action} />}
      </Opens>
    </li>
  )
}

/** All that is told of an action; its conditions are asked for where it is told without. */
export function ActionDetail({ plan, action }: { plan: string; action: ToldAction }) {
  const explained = useContext(ExplainedContext)
  if (!explained) return null
  return <Detail plan={plan} action={action} explained={explained} />
}

function Detail({ plan, action, explained }: { plan: string; action: ToldAction; explained: Explained }) {
  const words = wordsOf(workbenchWords).why
  const { onlyOnPage, source, met, of } = action
  const page = explained.pageOf(plan, action.id)
  const reason = reasonFor(action, plan, explained.explanation)
  const known = useFactsOf(action, explained.explanation.facts, explained.askWhole)
  const whole = known.whole && actionOfId(known.whole, action.id)
  const isLacking = action.conditions.length < of
  useEffect(() => {
    if (isLacking) known.want()
  }, [isLacking])
  const conditions = isLacking ? (whole?.conditions ?? []) : action.conditions
  return (
    <FactsContext.Provider value={known}>
      {reason && <p class="wb-reason">{reasonText(reason)}</p>}
      {source?.document !== undefined && (
        <p class="wb-hint">{[source.document, source.section, source.year].filter(part => part !== undefined).join(' · ')}</p>
      )}
      {page !== undefined && (
        <p>
          <a href={page} target="_blank" rel="noreferrer">
            {words.page}
          </a>
        </p>
      )}
      {of > 0 && (
        <>
          <p class="wb-hint">{words.met(met, of)}</p>
          <ul class="wb-conditions">
            {[...conditions, ...(onlyOnPage ? [onlyOnPage] : [])].map(condition => (
              <Condition key={condition.expression} condition={condition} />
            ))}
          </ul>
        </>
      )}
      <Asked asked={known.asked} />
      <Below plan={plan} action={action} whole={whole} want={known.want} />
    </FactsContext.Provider>
  )
}

/** That more is being asked for, or what came instead. */
function Asked({ asked: { refused, isAsking, askAgain } }: Pick<KnownFacts, 'asked'>) {
  const words = wordsOf(workbenchWords)
  if (refused) return <RefusedNote what={words.cards.attempt.explain} refused={refused} onAgain={askAgain} />
  return isAsking ? (
    <p class="wb-hint" role="status">
      {words.why.loadingMore}
    </p>
  ) : null
}

/** A reason in words. */
export function reasonText(reason: Reason): string {
  const { why, cards } = wordsOf(workbenchWords)
  const { reasons } = why
  switch (reason.kind) {
    case 'other hook':
      return reasons.otherHook
    case 'told before':
      return reasons.toldBefore(reason.since)
    case 'held back': {
      const { point, outcome, since, until } = reason.held
      return reasons.heldBack(point, cards.outcomes[outcome], since, until)
    }
    case 'page only':
      return reason.because === undefined ? reasons.pageOnly : reasons.pageOnlyBecause(reason.because)
    case 'condition': {
      const say = { no: reasons.no, 'cannot-tell': reasons.cannotTell, error: reasons.error }[reason.answer]
      return say(reason.description)
    }
    case 'other':
      return reason.text
  }
}

interface BelowProps {
  plan: string
  action: ToldAction
  /** The action with all below it, once that was asked for. */
  whole: ToldAction | undefined
  want: () => void
}

function Below({ plan, action, whole, want }: BelowProps) {
  const words = wordsOf(workbenchWords).why
  const [isWanted, setWanted] = useState(false)
  const isTold = action.leftOut === undefined || (isWanted && whole !== undefined)
  const actions = shownActions((isTold && whole ? whole : action).actions)
  return (
    <>
      {actions.length > 0 && (
        <>
          <h4>{words.lines}</h4>
          <ul class="wb-actions">
            {actions.map(child => (
              <ActionItem key={child.id} plan={plan} action={child} />
            ))}
          </ul>
        </>
      )}
      {!isTold && (
        <p class="wb-hint">
          {words.leftOut(action.leftOut ?? 0)}{' '}
          <button
            type="button"
            class="wb-quiet"
            onClick={() => {
              setWanted(true)
              want()
            }}
          >
            {words.askThem}
          </button>
        </p>
      )}
    </>
  )
}

/** A condition with its answer; the facts and resources that it rests on open on demand. */
export function Condition({ condition }: { condition: ToldCondition }) {
  const words = wordsOf(workbenchWords).why
  const { description, answer, expression, facts, resources } = condition
  return (
    <li>
      <Opens
        label={
          <>
            <Answer answer={answer} />
            <span class="wb-title">{description}</span>
          </>
        }
      >
        {() => (
          <>
            <ul class="wb-facts">
              {facts.map(name => (
                <Fact key={name} name={name} />
              ))}
            </ul>
            {resources.length > 0 && <Resources references={resources} />}
            {facts.length === 0 && resources.length === 0 && <p class="wb-hint">{words.noResources}</p>}
            {!isOneFact(expression) && (
              <p class="wb-expression">
                <span class="visually-hidden">{words.expression}: </span>
                <code>{expression}</code>
              </p>
            )}
          </>
        )}
      </Opens>
    </li>
  )
}

/** Whether an expression only asks for a fact, which tells of itself. */
const isOneFact = (expression: string): boolean => /^%\w+$/.test(expression)

function Fact({ name }: { name: string }) {
  const words = wordsOf(workbenchWords).why
  const fact = useContext(FactsContext)?.facts[name]
  if (!fact) return <li>{name}</li>
  const { description, value, moreValues, uses, resources, error } = fact
  return (
    <li>
      <Opens
        label={
          <>
            <span class="wb-title">{description}</span> <strong class="wb-value">{error ?? valueText(value, moreValues)}</strong>
          </>
        }
      >
        {() => (
          <>
            <p class="wb-expression">
              <span class="visually-hidden">{words.fact}: </span>
              <code>%{name}</code>
            </p>
            {resources.length > 0 && <Resources references={resources} />}
            {uses.length > 0 && <Facts names={uses} />}
            {resources.length === 0 && uses.length === 0 && <p class="wb-hint">{words.noResources}</p>}
          </>
        )}
      </Opens>
    </li>
  )
}

/** The facts behind a fact. */
function Facts({ names }: { names: readonly string[] }) {
  const words = wordsOf(workbenchWords).why
  const known = useFacts(names)
  return (
    <ul class="wb-facts" aria-label={words.restsOn}>
      {names
        .filter(name => known?.facts[name])
        .map(name => (
          <Fact key={name} name={name} />
        ))}
    </ul>
  )
}

/** Most characters of a value that stand beside its fact. */
const LONGEST_VALUE = 120

function valueText(values: readonly unknown[], more = 0): string {
  const words = wordsOf(workbenchWords)
  if (values.length === 0) return words.why.noValue
  const said = values.map(value => (typeof value === 'boolean' ? words.why.answers[value ? 'yes' : 'no'] : asText(value))).join(', ')
  const whole = more > 0 ? `${said} ${words.why.more(more)}` : said
  return whole.length > LONGEST_VALUE ? `${whole.slice(0, LONGEST_VALUE - 1)}…` : whole
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function Resources({ references }: { references: readonly string[] }) {
  const words = wordsOf(workbenchWords).why
  return (
    <>
      <h5>{words.resources}</h5>
      <ul class="wb-resources">
        {references.map(reference => (
          <ResourceItem key={reference} reference={reference} />
        ))}
      </ul>
    </>
  )
}

function ResourceItem({ reference }: { reference: string }) {
  const words = wordsOf(workbenchWords)
  const explained = useContext(ExplainedContext)
  const [found, setFound] = useState<FhirResource | 'none'>()
  const load = () => {
    if (!found) void explained?.resource(reference).then(resource => setFound(resource ?? 'none'))
  }
  const label = typeof found === 'object' ? labelOf(found) : undefined
  return (
    <li>
      <details class="wb-opens" onToggle={({ currentTarget }) => currentTarget.open && load()}>
        <summary>
          <span class="wb-title">{reference}</span>
        </summary>
        <div class="wb-opened">
          {found === undefined && <p role="status">{words.why.loadingResource}</p>}
          {found === 'none' && <p>{words.why.noResource}</p>}
          {typeof found === 'object' && (
            <>
              {label !== undefined && <p>{label}</p>}
              <Json value={found} label={reference} />
            </>
          )}
        </div>
      </details>
    </li>
  )
}

/** Something as JSON, to be read and scrolled. */
export function Json({ value, label }: { value: unknown; label: string }) {
  const words = wordsOf(workbenchWords).raw
  return (
    <pre class="wb-json" tabIndex={0} role="region" aria-label={`${label}, ${words.scroll}`}>
      {JSON.stringify(value, null, 2)}
    </pre>
  )
}
