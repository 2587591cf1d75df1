// A deployment with its real parts, the proxy of deploy/nginx.conf, two replicas with registered clients, and PostgreSQL, of
// which each is killed in turn under calls and feedback. Needs the built service, and nginx and PostgreSQL of Debian.
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { JWK } from 'jose'
import pg from 'pg'
import { Agent, request } from 'undici'
import type { Card } from '../../src/cds-hooks/types.js'
import { createDemoApp } from '../../src/demo/demo-app.js'
import type { RegisteredClient } from '../../src/trust/registered-client.js'
import { testToken } from '../../src/trust/test-token.js'
import { readTrustFile } from '../../src/trust/trust-file.js'
import { decisionPointsOf } from '../support/cases.js'
import { hookCall, USER, type Json, type ServiceId } from '../support/hook-requests.js'
import { listen, type Listening } from '../support/listen.js'
import { startPostgres, type Postgres } from '../store/postgres.js'
import { createProxy, createReplica, freePorts, type Part } from './parts.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SIGN = 'low-back-pain-order-sign'
const RISK = 'start-back-risk'

/** How many clients call at one time, and milliseconds between an answer and the next request of each. */
const SENDERS = 4
const PAUSE_MS = 15

/** Milliseconds for which a part stays away at least. */
const AWAY_MS = 1_000

/** What nobody may write into a log: the patients' ids are those of the demonstration. */
const PLANTED = 'Planted-Words-Of-A-Clinician'

let home: string
let postgres: Postgres
let database: string
let fhir: Listening
let proxy: Part
let replicas: [Part, Part]
/** Addresses by which the service is reached: through the proxy, and each replica by itself. */
let publicUrl: string
let direct: [string, string]
let client: RegisteredClient
let key: JWK
let agent: Agent
const prefetch = new Map<ServiceId, Json>()

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'columna-cluster-'))
  chmodSync(home, 0o755)
  const secrets = join(home, 'secrets')
  execFileSync(join(ROOT, 'deploy/make-secrets'), [secrets], { stdio: 'ignore' })
  // As a container, which is handed each file by itself, whatever folder it lies in.
  chmodSync(secrets, 0o755)
  postgres = startPostgres()
  database = postgres.newDatabase()
  writeFileSync(join(secrets, 'store'), database)
  fhir = await listen(createDemoApp(() => new Date()))
  const [port = 0, one = 0, other = 0] = await freePorts(3)
  publicUrl = `https://127.0.0.1:${port}`
  direct = [`http://127.0.0.1:${one}`, `http://127.0.0.1:${other}`]
  const settings = {
    CDS_PUBLIC_URL: publicUrl,
    CDS_TRUST: join(secrets, 'trust.json'),
    CDS_STORE_FILE: join(secrets, 'store'),
    CDS_PATIENT_KEY_FILE: join(secrets, 'patient_key'),
    CDS_FHIR_SERVERS: `${fhir.url}/fhir`,
    CDS_DRAFT_KNOWLEDGE: 'on',
    // This machine is shared with the load; what a deadline does is tested elsewhere.
    CDS_DEADLINE_MS: '1500',
  }
  replicas = [createReplica(one, join(home, 'one.log'), settings), createReplica(other, join(home, 'other.log'), settings)]
  proxy = createProxy({ port, replicas: [one, other], secrets, home: join(home, 'proxy') })
  key = JSON.parse(readFileSync(join(secrets, 'client_key.json'), 'utf8')) as JWK
  client = (await readTrustFile(join(secrets, 'trust.json')))[0] as RegisteredClient
  agent = new Agent({ connect: { ca: readFileSync(join(secrets, 'tls_certificate')) }, headersTimeout: 20_000 })
  await Promise.all([...replicas, proxy].map(each => each.start()))
  prefetch.set(SIGN, await prefetchOf('recent-pain', SIGN))
  prefetch.set(RISK, await prefetchOf('start-back-high', RISK))
}, 120_000)

afterAll(async () => {
  await Promise.all([...replicas, proxy].map(each => each.kill()))
  await agent.close()
  await fhir.close()
  postgres.remove()
  rmSync(home, { recursive: true, force: true })
})

interface Answer {
  /** Absent where nobody answered. */
  status?: number
  text: string
}

const newToken = (path: string): Promise<string> => testToken(client, key, { url: `${publicUrl}${path}`, seconds: 120 })

