import type { Request, RequestHandler, Response } from 'express'
import type { Arrival } from '../calls/environment.js'
import type { KnowledgeProfile } from '../engine/knowledge/profile.js'
import { stackFrames } from '../errors.js'
import type { Caller, RequestHead } from '../trust/calling-client.js'
import { noteCall } from './audit.js'
import { keptForEver, sendPublic } from './caching.js'
import { arrivalOf, noteAnswer, noteFailure, noteService, requestIdOf } from './call-log.js'
import type { ServerEnvironment } from './environment.js'
import { languageOf, settleLanguage } from './language.js'
import { callerOf, headOf } from './let-in.js'

/** What a handler is asked: the request, without the ways to answer it. */
export interface Asked {
  /** A part of the path. */
  parameter: (name: string) => string
  query: Request['query']
  /** What is known of it before its body is read. */
  head: RequestHead
  body: unknown
  /** `performance.now()` at which the headers of the request had come, from which on its time runs. */
  arrivedAt: number
  /** Id by which the log and the answer name the request. */
  requestId: string
  /** Span of the client that the request belongs to, as it was sent. */
  traceparent: string | undefined
  /** Who calls; undefined where the route asks nobody. */
  caller: Caller | undefined
  /** Settles the language of the reply, which its headers then tell. */
  language: () => string
  /** The language that the client prefers, for replies whose headers tell none. */
  preferredLanguage: () => string
  /** Whether a person with a browser asks rather than a program; who takes anything is given what is usual here. */
  isAskedByPerson: (usual?: 'html' | 'json') => boolean
  /** What the log tells of the request. */
  noteService: (service: string) => void
  /** What an auditor is told of it. */
  noteCall: NonNullable<Arrival['noteCall']>
  noteAnswer: (...answer: Parameters<typeof noteAnswer> extends [unknown, ...infer Rest] ? Rest : never) => void
}

/** What a handler answers; refusals are thrown. */
export interface Reply {
  type: string
  body: object | string
  /** Whether it is the same for everybody, so that any cache may keep it for a while. */
  isPublic?: true
  /** Whether it never changes under its address. */
  isForEver?: true
  /** Language of the reply, where its path and not the client's preference decides. */
  language?: string
  /** Name under which a browser keeps it, instead of showing it. */
  fileName?: string
  /** Path or URL where the answer is to be read instead. */
  seeOther?: string
  /** What the browser is to keep from now on, or to forget. */
  cookies?: readonly string[]
  /** What is done when the reply is sent; nobody waits for it. */
  afterwards?: () => Promise<void>
  /** What is done when the client has been sent all of the reply, and never where it went away before; nobody waits for it. */
  onceSent?: () => Promise<void>
}

export type Handler = (asked: Asked, environment: ServerEnvironment) => Reply | Promise<Reply>

const JSON_TYPE = 'application/json'
const FHIR_TYPE = 'application/fhir+json'

export const json = (body: object, more: Pick<Reply, 'isPublic' | 'afterwards' | 'onceSent'> = {}): Reply => ({
  type: JSON_TYPE,
  body,
  ...more,
})

export const fhir = (body: object): Reply => ({ type: FHIR_TYPE, body })

/** Knowledge, which is the same for everybody. */
export const knowledgeReply = (body: object): Reply => ({ type: FHIR_TYPE, body, isPublic: true })

/** A page for people, in a language. */
export const html = (body: string, language: string): Reply => ({ type: 'text/html', body, language, isPublic: true })

/** Whether a client would rather read a page than data. */
export function isAskedByPerson(request: Request, response: Response, usual: 'html' | 'json' = 'html'): boolean {
  response.vary('Accept')
  return request.accepts(usual === 'html' ? ['html', 'json'] : ['json', 'html']) === 'html'
}

/** Has a handler answer requests. */
export const answering =
  (handler: Handler, environment: ServerEnvironment): RequestHandler =>
  async (request, response) => {
    const { type, body, isPublic, isForEver, language, fileName, seeOther, cookies, afterwards, onceSent } = await handler(
      askedIn(request, response, environment.knowledge.profile),
      environment,
    )
    const failed = (error: unknown) => noteFailure(response, { code: 'CDS_INTERNAL', stack: stackFrames(error) }, environment.log)
    if (onceSent) response.once('finish', () => void onceSent().catch(failed))
    response.type(type)
    if (language !== undefined) response.setHeader('Content-Language', language)
    if (fileName !== undefined) response.attachment(fileName)
    if (cookies) response.append('Set-Cookie', [...cookies])
    if (isForEver) keptForEver(response)
    if (seeOther !== undefined) response.redirect(303, seeOther)
    else if (isPublic) sendPublic(response, body)
    else sendOwn(request, response, type, typeof body === 'string' ? body : JSON.stringify(body))
    afterwards?.().catch(failed)
  }

/**
 * Sends what is for this client alone. Express would copy the text into bytes and write them apart from the head; only
 * what is asked for by GET may be known to its client already, which Express tells.
 */
function sendOwn({ method }: Request, response: Response, type: string, text: string): void {
  if (method !== 'POST') {
    response.send(text)
    return
  }
  response.setHeader('Content-Type', `${type}; charset=utf-8`)
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(text)
}

const askedIn = (request: Request, response: Response, { languages }: KnowledgeProfile): Asked => ({
  parameter: name => String(request.params[name] ?? ''),
  query: request.query,
  head: headOf(request),
  body: request.body as unknown,
  arrivedAt: arrivalOf(response),
  requestId: requestIdOf(response),
  traceparent: request.get('traceparent'),
  caller: callerOf(response),
  language: () => settleLanguage(request, response, languages, callerOf(response)?.language),
  preferredLanguage: () => languageOf(request, languages, callerOf(response)?.language),
  isAskedByPerson: usual => isAskedByPerson(request, response, usual),
  noteService: service => noteService(response, service),
  noteCall: members => noteCall(response, members),
  noteAnswer: (...answer) => noteAnswer(response, ...answer),
})
