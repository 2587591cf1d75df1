import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { parse } from 'yaml'
import { createLinkDesk } from '../../src/calls/form-links.js'
import type { Card } from '../../src/cds-hooks/types.js'
import { loadOptions, type Deployment } from '../../src/edition/edition.js'
import { readBuiltApps } from '../../src/browser-apps/built-apps.js'
import { createEditions, type Editions } from '../../src/edition/editions.js'
import { checkApart } from '../../src/knowledge-files/check-apart.js'
import { checkKnowledge } from '../../src/knowledge-files/check-knowledge.js'
import { loadKnowledge } from '../../src/knowledge-files/load-knowledge.js'
import { createTurns } from '../../src/server/turns.js'
import { createUnfinishedBodies } from '../../src/server/unfinished-bodies.js'
import { readSettings } from '../../src/settings.js'
import { createTrustMemory } from '../../src/trust/trust-memory.js'
import { makeKey, tokenFor, type ClientKey } from '../support/tokens.js'
import { ERROR_CODES } from '../../src/errors.js'
import { createMetrics, figuresOfProcess } from '../../src/server/metrics.js'
import { createOperationsApp } from '../../src/server/operations-app.js'
import { createReadiness } from '../../src/server/readiness.js'
import { createApp } from '../../src/server/app.js'
import type { ServerOptions } from '../../src/server/environment.js'
import { prefetchedCall } from '../support/hook-requests.js'
import { listen, type Listening } from '../support/listen.js'
import { TEST_NOW, testEnvironment, testRecord } from '../support/service.js'

const CALL = '/cds-services/start-back-risk'

/** A service with a port for operators beside it. */
async function startBoth(options: Partial<ServerOptions> = {}): Promise<{ service: Listening; operations: Listening }> {
  const environment = testEnvironment({ hasOperationsPort: true, ...options })
  const metrics = createMetrics()
  return {
    service: await listen(createApp(environment, metrics)),
    operations: await listen(createOperationsApp({ ...environment, metrics })),
  }
}

describe('with a port for operators', () => {
  let service: Listening
  let operations: Listening

  beforeAll(async () => {
    const both = await startBoth()
    service = both.service
    operations = both.operations
  })

  afterAll(() => Promise.all([service.close(), operations.close()]))

  test('figures are there, and nowhere else', async () => {
    await supertest(service.url).post(CALL).send(prefetchedCall('start-back-high', 'start-back-risk')).expect(200)
    const { text } = await supertest(operations.url).get('/metrics').expect(200).expect('cache-control', 'no-store')
    expect(text).toContain('cds_request_duration_seconds_count{route="/cds-services/:id",status="200"} 1')
    expect((await supertest(service.url).get('/metrics').expect(404)).text).toContain('CDS_PATH_UNKNOWN')
  })

  test('details of readiness are there; clients learn yes or no', async () => {
    expect((await supertest(operations.url).get('/health/ready').expect(200)).body).toMatchObject({
      status: 'ready',
      services: 5,
      draftPlans: expect.any(Number),
    })
    expect((await supertest(service.url).get('/health/ready').expect(200)).body).toEqual({ status: 'ready' })
    expect((await supertest(operations.url).get('/health/live').expect(200)).body).toEqual({ status: 'live' })
  })

  test('so are the reasons against it', async () => {
    const readiness = createReadiness()
    readiness.stop()
    const both = await startBoth({ readiness, services: new Map() })
    const [told, kept] = await Promise.all(
      [both.operations, both.service].map(({ url }) => supertest(url).get('/health/ready').expect(503)),
    )
    await Promise.all([both.service.close(), both.operations.close()])
    expect(told?.text).toMatch(/the process is stopping.*no service is published/)
    expect(kept?.text).not.toMatch(/stopping|published/)
    expect(kept?.text).toContain('CDS_NOT_READY')
  })

  test('nothing of the service is there, and no page of another origin may read it', async () => {
    await supertest(operations.url).post(CALL).send(prefetchedCall('start-back-high', 'start-back-risk')).expect(404)
    const { status, text, headers } = await supertest(operations.url).get('/cds-services').set('origin', 'https://client.example.org')
    expect({ status, isRefusal: text.includes('CDS_PATH_UNKNOWN'), allowed: headers['access-control-allow-origin'] as unknown }).toEqual({
      status: 404,
      isRefusal: true,
      allowed: undefined,
    })
  })
})

