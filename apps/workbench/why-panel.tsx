import { useContext, useState } from 'preact/hooks'
import type { ToldAction } from '../../src/calls/explain-call.js'
import { wordsOf } from '../shared/language.js'
import { nearMisses, type NearMiss } from '../shared/near-misses.js'
import { ActionDetail, ActionItem, Answer, reasonText } from './action-view.js'
import { ExplainedContext } from './explained.js'
import { reasonFor } from './reasons.js'
import { workbenchWords } from './words.js'

/** What is looked at: an action of a plan. */
export interface Focus {
  plan: string
  action: ToldAction
}

/** Why one card came, or did not: its conditions, and what they rest on. */
export function FocusView({ focus }: { focus: Focus | undefined }) {
  const words = wordsOf(workbenchWords).why
  const explained = useContext(ExplainedContext)
  if (!focus) return <p class="wb-hint">{words.chooseCard}</p>
  const { plan, action } = focus
  const summary = explained?.explanation.response.cards.find(({ uuid }) => uuid === action.card)?.summary
  return (
    <section key={`${plan} ${action.id}`} class="wb-focus">
      <h3>
        <Answer answer={action.applies} />
        {summary ?? action.title ?? words.untitled}
      </h3>
      {(action.points ?? []).length > 0 && (
        <p class="wb-points">
          <span class="visually-hidden">{words.points}: </span>
          {action.points?.map(point => (
            <span key={point} class="wb-point">
              {point}
            </span>
          ))}
        </p>
      )}
      <ActionDetail plan={plan} action={action} />
    </section>
  )
}

/** The cards that came closest to coming. @param drafts references of what is being ordered. */
export function NearMisses({ drafts, onOpen }: { drafts: readonly string[]; onOpen: (focus: Focus) => void }) {
  const words = wordsOf(workbenchWords).why
  const explained = useContext(ExplainedContext)
  if (!explained) return null
  const misses = nearMisses([explained.explanation], drafts)
  if (misses.length === 0) return <p class="wb-hint">{words.near.none}</p>
  return (
    <>
      <p class="wb-hint">{words.near.lead}</p>
      <ol class="wb-misses">
        {misses.map(miss => (
          <Miss key={`${miss.plan} ${miss.action.id}`} miss={miss} onOpen={onOpen} />
        ))}
      </ol>
    </>
  )
}

function Miss({ miss, onOpen }: { miss: NearMiss; onOpen: (focus: Focus) => void }) {
  const words = wordsOf(workbenchWords).why
  const explained = useContext(ExplainedContext)
  const { plan, action, isAboutOrder } = miss
  const unmet = action.conditions.filter(({ answer }) => answer !== 'yes')
  const reason = explained && reasonFor(action, plan, explained.explanation)
  const isOfOther = reason && reason.kind !== 'condition'
  return (
    <li>
      <h3>{action.title ?? words.untitled}</h3>
      <p class="wb-hint">
        {words.near.missing(unmet.length, action.of)}
        {isAboutOrder && <span class="wb-tag">{words.near.aboutOrder}</span>}
      </p>
      {isOfOther && <p>{reasonText(reason)}</p>}
      <ul class="wb-unmet">
        {unmet.map(({ description, answer, expression }) => (
          <li key={expression}>
            <Answer answer={answer} />
            {description}
          </li>
        ))}
      </ul>
      <button type="button" class="wb-quiet" onClick={() => onOpen({ plan, action })}>
        {words.near.open}
      </button>
    </li>
  )
}

type Filter = 'all' | 'card' | 'open'

/** All plans of the service as a tree; what gave cards, and what one cannot tell, can be asked for alone. */
export function PlanTree() {
  const words = wordsOf(workbenchWords).why
  const explained = useContext(ExplainedContext)
  const [filter, setFilter] = useState<Filter>('all')
  const [search, setSearch] = useState('')
  if (!explained) return null
  const plans = explained.explanation.plans
    .map(each => ({ ...each, actions: each.actions.filter(action => isShown(action, filter, search)) }))
    .filter(({ actions }) => actions.length > 0)
  const isNarrow = filter !== 'all' || search.trim() !== ''
  return (
    <>
      <div class="wb-row">
        <label class="wb-field">
          <span>{words.search}</span>
          <input type="search" value={search} onInput={({ currentTarget }) => setSearch(currentTarget.value)} />
        </label>
        <label class="wb-field wb-short">
          <span>{words.filter}</span>
          <select value={filter} onChange={({ currentTarget }) => setFilter(currentTarget.value as Filter)}>
            {(['all', 'card', 'open'] as const).map(each => (
              <option key={each} value={each}>
                {words.filters[each]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {plans.length === 0 && <p role="status">{words.noMatch}</p>}
      {plans.map(({ plan, title, actions }) => (
        <details key={`${plan} ${String(isNarrow)}`} class="wb-opens wb-plan" open={isNarrow || actions.some(hasCard)}>
          <summary>
            <span class="wb-title">{title}</span>
            <span class="wb-hint">{words.actions(actions.length, actions.filter(hasCard).length)}</span>
          </summary>
          <ul class="wb-actions">
            {actions.map(action => (
              <ActionItem key={action.id} plan={plan} action={action} />
            ))}
          </ul>
        </details>
      ))}
    </>
  )
}

const hasCard = ({ card, actions }: ToldAction): boolean => card !== undefined || actions.some(hasCard)

function isShown(action: ToldAction, filter: Filter, search: string): boolean {
  const { title = '', points = [], applies } = action
  const isFound = `${title} ${points.join(' ')}`.toLowerCase().includes(search.trim().toLowerCase())
  return isFound && (filter === 'all' || (filter === 'card' ? hasCard(action) : applies === 'cannot-tell'))
}
