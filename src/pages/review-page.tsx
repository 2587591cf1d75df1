import type { CompiledAction, CompiledPlan } from '../engine/knowledge/compiled.js'
import { localized } from '../engine/model/localized.js'
import type { CaseRecord } from '../knowledge-files/case-record.js'
import type { Catalogue } from './catalogue.js'
import { gradeOf } from './grade.js'
import { Page, type PageAssets } from './page.js'
import type { PageContext } from './page-context.js'
import { PAGE_PATHS, pointPath, recommendationPath } from './page-urls.js'
import { conditionsOf, nameOf } from './texts.js'

/** What the review is made with. */
export interface ReviewPageProps {
  /** All plans that services reach, those within others once. */
  plans: readonly CompiledPlan[]
  catalogue: Catalogue
  record: CaseRecord | undefined
  context: PageContext
  assets: PageAssets
}

/** Every plan as a decision table, for its clinical owner and for the archive. */
export function ReviewPage({ plans, catalogue, record, context, assets }: ReviewPageProps) {
  const { words, say } = context
  return (
    <Page context={context} assets={assets} title={words.review} path={PAGE_PATHS.review}>
      <h1>{words.review}</h1>
      <p class="lead">{words.reviewLead}</p>
      <p class="muted">{record ? words.lastRun(record.asExpected, record.cases) : words.noRecord}</p>
      {plans.map(plan => {
        const { title, _title, id = '', version } = plan.resource
        const heading = say(localized(title, _title, plan.language)) ?? id
        return (
          <section class="review">
            <h2 id={id}>{heading}</h2>
            <p class="muted">{`${id} · ${words.version} ${version ?? '–'}`}</p>
            <div class="scroll" role="region" tabIndex={0} aria-label={`${heading}. ${words.scrollable}`}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{words.point}</th>
                    <th scope="col">{words.action}</th>
                    <th scope="col">{words.conditions}</th>
                    {record && <th scope="col">{`${words.cases}: ${words.yes} / ${words.no} / ${words.cannotTell}`}</th>}
                  </tr>
                </thead>
                <tbody>
                  {rowsOf(plan.actions, 0).map(({ action, depth }) => (
                    <Row action={action} depth={depth} plan={plan} catalogue={catalogue} record={record} context={context} />
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        )
      })}
    </Page>
  )
}

interface Placing {
  action: CompiledAction
  /** How many actions stand around it. */
  depth: number
}

const rowsOf = (actions: readonly CompiledAction[], depth: number): Placing[] =>
  actions.flatMap(action => [{ action, depth }, ...rowsOf(action.actions, depth + 1)])

function Row(props: Placing & Pick<ReviewPageProps, 'catalogue' | 'record' | 'context'> & { plan: CompiledPlan }) {
  const { action, depth, plan, catalogue, record, context } = props
  const { words, link } = context
  const id = plan.resource.id ?? ''
  const grade = gradeOf(action.resource, context)
  const conditions = conditionsOf([{ plan, action }], context)
  const name = action.isGroup && action.definition === undefined ? words.group : nameOf({ plan, action }, context)
  return (
    <tr>
      <td>
        {action.points.map(point => (
          <div>
            <a class="point" href={link(pointPath(point))}>
              {point}
            </a>
          </div>
        ))}
      </td>
      <td class={`depth-${Math.min(depth, 3)}`}>
        {catalogue.find(id, action.id) ? <a href={link(recommendationPath(id, action.id))}>{name}</a> : name}
        {grade && <div class="muted">{[grade.strength, grade.certainty?.words].filter(Boolean).join(' · ')}</div>}
      </td>
      <td>
        {conditions.length === 0 ? (
          words.always
        ) : (
          <ul>
            {conditions.map(condition => (
              <li>{condition}</li>
            ))}
          </ul>
        )}
      </td>
      {record && (
        <td>
          {action.points.map(point => (
            <div>{countsOf(point, record)}</div>
          ))}
        </td>
      )}
    </tr>
  )
}

function countsOf(point: string, { points }: CaseRecord): string {
  const { yes, no, cannotTell } = points[point] ?? { yes: 0, no: 0, cannotTell: 0 }
  return `${point}: ${yes} / ${no} / ${cannotTell}`
}