describe('loading anew', () => {
  const PUBLIC = 'https://columna.example.org'
  const SECRET = 'a secret of operators, long enough for tests'
  const FLU = '/cds-services/influensa'
  const home = mkdtempSync(join(tmpdir(), 'columna-reload-'))
  afterAll(() => rmSync(home, { recursive: true }))

  let folders = 0
  let folder: string
  let lines: string[]
  let editions: Editions
  let service: Listening
  let operations: Listening

  const PLAN = 'fhir-resources/PlanDefinition/influensa.json'
  const write = (file: string, content: string) => writeFileSync(join(folder, file), content)
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  /** The words with which a card begins say which knowledge it is of. */
  const speakOf = (words: string) => write(PLAN, read(PLAN).replace(/"title": "[^"]*\(født/, `"title": "${words} (født`))

  async function open(check?: Parameters<typeof createEditions>[2], environment: Record<string, string> = {}): Promise<void> {
    const settings = readSettings({
      CDS_DEMO: 'off',
      CDS_KNOWLEDGE: folder,
      CDS_OPS_PORT: '9464',
      CDS_OPERATIONS_KEY: SECRET,
      CDS_PUBLIC_URL: PUBLIC,
      CDS_FHIR_SERVERS: 'http://127.0.0.1:*',
      CDS_DEADLINE_MS: '60000',
      CDS_OPTIONAL_WAIT_MS: '60000',
      ...environment,
    })
    const keep = (line: object) => void lines.push(JSON.stringify(line))
    const record = testRecord()
    const deployment: Deployment = {
      settings,
      log: { info: keep, warn: keep, error: keep } as never,
      now: () => TEST_NOW,
      apps: readBuiltApps('/nowhere'),
      metrics: createMetrics(),
      record,
      links: createLinkDesk(record.links, () => TEST_NOW),
      readiness: createReadiness(),
      turns: createTurns(),
      lateness: { isLate: () => false, isWaitLong: () => false },
      unfinished: createUnfinishedBodies(),
      trustMemory: createTrustMemory(),
      tracing: undefined,
    }
    editions = await createEditions(deployment, loadKnowledge(folder, loadOptions(settings)), check)
    service = await listen((request, response) => editions.service(request, response))
    operations = await listen((request, response) => editions.operations(request, response))
  }

  beforeEach(async () => {
    folder = join(home, `${(folders += 1)}`)
    cpSync(fileURLToPath(new URL('../other-guideline', import.meta.url)), folder, { recursive: true })
    lines = []
    await open(async path => checkKnowledge(path))
  })

  afterEach(() => Promise.all([service.close(), operations.close()]))

  const ask = (authorization = `Bearer ${SECRET}`) => supertest(operations.url).post('/reload').set('authorization', authorization)
  const PATIENT = { resourceType: 'Patient', id: 'p1', name: [{ given: ['Kari'] }], birthDate: '1950-03-01' }
  const callOf = (members: object = { prefetch: { patient: PATIENT } }) => ({
    hook: 'patient-view',
    hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
    context: { userId: 'Practitioner/d1', patientId: 'p1' },
    ...members,
  })
  const call = async (members?: object): Promise<{ status: number; words: string; digest: string }> => {
    const { status, body } = await supertest(service.url).post(FLU).send(callOf(members))
    const [card] = (body as { cards?: Card[] }).cards ?? []
    return {
      status,
      words: card?.summary.replace(/ \(født.*/, '') ?? '',
      digest: String(card?.extension?.['no.example.vaksine.knowledge-digest']),
    }
  }
  const detailsAt = async () => (await supertest(operations.url).get('/health/ready').expect(200)).body as Record<string, unknown>
  const figures = async () => (await supertest(operations.url).get('/metrics')).text

  test('puts the whole of it in the place of what is served: of a hundred calls meanwhile none fails, and each is of one knowledge', async () => {
    const { digest: before } = editions.current().loaded
    const answers: Awaited<ReturnType<typeof call>>[] = []
    let patientCame: () => void = () => undefined
    const reading = new Promise<void>(resolve => (patientCame = resolve))
    let answerPatient: () => void = () => undefined
    const fhir = await listen((_request, response) => {
      answerPatient = () => void response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(PATIENT))
      patientCame()
    })
    const underWay = call({ fhirServer: fhir.url })
    await reading
    speakOf('Tilby ny vaksine')
    let isLoaded = false
    const loading = ask().then(answer => {
      isLoaded = true
      return answer
    })
    while (!isLoaded || answers.length < 100) answers.push(...(await Promise.all(Array.from({ length: 10 }, () => call()))))
    const { body } = await loading
    const { digest: after } = body as { digest: string }
    expect(body).toMatchObject({ outcome: 'loaded', services: 1, clients: 'anybody' })
    expect(after).not.toBe(before)
    answerPatient()
    expect(await underWay).toEqual({ status: 200, words: 'Tilby influensavaksine', digest: before })
    const seen = new Set(answers.map(answer => JSON.stringify(answer)))
    for (const each of seen)
      expect([
        { status: 200, words: 'Tilby influensavaksine', digest: before },
        { status: 200, words: 'Tilby ny vaksine', digest: after },
      ]).toContainEqual(JSON.parse(each))
    expect(answers.at(-1)?.digest).toBe(after)
    const { text } = await supertest(service.url).get('/fhir/PlanDefinition/influensa')
    expect(text).toContain('Tilby ny vaksine')
    expect(await detailsAt()).toMatchObject({ knowledge: after, loadedAt: TEST_NOW.toISOString() })
    expect(await figures()).toContain(`cds_knowledge_info{digest="${after}"} 1`)
    await fhir.close()
  })

  test.each<[string, () => void, RegExp]>([
    ['a file that is half written', () => write(PLAN, read(PLAN).slice(0, 600)), /influensa\.json: \$: FILE_UNREADABLE/],
    [
      'a condition that names what is not there',
      () => write(PLAN, read(PLAN).replace('%patient.birthDate <=', '%nobody <=')),
      /NAME_UNKNOWN/,
    ],
    ['a file of clients that is half written', () => write('trust.json', '{"clients": [{"name": "a", "secret'), /^It is not JSON\.$/],
    [
      'other names of what the record reads',
      () => write('knowledge.json', read('knowledge.json').replace('no.example.vaksine', 'no.other')),
      /./,
    ],
  ])('refuses %s with its faults, and serves on what was loaded; mended it is taken', async (_, spoil, fault) => {
    const names = ['knowledge.json', PLAN] as const
    const sound = names.map(read)
    const before = await call()
    spoil()
    const { status, text } = await ask()
    expect([status, text.includes('CDS_RELOAD_REFUSED')]).toEqual([422, true])
    const { issue } = JSON.parse(text) as { issue: { diagnostics: string }[] }
    expect(issue.map(({ diagnostics }) => diagnostics)).toContainEqual(expect.stringMatching(fault))
    expect(await call()).toEqual(before)
    expect(lines.at(-3) + (lines.at(-2) ?? '') + (lines.at(-1) ?? '')).toContain('"message"')
    expect(lines.join()).not.toContain('secret')
    expect(await detailsAt()).toMatchObject({ knowledge: before.digest, reloadRefusedAt: TEST_NOW.toISOString() })
    expect(await figures()).toContain('cds_reload_refused 1')
    names.forEach((name, at) => write(name, sound[at] ?? ''))
    rmSync(join(folder, 'trust.json'), { force: true })
    expect((await ask().expect(200)).body).toMatchObject({ outcome: 'unchanged' })
    expect(await detailsAt()).not.toHaveProperty('reloadRefusedAt')
    expect(await figures()).toMatch(/^cds_reloads_total\{outcome="refused"\} 1$/m)
  })

  test('takes clients as they are registered now: one that is gone is let in no more, and no token twice', async () => {
    const [north, south] = await Promise.all([makeKey('n1'), makeKey('s1')])
    const clientOf = (name: string, { publicKey }: ClientKey) => ({ name, iss: `https://${name}.example.org`, jwks: { keys: [publicKey] } })
    const register = (...clients: object[]) => write('trust.json', JSON.stringify({ clients }))
    const tokenOf = (name: string, key: ClientKey) => tokenFor(key, `https://${name}.example.org`, `${PUBLIC}${FLU}`)
    const statusWith = async (token: string) =>
      (await supertest(service.url).post(FLU).set('authorization', `Bearer ${token}`).send(callOf())).status
    register(clientOf('north', north), clientOf('south', south))
    expect((await ask().expect(200)).body).toMatchObject({ outcome: 'loaded', clients: 2 })
    const used = await tokenOf('north', north)
    expect([await statusWith(used), await statusWith(await tokenOf('south', south))]).toEqual([200, 200])
    register(clientOf('north', north))
    expect((await ask().expect(200)).body).toMatchObject({ outcome: 'loaded', clients: 1 })
    expect([await statusWith(used), await statusWith(await tokenOf('south', south))]).toEqual([401, 401])
    expect(await statusWith(await tokenOf('north', north))).toBe(200)
    // Without the file anybody would be let in.
    rmSync(join(folder, 'trust.json'))
    expect((await ask().expect(422)).text).toContain('The file of clients is gone')
    expect((await call()).status).toBe(401)
  })

  test('is for operators who know the secret, and leaves no trace of a guess', async () => {
    for (const guess of ['', 'Bearer', 'Bearer wrong', `Basic ${SECRET}`, `Bearer ${SECRET}x`, SECRET])
      expect((await ask(guess).expect(401)).text).toContain('CDS_OPERATOR_REFUSED')
    expect((await supertest(service.url).post('/reload').set('authorization', `Bearer ${SECRET}`)).status).toBe(404)
    await supertest(operations.url).get('/reload').expect(404)
    expect(await figures()).not.toMatch(/^cds_reloads_total\{/m)
    expect(lines.join()).not.toContain(SECRET)
    await Promise.all([service.close(), operations.close()])
    await open(undefined, { CDS_OPERATIONS_KEY: '' })
    await ask().expect(404)
    await ask('').expect(404)
  })

  test('sees what changed while it was under way, and files that change while they are read', async () => {
    await Promise.all([service.close(), operations.close()])
    let checks = 0
    await open(async path => {
      const checked = checkKnowledge(path)
      checks += 1
      if (checks === 1) speakOf('Tilby to')
      return checked
    })
    speakOf('Tilby en')
    const [first, second, third] = await Promise.all([editions.reload(), editions.reload(), editions.reload()])
    expect([first.outcome, second.outcome, third]).toEqual(['loaded', 'unchanged', second])
    expect([(await call()).words, checks]).toEqual(['Tilby to', 3])
    let unsteady = 0
    await Promise.all([service.close(), operations.close()])
    await open(async path => {
      const checked = checkKnowledge(path)
      speakOf(`Tilby ${(unsteady += 1)}`)
      return checked
    })
    speakOf('Tilby noe')
    await expect(editions.reload()).rejects.toMatchObject({
      message: expect.stringMatching(/change while they are read/) as unknown as string,
    })
  })

  test('lets go of what was served before: twenty times, and all but the last is gone from memory', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const served: WeakRef<object>[] = []
    for (let turn = 0; turn < 20; turn += 1) {
      speakOf(`Tilby ${turn}`)
      await editions.reload()
      served.push(new WeakRef(editions.current().loaded.knowledge), new WeakRef(editions.current().service))
      await call()
    }
    const left = () => served.slice(0, -2).filter(each => each.deref()).length
    for (let tries = 0; tries < 5 && left() > 0; tries += 1) {
      await new Promise(resolve => setTimeout(resolve, 20))
      collect()
    }
    expect(left()).toBe(0)
  })

  test('checks in a thread of its own', async () => {
    write(PLAN, read(PLAN).replace('%patient.birthDate <=', '%nobody <='))
    const { faults, kept } = await checkApart(folder)
    expect([faults, kept?.sound]).toEqual([[expect.stringContaining('NAME_UNKNOWN')], ''])
    expect(await checkApart(join(home, 'empty'))).toEqual({
      digest: '',
      faults: [expect.stringMatching(/neither knowledge nor a service/)],
    })
  })
})

