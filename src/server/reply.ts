import type { Request, RequestHandler, Response } from 'express'
import type { KnowledgeProfile } from '../engine/knowledge/profile.js'
import { stackFrames } from '../errors.js'
import type { Caller } from '../trust/calling-client.js'
import { sendPublic } from './caching.js'
import { arrivalOf, noteAnswer, noteFailure, noteService } from './call-log.js'
import type { ServerEnvironment } from './environment.js'
import { languageOf, settleLanguage } from './language.js'
import { callerOf } from './let-in.js'

/** What a handler is asked: the request, without the ways to answer it. */
export interface Asked {
  /** A part of the path. */
  parameter: (name: string) => string
  query: Request['query']
  body: unknown
  /** `performance.now()` at which the headers of the request had come, from which on its time runs. */
  arrivedAt: number
  /** Who calls; undefined where the route asks nobody. */
  caller: Caller | undefined
  /** Settles the language of the reply, which its headers then tell. */
  language: () => string
  /** The language that the client prefers, for replies whose headers tell none. */
  preferredLanguage: () => string
  /** What the log tells of the request. */
  noteService: (service: string) => void
  noteAnswer: (...answer: Parameters<typeof noteAnswer> extends [unknown, ...infer Rest] ? Rest : never) => void
}

/** What a handler answers; refusals are thrown. */
export interface Reply {
  type: string
  body: object | string
  /** Whether it is the same for everybody, so that any cache may keep it for a while. */
  isPublic?: true
  /** What is done when the reply is sent; nobody waits for it. */
  afterwards?: () => Promise<void>
}

export type Handler = (asked: Asked, environment: ServerEnvironment) => Reply | Promise<Reply>

const JSON_TYPE = 'application/json'
const FHIR_TYPE = 'application/fhir+json'

export const json = (body: object, more: Pick<Reply, 'isPublic' | 'afterwards'> = {}): Reply => ({ type: JSON_TYPE, body, ...more })

export const fhir = (body: object): Reply => ({ type: FHIR_TYPE, body })

/** Knowledge, which is the same for everybody. */
export const knowledgeReply = (body: object): Reply => ({ type: FHIR_TYPE, body, isPublic: true })

/** Has a handler answer requests. */
export const answering =
  (handler: Handler, environment: ServerEnvironment): RequestHandler =>
  async (request, response) => {
    const { type, body, isPublic, afterwards } = await handler(askedIn(request, response, environment.knowledge.profile), environment)
    response.type(type)
    if (isPublic) sendPublic(response, body as object)
    else response.send(typeof body === 'string' ? body : JSON.stringify(body))
    afterwards?.().catch((error: unknown) => noteFailure(response, { code: 'CDS_INTERNAL', stack: stackFrames(error) }, environment.log))
  }

const askedIn = (request: Request, response: Response, { languages }: KnowledgeProfile): Asked => ({
  parameter: name => String(request.params[name] ?? ''),
  query: request.query,
  body: request.body as unknown,
  arrivedAt: arrivalOf(response),
  caller: callerOf(response),
  language: () => settleLanguage(request, response, languages),
  preferredLanguage: () => languageOf(request, languages),
  noteService: service => noteService(response, service),
  noteAnswer: (cards, undecided) => noteAnswer(response, cards, undecided),
})
