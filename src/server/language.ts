import type { Request, Response } from 'express'
import { LANGUAGES } from '../calls/languages.js'

/** What Accept-Language prefers among our languages, else Danish. */
export function languageOf(request: Request): string {
  const header = request.headers['accept-language']
  if (header === undefined || header === '*') return 'da'
  return request.acceptsLanguages(LANGUAGES) || 'da'
}

/** Settles the language of a reply and says so in its header. */
export function settleLanguage(request: Request, response: Response): string {
  const language = languageOf(request)
  response.vary('Accept-Language').setHeader('Content-Language', language)
  return language
}
