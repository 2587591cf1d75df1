import type { Bundle, FhirResource, Patient } from 'fhir/r4.js'
import { Refused, refusal } from './service.js'

/** A FHIR server, as a page reads and writes it. */
export interface FhirClient {
  /** Without a slash at its end. */
  base: string
  /** Reads one resource or one page of a search. @param givenUp tells that it is of no use any more. @throws Refused */
  read: <Found extends FhirResource = FhirResource>(path: string, givenUp?: AbortSignal) => Promise<Found>
  /**
   * Writes a new resource, or one with an id in place of what it was; a new one with an identifier of its own once, however often
   * it is sent: what the server has of it already is written over. @throws Refused
   */
  save: <Saved extends FhirResource>(resource: Saved) => Promise<Saved>
  /** Deletes what a reference such as `Task/t1` names. @throws Refused */
  remove: (reference: string) => Promise<void>
}

const TYPE = 'application/fhir+json'

/**
 * @param base URL of the server; only those on the list of the service are reached.
 * @param token with which it is read, where it asks for one.
 */
export function fhirClient(base: string, token?: string): FhirClient {
  const root = base.replace(/\/+$/, '')
  const ask = async (path: string, { method = 'GET', body, ifNoneExist, givenUp }: Asked = {}): Promise<Answered> => {
    const headers = {
      Accept: TYPE,
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body && { 'Content-Type': TYPE }),
      ...(ifNoneExist !== undefined && { 'If-None-Exist': ifNoneExist }),
    }
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }), ...(givenUp && { signal: givenUp }) }
    const response = await fetch(`${root}/${path}`, sent).catch(() => {
      throw new Refused(0, undefined, '')
    })
    const text = await response.text()
    if (!response.ok) throw refusal(response.status, text)
    return { status: response.status, resource: text === '' ? undefined : (JSON.parse(text) as FhirResource) }
  }
  const put = (resource: FhirResource, id: string) => ask(`${resource.resourceType}/${id}`, { method: 'PUT', body: { ...resource, id } })
  const create = async (resource: FhirResource): Promise<Answered> => {
    const ifNoneExist = ownIdentifierOf(resource)
    const created = await ask(resource.resourceType, { method: 'POST', body: resource, ...(ifNoneExist !== undefined && { ifNoneExist }) })
    const known = created.status === 200 && ifNoneExist !== undefined ? created.resource?.id : undefined
    // What was sent before may have been answered otherwise since.
    return known === undefined ? created : put(resource, known)
  }
  return {
    base: root,
    read: async <Found extends FhirResource>(path: string, givenUp?: AbortSignal) =>
      (await ask(path, givenUp && { givenUp })).resource as Found,
    async save<Saved extends FhirResource>(resource: Saved) {
      const saved = resource.id === undefined ? create(resource) : put(resource, resource.id)
      return (await saved).resource as Saved
    },
    async remove(reference) {
      await ask(reference, { method: 'DELETE' })
    },
  }
}

interface Asked {
  method?: string
  body?: FhirResource
  /** By which search something that is there already is told from something new. */
  ifNoneExist?: string
  givenUp?: AbortSignal
}

interface Answered {
  status: number
  resource: FhirResource | undefined
}

/** The search that finds a form by the identifier that it was given before it was sent. */
function ownIdentifierOf(resource: FhirResource): string | undefined {
  const { system, value } = (resource.resourceType === 'QuestionnaireResponse' && resource.identifier) || {}
  return system !== undefined && value !== undefined ? `identifier=${encodeURIComponent(`${system}|${value}`)}` : undefined
}

/** A patient of a server, as somebody chooses them. */
export interface PatientChoice {
  id: string
  name: string
  birthDate: string | undefined
}

/**
 * The patients of a server, by name; as many as one page of it holds.
 * @param named what their name or id is; everybody unless given.
 * @throws Refused
 */
export async function patientsOf({ read }: FhirClient, named = '', givenUp?: AbortSignal): Promise<PatientChoice[]> {
  const asked = ['name', '_id'].map(by => `Patient?${by}=${encodeURIComponent(named)}&_count=50`)
  const bundles = await Promise.all((named === '' ? ['Patient?_count=200'] : asked).map(query => read<Bundle<Patient>>(query, givenUp)))
  return bundles
    .flatMap(({ entry = [] }) => entry)
    .flatMap(({ resource }) => (resource?.resourceType === 'Patient' && resource.id !== undefined ? [choiceOf(resource, resource.id)] : []))
    .filter(({ id }, index, found) => found.findIndex(other => other.id === id) === index)
    .sort((one, other) => one.name.localeCompare(other.name, 'da'))
}

function choiceOf({ name: [name] = [], birthDate }: Patient, id: string): PatientChoice {
  const written = name?.text ?? [...(name?.given ?? []), name?.family].filter(part => part !== undefined).join(' ')
  return { id, name: written === '' ? id : written, birthDate }
}

/** Prefetched data by key. */
export type Prefetch = Readonly<Record<string, FhirResource>>

/**
 * Reads what a service asks for, as an EHR does; templates that this context cannot fill, and answers with an error, are left out,
 * so that the service reads or names them.
 * @param context what the hook says, such as `{ patientId, userId }`.
 * @param isNeeded of a template, whether nothing is right without what it asks for.
 * @param givenUp tells that it is of no use any more.
 * @throws Refused where what is needed is not answered.
 */
export async function readPrefetch(
  client: FhirClient,
  templates: Readonly<Record<string, string>>,
  context: Readonly<Record<string, unknown>>,
  isNeeded: (template: string) => boolean = () => false,
  givenUp?: AbortSignal,
): Promise<Prefetch> {
  const read = await Promise.all(
    Object.entries(templates).map(async ([key, template]) => {
      const path = filled(template, context)
      const leaveOut = (refused: unknown): undefined => {
        if (isNeeded(template)) throw refused
      }
      const found = path === undefined ? undefined : await client.read(path, givenUp).catch(leaveOut)
      return found ? [[key, found] as const] : []
    }),
  )
  return Object.fromEntries(read.flat())
}

/** A template with the context's values; undefined where one is missing. */
function filled(template: string, context: Readonly<Record<string, unknown>>): string | undefined {
  let isWhole = true
  const path = template.replaceAll(/\{\{\s*context\.(\w+)\s*\}\}|\{\{[^}]*\}\}/g, (_, name: string | undefined) => {
    const value = name === undefined ? undefined : context[name]
    if (typeof value !== 'string') isWhole = false
    return encodeURIComponent(typeof value === 'string' ? value : '')
  })
  return isWhole ? path : undefined
}
