import type { Request, Response } from 'express'
import type { KnowledgeProfile } from '../engine/knowledge/profile.js'

type Languages = KnowledgeProfile['languages']

/** What Accept-Language prefers among the languages of the knowledge, else the usual one. */
export function languageOf(request: Request, languages: Languages): string {
  const header = request.headers['accept-language']
  if (header === undefined || header === '*') return languages[0]
  return request.acceptsLanguages([...languages]) || languages[0]
}

/** Settles the language of a reply and says so in its header. */
export function settleLanguage(request: Request, response: Response, languages: Languages): string {
  const language = languageOf(request, languages)
  response.vary('Accept-Language').setHeader('Content-Language', language)
  return language
}
