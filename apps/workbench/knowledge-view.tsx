import { useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import { pageLanguage, wordsOf } from '../shared/language.js'
import { RefusedNote } from '../shared/refused-note.js'
import { useLatest } from '../shared/use-latest.js'
import { Opens } from './action-view.js'
import { GraphView } from './graph-view.js'
import { pageIn, type Guideline } from './guideline-pages.js'
import { readKnowledge, type ActionView, type KnowledgeView as Knowledge, type PlanView } from './knowledge.js'
import { knowledgeWords } from './knowledge-words.js'
import { Tabs } from './tabs.js'

type Part = 'plans' | 'facts' | 'valueSets' | 'coverage' | 'faults' | 'graph'

const PARTS: readonly Part[] = ['plans', 'facts', 'valueSets', 'coverage', 'faults', 'graph']

/** What the service answers by: plans, facts, value sets, their cases and faults, and the pathway as a graph. */
export function KnowledgeView({ pages }: { pages: readonly Guideline[] }) {
  const words = wordsOf(knowledgeWords)
  const [part, setPart] = useState<Part>('plans')
  const { answer, refused, askAgain } = useLatest(() => readKnowledge(pageLanguage()), [])
  if (refused) return <RefusedNote what={words.load} refused={refused} onAgain={askAgain} />
  if (!answer) return <p role="status">{words.loading}</p>
  const counts: Partial<Record<Part, number>> = {
    plans: answer.plans.length,
    facts: answer.facts.length,
    valueSets: answer.valueSets.length,
    faults: answer.review.warnings.length,
  }
  return (
    <div class="wb-knowledge">
      <Tabs
        name="knowledge"
        label={words.tabList}
        tabs={PARTS.map(id => ({ id, label: words.tabs[id], ...(counts[id] !== undefined && { count: counts[id] }) }))}
        open={part}
        onOpen={setPart}
      >
        {part === 'plans' && <Plans knowledge={answer} pages={pages} />}
        {part === 'facts' && <Facts knowledge={answer} />}
        {part === 'valueSets' && <ValueSets knowledge={answer} />}
        {part === 'coverage' && <Coverage knowledge={answer} />}
        {part === 'faults' && <Faults knowledge={answer} />}
        {part === 'graph' && <GraphView knowledge={answer} />}
      </Tabs>
    </div>
  )
}

/** Most entries of a list that are shown at once. */
const MOST_SHOWN = 100

interface SearchedProps<Entry> {
  entries: readonly Entry[]
  /** What a search looks through. */
  textOf: (entry: Entry) => string
  children: (shown: readonly Entry[]) => ComponentChildren
}

/** A list with a search over it. */
function Searched<Entry>({ entries, textOf, children }: SearchedProps<Entry>) {
  const words = wordsOf(knowledgeWords)
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLowerCase()
  const found = wanted === '' ? entries : entries.filter(entry => textOf(entry).toLowerCase().includes(wanted))
  return (
    <>
      <label class="wb-field wb-narrow">
        <span>{words.search}</span>
        <input type="search" value={search} onInput={({ currentTarget }) => setSearch(currentTarget.value)} />
      </label>
      <p class="wb-hint" role="status">
        {found.length === 0 ? words.none : words.found(found.length, entries.length)}
      </p>
      {children(found.slice(0, MOST_SHOWN))}
      {found.length > MOST_SHOWN && <p class="wb-hint">{words.more(found.length - MOST_SHOWN)}</p>}
    </>
  )
}

function Plans({ knowledge, pages }: { knowledge: Knowledge; pages: readonly Guideline[] }) {
  const words = wordsOf(knowledgeWords)
  return (
    <Searched entries={knowledge.plans} textOf={textOfPlan}>
      {shown =>
        shown.map(plan => (
          <Opens
            key={plan.id}
            label={
              <>
                <span class="wb-title">{plan.title}</span>
                <span class="wb-hint">{words.actions(plan.actions.length)}</span>
              </>
            }
          >
            {() => (
              <>
                <p>{plan.description}</p>
                <p class="wb-hint">
                  {plan.id} · {words.version} {plan.version ?? '–'}
                </p>
                <Actions plan={plan} actions={plan.actions} knowledge={knowledge} pages={pages} />
              </>
            )}
          </Opens>
        ))
      }
    </Searched>
  )
}

const textOfPlan = ({ id, title, description, actions }: PlanView): string =>
  [id, title, description, ...actions.flatMap(action => [action.title, ...action.points])].join(' ')

interface ActionsProps {
  plan: PlanView
  actions: readonly ActionView[]
  knowledge: Knowledge
  pages: readonly Guideline[]
}

function Actions({ plan, actions, knowledge, pages }: ActionsProps) {
  const words = wordsOf(knowledgeWords)
  return (
    <ul class="wb-actions">
      {actions.map(action => (
        <li key={action.id}>
          <Opens
            label={
              <>
                <span class="wb-title">{action.title ?? action.id}</span>
                {action.points.map(point => (
                  <span key={point} class="wb-point">
                    {point}
                  </span>
                ))}
              </>
            }
          >
            {() => (
              <ActionParts action={action} page={pageIn(pages, plan.id, action.id)} knowledge={knowledge}>
                {action.actions.length > 0 && (
                  <>
                    <p class="wb-sub">{words.lines}</p>
                    <Actions plan={plan} actions={action.actions} knowledge={knowledge} pages={pages} />
                  </>
                )}
              </ActionParts>
            )}
          </Opens>
        </li>
      ))}
    </ul>
  )
}

function ActionParts(props: { action: ActionView; page: string | undefined; knowledge: Knowledge; children: ComponentChildren }) {
  const words = wordsOf(knowledgeWords)
  const { conditions, hooks, uses } = props.action
  return (
    <>
      {hooks.length > 0 && <p class="wb-hint">{hooks.join(', ')}</p>}
      {props.page !== undefined && (
        <p>
          <a href={props.page} target="_blank" rel="noreferrer">
            {words.page}
          </a>
        </p>
      )}
      {conditions.length > 0 && <p class="wb-sub">{words.conditions}</p>}
      <ul class="wb-plain">
        {conditions.map(({ description, expression }) => (
          <li key={expression}>
            {description}
            <Expression text={expression} />
          </li>
        ))}
      </ul>
      {uses !== undefined && (
        <p>
          {words.uses}: {props.knowledge.titles.get(uses) ?? uses}
        </p>
      )}
      {props.children}
    </>
  )
}

const Expression = ({ text }: { text: string }) => (
  <p class="wb-expression">
    <code>{text}</code>
  </p>
)

function Facts({ knowledge }: { knowledge: Knowledge }) {
  return (
    <Searched entries={knowledge.facts} textOf={({ name, description }) => `${name} ${description}`}>
      {shown =>
        shown.map(({ name, description, expression, library }) => (
          <Opens
            key={name}
            label={
              <>
                <span class="wb-title">{description}</span>
                <span class="wb-point">%{name}</span>
              </>
            }
          >
            {() => (
              <>
                <p class="wb-hint">{library}</p>
                <Expression text={expression} />
              </>
            )}
          </Opens>
        ))
      }
    </Searched>
  )
}

function ValueSets({ knowledge }: { knowledge: Knowledge }) {
  const words = wordsOf(knowledgeWords)
  const count = (systems: Knowledge['valueSets'][number]['systems']) => systems.reduce((sum, { codes }) => sum + codes.length, 0)
  return (
    <Searched
      entries={knowledge.valueSets}
      textOf={({ id, title, systems }) => [id, title, ...systems.flatMap(({ codes }) => codes.map(({ code }) => code))].join(' ')}
    >
      {shown =>
        shown.map(({ id, title, systems, includes }) => (
          <Opens
            key={id}
            label={
              <>
                <span class="wb-title">{title}</span>
                <span class="wb-hint">{words.codes(count(systems))}</span>
              </>
            }
          >
            {() => (
              <>
                <p class="wb-hint">{id}</p>
                {systems.map(({ system, codes }, index) => (
                  <div key={`${system} ${index}`}>
                    <p class="wb-sub">{system}</p>
                    {codes.length === 0 && <p>{words.noCodes}</p>}
                    <ul class="wb-codes">
                      {codes.map(({ code, display }) => (
                        <li key={code}>
                          <code>{code}</code> {display}
                        </li>
                      ))}
                    </ul>
                  </div>
                ))}
                {includes.length > 0 && (
                  <p>
                    {words.includes}: {includes.join(', ')}
                  </p>
                )}
              </>
            )}
          </Opens>
        ))
      }
    </Searched>
  )
}

function Coverage({ knowledge: { review } }: { knowledge: Knowledge }) {
  const words = wordsOf(knowledgeWords)
  const [areGapsAlone, setGapsAlone] = useState(false)
  if (!review.record) return <p>{words.noRecord}</p>
  const { cases, asExpected, points } = review.record
  const rows = Object.entries(points).filter(([, { yes, no }]) => !areGapsAlone || yes === 0 || no === 0)
  return (
    <>
      <p>{words.cases(asExpected, cases)}</p>
      <label class="wb-check">
        <input type="checkbox" checked={areGapsAlone} onChange={() => setGapsAlone(!areGapsAlone)} />
        {words.gaps}
      </label>
      <table class="wb-table">
        <thead>
          <tr>
            <th scope="col">{words.point}</th>
            <th scope="col">{words.yes}</th>
            <th scope="col">{words.no}</th>
            <th scope="col">{words.cannotTell}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([point, { yes, no, cannotTell }]) => (
            <tr key={point}>
              <th scope="row">{point}</th>
              <td>{yes}</td>
              <td>{no}</td>
              <td>{cannotTell}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function Faults({ knowledge: { review } }: { knowledge: Knowledge }) {
  const words = wordsOf(knowledgeWords)
  if (review.warnings.length === 0) return <p>{words.noWarnings}</p>
  return (
    <>
      <p>{words.faultLead}</p>
      <div class="wb-scroll" role="region" tabIndex={0} aria-label={`${words.tabs.faults}, ${words.scroll}`}>
        <table class="wb-table">
          <thead>
            <tr>
              <th scope="col">{words.file}</th>
              <th scope="col">{words.element}</th>
              <th scope="col">{words.message}</th>
            </tr>
          </thead>
          <tbody>
            {review.warnings.map(({ code, file, element, message }) => (
              <tr key={`${file} ${element} ${code}`}>
                <td>{file}</td>
                <td>{element}</td>
                <td>
                  <code>{code}</code> {message}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
