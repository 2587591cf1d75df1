import type { Request, Response } from 'express'
import type { KnowledgeProfile } from '../engine/knowledge/profile.js'

type Languages = KnowledgeProfile['languages']

/** What Accept-Language prefers among the languages of the knowledge, else the usual one: that of the client, or of the knowledge. */
export function languageOf(request: Request, languages: Languages, usual: string = languages[0]): string {
  const header = request.headers['accept-language']
  if (header === undefined || header === '*') return usual
  return request.acceptsLanguages([...languages]) || usual
}

/** Settles the language of a reply and says so in its header. */
export function settleLanguage(request: Request, response: Response, languages: Languages, usual?: string): string {
  const language = languageOf(request, languages, usual)
  response.vary('Accept-Language').setHeader('Content-Language', language)
  return language
}
