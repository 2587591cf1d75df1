import { createHash, randomBytes } from 'node:crypto'
import { CdsError } from '../errors.js'
import { MOST_LINKS } from '../record/form-links.js'
import type { FormLinks } from '../record/port.js'
import { createRate, ratesByName, type Rate } from '../trust/call-rate.js'

/** Milliseconds for which a link can be answered and its answers fetched: seven days. */
const LIFETIME_MS = 7 * 86_400_000

/** Links that are made in this process. */
const OPENED = { perMinute: 120, burst: 120 }

/** Questions about one link, and fetches of its answers, by whoever has it: neither takes of the other's, or of another link's. */
const ASKED = { perMinute: 120, burst: 120 }
const FETCHED = { perMinute: 60, burst: 60 }

/** Questions from one address about links of which this process knows nothing yet; those that turn out to be there do not count. */
const GUESSED = { perMinute: 600, burst: 600 }

/** Most addresses whose guesses are counted at one time. */
const MOST_ADDRESSES = 10_000

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

/** What becomes of one-time links, as those who use them ask. `address` is that of whoever asks, where it is known. */
export interface LinkDesk {
  /** @throws CdsError CDS_RATE_EXCEEDED, CDS_LINK_NOT_KEPT */
  open: () => Promise<OpenedLink>
  /** @throws CdsError CDS_LINK_UNKNOWN, CDS_RATE_EXCEEDED, CDS_LINK_NOT_KEPT */
  find: (id: string, address?: string) => Promise<{ expires: string; isAnswered: boolean }>
  /** @throws CdsError CDS_REQUEST_INVALID, CDS_LINK_UNKNOWN, CDS_LINK_USED, CDS_RATE_EXCEEDED, CDS_LINK_NOT_KEPT */
  answer: (id: string, body: unknown, address?: string) => Promise<void>
  /** The answers, sealed as they were sent, as often as they are asked for; none where they have not come yet. @throws CdsError as for `find` */
  collect: (id: string, body: unknown, address?: string) => Promise<{ answers?: string }>
  /** Ends a link, with its answers; one that is gone already is gone. @throws CdsError as for `find`, CDS_LINK_UNKNOWN only where the secret is another's */
  forget: (id: string, body: unknown, address?: string) => Promise<void>
}

/** @param now the clock of the service. */
export function createLinkDesk(links: FormLinks, now: () => Date): LinkDesk {
  const [opened, asked, fetched] = [createRate(OPENED), ratesByName(ASKED, MOST_LINKS), ratesByName(FETCHED, MOST_LINKS)]
  const [seen, guessesOf] = [lastNames(MOST_LINKS), ratesByName(GUESSED, MOST_ADDRESSES)]
  const nowMs = () => now().getTime()
  /**
   * Looks a link up. Who guesses names is counted by address, before the store is asked, and takes of nobody else's questions: a link that was made
   * or asked for here before is let through, however many guesses come beside it.
   */
  const look = async (id: string, address: string | undefined, rateOf: (id: string) => Rate) => {
    if (!SECRET.test(id)) return undefined
    const rate = seen.has(id) ? rateOf(id) : guessesOf(address ?? '')
    takeFrom(rate)
    const link = await kept(links.find(id, nowMs()))
    if (!link) seen.remove(id)
    else if (!seen.has(id)) {
      rate.giveBack()
      seen.add(id)
    }
    return link
  }
  const found = async (...asking: Parameters<typeof look>) => {
    const link = await look(...asking)
    if (!link) throw new CdsError('CDS_LINK_UNKNOWN', 'There is no such link, or it has expired or was used. Ask for a new one.')
    return link
  }
  return {
    async open() {
      takeFrom(opened)
      const [id, collector] = [secret(), secret()]
      const expires = nowMs() + LIFETIME_MS
      if (!(await kept(links.open({ id, collector: digestOf(collector), expires }, nowMs()))))
        throw new CdsError('CDS_LINK_NOT_KEPT', 'There is no room for another link until others expire.')
      seen.add(id)
      return { id, collector, expires: new Date(expires).toISOString() }
    },
    async find(id, address) {
      const { expires, isAnswered } = await found(id, address, asked)
      return { expires: new Date(expires).toISOString(), isAnswered }
    },
    async answer(id, body, address) {
      const { isAnswered } = await found(id, address, asked)
      const sealed = memberOf(body, 'answers')
      if (!SEALED.test(sealed))
        throw new CdsError('CDS_REQUEST_INVALID', 'Give `answers` as sealed text, base64url, of at most 6,000 characters.')
      if (isAnswered || !(await kept(links.answer(id, sealed, nowMs()))))
        throw new CdsError('CDS_LINK_USED', 'This link was answered. Ask for a new one.')
    },
    async collect(id, body, address) {
      const { isAnswered } = await found(id, address, fetched)
      if (!isAnswered) return {}
      const answers = await kept(links.collect(id, digestOf(memberOf(body, 'collector')), nowMs()))
      if (answers === undefined) throw otherSecret()
      return { answers }
    },
    async forget(id, body, address) {
      if (!(await look(id, address, fetched))) return
      if (!(await kept(links.forget(id, digestOf(memberOf(body, 'collector')))))) throw otherSecret()
    },
  }
}

const otherSecret = (): CdsError => new CdsError('CDS_LINK_UNKNOWN', 'There is no link of this name with this secret.')

/** The last names that were added, at most so many. */
function lastNames(most: number): { has: (name: string) => boolean; add: (name: string) => void; remove: (name: string) => void } {
  const names = new Set<string>()
  return {
    has: name => names.has(name),
    add(name) {
      names.add(name)
      if (names.size > most) names.delete(names.values().next().value ?? '')
    },
    remove: name => void names.delete(name),
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

/** Takes one. @throws CdsError CDS_RATE_EXCEEDED, with the seconds until there is room. */
function takeFrom({ take }: Rate): void {
  const seconds = take()
  if (seconds !== undefined) throw new AskedTooOften(seconds)
}

/** Links that are asked for more often than people do. */
class AskedTooOften extends CdsError {
  constructor(private readonly seconds: number) {
    super('CDS_RATE_EXCEEDED', 'Links are asked for too often. Send the request again when Retry-After has passed.')
  }

  override get retryAfter(): number {
    return this.seconds
  }
}
