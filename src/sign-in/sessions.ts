import { defined } from '../plain-values/defined.js'
import type { RequestHead } from '../trust/calling-client.js'
import { cookieNamed } from './cookies.js'
import { clinicianIn, practicesIn, shortText, type Person } from './person.js'
import { createSeal, type Members, type SealOptions } from './sealed.js'

/** Seconds for which somebody is signed in at most, and without asking anything. */
export const [LONGEST_SESSION, IDLE_SESSION] = [8 * 3_600, 3_600]

/** Seconds after which a session is sealed anew, so that whoever works goes on. */
const RENEWED_AFTER = 300

/** Seconds for which whoever comes from an EHR may ask: as long as tokens of an EHR usually live. */
export const EHR_SESSION = 3_600

/** Who asks, and what the browser is to keep from now on, where that is something else. */
export interface Session {
  person: Person
  cookie?: string
}

/** Who is signed in, as their browser keeps it: this service keeps nothing of it. */
export interface Sessions {
  /** Begins a session. @returns the header that has the browser keep it. */
  begin: (person: Person) => Promise<string>
  /** Whose session a request brought along; undefined where it brought none that holds. */
  of: (head: RequestHead) => Promise<Session | undefined>
  /** The header that ends a session in the browser that has it. */
  end: () => string
  /** Begins a session that a page keeps in its memory and sends as a bearer token. */
  beginInPage: (person: Person) => Promise<{ token: string; seconds: number }>
}

/** An encrypted token of our own: five parts, of which the second is empty, since the key is agreed. */
const BEARER = /^bearer +(eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+)$/i

/** Sessions that are sealed under the site's secret. */
export function createSessions(options: Omit<SealOptions, 'purpose'>): Sessions {
  const [inCookie, inPage] = ['session', 'session of a page'].map(purpose => createSeal({ ...options, purpose })) as [
    ReturnType<typeof createSeal>,
    ReturnType<typeof createSeal>,
  ]
  const cookie = cookieNamed('columna-session', options.publicUrl)
  const seconds = () => options.now().getTime() / 1_000
  const seal = async (person: Person, since: number): Promise<string> => {
    const until = Math.min(since + LONGEST_SESSION, seconds() + IDLE_SESSION)
    return cookie.kept(await inCookie.seal({ ...person, since }, until), Math.max(0, Math.floor(until - seconds())))
  }
  return {
    begin: person => seal(person, Math.floor(seconds())),
    end: cookie.forgotten,
    async beginInPage(person) {
      return { token: await inPage.seal({ ...person }, seconds() + EHR_SESSION), seconds: EHR_SESSION }
    },
    async of(head) {
      const { authorization } = head.headers
      if (authorization !== undefined) {
        const [, token] = (typeof authorization === 'string' && BEARER.exec(authorization)) || []
        const person = token === undefined ? undefined : personIn((await inPage.open(token))?.members)
        return person && { person }
      }
      const kept = cookie.of(head)
      const opened = kept === undefined ? undefined : await inCookie.open(kept)
      const person = personIn(opened?.members)
      if (!opened || !person) return undefined
      const isOld = seconds() - opened.sealedAt > RENEWED_AFTER
      return { person, ...(isOld && { cookie: await seal(person, Number(opened.members['since'])) }) }
    },
  }
}

function personIn(members: Members | undefined): Person | undefined {
  const user = members?.['user']
  if (typeof user !== 'string') return undefined
  const [fhirServer, fhirUser] = [members?.['fhirServer'], members?.['fhirUser']]
  return {
    user,
    ...defined({
      name: shortText(members?.['name']),
      fhirServer: typeof fhirServer === 'string' ? fhirServer : undefined,
      fhirUser: clinicianIn(fhirUser),
      practices: practicesIn(members?.['practices']),
    }),
  }
}
