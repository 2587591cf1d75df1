import { randomUUID } from 'node:crypto'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { Level, Logger } from 'pino'
import type { UndecidedNote } from '../cds-hooks/types.js'
import type { Refusal } from '../trust/caller-refused.js'
import type { Metrics } from './metrics.js'
import { defined } from '../plain-values/defined.js'

/** What the log tells of one request beside its outcome. Nothing of it is the client's own words but an id that is a uuid. */
interface RequestNotes {
  readonly id: string
  /** `performance.now()` at which its headers had come. */
  readonly arrivedAt: number
  /** Template of the path, never the address itself. */
  route: string
  /** Id of the CDS service that was called. */
  service?: string
  /** Name by which the operator knows the client. */
  client?: string
  /** Why the client was not let in, which nobody but the operator is told. */
  refusedFor?: Refusal
  cards?: number
  /** Cards that a client in shadow was answered without. */
  shadowCards?: number
  undecided?: readonly UndecidedNote[]
  failure?: Failure
  /** Status and milliseconds of the answer once it has ended; no status where nobody got it. */
  end?: { status: number | undefined; ms: number }
}

/** An error as the log tells it: its stable code, and for faults of ours the frames of its stack. */
export interface Failure {
  code: string
  /** Absent where the refusal was meant. */
  stack?: string | undefined
}

const kept = new WeakMap<Response, RequestNotes>()

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Gives every request an id, which the answer carries, and tells of it in one line of the log and in the figures. */
export function observeRequests(log: Logger, metrics: Metrics): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const began = performance.now()
    const notes: RequestNotes = { id: requestId(request), route: 'none', arrivedAt: began }
    kept.set(response, notes)
    response.setHeader('X-Request-Id', notes.id)
    // The one event that every response ends with, whether it was sent or the client went away before.
    response.on('close', () => {
      const milliseconds = performance.now() - began
      // A refusal of half a body is written into a connection that is closed already, and counts as written.
      const isAnswered = response.writableFinished && request.errored === null
      if (isAnswered) metrics.observe(notes.route, response.statusCode, milliseconds / 1000)
      else metrics.countAborted(notes.route)
      const status = isAnswered ? response.statusCode : undefined
      log[levelOf(notes, isAnswered)](lineOf(request, status, notes, milliseconds), isAnswered ? 'answered' : 'aborted by the client')
      notes.end = { status, ms: milliseconds }
    })
    next()
  }
}

/** Notes which route answers. */
export function noteRoute(response: Response, route: string): void {
  const notes = kept.get(response)
  if (notes) notes.route = route
}

/** `performance.now()` at which the headers of a request had come, from which on its time runs. */
export const arrivalOf = (response: Response): number => kept.get(response)?.arrivedAt ?? performance.now()

/** Id of a request, by which its answer and the log name it. */
export const requestIdOf = (response: Response): string => kept.get(response)?.id ?? ''

/** Notes which service was called; its id is one of ours, not what was sent. */
export function noteService(response: Response, service: string): void {
  const notes = kept.get(response)
  if (notes) notes.service = service
}

/** Notes which registered client calls, by the operator's own name for it. */
export function noteCaller(response: Response, client: string): void {
  const notes = kept.get(response)
  if (notes) notes.client = client
}

/** Notes why nobody was let in. */
export function noteRefusal(response: Response, refusal: Refusal): void {
  const notes = kept.get(response)
  if (notes) notes.refusedFor = refusal
}

/** Notes how many cards a call was answered with, which actions could not be decided, and how many cards a client in shadow was not given. */
export function noteAnswer(response: Response, cards: number, undecided: readonly UndecidedNote[], shadowCards?: number): void {
  const notes = kept.get(response)
  if (notes) Object.assign(notes, { cards, undecided, ...defined({ shadowCards }) })
}

/** Notes why a request failed; where its line is written already, since the client did not wait, in a line of its own. */
export function noteFailure(response: Response, failure: Failure, log: Logger): void {
  const notes = kept.get(response)
  if (notes && !notes.end) notes.failure = failure
  else if (failure.stack !== undefined) log.error({ ...(notes && { requestId: notes.id }), ...failure }, 'failed after the client had gone')
}

/** What became of a request whose response has ended, as the log told it. */
export interface Outcome {
  requestId: string
  ms: number
  status?: number
  code?: string
  service?: string
  cards?: number
  undecided?: number
}

/** What became of a request; undefined while its response has not ended. */
export function outcomeOf(response: Response): Outcome | undefined {
  const { id, end, service, cards, undecided, failure } = kept.get(response) ?? {}
  if (id === undefined || !end) return undefined
  const { ms, status } = end
  return { requestId: id, ms, ...defined({ status, code: failure?.code, service, cards, undecided: undecided?.length }) }
}

function requestId({ headers }: Request): string {
  const sent = headers['x-request-id']
  return typeof sent === 'string' && UUID.test(sent) ? sent : randomUUID()
}

const LATE = 'CDS_DEADLINE_PASSED'

/** A fault of ours is an error; that the time ran out is for an operator to watch; all else is the day's work. */
function levelOf({ failure, undecided = [] }: RequestNotes, isAnswered: boolean): Level {
  if (failure?.stack !== undefined || undecided.some(({ code }) => code !== LATE)) return 'error'
  return undecided.length > 0 || failure?.code === LATE || !isAnswered ? 'warn' : 'info'
}

/** Most undecided actions that a line names; the figures hold them all. */
const MOST_NAMED = 3

/** @param status absent where nobody got the answer. */
function lineOf(
  { method }: Request,
  status: number | undefined,
  { id, route, service, client, refusedFor, cards, shadowCards, undecided, failure }: RequestNotes,
  milliseconds: number,
): object {
  return {
    requestId: id,
    method,
    route,
    ...defined({ service, client, status, refusedFor }),
    ms: Math.round(milliseconds * 10) / 10,
    ...defined({ cards, shadowCards }),
    ...(undecided && { undecided: undecided.length }),
    ...(undecided &&
      undecided.length > 0 && {
        firstUndecided: undecided.slice(0, MOST_NAMED).map(({ plan, action, code }) => `${plan} ${action} ${code}`),
      }),
    ...failure,
  }
}