/** Sends a request with a token of its own, through the proxy unless a replica is named. */
async function send(path: string, body: object, { at = publicUrl, token = '' } = {}): Promise<Answer> {
  const authorization = `Bearer ${token || (await newToken(path))}`
  try {
    const answer = await request(`${at}${path}`, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify(body),
    })
    return { status: answer.statusCode, text: await answer.body.text() }
  } catch {
    return { text: '' }
  }
}

/** Sends until it is not turned away, as a client does: this machine may have much else to do. */
async function sendUntilTaken(path: string, body: object, at: string): Promise<Answer> {
  const answer = await send(path, body, { at })
  if (answer.status !== 503) return answer
  await pause(200)
  return sendUntilTaken(path, body, at)
}

/** A call with all that the service asks for, so that no more has to be read however busy the machine is. */
const aCall = (person: string, service: ServiceId): Json =>
  hookCall(person, service, { hookInstance: randomUUID(), fhirServer: `${fhir.url}/fhir`, prefetch: prefetch.get(service) })

/** What the FHIR server holds of a person, as discovery asks for it. */
async function prefetchOf(person: string, service: ServiceId): Promise<Json> {
  const discovery = await request(`${direct[0]}/cds-services`, { headers: { authorization: `Bearer ${await newToken('/cds-services')}` } })
  const { services } = (await discovery.body.json()) as { services: { id: string; prefetch: Record<string, string> }[] }
  const templates = Object.entries(services.find(({ id }) => id === service)?.prefetch ?? {})
  const read = async (template: string): Promise<unknown> => {
    const query = template.replace('{{context.patientId}}', person).replace('{{context.userId}}', USER)
    return (await request(`${fhir.url}/fhir/${query}`)).body.json()
  }
  return Object.fromEntries(await Promise.all(templates.map(async ([name, template]) => [name, await read(template)] as const)))
}

const aReport = (card: string, outcome = 'accepted') => ({
  feedback: [
    {
      card,
      outcome,
      outcomeTimestamp: new Date().toISOString(),
      ...(outcome === 'accepted' ? { acceptedSuggestions: [{ id: randomUUID() }] } : { overrideReason: { userComment: PLANTED } }),
    },
  ],
})

const unremembered = async (at: string): Promise<string | undefined> =>
  /^cds_calls_without_memory_total (\d+)$/m.exec(await (await request(`${at}/metrics`)).body.text())?.[1]

/** The decision points that head the cards of a call whose replica heard from its store in time: it may have much else to do. */
async function pointsAt(at: string, person: string): Promise<{ cards: Card[]; points: (string | undefined)[] }> {
  const before = await unremembered(at)
  const { status, text } = await sendUntilTaken(`/cds-services/${SIGN}`, aCall(person, SIGN), at)
  if (before !== (await unremembered(at))) return pointsAt(at, person)
  expect([status, text]).toEqual([200, expect.stringContaining('"cards"')])
  const { cards } = JSON.parse(text) as { cards: Card[] }
  return { cards, points: cards.map(card => decisionPointsOf(card)[0]) }
}

test('what is overridden at one replica stays away at the other', async () => {
  const { cards, points } = await pointsAt(direct[0], 'recent-pain')
  const [first] = cards
  expect((await pointsAt(direct[1], 'recent-pain')).points).toEqual(points)
  const { status } = await sendUntilTaken(`/cds-services/${SIGN}/feedback`, aReport(first?.uuid ?? '', 'overridden'), direct[0])
  expect(status).toBe(200)
  expect((await pointsAt(direct[1], 'recent-pain')).points).toEqual(points.slice(1))
})

test('a token that one replica has taken the other refuses, also through the proxy', async () => {
  const path = `/cds-services/${RISK}`
  const token = await newToken(path)
  const statusAt = async (at: string) => (await send(path, aCall('start-back-high', RISK), { at, token })).status
  expect(await statusAt(direct[0])).toBe(200)
  expect([await statusAt(direct[1]), await statusAt(direct[0]), await statusAt(publicUrl)]).toEqual([401, 401, 401])
})