describe('figures', () => {
  let service: Listening

  beforeAll(async () => {
    service = await listen(createApp(testEnvironment(), createMetrics(figuresOfProcess())))
  })

  afterAll(() => service.close())

  const seriesNow = async (): Promise<string[]> =>
    (await supertest(service.url).get('/metrics')).text
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => line.slice(0, line.lastIndexOf(' ')))

  test('tell slow answers apart up to ten seconds', async () => {
    await supertest(service.url).get('/health/live')
    const limits = (await seriesNow()).flatMap(
      series => /^cds_request_duration_seconds_bucket\{le="([^"]+)",route="\/health\/live"/.exec(series)?.[1] ?? [],
    )
    expect(limits).toEqual(expect.arrayContaining(['0.5', '1', '2.5', '5', '10', '+Inf']))
  })

  test('tell of the process: processor time, memory, open files, garbage collection, lag of the event loop', async () => {
    const names = (await seriesNow()).map(series => series.split('{')[0])
    expect(names).toEqual(
      expect.arrayContaining([
        'process_cpu_seconds_total',
        'process_resident_memory_bytes',
        'process_open_fds',
        'nodejs_heap_size_used_bytes',
        'nodejs_eventloop_lag_seconds',
        'nodejs_eventloop_lag_p99_seconds',
      ]),
    )
  })

  test('do not grow with what clients make up: paths, services, methods, headers, codes', async () => {
    const makeUp = async (round: number): Promise<void> => {
      const word = `made-up-${round}`
      await supertest(service.url).get(`/${word}`).set('x-request-id', word)
      await supertest(service.url).get(`/fhir/${word}/${word}`)
      await supertest(service.url).post(`/cds-services/${word}`).send({ hook: word })
      await supertest(service.url).post(CALL).send({ hook: word })
      await supertest(service.url).post(CALL).set('content-type', `application/${word}`).send(word)
      await supertest(service.url).put(CALL).send({})
      await supertest(service.url).delete(`/${word}`)
      const call = prefetchedCall('start-back-high', 'start-back-risk')
      const conditions = {
        resourceType: 'Bundle',
        entry: [
          {
            resource: {
              resourceType: 'Condition',
              id: word,
              subject: { reference: 'Patient/start-back-high' },
              code: { coding: [{ system: `http://${word}`, code: word }] },
            },
          },
        ],
      }
      await supertest(service.url)
        .post(CALL)
        .send({ ...call, prefetch: { ...call.prefetch, conditions } })
    }
    const ours = async () => (await seriesNow()).filter(series => series.startsWith('cds_'))
    await makeUp(0)
    await supertest(service.url).get('/metrics')
    const before = await ours()
    for (let round = 1; round <= 10; round += 1) await makeUp(round)
    expect(await ours()).toEqual(before)
  })
})

