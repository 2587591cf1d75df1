import { inLanguageOf, publicAddress, recommendationPath } from '../../cds-hooks/page-urls.js'
import { actionsBelow } from '../knowledge/actions-below.js'
import type { CompiledAction, CompiledPlan } from '../knowledge/compiled.js'

/** Where readers reach the service's pages, and in which language. */
export interface PageAddress {
  /** Undefined where they reach none. */
  publicUrl: string | undefined
  language: string
  /** Language of a page that names none. */
  usual: string
}

/** Address of the page that tells all of an action of an applied plan; undefined without a public address, or where the answer renamed the action. */
export function pageOf(applied: CompiledPlan, action: string, { publicUrl, language, usual }: PageAddress): string | undefined {
  if (publicUrl === undefined || !idsOf(applied).has(action)) return undefined
  return publicAddress(publicUrl, inLanguageOf(recommendationPath(applied.resource.id ?? '', action), language, usual))
}

const known = new WeakMap<CompiledPlan, ReadonlySet<string>>()

/** Ids of the actions of a plan and of plans within it. */
function idsOf(applied: CompiledPlan): ReadonlySet<string> {
  const before = known.get(applied)
  if (before) return before
  const ids = new Set<string>()
  const visit = (action: CompiledAction): void => {
    ids.add(action.id)
    actionsBelow(action).forEach(visit)
  }
  applied.actions.forEach(visit)
  known.set(applied, ids)
  return ids
}
