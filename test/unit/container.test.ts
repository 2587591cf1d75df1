// What can be said of image and compose file without a Docker engine; `npm run image:check` runs the steps of the image.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { readSettings } from '../../src/settings.js'
import { copyOf, environmentOf, instructionsOf, listOf, stagesOf } from '../smoke/dockerfile.js'
import { listen } from '../support/listen.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const textOf = (name: string) => readFileSync(join(ROOT, name), 'utf8')

const STAGES = stagesOf(textOf('Dockerfile'))
const OF_PRODUCTION = instructionsOf('production', STAGES)
const copied = (instructions: typeof OF_PRODUCTION) => instructions.filter(({ name }) => name === 'COPY').map(copyOf)

describe('the image', () => {
  test('is built from one base, whose digest the builder can name, and for production unless told otherwise', () => {
    expect(STAGES.map(({ from }) => from).filter(from => !STAGES.some(({ name }) => name === from))).toEqual([
      '${NODE_IMAGE}',
      '${NODE_IMAGE}',
      '${NODE_IMAGE}',
    ])
    expect(textOf('Dockerfile')).toMatch(/^ARG NODE_IMAGE=node:\d+-bookworm-slim$/m)
    expect(STAGES.at(-1)).toMatchObject({ name: 'production' })
  })

  test('holds the invented people only for the demonstration', () => {
    const sources = (name: string) =>
      copied(instructionsOf(name, STAGES))
        .filter(({ from }) => from === undefined)
        .flatMap(each => each.sources)
    expect(sources('production').filter(source => source.startsWith('src'))).toEqual([])
    expect(sources('demonstration')).toContain('src/demo/people')
  })

  test('runs as node, in production, reachable from outside of its container', () => {
    expect(OF_PRODUCTION.findLast(({ name }) => name === 'USER')).toEqual({ name: 'USER', text: 'node' })
    expect(environmentOf(OF_PRODUCTION)).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0' })
    expect(readSettings(environmentOf(OF_PRODUCTION))).toMatchObject({ demo: false, explain: false, host: '0.0.0.0' })
  })

  test('is given everything that it copies', () => {
    const letThrough = textOf('.dockerignore')
      .split('\n')
      .flatMap(line => (line.startsWith('!') ? [line.slice(1)] : []))
    const wanted = STAGES.flatMap(({ instructions }) => copied(instructions))
      .filter(({ from }) => from === undefined)
      .flatMap(({ sources }) => sources)
    expect(wanted.filter(source => !existsSync(join(ROOT, source)))).toEqual([])
    expect(wanted.filter(source => !letThrough.includes(source.split('/')[0] ?? ''))).toEqual([])
  })

  test('asks for its health without starting a Node', () => {
    expect(listOf('HEALTHCHECK', OF_PRODUCTION)).toEqual(['bash', 'health-check'])
    expect(textOf('docker/health-check')).not.toMatch(/\bnode\b/)
  })
})

describe('the health check', () => {
  async function statusAt(port: string, host = '0.0.0.0'): Promise<unknown> {
    const [code] = (await once(
      spawn('bash', [join(ROOT, 'docker/health-check')], { env: { PATH: process.env.PATH, PORT: port, HOST: host }, stdio: 'ignore' }),
      'exit',
    )) as [number]
    return code
  }

  test.each([
    [200, true],
    [503, false],
    [404, false],
  ])('tells %i as %s', async (status, isHealthy) => {
    const asked: string[] = []
    const server = await listen((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.writeHead(status).end('{}')
    })
    const { port, hostname } = new URL(server.url)
    expect([(await statusAt(port)) === 0, (await statusAt(port, hostname)) === 0]).toEqual([isHealthy, isHealthy])
    expect(asked).toEqual(['GET /health/ready', 'GET /health/ready'])
    await server.close()
  })

  test('tells nobody and silence as not healthy', async () => {
    const silent = await listen(() => undefined)
    const { port } = new URL(silent.url)
    expect(await statusAt(port)).not.toBe(0)
    await silent.close()
    expect(await statusAt(port)).not.toBe(0)
  })
})

describe('the compose file', () => {
  interface Service {
    image: string
    build?: { target: string }
    command?: string[]
    ports?: string[]
    environment?: Record<string, string>
    cap_drop?: string[]
    security_opt?: string[]
    mem_limit?: string
    pids_limit?: number
    stop_grace_period?: string
    read_only?: boolean
    init?: boolean
    tmpfs?: string[]
    depends_on?: Record<string, { condition: string }>
    healthcheck?: { test?: string[] }
  }
  const { services } = parse(textOf('docker-compose.yml')) as { services: Record<string, Service> }
  const ours = Object.entries(services).filter(([, { build }]) => build)

  test.each(Object.entries(services))('%s gives up what it does not need, and is limited', (_, service) => {
    expect(service).toMatchObject({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+[mg]$/) as unknown,
      pids_limit: expect.any(Number) as unknown,
    })
    expect(Number.parseInt(service.stop_grace_period ?? '0', 10)).toBeGreaterThan(6)
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  test.each(ours)('%s writes nowhere but in its memory, and has a first process that hears signals', (_, service) => {
    expect(service).toMatchObject({ read_only: true, init: true, tmpfs: [expect.stringMatching(/^\/tmp:size=/)] })
  })

  test('starts the service when the people are there, without people of its own', () => {
    expect(services.columna).toMatchObject({
      build: { target: 'production' },
      depends_on: { 'load-people': { condition: 'service_completed_successfully' } },
      healthcheck: { test: ['CMD', 'bash', 'health-check'] },
    })
    expect(services['load-people']).toMatchObject({ build: { target: 'demonstration' } })
  })

  test('gives settings that the service takes', () => {
    expect(() => readSettings({ ...environmentOf(OF_PRODUCTION), ...services.columna?.environment })).not.toThrow()
  })
})

test('the versions of Node that package.json names are those that CI runs', () => {
  const { engines } = JSON.parse(textOf('package.json')) as { engines: { node: string } }
  const named = [...engines.node.matchAll(/\^(\d+)/g)].map(([, major]) => major)
  const [, beside = ''] = /for version in ([\d. ]+);/.exec(textOf('.ci/run')) ?? []
  const run = beside.split(' ').map(version => version.split('.')[0])
  expect(named).toEqual([/with Node (\d+)/.exec(textOf('.ci/run'))?.[1], ...run])
  expect(run).toContain(/node:(\d+)-/.exec(textOf('Dockerfile'))?.[1])
})
