import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { parse } from 'yaml'
import { ERROR_CODES } from '../../src/errors.js'
import { createMetrics, figuresOfProcess } from '../../src/server/metrics.js'
import { createOperationsApp } from '../../src/server/operations-app.js'
import { createReadiness } from '../../src/server/readiness.js'
import { createApp } from '../../src/server/app.js'
import type { ServerOptions } from '../../src/server/environment.js'
import { prefetchedCall } from '../support/hook-requests.js'
import { listen, type Listening } from '../support/listen.js'
import { testEnvironment } from '../support/service.js'

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
