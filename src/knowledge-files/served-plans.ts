import type { CompiledPlan } from '../engine/knowledge/compiled.js'

/** Which plans a deployment serves: those that somebody has approved, and drafts where it says so. */
export const servedBy =
  (withDrafts: boolean) =>
  ({ resource }: CompiledPlan): boolean =>
    resource.status === 'active' || withDrafts
