import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express'
import { refuseIfLate } from '../calls/call-service.js'
import { CdsError } from '../errors.js'
import { jsonFault, type JsonFault } from '../trust/json-scan.js'
import { arrivalOf } from './call-log.js'
import { explainFewAtOnce, shedWhenWaitIsLong, type Lateness } from './back-pressure.js'
import { jsonText } from './json-text.js'
import type { Readiness } from './readiness.js'
import type { Turns } from './turns.js'
import type { UnfinishedBodies } from './unfinished-bodies.js'

export interface BodyOptions {
  /** Largest body in bytes, unpacked. */
  limit: number
  turns: Turns
  lateness: Lateness
  unfinished: UnfinishedBodies
  readiness: Readiness
  /** Milliseconds that one call may take in all, and one explanation. */
  deadlineMs: number
  explainDeadlineMs: number
}

/** Fewest bytes that a real body has for each of its parts; one that has less is made of brackets and commas. */
const BYTES_PER_PART = 10

/** The steps that read the JSON object of a POST into `request.body`: whenever it comes, and only while its call can be answered in time. */
export function readJsonBody(options: BodyOptions): Record<'body' | 'bodyInTime' | 'bodyToExplain', RequestHandler[]> {
  const receiveBody = [requireJson, spellOut, receive(options)]
  const inTurn = [shedWhenWaitIsLong(options.lateness), waitForTurn(options)]
  const parseBody = parse(options)
  return {
    body: [...receiveBody, ...inTurn, parseBody],
    bodyInTime: [...receiveBody, ...inTurn, onlyInTime(options.deadlineMs), parseBody],
    bodyToExplain: [...receiveBody, explainFewAtOnce(), ...inTurn, onlyInTime(options.explainDeadlineMs), parseBody],
  }
}

const JSON_TYPE = /^application\/([\w.-]+\+)?json(\+[\w.-]+)?\s*(;|$)/i
const CHARSET = /;\s*charset\s*=\s*("[^"]*"|'[^']*'|[^\s;]*)/i
const UTF_8 = /^["']?utf[-_]?8["']?$/i

/** JSON is UTF-8 by its own definition; in another character set its depth could not be told from its bytes. */
function requireJson({ headers }: Request, _response: Response, next: NextFunction): void {
  const type = headers['content-type'] ?? ''
  if (!JSON_TYPE.test(type)) throw new CdsError('CDS_MEDIA_TYPE_UNSUPPORTED', 'Send the body as application/json.')
  if (!UTF_8.test(CHARSET.exec(type)?.[1] ?? 'utf-8'))
    throw new CdsError('CDS_MEDIA_TYPE_UNSUPPORTED', 'The character set is not supported. Send UTF-8.')
  next()
}

/** Another name of gzip, as clients write it. */
function spellOut({ headers }: Request, _response: Response, next: NextFunction): void {
  if (/^\s*x-gzip\s*$/i.test(headers['content-encoding'] ?? '')) headers['content-encoding'] = 'gzip'
  next()
}

/** Reads the bytes of the body, unpacked and within the limits. They are parsed in a step of its own, which waits for its turn. */
function receive({ limit, unfinished, readiness: { lastCall } }: BodyOptions): RequestHandler {
  const readBytes = express.raw({ limit, type: () => true })
  return (request, response, next) => {
    let isOver = false
    const proceed = (fault?: unknown) => {
      if (isOver) return
      isOver = true
      lastCall.removeEventListener('abort', refuseAtLast)
      next(fault)
    }
    const refuse = (why: CdsError) => {
      // What is still to come of the body would only fill the memory.
      if (!isOver) response.setHeader('Connection', 'close')
      proceed(why)
    }
    const refuseAtLast = () => refuse(lastCall.reason as CdsError)
    lastCall.addEventListener('abort', refuseAtLast)
    if (lastCall.aborted) refuseAtLast()
    unfinished.count(request, response, () =>
      refuse(new CdsError('CDS_BUSY', 'The service holds as many unfinished bodies as it can. Send the request again a little later.')),
    )
    readBytes(request, response, proceed)
  }
}

function waitForTurn({ turns }: BodyOptions): RequestHandler {
  return async (_request, response, next) => {
    await turns.take(arrivalOf(response))
    next()
  }
}

/** Nothing is parsed and evaluated for who has no use of it: whose time has run out while he waited, or who has gone. */
function onlyInTime(deadlineMs: number): RequestHandler {
  return (_request, response, next) => {
    if (response.closed) return
    refuseIfLate(arrivalOf(response) + deadlineMs)
    next()
  }
}

function parse({ limit }: BodyOptions): RequestHandler {
  return (request, _response, next) => {
    const bytes = request.body as Buffer | undefined
    request.body = bytes === undefined || bytes.length === 0 ? {} : parseJson(bytes, limit / BYTES_PER_PART)
    next()
  }
}

function parseJson(bytes: Buffer, mostParts: number): unknown {
  const fault = jsonFault(bytes, mostParts)
  if (fault) throw REFUSALS[fault]()
  const body = jsonOf(bytes)
  if (typeof body !== 'object' || body === null) throw notJson()
  return body
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(jsonText(withoutMark(bytes))) as unknown
  } catch {
    throw notJson()
  }
}

/** The bytes without the mark by which some clients say that they are UTF-8. */
const withoutMark = (bytes: Buffer): Buffer => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes)

const notJson = () => new CdsError('CDS_BODY_NOT_JSON', 'The body is not JSON. Send one JSON object.')

const REFUSALS: Readonly<Record<JsonFault, () => CdsError>> = {
  'too-deep': () =>
    new CdsError('CDS_NESTED_TOO_DEEP', 'The body is nested deeper than any FHIR resource. Send the resources as they are.'),
  'too-wide': () =>
    new CdsError(
      'CDS_BODY_TOO_COSTLY',
      'The body holds an object with more members than any FHIR resource has. Send the resources as they are.',
    ),
  'too-many': () =>
    new CdsError(
      'CDS_BODY_TOO_COSTLY',
      'The body holds more lists, objects and values than this service accepts. Send less, or let the service read from a FHIR server.',
    ),
}
