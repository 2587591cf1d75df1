// What can be said of image, compose files, proxy and manifests without an engine that runs them; `npm run image:check` runs the steps of the image.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler, type IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { NetworkPolicy, type INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget, type IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap, type IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Service as KubernetesService, type IService } from 'kubernetes-models/v1/Service'
import { parse, parseAllDocuments } from 'yaml'
import { isServiceVariable, readSettings } from '../../src/settings.js'
import { copyOf, environmentOf, instructionsOf, listOf, stagesOf } from '../smoke/dockerfile.js'
import { listen } from '../support/listen.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const textOf = (name: string) => readFileSync(join(ROOT, name), 'utf8')

const NGINX = textOf('deploy/nginx.conf')
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

  test('writes nothing, also where it is the demonstration', () => {
    expect(readSettings(environmentOf(instructionsOf('demonstration', STAGES)))).toMatchObject({ keptIn: 'memory', host: '0.0.0.0' })
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

/** A service of a compose file. */
interface Service {
  image: string
  user?: string
  build?: { target: string }
  command?: string[]
  ports?: string[]
  environment?: Record<string, string>
  secrets?: string[]
  networks?: string[] | Record<string, { ipv4_address?: string }>
  extra_hosts?: string[]
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

interface ComposeFile {
  services: Record<string, Service>
  networks?: Record<string, { internal?: boolean }>
  secrets?: Record<string, { file: string }>
}

const composeFile = (name: string) => parse(textOf(name), { merge: true }) as ComposeFile
const DEMONSTRATION = composeFile('docker-compose.yml')
const CLUSTER = composeFile('deploy/compose.yaml')

describe.each([
  ['docker-compose.yml', DEMONSTRATION],
  ['deploy/compose.yaml', CLUSTER],
])('%s', (_, { services }) => {
  test.each(Object.entries(services))('%s gives up what it does not need, and is limited', (_name, service) => {
    expect(service).toMatchObject({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+[mg]$/) as unknown,
      pids_limit: expect.any(Number) as unknown,
    })
    expect(Number.parseInt(service.stop_grace_period ?? '0', 10)).toBeGreaterThan(6)
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  const ours = Object.entries(services).filter(([, { build }]) => build)

  test.each(ours)('%s writes nowhere but in its memory, and has a first process that hears signals', (_name, service) => {
    expect(service).toMatchObject({ read_only: true, init: true, tmpfs: [expect.stringMatching(/^\/tmp:size=/)] })
  })

  test('starts the service when the people are there, without people of its own', () => {
    const ofProduction = ours.filter(([, { build }]) => build?.target === 'production')
    expect(ofProduction.length).toBeGreaterThan(0)
    for (const [, service] of ofProduction)
      expect(service).toMatchObject({
        depends_on: { 'load-people': { condition: 'service_completed_successfully' } },
        healthcheck: { test: ['CMD', 'bash', 'health-check'] },
      })
    expect(services['load-people']).toMatchObject({ build: { target: 'demonstration' } })
  })
})

test('docker-compose.yml gives settings that the service takes', () => {
  expect(() => readSettings({ ...environmentOf(OF_PRODUCTION), ...DEMONSTRATION.services.columna?.environment })).not.toThrow()
})

test('both compose files speak of one FHIR server, with the same people', () => {
  for (const name of ['hapi', 'load-people'])
    expect(CLUSTER.services[name]).toMatchObject(
      (({ image, environment, command }) => ({ image, environment, ...(command && { command }) }))(DEMONSTRATION.services[name] as Service),
    )
})

describe('the cluster of deploy/compose.yaml', () => {
  const { services, networks, secrets = {} } = CLUSTER
  const replicas = Object.entries(services).filter(([name]) => name.startsWith('columna-'))
  const networksOf = ({ networks: names = [] }: Service) => (Array.isArray(names) ? names : Object.keys(names))
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'columna-secrets-'))
    writeFileSync(join(folder, 'store'), 'postgres://columna:word@database/columna\n')
    writeFileSync(join(folder, 'patient_key'), `${'x'.repeat(44)}\n`)
    writeFileSync(join(folder, 'operations_key'), `${'y'.repeat(44)}\n`)
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  test('has two replicas that are the same but for their address, with settings that the service takes', () => {
    const [one, other] = replicas.map(([, { networks: _, ...service }]) => service)
    expect([replicas.length, one]).toEqual([2, other])
    const environment = Object.entries(one?.environment ?? {}).map(([name, text]) => [name, text.replace('/run/secrets', folder)] as const)
    expect(readSettings({ ...environmentOf(OF_PRODUCTION), ...Object.fromEntries(environment) })).toMatchObject({
      isProduction: true,
      opsPort: expect.any(Number) as unknown,
      operationsKey: 'y'.repeat(44),
      keptIn: { place: { postgres: expect.stringContaining('@database/') as unknown }, siteKey: 'x'.repeat(44) },
    })
  })

  test('hands over every secret that somebody reads, as a file that make-secrets makes', () => {
    const read = (service: Service) =>
      [...JSON.stringify(service.environment ?? {}).matchAll(/\/run\/secrets\/(\w+)/g)].map(([, name]) => name)
    for (const [name, service] of Object.entries(services)) {
      const needed = name === 'proxy' ? [...NGINX.matchAll(/\/run\/secrets\/(\w+)/g)].map(([, secret]) => secret) : read(service)
      expect([name, [...(service.secrets ?? [])].sort()]).toEqual([name, [...new Set(needed)].sort()])
    }
    const made = textOf('deploy/make-secrets')
    for (const { file } of Object.values(secrets)) expect(made).toContain(file.replace('./secrets/', ''))
    expect(textOf('.gitignore').split('\n')).toContain('/deploy/secrets/')
  })

  test('lets the proxy reach the replicas alone, and nobody outside the database', () => {
    expect(networks?.back?.internal).toBe(true)
    expect(Object.entries(services).map(([name, service]) => [name, networksOf(service)])).toEqual([
      ['proxy', ['front']],
      ['columna-1', ['front', 'back']],
      ['columna-2', ['front', 'back']],
      ['database', ['back']],
      ['hapi', ['back']],
      ['load-people', ['back']],
    ])
    expect(Object.entries(services).flatMap(([name, { ports }]) => (ports ? [name] : []))).toEqual(['proxy'])
  })

  test('starts nothing as root', () => {
    expect(Object.entries(services).flatMap(([name, { build, user }]) => (build || user ? [] : [name]))).toEqual(['hapi'])
  })

  test('has its replicas where the proxy looks for them', () => {
    const named = [...NGINX.matchAll(/^\s*server ([\w-]+):(\d+) (max_fails=1|backup)/gm)].map(([, ...words]) => words)
    const each = (how: string) => replicas.map(([name, { environment }]) => [name, environment?.PORT, how])
    expect(named).toEqual([...each('max_fails=1'), ...each('backup')])
    const addresses = replicas.map(
      ([name, { networks: at }]) => `${name}:${(at as Record<string, { ipv4_address?: string }>).front?.ipv4_address}`,
    )
    expect(services.proxy?.extra_hosts).toEqual(addresses)
  })
})

describe('the proxy', () => {
  const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 1_000_000 }
  /** What a directive says, in milliseconds or bytes; the last of several. */
  const said = (directive: string): number => {
    const [, count, unit = ''] = [...NGINX.matchAll(new RegExp(`^\\s*${directive} (\\d+)(ms|s|m);`, 'gm'))].at(-1) ?? []
    return Number(count) * (UNITS[unit] ?? Number.NaN)
  }
  const settings = readSettings({})

  test('waits longer than the service may take, and lets go of connections before the service does', () => {
    expect(said('proxy_read_timeout')).toBeGreaterThan(2 * settings.deadlineMs)
    // Feedback may wait for its store for a second.
    expect(said('proxy_read_timeout')).toBeGreaterThan(1_000)
    expect(said('proxy_next_upstream_timeout')).toBeGreaterThan(said('proxy_read_timeout') + said('proxy_connect_timeout'))
    expect(said('keepalive_timeout')).toBeLessThan(settings.keepAliveMs)
  })

  test('leaves it to the service to say what is too large, and keeps all in memory', () => {
    expect(said('client_max_body_size')).toBeGreaterThan(settings.bodyLimit)
    expect(said('client_body_buffer_size')).toBe(said('client_max_body_size'))
    expect(NGINX).toMatch(/proxy_max_temp_file_size 0;/)
  })

  test('writes no address and no query into its logs', () => {
    const [, format = ''] = /log_format calls ([^;]+);/.exec(NGINX) ?? []
    expect(format).toContain('$upstream_http_x_request_id')
    expect(format).not.toMatch(/\$(request|uri|request_uri|args|query_string|document_uri|http_\w+|remote_\w+)\b/)
    expect(NGINX).toMatch(/^error_log \S+ crit;/m)
  })

  test('says in FHIR what it answers itself', () => {
    const told = [...NGINX.matchAll(/return \d+ '([^']+)'/g)].map(([, text = '']) => JSON.parse(text) as { resourceType: string })
    expect(told.map(({ resourceType }) => resourceType)).toEqual(['OperationOutcome', 'OperationOutcome'])
  })
})

describe('the manifests for Kubernetes', () => {
  const MODELS = { ConfigMap, Deployment, HorizontalPodAutoscaler, NetworkPolicy, PodDisruptionBudget, Service: KubernetesService }
  type Kind = keyof typeof MODELS
  interface Manifest {
    apiVersion: string
    kind: Kind
    metadata: { name: string; labels: Record<string, string> }
  }

  const manifests = readdirSync(join(ROOT, 'deploy/kubernetes')).flatMap(name =>
    parseAllDocuments(textOf(`deploy/kubernetes/${name}`)).map(each => each.toJS() as Manifest),
  )
  const ofKind = <T>(kind: Kind) => manifests.filter(each => each.kind === kind) as unknown as T[]
  const [deployment] = ofKind<IDeployment>('Deployment')
  const pod = deployment?.spec?.template.spec
  const [container] = pod?.containers ?? []
  const SELECTED = { 'app.kubernetes.io/name': 'columna' }

  /** A document that notes which of its members are asked for. */
  function watched(document: object, unasked: Set<string>, path = ''): object {
    for (const [name, value] of Object.entries(document)) if (typeof value !== 'function') unasked.add(`${path}/${name}`)
    const inner = new Map(
      Object.entries(document).flatMap(([name, value]) =>
        typeof value === 'object' && value !== null ? [[name, watched(value as object, unasked, `${path}/${name}`)] as const] : [],
      ),
    )
    return new Proxy(document, {
      get: (target, name) => {
        unasked.delete(`${path}/${String(name)}`)
        return inner.get(String(name)) ?? (Reflect.get(target, name) as unknown)
      },
    })
  }

  test.each(manifests.map(each => [`${each.kind} ${each.metadata.name}`, each] as const))(
    '%s is what its kind may be, and nothing else',
    (_, manifest) => {
      const Model = MODELS[manifest.kind]
      expect(manifest.apiVersion).toBe(Model.apiVersion)
      const unasked = new Set<string>()
      expect(() => Model.prototype.validate.call(watched(manifest, unasked))).not.toThrow()
      // What no rule of its kind asks for is not known to it: a name that is spelt wrongly is ignored in earnest, too.
      expect([...unasked]).toEqual([])
    },
  )

  test('an unknown member is found', () => {
    const unasked = new Set<string>()
    const spelt = { ...deployment, spec: { ...deployment?.spec, minReadySecond: 5 } }
    Deployment.prototype.validate.call(watched(spelt, unasked))
    expect([...unasked]).toEqual(['/spec/minReadySecond'])
  })

  test('all are there, and speak of the same pods', () => {
    expect(new Set(manifests.map(({ kind }) => kind))).toEqual(new Set(Object.keys(MODELS)))
    expect(deployment?.spec?.template.metadata?.labels).toEqual(SELECTED)
    const selectors = [
      ...ofKind<IService>('Service').map(({ spec }) => spec?.selector),
      ...ofKind<IPodDisruptionBudget>('PodDisruptionBudget').map(({ spec }) => spec?.selector?.matchLabels),
      ...ofKind<INetworkPolicy>('NetworkPolicy').map(({ spec }) => spec?.podSelector?.matchLabels),
      deployment?.spec?.selector.matchLabels,
    ]
    expect(selectors).toEqual(selectors.map(() => SELECTED))
    expect(ofKind<IHorizontalPodAutoscaler>('HorizontalPodAutoscaler').map(({ spec }) => spec?.scaleTargetRef)).toEqual([
      { apiVersion: deployment?.apiVersion, kind: 'Deployment', name: deployment?.metadata?.name },
    ])
  })

  test('ports have one name and number, which the settings give', () => {
    const [{ data = {} } = {}] = ofKind<IConfigMap>('ConfigMap')
    const ports = new Map(container?.ports?.map(({ name, containerPort }) => [name, containerPort]))
    expect(ports).toEqual(
      new Map([
        ['http', Number(data.PORT)],
        ['operations', Number(data.CDS_OPS_PORT)],
      ]),
    )
    const asked = [
      ...ofKind<IService>('Service').flatMap(({ spec }) => spec?.ports?.map(({ targetPort }) => targetPort)),
      ...ofKind<INetworkPolicy>('NetworkPolicy').flatMap(({ spec }) => spec?.ingress?.flatMap(rule => rule.ports?.map(({ port }) => port))),
      ...[container?.startupProbe, container?.livenessProbe, container?.readinessProbe].map(probe => probe?.httpGet?.port),
    ]
    expect(asked.filter(port => !ports.has(String(port)))).toEqual([])
  })

  test('settings are those of the service, secrets are files that are there', () => {
    const [{ data = {} } = {}] = ofKind<IConfigMap>('ConfigMap')
    expect(Object.keys(data).filter(name => !isServiceVariable(name))).toEqual([])
    const folders = container?.volumeMounts?.map(({ mountPath }) => mountPath) ?? []
    const files = Object.values(data).filter(text => text.startsWith('/'))
    expect(files.map(file => folders.some(folder => file.startsWith(`${folder}/`)))).toEqual(files.map(() => true))
    const named = pod?.volumes?.flatMap(({ secret }) => secret?.secretName ?? [])
    const made = [...textOf('deploy/kubernetes/settings.yaml').matchAll(/create secret generic (\S+)((?: --from-file=\S+)+)/g)]
    expect(named).toEqual(made.map(([, name]) => name))
    const keys = made.flatMap(([, , given = '']) => [...given.matchAll(/=(\S+)/g)].map(([, name]) => name))
    expect(files.map(file => file.split('/').at(-1)).sort()).toEqual(keys.sort())
  })

  test('the pod is as bounded as the container of the compose file', () => {
    expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true, runAsUser: 1000 } })
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(container?.resources?.limits).toEqual({ memory: '768Mi' })
  })

  test('a pod has the time that it needs to end, and one goes while another stays', () => {
    const [wait = 0] = container?.lifecycle?.preStop?.exec?.command?.slice(1).map(Number) ?? []
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(wait + 6)
    const [{ spec: budget } = {}] = ofKind<IPodDisruptionBudget>('PodDisruptionBudget')
    const [{ spec: scaling } = {}] = ofKind<IHorizontalPodAutoscaler>('HorizontalPodAutoscaler')
    expect([budget?.maxUnavailable, scaling?.minReplicas, deployment?.spec?.strategy?.rollingUpdate?.maxUnavailable]).toEqual([1, 2, 0])
    expect(deployment?.spec?.replicas).toBeUndefined()
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
