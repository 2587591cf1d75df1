import type { Request, Response } from 'express'

/** Languages that cards are written in; the first is the one of the guidelines. */
const LANGUAGES = ['da', 'en']

/** One of our languages for a language tag such as `en` or `en-GB`; undefined for any other. */
export const languageOfTag = (tag: unknown): string | undefined =>
  typeof tag === 'string' ? LANGUAGES.find(language => language === tag.toLowerCase().split('-')[0]) : undefined

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
