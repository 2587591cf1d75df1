// Packages that scanners find in the installation and that the service never loads, as SECURITY.md says.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { hookCall, SERVICES } from '../support/hook-requests.js'
import { startWatchedService, type WatchedService } from '../support/watched-service.js'

const textOf = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

interface Locked {
  version: string
  dependencies?: Record<string, string>
}

const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, Locked> }

/** A package and all that it brings. */
function broughtBy(names: readonly string[], without: readonly string[] = []): Set<string> {
  const found = new Set<string>()
  const open = [...names]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name) || without.includes(name)) continue
    found.add(name)
    open.push(...Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {}))
  }
  return found
}

const ofOurs = Object.keys(packages['']?.dependencies ?? {})
const besideFhirpath = broughtBy(ofOurs, ['fhirpath'])
/** What comes with fhirpath and with nothing else: its bundle holds what it needs of them. */
const onlyWithFhirpath = [...broughtBy(['fhirpath'])].filter(name => name !== 'fhirpath' && !besideFhirpath.has(name))

let service: WatchedService
let loaded: string[]

/** A machine that is busy with other suites has the service turn calls away: it is asked until it is not. */
async function send(path: string, body: unknown): Promise<number> {
  for (let left = 50; left > 0; left -= 1) {
    const status = await sendOnce(path, body)
    if (status !== 503) return status
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  return 503
}

async function sendOnce(path: string, body: unknown): Promise<number> {
  const { status } = await fetch(`http://127.0.0.1:${service.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return status
}

beforeAll(async () => {
  service = await startWatchedService({ program: 'source', environment: { CDS_DEADLINE_MS: '20000' } })
  for (const id of SERVICES) {
    const call = { ...hookCall('start-back-high', id), fhirServer: service.fhirServer }
    expect([await send(`/cds-services/${id}`, call), await send(`/cds-services/${id}/$explain`, call)]).toEqual([200, 200])
  }
  const data = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { resourceType: 'Patient', id: 'x' } }] }
  expect(
    await send('/fhir/PlanDefinition/start-back/$apply', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'subject', valueString: 'Patient/x' },
        { name: 'data', resource: data },
      ],
    }),
  ).toBe(200)
  expect((await fetch(`http://127.0.0.1:${service.port}/metrics`)).status).toBe(200)
  loaded = await service.loadedPackages()
})

afterAll(() => service.stop())

test('the list of what is loaded is one', () => {
  expect(loaded).toEqual(expect.arrayContaining(['express', 'fhirpath', 'undici', 'pino', 'prom-client', 're2js']))
})

test('of what comes with fhirpath alone nothing is loaded, whatever was called', () => {
  expect(onlyWithFhirpath.length).toBeGreaterThan(20)
  expect(onlyWithFhirpath.filter(name => loaded.includes(name))).toEqual([])
})

test('SECURITY.md names those that scanners flag, as they are installed', () => {
  const named = [...textOf('SECURITY.md').matchAll(/^\| `(\S+) (\S+)` \|/gm)].map(([, name = '', version]) => ({ name, version }))
  expect(named.length).toBeGreaterThan(3)
  for (const { name, version } of named) {
    expect({ name, version: packages[`node_modules/${name}`]?.version }).toEqual({ name, version })
    expect(onlyWithFhirpath).toContain(name)
  }
})
