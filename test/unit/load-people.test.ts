import { execFile } from 'node:child_process'
import express from 'express'
import { createDemoFhirServer } from '../../src/demo/fhir-server.js'
import { listen, type Listening } from '../support/listen.js'
import { runnable } from '../support/runnable.js'

const TIMEOUT_MS = 30_000

let server: Listening

beforeAll(async () => {
  const empty = createDemoFhirServer({ resources: [], now: () => new Date() })
  const refusing = express()
    .get('/metadata', (_, response) => void response.json({}))
    .use((_, response) => {
      response
        .status(422)
        .json({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'invalid', diagnostics: 'Said in words.' }] })
    })
  server = await listen(express().use('/fhir', empty).use('/refusing', refusing))
})

afterAll(() => server.close())

async function load(base: string): Promise<{ code: number; out: string }> {
  const program = await runnable('src/demo/load-people.ts')
  return new Promise(resolve => {
    const options = { env: { ...process.env, FHIR_BASE: base }, timeout: TIMEOUT_MS }
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', program], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr })
    })
  })
}

test(
  'the synthetic people and the practitioners they share are put into a FHIR server, and again without harm',
  async () => {
    const first = await load(`${server.url}/fhir/`)
    expect(first).toEqual({ code: 0, out: expect.stringMatching(/^start-back-high: \d+$[^]*^Loaded \d+ resources/m) })
    expect(await load(`${server.url}/fhir`)).toEqual(first)
    const read = async (path: string) => (await fetch(`${server.url}/fhir/${path}`)).json() as Promise<Record<string, unknown>>
    expect(await read('Patient/start-back-high')).toMatchObject({ meta: { versionId: '2' } })
    expect(await read('Practitioner/COREPRACTITIONER1')).toMatchObject({ active: true })
    expect(await read('Condition?patient=start-back-high')).toMatchObject({ total: 1 })
  },
  TIMEOUT_MS,
)

test(
  'a refusal ends the loading with its codes and without its words',
  async () => {
    const { code, out } = await load(`${server.url}/refusing`)
    expect(code).toBe(1)
    expect(out).toContain('The people were not loaded. The FHIR server answers POST with 422, invalid.')
    expect(out).not.toContain('Said in words')
  },
  TIMEOUT_MS,
)

test(
  'an address that is none ends the loading at once',
  async () => {
    expect(await load('hapi:8080')).toEqual({ code: 1, out: expect.stringContaining('FHIR_BASE must be the base URL') })
  },
  TIMEOUT_MS,
)
