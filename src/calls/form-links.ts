import { createHash, randomBytes } from 'node:crypto'
import { CdsError } from '../errors.js'
import type { FormLinks } from '../record/port.js'

/** Milliseconds for which a link can be answered and its answers fetched: seven days. */
const LIFETIME_MS = 7 * 86_400_000

/** Links that are made in one minute, and questions about links that are answered in it, in this process. */
const OPENED_A_MINUTE = 120
const ASKED_A_MINUTE = 1_200

/** Names and secrets are 16 random bytes each. */
const SECRET_BYTES = 16
const SECRET = /^[\w-]{22}$/

/** Sealed answers: nine answers have 300 characters. */
const SEALED = /^[\w-]{40,6000}$/

/** A link that was made, for whoever asked for it alone. */
export interface OpenedLink {
  id: string
  /** By which the answers are fetched. */
  collector: string
  /** ISO instant. */
  expires: string
}

/** What becomes of one-time links, as those who use them ask. */
export interface LinkDesk {
  /** @throws CdsError CDS_RATE_EXCEEDED, CDS_LINK_NOT_KEPT */
  open: () => Promise<OpenedLink>
  /** @throws CdsError CDS_LINK_UNKNOWN, CDS_RATE_EXCEEDED, CDS_LINK_NOT_KEPT */
  find: (id: string) => Promise<{ expires: string; isAnswered: boolean }>
  /** @throws CdsError CDS_REQUEST_INVALID, CDS_LINK_UNKNOWN, CDS_LINK_USED, CDS_RATE_EXCEEDED, CDS_LINK_NOT_KEPT */
  answer: (id: string, body: unknown) => Promise<void>
  /** The answers, sealed as they were sent, which are then gone; none where they have not come yet. @throws CdsError as for `find` */
  collect: (id: string, body: unknown) => Promise<{ answers?: string }>
}

/** @param now the clock of the service. */
export function createLinkDesk(links: FormLinks, now: () => Date): LinkDesk {
  const mayOpen = atMost(OPENED_A_MINUTE)
  const mayAsk = atMost(ASKED_A_MINUTE)
  const nowMs = () => now().getTime()
  const found = async (id: string) => {
    mayAsk()
    const link = SECRET.test(id) ? await kept(links.find(id, nowMs())) : undefined
    if (!link) throw new CdsError('CDS_LINK_UNKNOWN', 'There is no such link, or it has expired or was used. Ask for a new one.')
    return link
  }
  return {
    async open() {
      mayOpen()
      const [id, collector] = [secret(), secret()]
      const expires = nowMs() + LIFETIME_MS
      if (!(await kept(links.open({ id, collector: digestOf(collector), expires }, nowMs()))))
        throw new CdsError('CDS_LINK_NOT_KEPT', 'There is no room for another link until others expire.')
      return { id, collector, expires: new Date(expires).toISOString() }
    },
    async find(id) {
      const { expires, isAnswered } = await found(id)
      return { expires: new Date(expires).toISOString(), isAnswered }
    },
    async answer(id, body) {
      const { isAnswered } = await found(id)
      const sealed = memberOf(body, 'answers')
      if (!SEALED.test(sealed))
        throw new CdsError('CDS_REQUEST_INVALID', 'Give `answers` as sealed text, base64url, of at most 6,000 characters.')
      if (isAnswered || !(await kept(links.answer(id, sealed, nowMs()))))
        throw new CdsError('CDS_LINK_USED', 'This link was answered. Ask for a new one.')
    },
    async collect(id, body) {
      const { isAnswered } = await found(id)
      const collector = memberOf(body, 'collector')
      if (!isAnswered) return {}
      const answers = SECRET.test(collector) ? await kept(links.collect(id, digestOf(collector), nowMs())) : undefined
      if (answers === undefined)
        throw new CdsError('CDS_LINK_UNKNOWN', 'There are no answers for this link and secret. They may have been fetched before.')
      return { answers }
    },
  }
}

const secret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

function memberOf(body: unknown, name: string): string {
  const value: unknown = (body as Readonly<Record<string, unknown>> | undefined)?.[name]
  return typeof value === 'string' ? value : ''
}

/** What the record promised. @throws CdsError CDS_LINK_NOT_KEPT where it could not. */
async function kept<Kept>(promise: Promise<Kept>): Promise<Kept> {
  try {
    return await promise
  } catch (cause) {
    throw new CdsError('CDS_LINK_NOT_KEPT', 'The links cannot be had now. Try again in a minute.', [], { cause })
  }
}

const MINUTE_MS = 60_000

/** Counts in this process alone, by the clock that runs. @throws CdsError CDS_RATE_EXCEEDED for one too many. */
function atMost(perMinute: number): () => void {
  let [minute, count] = [0, 0]
  return () => {
    const current = Math.floor(performance.now() / MINUTE_MS)
    if (current !== minute) [minute, count] = [current, 0]
    count += 1
    if (count > perMinute) throw new CdsError('CDS_RATE_EXCEEDED', 'Too many links are asked for. Try again in a minute.')
  }
}
