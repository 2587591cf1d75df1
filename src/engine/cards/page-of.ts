import { recommendationUrl } from '../../cds-hooks/page-urls.js'
import type { CompiledAction, CompiledPlan } from '../knowledge/compiled.js'

/** Address of the page that tells all of an action of an applied plan; undefined without a public address, or where the answer renamed the action. */
export function pageOf(applied: CompiledPlan, action: string, publicUrl: string | undefined): string | undefined {
  if (publicUrl === undefined || !idsOf(applied).has(action)) return undefined
  return recommendationUrl(publicUrl, applied.resource.id ?? '', action)
}

const known = new WeakMap<CompiledPlan, ReadonlySet<string>>()

/** Ids of the actions of a plan and of plans within it. */
function idsOf(applied: CompiledPlan): ReadonlySet<string> {
  const before = known.get(applied)
  if (before) return before
  const ids = new Set<string>()
  const visit = ({ id, definition, actions }: CompiledAction): void => {
    ids.add(id)
    if (definition?.kind === 'plan') definition.plan.actions.forEach(visit)
    actions.forEach(visit)
  }
  applied.actions.forEach(visit)
  known.set(applied, ids)
  return ids
}
