import type { Request } from 'express'

/** Languages that cards are written in; the first is the one of the guidelines. */
const LANGUAGES = ['da', 'en']

/** Language of a reply: what Accept-Language prefers among ours, else Danish. */
export function languageOf(request: Request): string {
  const header = request.headers['accept-language']
  if (header === undefined || header === '*') return 'da'
  return request.acceptsLanguages(LANGUAGES) || 'da'
}
