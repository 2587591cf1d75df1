import supertest from 'supertest'
import { ROUTES } from '../../src/server/routes.js'
import { captureLog } from '../support/captured-log.js'
import { entriesOf, patientView, prefetchedCall, searchset, type Json } from '../support/hook-requests.js'
import { listen, type Listening } from '../support/listen.js'
import { leaksIn, tellingWords } from '../support/scan-output.mjs'
import { startTestService } from '../support/service.js'
import { answersJson, answersStatus, startStubFhirServer } from '../support/stub-fhir-server.js'

// Made-up particulars that stand nowhere else, so that finding one anywhere is a leak.
const SECRETS = {
  family: 'Hemmelighansen',
  birthDate: '1961-07-13',
  patientId: 'secret-patient-7f3a',
  token: 'secret-token-9c1d',
  jwt: 'eyJzZWNyZXQtand0.x.y',
  comment: 'Secret words of a clinician',
  telephone: '55512399',
  type: 'SecretTypeOfResource',
  user: 'secret-user-2b',
}

const ID = 'start-back-risk'
const CALL = `/cds-services/${ID}`

const captured = captureLog()
let service: Listening
const opened: Listening[] = []
const refusals: string[] = []

/** A call with every particular in it, built from a synthetic person. */
function secretCall(members: Json = {}): Json {
  const view = JSON.parse(
    JSON.stringify(prefetchedCall('start-back-high', ID)).replaceAll('start-back-high', SECRETS.patientId),
  ) as ReturnType<typeof prefetchedCall>
  const patient = {
    ...(view.prefetch.patient as Json),
    name: [{ family: SECRETS.family }],
    birthDate: SECRETS.birthDate,
    telecom: [{ value: SECRETS.telephone }],
  }
  return {
    ...view,
    context: { userId: `Practitioner/${SECRETS.user}`, patientId: SECRETS.patientId },
    prefetch: { ...view.prefetch, patient },
    ...members,
  }
}

const prefetchOf = (call: Json) => call.prefetch as Json

async function post(path: string, body: unknown, type = 'application/json'): Promise<number> {
  const { status, text } = await supertest(service.url)
    .post(path)
    .set('content-type', type)
    .set('authorization', `Bearer ${SECRETS.jwt}`)
    .send(typeof body === 'string' ? body : JSON.stringify(body))
  if (status >= 400) refusals.push(text)
  return status
}

