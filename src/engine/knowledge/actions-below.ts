import type { CompiledAction } from './compiled.js'

/** What stands below an action, in the order in which it is applied: the actions of a plan that stands in it, then its own. */
export const actionsBelow = ({ definition, actions }: Pick<CompiledAction, 'definition' | 'actions'>): readonly CompiledAction[] =>
  definition?.kind === 'plan' ? [...definition.plan.actions, ...actions] : actions
