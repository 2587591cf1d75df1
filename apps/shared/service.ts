import type { Bundle, OperationOutcome, Questionnaire } from 'fhir/r4.js'
import type { Explanation } from '../../src/calls/explain-call.js'
import type { OpenQuestions } from '../../src/calls/open-questions.js'
import type { CdsResponse, ServiceDescription } from '../../src/cds-hooks/types.js'
import type { PageSettings } from '../../src/server/routes.js'
import { pageLanguage } from './language.js'
import { toldEverywhere } from './told-everywhere.js'

/** A refusal of the service or of a FHIR server, in its own words. */
export class Refused extends Error {
  constructor(
    /** HTTP status; 0 where nobody answered. */
    readonly status: number,
    /** Stable code, where one was told. */
    readonly code: string | undefined,
    message: string,
  ) {
    super(message)
  }
}

/** What a page says of who asks, where no cookie does: in the memory of the tab and nowhere else. */
const caller: { authorization?: string } = {}

/** Has all that is asked from now on be asked with a session that the service began for this page. */
export const askWith = (token: string): void => {
  caller.authorization = `Bearer ${token}`
}

/** A request as a client sends it; the service checks what it holds. */
export type HookRequestBody = Readonly<Record<string, unknown>>

/** An answer, and milliseconds from request to its last byte. */
export interface Timed<Answer> {
  answer: Answer
  ms: number
}

/** @throws Refused */
export const pageSettings = async (): Promise<PageSettings> => (await ask<PageSettings>('GET', '/page-settings')).answer

/** The services that may be called. @throws Refused */
export const discover = async (): Promise<readonly ServiceDescription[]> =>
  (await ask<{ services: ServiceDescription[] }>('GET', '/cds-services')).answer.services

/** Calls a service as an EHR does. @throws Refused */
export const callService = (id: string, body: HookRequestBody, givenUp?: AbortSignal): Promise<Timed<CdsResponse>> =>
  ask('POST', `/cds-services/${id}`, body, givenUp)

/** Asks what a call would be answered, of which nothing is recorded: for what is not saved. @throws Refused */
export const tryService = (id: string, body: HookRequestBody, givenUp?: AbortSignal): Promise<Timed<CdsResponse>> =>
  ask('POST', `/cds-services/${id}/$explain?view=cards`, body, givenUp)

/** Asks why. @param query such as `all` or `action`. @throws Refused */
export async function explain(
  id: string,
  body: HookRequestBody,
  query: Readonly<Record<string, string>> = {},
  givenUp?: AbortSignal,
): Promise<Timed<Explanation>> {
  const { answer, ms } = await ask<Explanation>('POST', `/cds-services/${id}/$explain${queryOf(query)}`, body, givenUp)
  return { answer: toldEverywhere(answer), ms }
}

/** Asks what can still change the advice. @throws Refused */
export const openQuestions = (id: string, body: HookRequestBody, givenUp?: AbortSignal): Promise<Timed<OpenQuestions>> =>
  ask('POST', `/cds-services/${id}/$questions`, body, givenUp)

/** The forms of the knowledge. @throws Refused */
export async function questionnaires(): Promise<readonly Questionnaire[]> {
  const { entry = [] } = (await ask<Bundle<Questionnaire>>('GET', '/fhir/Questionnaire')).answer
  return entry.flatMap(({ resource }) => (resource ? [resource] : []))
}

/** Tells what was done with cards. @throws Refused */
export const sendFeedback = (id: string, body: HookRequestBody): Promise<Timed<unknown>> =>
  ask('POST', `/cds-services/${id}/feedback`, body)

function queryOf(query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? '' : `?${text}`
}

/**
 * Asks the service of this page, in the language of the page.
 * @param givenUp tells that the answer is of no use any more.
 * @throws Refused in the words of its OperationOutcome.
 */
export async function ask<Answer>(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: object,
  givenUp?: AbortSignal,
): Promise<Timed<Answer>> {
  const from = performance.now()
  const response = await sent(path, {
    method,
    headers: {
      Accept: 'application/json',
      'Accept-Language': pageLanguage(),
      ...(caller.authorization !== undefined && { Authorization: caller.authorization }),
      ...(body && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    ...(givenUp && { signal: givenUp }),
  })
  const text = await response.text()
  if (!response.ok) throw refusal(response.status, text)
  return { answer: (text === '' ? undefined : JSON.parse(text)) as Answer, ms: performance.now() - from }
}

/** How often a question is asked again where the service has too much to do, and how long that is waited for at most. */
const AGAIN = { times: 3, longestMs: 5_000 }

/** Asks, and again after a while where a busy service says when; what is written is not sent twice. @throws Refused where nobody answers. */
async function sent(path: string, init: RequestInit, left = init.method === 'GET' ? AGAIN.times : 0): Promise<Response> {
  const response = await fetch(path, init).catch(() => {
    throw new Refused(0, undefined, '')
  })
  const wait = Number(response.headers.get('Retry-After')) * 1_000
  if (response.status !== 503 || left === 0 || !(wait > 0 && wait <= AGAIN.longestMs)) return response
  await new Promise(resolve => setTimeout(resolve, wait))
  return sent(path, init, left - 1)
}

/** What an answer that is no success says. */
export function refusal(status: number, text: string): Refused {
  const issue = outcomeIn(text)?.issue?.[0]
  return new Refused(status, issue?.details?.coding?.[0]?.code, issue?.diagnostics ?? issue?.details?.text ?? '')
}

function outcomeIn(text: string): OperationOutcome | undefined {
  try {
    return JSON.parse(text) as OperationOutcome
  } catch {
    return undefined
  }
}
