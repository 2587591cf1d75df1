import { ratesByName } from '../trust/call-rate.js'
import { CalledTooOften } from '../trust/caller-refused.js'
import type { Caller, LetIn, RequestHead } from '../trust/calling-client.js'
import { fhirServerList, type FhirServerList } from '../trust/fhir-server-list.js'
import type { ServerEntry } from '../trust/listed-servers.js'
import { spelledSender } from '../trust/sender.js'
import { requireOwnPage } from './own-pages.js'
import type { Person } from './person.js'
import { signInRequired } from './refusals.js'
import type { SignIn } from './sign-in.js'

/** Names of people as clients: no registered client can have one. */
const [SIGNED_IN, FROM_EHR] = ['(signed-in)', '(from-ehr)']

/** Most people whose calls are counted at one time; of more the one who has not called for longest begins anew. */
const MOST_PEOPLE = 10_000

/** Whether a header is one by which a client says who it is, which is checked as that and as nothing else: a session of ours has five parts. */
const isOfClient = (authorization: unknown): boolean => typeof authorization !== 'string' || authorization.split('.').length !== 5

export interface PeopleOptions {
  signIn: SignIn
  /** FHIR servers that may be read for whoever signed in. */
  fhirServers: readonly ServerEntry[]
  /** Whether clients have to say who they are: then a page whose person has gone is told to have them sign in again. */
  areClientsRegistered: boolean
}

/**
 * Lets in who signed in to a page of this service, beside whom `letIn` lets in: only where that page itself asks, and not more often than anybody
 * works. Who came from an EHR reads that EHR's server alone, and nothing without its token.
 */
export function lettingPeople(letIn: LetIn, { signIn, fhirServers, areClientsRegistered }: PeopleOptions): LetIn {
  const takeCall = countedByPerson(signIn.perMinute)
  const [callerOf, all] = [callerFrom(signIn), fhirServerList(fhirServers)]
  return async head => {
    const { authorization } = head.headers
    if (authorization !== undefined && isOfClient(authorization)) return letIn(head)
    const session = await signIn.sessionOf(head)
    if (!session) {
      if (authorization !== undefined || (areClientsRegistered && isAskedByPage(head))) throw signInRequired()
      return letIn(head)
    }
    requireOwnPage(head, signIn.publicUrl)
    takeCall(session.person)
    return { ...callerOf(session.person, all), ...(session.cookie !== undefined && { cookie: session.cookie }) }
  }
}

const isAskedByPage = ({ headers }: RequestHead): boolean => headers['sec-fetch-site'] === 'same-origin'

function callerFrom({ services }: SignIn): (person: Person, all: FhirServerList) => Caller {
  const own = services && new Set(services)
  return ({ user, fhirServer: base }, all) => {
    const name = base === undefined ? SIGNED_IN : FROM_EHR
    const fhirServers = base === undefined ? all : ofOne(base, all)
    return {
      name,
      user,
      sender: spelledSender(name),
      nameIn: ({ fhirServer }) => (fhirServer !== undefined && fhirServers(fhirServer) ? fhirServer : undefined),
      fhirServers,
      // No page of another origin reads what a person is answered.
      origins: new Set(),
      ...(own && { services: own }),
    }
  }
}

/** The one server that a person came from, which is read with its token alone; none where it is listed no more. */
function ofOne(base: string, all: FhirServerList): FhirServerList {
  const server = all.serverOf(base)
  return fhirServerList(server ? [{ ...server, url: base, tokenRequired: true }] : [])
}

/** Counts the calls of each person. @returns what takes one. */
function countedByPerson(perMinute: number): (person: Person) => void {
  const rateOf = ratesByName({ perMinute }, MOST_PEOPLE)
  return ({ user, fhirServer = '' }) => {
    const seconds = rateOf(JSON.stringify([fhirServer, user])).take()
    if (seconds !== undefined) throw new CalledTooOften(fhirServer === '' ? SIGNED_IN : FROM_EHR, seconds)
  }
}