beforeAll(async () => {
  service = await startTestService({ log: captured.log })
  const fhir = await startStubFhirServer({
    '/Encounter': answersStatus(500),
    '/Patient': answersJson(prefetchOf(secretCall()).patient),
    '/Condition': answersJson(searchset([])),
  })
  const broken = await startStubFhirServer({ '/': (_request, response) => void response.send(`<p>${SECRETS.family}</p>`) })
  const redirecting = await listen(
    (request, response) => void response.writeHead(302, { location: `http://127.0.0.1:1/${SECRETS.family}${request.url}` }).end(),
  )
  opened.push(fhir, broken, redirecting)
  const grant = {
    access_token: SECRETS.token,
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'patient/*.read',
    subject: 'columna',
    patient: SECRETS.patientId,
  }
  const inPatient = (members: Json) => secretCall({ prefetch: { ...prefetchOf(secretCall()), ...members } })
  const fetched = (fhirServer: string) => patientView(SECRETS.patientId, { fhirServer, fhirAuthorization: grant })

  expect(await post(CALL, secretCall())).toBe(200)
  expect(await post(`${CALL}/$explain`, secretCall())).toBe(200)
  expect(await post(`${CALL}/$questions`, secretCall())).toBe(200)
  expect(await post(CALL, fetched(fhir.url))).toBe(200)
  expect(await post(CALL, fetched(broken.url))).toBe(412)
  expect(await post(CALL, fetched(redirecting.url))).toBe(412)
  expect(await post(CALL, fetched(`http://${SECRETS.family}.example.org/fhir`))).toBe(412)
  expect(await post(CALL, { ...fetched(fhir.url), fhirAuthorization: { ...grant, patient: 'x', token_type: SECRETS.token } })).toBe(400)
  expect(await post(CALL, secretCall({ hook: SECRETS.family }))).toBe(400)
  expect(await post(CALL, secretCall({ hookInstance: SECRETS.patientId }))).toBe(400)
  expect(
    await post(CALL, secretCall({ context: { userId: `${SECRETS.family}/1`, patientId: `${SECRETS.patientId}/x`, encounterId: '' } })),
  ).toBe(400)
  expect(await post(CALL, secretCall({ fhirServer: SECRETS.family }))).toBe(400)
  expect(await post(CALL, secretCall({ context: { userId: `Practitioner/${SECRETS.user}`, patientId: 'another' } }))).toBe(400)
  expect(
    await post(
      CALL,
      inPatient({
        conditions: searchset([
          { resourceType: SECRETS.type, id: SECRETS.patientId, subject: { reference: 'Patient/x' } },
          ...entriesOf(prefetchOf(secretCall()), 'conditions'),
        ]),
      }),
    ),
  ).toBe(400)
  expect(
    await post(
      CALL,
      inPatient({ conditions: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', diagnostics: SECRETS.family }] } }),
    ),
  ).toBe(412)
  expect(await post(CALL, inPatient({ [SECRETS.family]: SECRETS.family, conditions: undefined }))).toBe(412)
  expect(await post(CALL, `{"${SECRETS.family}": ${SECRETS.token}`)).toBe(400)
  expect(await post(CALL, secretCall(), 'text/plain')).toBe(415)
  expect(await post(CALL, `[${'['.repeat(20)}"${SECRETS.family}"`)).toBe(400)
  expect(await post(`/cds-services/${SECRETS.family}`, secretCall())).toBe(404)
  expect(await post(`/${SECRETS.patientId}?name=${SECRETS.family}`, {})).toBe(404)
  expect(await post(`/cds-services/%E0%A4%A${SECRETS.family}`, {})).toBe(400)
  const comment = {
    card: '784ea9a5-3272-5193-a71e-6f4edf2944e1',
    outcome: 'overridden',
    overrideReason: { userComment: SECRETS.comment },
    outcomeTimestamp: '2026-03-30T10:05:00Z',
  }
  expect(await post(`${CALL}/feedback`, { feedback: [comment] })).toBe(200)
  expect(
    await post(`${CALL}/feedback`, {
      feedback: [
        { ...comment, card: SECRETS.patientId },
        { ...comment, outcome: SECRETS.comment },
        { ...comment, outcomeTimestamp: SECRETS.birthDate },
      ],
    }),
  ).toBe(400)
  const data = {
    name: 'data',
    resource: searchset(
      Object.values(prefetchOf(secretCall()))
        .flatMap(value => (value as Json).entry ?? [])
        .map(entry => (entry as Json).resource),
    ),
  }
  const subject = { name: 'subject', valueString: `Patient/${SECRETS.patientId}` }
  expect(await post('/fhir/PlanDefinition/start-back/$apply', { resourceType: 'Parameters', parameter: [subject, data] })).toBe(200)
  expect(
    await post('/fhir/PlanDefinition/start-back/$apply', {
      resourceType: 'Parameters',
      parameter: [{ ...subject, valueString: 'Patient/x' }, data],
    }),
  ).toBe(400)
  expect(await post(`/fhir/PlanDefinition/${SECRETS.family}/$apply`, { resourceType: 'Parameters' })).toBe(404)
})

afterAll(() => Promise.all([service, ...opened].map(({ close }) => close())))

/** Particulars that stand in a text. */
const secretsIn = (text: string) =>
  Object.entries(SECRETS).flatMap(([name, secret]) => (text.toLowerCase().includes(secret.toLowerCase()) ? [name] : []))

test('the calls of this test did hold the particulars', () => {
  expect(secretsIn(JSON.stringify(secretCall()))).toEqual(['family', 'birthDate', 'patientId', 'telephone', 'user'])
})

test('no line of the log holds anything of a patient, a user or a token', () => {
  expect(captured.lines().length).toBeGreaterThan(20)
  expect(secretsIn(captured.text())).toEqual([])
})

test('a line of the log tells method, route, status and time, and what came of a call, and nothing of the address', () => {
  const always = ['hostname', 'level', 'method', 'ms', 'pid', 'requestId', 'route', 'status', 'time']
  const sometimes = ['service', 'cards', 'undecided', 'firstUndecided', 'code', 'stack']
  for (const { msg, ...line } of captured.lines().filter(({ msg }) => msg === 'answered')) {
    expect(
      Object.keys(line)
        .filter(key => !sometimes.includes(key))
        .toSorted(),
    ).toEqual(always)
    expect(line.route).toMatch(/^(none|\/[a-zA-Z:$/-]*)$/)
  }
})

test('no refusal repeats anything of what was sent', () => {
  expect(refusals.length).toBeGreaterThan(15)
  for (const refusal of refusals) expect(secretsIn(refusal)).toEqual([])
})

test('the figures hold nothing of a patient, a user or a token', async () => {
  const { text } = await supertest(service.url).get('/metrics')
  expect(text).toContain('cds_errors_total')
  expect(secretsIn(text)).toEqual([])
})

test('an error inside the service is logged with its code and its place, and not with its message', async () => {
  const log = captureLog()
  const failing = await startTestService({
    log: log.log,
    reader: {
      read: () => Promise.reject(new Error(`${SECRETS.family}\n    at ${SECRETS.patientId}`)),
      readOn: () => Promise.reject(new TypeError(SECRETS.token)),
    },
  })
  const { status, text } = await supertest(failing.url)
    .post(CALL)
    .send(patientView('a', { fhirServer: 'http://127.0.0.1:1' }))
  await failing.close()
  expect(status).toBe(500)
  expect(text).toContain('CDS_INTERNAL')
  expect(secretsIn(text + log.text())).toEqual([])
  expect(log.lines().find(({ code }) => code === 'CDS_INTERNAL')).toMatchObject({
    stack: expect.stringContaining('confidentiality.test') as string,
  })
})

// What is looked for at the end of a whole run, in all that its services wrote, told and refused with.
test.each([
  ['a name', tellingWords()[0]],
  ['an address', 'Prøvevej 1'],
  ['a reference', 'Patient/x'],
  ['a token', 'Bearer abcdefgh'],
  ['a web token', SECRETS.jwt.replace('x', 'longer')],
])('%s in one line of many is found at the end of a run', (_, planted) => {
  const lines = ['{"route":"/fhir/Patient","status":200}', `{"msg":"${planted}"}`, '{"agent":"Bearer"}']
  expect(leaksIn(lines.join('\n'), tellingWords())).toHaveLength(1)
})

describe('an answer about a patient', () => {
  const APPLY = '/fhir/PlanDefinition/start-back/$apply'
  const feedback = {
    feedback: [{ card: '784ea9a5-3272-5193-a71e-6f4edf2944e1', outcome: 'overridden', outcomeTimestamp: '2026-03-30T10:05:00Z' }],
  }
  const parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'subject', valueString: `Patient/${SECRETS.patientId}` },
      { name: 'data', resource: searchset([]) },
    ],
  }
  const answers: [string, string, unknown, number][] = [
    ['a call', CALL, secretCall(), 200],
    ['a call without its data', CALL, patientView(SECRETS.patientId), 412],
    ['a call that is none', CALL, {}, 400],
    ['a call of no service', '/cds-services/nowhere', secretCall(), 404],
    ['half a JSON', CALL, '{"hook":', 400],
    ['an explained call', `${CALL}/$explain`, secretCall(), 200],
    ['questions left to ask', `${CALL}/$questions`, secretCall(), 200],
    ['an explained call without its data', `${CALL}/$explain`, patientView(SECRETS.patientId), 412],
    ['feedback', `${CALL}/feedback`, feedback, 200],
    ['feedback that is none', `${CALL}/feedback`, {}, 400],
    ['$apply', APPLY, parameters, 200],
    ['$apply of nobody', APPLY, {}, 400],
    ['$apply of a definition', '/fhir/ActivityDefinition/follow-up-contact/$apply', parameters, 200],
    ['$apply of no plan', '/fhir/PlanDefinition/nowhere/$apply', parameters, 404],
  ]

  test.each(answers)('may be stored by nobody on the way: %s %s', async (_, path, body, status) => {
    const response = await supertest(service.url)
      .post(path)
      .set('content-type', 'application/json')
      .send(typeof body === 'string' ? body : JSON.stringify(body))
    expect({ status: response.status, cacheControl: response.headers['cache-control'] as unknown }).toEqual({
      status,
      cacheControl: 'no-store',
    })
  })

  test('neither may the refusal of another method or another kind of body', async () => {
    await supertest(service.url).get(`${CALL}/feedback`).expect(405).expect('cache-control', 'no-store')
    await supertest(service.url).post(CALL).set('content-type', 'text/plain').send('x').expect(415).expect('cache-control', 'no-store')
  })

  test.each([
    ['the front page', '/', 200],
    ['figures', '/metrics', 200],
    ['a path that leads nowhere', `/${SECRETS.patientId}`, 404],
    ['a path below a service', `${CALL}/${SECRETS.patientId}`, 404],
  ])('so is everything that is not said to be about nobody: %s', async (_, path, status) => {
    await supertest(service.url).get(path).expect(status).expect('cache-control', 'no-store')
  })

  test.each(['/fhir/Nope', '/fhir/Nope/1', '/fhir/PlanDefinition/nope', ...ROUTES.map(({ path }) => path.replaceAll(/:\w+/g, 'nope'))])(
    'neither may any refusal, nor a preflight: %s',
    async path => {
      const { url } = service
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const { status, headers } = await fetch(`${url}${path}`, { method, ...(method === 'POST' && { body: '{' }) })
        if (status >= 400 || method === 'OPTIONS')
          expect({ method, status, cacheControl: headers.get('cache-control') }).toEqual({ method, status, cacheControl: 'no-store' })
      }
    },
  )

  test.each([
    '/cds-services',
    '/fhir/metadata',
    '/fhir/PlanDefinition',
    '/fhir/PlanDefinition/start-back',
    '/health/live',
    '/health/ready',
  ])('is told apart from what is about nobody: %s', async path => {
    const { headers } = await supertest(service.url).get(path).expect(200)
    expect(headers['cache-control']).not.toBe('no-store')
  })
})
