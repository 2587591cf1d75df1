import type { AppliedPlan } from '../apply/apply-plan.js'
import type { CompiledPlan } from '../knowledge/compiled.js'

/** A plan and what came of applying it. */
export interface PlanAnswer extends Omit<AppliedPlan, 'omissions'> {
  plan: CompiledPlan
}