describe('what is watched with the figures', () => {
  interface Question {
    expr: string
    legendFormat?: string
  }

  const FOLDER = new URL('../../deploy/', import.meta.url)
  const textOf = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8')
  const { panels } = JSON.parse(textOf('grafana/columna.json')) as { panels: { title: string; targets?: Question[] }[] }
  const { groups } = parse(textOf('prometheus/alerts.yaml')) as { groups: { rules: (Question & { alert: string })[] }[] }
  const alerts = groups.flatMap(({ rules }) => rules)
  const questions: (readonly [string, Question])[] = [
    ...panels.flatMap(({ title, targets = [] }) => targets.map(target => [`the dashboard, ${title}`, target] as const)),
    ...alerts.map(rule => [`the alarm ${rule.alert}`, rule] as const),
  ]

  /** What Prometheus itself tells of whomever it asks. */
  const BY_PROMETHEUS = ['instance', 'job']
  /** Names of figures in an expression, with the labels that it asks for. */
  const figuresIn = (expr: string) =>
    [...expr.matchAll(/\b((?:cds|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)].map(([, name = '', selected = '']) => ({
      name,
      labels: [...selected.matchAll(/(\w+)(?:=~|!=|!~|=)"/g)].map(([, label = '']) => label),
    }))
  const grouped = ({ expr, legendFormat = '' }: Question): string[] => [
    ...[...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/,\s*/)),
    ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name),
  ]

  /** The labels of each figure, of which each was told once. */
  let told: Map<string, Set<string>>

  beforeAll(async () => {
    const metrics = createMetrics(figuresOfProcess())
    metrics.observe('/', 200, 0.1)
    metrics.countAborted('/')
    metrics.countError('CDS_BUSY')
    metrics.countCard('service', 'info', 'topic')
    metrics.countAlreadyTold('service', 'topic')
    metrics.countHeldBack('service', 'topic')
    metrics.countShadowCard('client', 'service', 'info', 'topic')
    metrics.countUndecided('plan', 'action', 'code')
    metrics.countNearMiss({ system: 'system', kind: 'system' })
    metrics.countOwnerless('service', 1)
    metrics.countForgotten('store')
    metrics.countToken('accepted')
    metrics.countTooOften('north')
    metrics.watchRecord('part', () => 1)
    // Garbage that is collected is told by its kind.
    told = new Map([
      ['up', new Set()],
      ['nodejs_gc_duration_seconds_sum', new Set(['kind'])],
    ])
    for (const [, name = '', labels = ''] of (await metrics.text()).matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label)
      told.set(name, new Set([...(told.get(name) ?? []), ...names]))
    }
  })

  test.each(questions)('%s asks for figures that there are, by labels that they have', (_, question) => {
    const figures = figuresIn(question.expr)
    expect(figures.length).toBeGreaterThan(0)
    expect(figures.filter(({ name }) => !told.has(name))).toEqual([])
    const unknown = figures.flatMap(({ name, labels }) =>
      labels.filter(label => ![...BY_PROMETHEUS, ...(told.get(name) ?? [])].includes(label)),
    )
    const inAny = new Set([...BY_PROMETHEUS, ...figures.flatMap(({ name }) => [...(told.get(name) ?? [])])])
    expect([...unknown, ...grouped(question).filter(label => !inAny.has(label))]).toEqual([])
  })

  test('every code that is watched is one of the service', () => {
    const codes = questions.flatMap(([, { expr }]) => expr.match(/CDS_[A-Z_]+/g) ?? [])
    expect(codes.filter(code => !(ERROR_CODES as readonly string[]).includes(code))).toEqual([])
  })

  test('an operator reads what every alarm means', () => {
    const page = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')
    expect(alerts.map(({ alert }) => alert).filter(alert => !page.includes(`| \`${alert}\``))).toEqual([])
  })
})
