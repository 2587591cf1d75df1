/** The words of CDS Hooks: types of calls, cards and feedback, the hooks, and the checks of what clients send. */
export * from './types.js'
export { HOOK_NAMES, HOOKS, type HookDefinition } from './hooks.js'
export { parseHookRequest } from './parse-hook-request.js'
export { parseFeedback, type ParsedFeedback } from './parse-feedback.js'
export { isPublishable, readTemplate, type TemplatePiece, type TemplateToken } from './prefetch-template.js'
