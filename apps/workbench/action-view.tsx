import type { FhirResource } from 'fhir/r4.js'
import { useContext, useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import type { ToldAction, ToldCondition } from '../../src/calls/explain-call.js'
import { wordsOf } from '../shared/language.js'
import { RefusedNote } from '../shared/refused-note.js'
import type { Refused } from '../shared/service.js'
import { ExplainedContext, shownActions } from './explained.js'
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

/** All that is told of an action. */
export function ActionDetail({ plan, action }: { plan: string; action: ToldAction }) {
  const words = wordsOf(workbenchWords).why
  const explained = useContext(ExplainedContext)
  const { conditions, onlyOnPage, source, met, of } = action
  const page = explained?.pageOf(plan, action.id)
  const reason = explained && reasonFor(action, plan, explained.explanation)
  return (
    <>
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
      {conditions.length > 0 && (
        <>
          <p class="wb-hint">{words.met(met, of)}</p>
          <ul class="wb-conditions">
            {[...conditions, ...(onlyOnPage ? [onlyOnPage] : [])].map(condition => (
              <Condition key={condition.expression} condition={condition} />
            ))}
          </ul>
        </>
      )}
      <Below plan={plan} action={action} />
    </>
  )
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

function Below({ plan, action }: { plan: string; action: ToldAction }) {
  const words = wordsOf(workbenchWords)
  const explained = useContext(ExplainedContext)
  const [asked, setAsked] = useState<readonly ToldAction[]>()
  const [refused, setRefused] = useState<Refused>()
  const ask = () =>
    explained?.askBelow(action.id).then(
      found => setAsked(found?.actions ?? []),
      (why: unknown) => setRefused(why as Refused),
    )
  const actions = shownActions(asked ?? action.actions)
  return (
    <>
      {actions.length > 0 && (
        <>
          <h4>{words.why.lines}</h4>
          <ul class="wb-actions">
            {actions.map(child => (
              <ActionItem key={child.id} plan={plan} action={child} />
            ))}
          </ul>
        </>
      )}
      {action.leftOut !== undefined && !asked && (
        <p class="wb-hint">
          {words.why.leftOut(action.leftOut)}{' '}
          <button type="button" class="wb-quiet" onClick={() => void ask()}>
            {words.why.askThem}
          </button>
        </p>
      )}
      {refused && <RefusedNote what={words.cards.attempt.explain} refused={refused} />}
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
  const fact = useContext(ExplainedContext)?.explanation.facts[name]
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
            {uses.length > 0 && (
              <ul class="wb-facts" aria-label={words.restsOn}>
                {uses.map(each => (
                  <Fact key={each} name={each} />
                ))}
              </ul>
            )}
            {resources.length === 0 && uses.length === 0 && <p class="wb-hint">{words.noResources}</p>}
          </>
        )}
      </Opens>
    </li>
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
