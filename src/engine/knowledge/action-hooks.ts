import type { CompiledAction } from './compiled.js'

/** Names of the hooks that an action at the top of a plan listens to. */
export const hooksOf = ({ resource }: Pick<CompiledAction, 'resource'>): string[] =>
  (resource.trigger ?? []).flatMap(({ name }) => name ?? [])

/** Whether an action at the top of a plan listens to a hook. */
export const listensTo = (action: Pick<CompiledAction, 'resource'>, hook: string): boolean => hooksOf(action).includes(hook)