describe('each part killed in turn, under calls and feedback', () => {
  /** What was answered to calls and reports, since a part was killed until all went on as before. */
  let answered: string[] = []
  const acknowledged: string[] = []
  let isOver = false
  /** Pairs of a call and a report that were both answered with 200. */
  let goodRounds = 0
  let sending: Promise<void>[] = []

  const note = (what: string, { status, text }: Answer): void => {
    const code = status === 200 ? undefined : (/"code":"(CDS_\w+)"/.exec(text) ?? /"code":"(\w+)"/.exec(text))?.[1]
    answered.push([what, status ?? 'unanswered', code].filter(Boolean).join(' '))
  }

  /** A client that calls and reports until all is over. */
  async function work(): Promise<void> {
    while (!isOver) {
      const card = randomUUID()
      const called = await send(`/cds-services/${RISK}`, aCall('start-back-high', RISK))
      note('call', called)
      const kept = await send(`/cds-services/${RISK}/feedback`, aReport(card))
      note('report', kept)
      if (kept.status === 200) acknowledged.push(card)
      if (called.status === 200 && kept.status === 200) goodRounds += 1
      await pause(PAUSE_MS)
    }
  }

  async function allGoWell(): Promise<void> {
    const until = goodRounds + 3 * SENDERS
    while (goodRounds < until) await pause(20)
  }

  /**
   * Kills parts, has them away for a while, until these kinds of answers have come, and then back, and waits until all
   * goes on as before.
   * @returns what was answered from the kill on.
   */
  async function without(parts: readonly Pick<Part, 'start' | 'kill'>[], expected: readonly string[]): Promise<string[]> {
    await allGoWell()
    answered = []
    await Promise.all(parts.map(each => each.kill()))
    const before = answered.length
    const away = pause(AWAY_MS)
    while (!expected.every(kind => answered.includes(kind, before))) await pause(20)
    await away
    await Promise.all(parts.map(each => each.start()))
    await allGoWell()
    return answered
  }

  /** Answers that are none of these: what is turned away has a code. */
  const others = (kinds: readonly string[], known: RegExp): string[] =>
    kinds.filter(
      kind => !/^(call|report) 200$|^(call|report) 503 CDS_(BUSY|CALL_TOO_LATE|FEEDBACK_NOT_KEPT)$/.test(kind) && !known.test(kind),
    )

  const NONE = /^$/

  /** What a replica had begun when it was killed comes to the other with a token that is used. */
  const BEGUN = /^(call|report) 401 CDS_CLIENT_REFUSED$/

  beforeAll(() => {
    sending = Array.from({ length: SENDERS }, work)
  })

  afterAll(async () => {
    isOver = true
    await Promise.all(sending)
  })

  test.each([0, 1] as const)('replica %i: the other answers for both', async index => {
    const kinds = await without([replicas[index]], ['call 200', 'report 200'])
    expect(others(kinds, BEGUN)).toEqual([])
    expect(kinds.filter(kind => BEGUN.test(kind)).length).toBeLessThanOrEqual(SENDERS)
  })

  test('one and then the other, as in a rolling update: there is always one that answers', async () => {
    await allGoWell()
    answered = []
    for (const each of [...replicas, ...replicas]) {
      await each.kill()
      await pause(AWAY_MS)
      await each.start()
    }
    await allGoWell()
    expect(others(answered, BEGUN)).toEqual([])
  })

  test('the database: calls are answered, reports are refused with their code', async () => {
    const server = { kill: async () => postgres.stop(), start: async () => postgres.start() }
    const kinds = await without([server], ['call 200', 'report 503 CDS_FEEDBACK_NOT_KEPT'])
    expect(others(kinds, NONE)).toEqual([])
  })

  test('both replicas: the proxy says, in FHIR, that nobody answers', async () => {
    const kinds = await without(replicas, ['call 502 transient', 'report 502 transient'])
    expect(others(kinds, /^(call|report) 502 transient$/)).toEqual([])
  })

  test('the proxy: nobody answers until it is back', async () => {
    const kinds = await without([proxy], ['call unanswered', 'report unanswered'])
    expect(others(kinds, /^(call|report) unanswered$/)).toEqual([])
  })

  test('no report that was answered with 200 is lost', async () => {
    const connected = new pg.Client({ connectionString: database })
    await connected.connect()
    const sent = [...acknowledged]
    const { rows } = await connected.query<{ card: string }>('select card from feedback')
    await connected.end()
    const kept = new Set(rows.map(({ card }) => card))
    expect(sent.length).toBeGreaterThan(50)
    expect(sent.filter(card => !kept.has(card))).toEqual([])
  })
})

test('no log of proxy or replica holds a patient, a token or a word of a clinician', () => {
  const logs = [proxy, ...replicas].map(each => each.logs())
  expect(logs.map(text => text.split('\n').length > 50)).toEqual([true, true, true])
  for (const text of logs) expect(text).not.toMatch(new RegExp(`${PLANTED}|start-back-high|recent-pain|eyJ|COREPRACTITIONER1`))
})
