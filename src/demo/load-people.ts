import { setTimeout as pause } from 'node:timers/promises'
import type { Bundle, FhirResource, OperationOutcome, Resource } from 'fhir/r4.js'
import { request } from 'undici'
import { withoutEnd } from '../plain-values/without-end.js'
import { demoPeople } from './people.js'

/** How long a FHIR server may take to come up, and how long to wait between two attempts. */
const LONGEST_WAIT_MS = 180_000
const PAUSE_MS = 2_000
/** One answer; a server that has just come up takes its time over the first transaction. */
const ANSWER_TIMEOUT_MS = 60_000

/** Under this name go the practitioners and their clinic, who belong to no one patient. */
const CLINIC = 'clinic'

/** An attempt that may succeed when it is made again: nobody answers, or the server has a passing trouble. */
class Passing extends Error {}

/** Puts the synthetic people into the FHIR server at FHIR_BASE, one transaction a person. */
async function main(): Promise<void> {
  const base = fhirBase(process.env.FHIR_BASE)
  const stopAt = Date.now() + LONGEST_WAIT_MS
  const people = byPerson(demoPeople(new Date()))
  say('Waiting for the FHIR server')
  await untilItWorks(() => send(`${base}/metadata`, 'GET'), stopAt)
  for (const [person, resources] of people) {
    await untilItWorks(() => send(base, 'POST', transaction(resources)), stopAt)
    say(`${person}: ${resources.length}`)
  }
  const total = [...people.values()].reduce((sum, { length }) => sum + length, 0)
  say(`Loaded ${total} resources: ${people.size - 1} people and their clinic.`)
}

function fhirBase(text: string | undefined): string {
  const base = withoutEnd(text?.trim() ?? '', '/')
  if (!URL.canParse(base) || !/^https?:/i.test(base)) {
    throw new Error('FHIR_BASE must be the base URL of a FHIR server, such as http://localhost:8080/fhir.')
  }
  return base
}

/** Resources by the id of the patient they name; first those that name nobody, since the others refer to them. */
function byPerson(resources: readonly Resource[]): Map<string, Resource[]> {
  const people = new Map<string, Resource[]>([[CLINIC, []]])
  for (const resource of resources) {
    const person = patientOf(resource) ?? CLINIC
    people.set(person, [...(people.get(person) ?? []), resource])
  }
  return people
}

function patientOf(resource: Resource): string | undefined {
  if (resource.resourceType === 'Patient') return resource.id
  return /"reference":"Patient\/([^"/]+)"/.exec(JSON.stringify(resource))?.[1]
}

function transaction(resources: readonly Resource[]): Bundle {
  const entry = resources.map(resource => ({
    resource: resource as FhirResource,
    request: { method: 'PUT' as const, url: `${resource.resourceType}/${resource.id}` },
  }))
  return { resourceType: 'Bundle', type: 'transaction', entry }
}

async function untilItWorks(attempt: () => Promise<void>, stopAt: number): Promise<void> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof Passing) || Date.now() + PAUSE_MS > stopAt) throw error
      await pause(PAUSE_MS)
    }
  }
}

/**
 * Sends one request and leaves its answer unread.
 * @throws Passing when nobody answers or the server is not ready; Error when it refuses what was sent.
 */
async function send(url: string, method: 'GET' | 'POST', body?: Bundle): Promise<void> {
  const { statusCode, body: answer } = await request(url, {
    method,
    headers: { accept: 'application/fhir+json', ...(body && { 'content-type': 'application/fhir+json' }) },
    ...(body && { body: JSON.stringify(body) }),
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  }).catch((error: Error & { code?: string }) => {
    throw new Passing(`The FHIR server does not answer (${error.code ?? error.name}).`)
  })
  if (statusCode < 300) return answer.dump()
  const message = `The FHIR server answers ${method} with ${statusCode}${reasons(await answer.text())}.`
  // While it starts, a server may say 404 even to /metadata; what it refuses later stays refused.
  const isPassing = statusCode >= 500 || (statusCode === 404 && method === 'GET')
  throw isPassing ? new Passing(message) : new Error(message)
}

// Only codes and places: what a foreign server writes in words could hold data.
function reasons(text: string): string {
  try {
    const { issue } = JSON.parse(text) as OperationOutcome
    return issue.map(({ code, expression }) => `, ${[code, ...(expression ?? [])].join(' at ')}`).join('')
  } catch {
    return ''
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`)

main().catch((error: Error) => {
  process.stderr.write(`The people were not loaded. ${error.message}\n`)
  process.exitCode = 1
})
