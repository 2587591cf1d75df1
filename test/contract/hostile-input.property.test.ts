import fc from 'fast-check'
import supertest from 'supertest'
import { faultsOfResponse } from '../support/check-response.js'
import { prefetchedCall, SERVICES, type Json, type ServiceId } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { ELEMENT_NAMES, mutate, mutation, nasty, withEvery } from '../support/mutations.js'
import { startTestService } from '../support/service.js'

// Whatever is sent, the service answers: never with a 5xx, never with an illegal card, and it goes on serving.

/** Another seed finds other faults; this one makes every run the same. Many more such calls are made by `npm run fuzz`. */
const SEED = Number(process.env.HOSTILE_SEED ?? 20260330)
const RUNS = Number(process.env.HOSTILE_RUNS ?? 75)
const TIMEOUT_MS = 30_000 + 100 * RUNS

const PEOPLE = [
  'start-back-high',
  'start-back-incomplete',
  'red-flag-cauda-equina',
  'red-flag-cancer',
  'recent-pain',
  'changed-urination',
  'root-affection',
]

let service: Listening

beforeAll(async () => {
  process.stdout.write(`hostile input: seed ${SEED}, ${RUNS} runs a property\n`)
  service = await startTestService({ bodyLimit: 3_000_000 })
})

afterAll(() => service.close())

const send = (path: string, body: string) => supertest(service.url).post(path).set('content-type', 'application/json').send(body)

/** @throws Error that shows what was answered, unless the answer is sound or a refusal. */
async function expectSoundAnswer(path: string, body: string): Promise<void> {
  const { status, body: answer, text } = await send(path, body)
  if (status >= 500) throw new Error(`${status}: ${text}`)
  if (status === 200) {
    const faults = faultsOfResponse(answer)
    if (faults.length > 0) throw new Error(faults.join('\n'))
    return
  }
  const { resourceType } = answer as Json
  if (resourceType !== 'OperationOutcome') throw new Error(`${status}: ${text}`)
}

const check = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<void>) =>
  fc.assert(fc.asyncProperty(arbitrary, holds), { seed: SEED, numRuns: RUNS, endOnFailure: true })

const validCall = fc.record({ id: fc.constantFrom<ServiceId>(...SERVICES), person: fc.constantFrom(...PEOPLE) })
const requestOf = ({ id, person }: { id: ServiceId; person: string }) =>
  JSON.parse(JSON.stringify(prefetchedCall(person, id))) as ReturnType<typeof prefetchedCall>

test(
  'any JSON value as body is answered',
  async () => {
    await check(fc.tuple(fc.constantFrom(...SERVICES), fc.jsonValue()), ([id, body]) =>
      expectSoundAnswer(`/cds-services/${id}`, JSON.stringify(body)),
    )
  },
  TIMEOUT_MS,
)

test(
  'any text as body is answered',
  async () => {
    await check(fc.string({ unit: 'binary' }), body => expectSoundAnswer('/cds-services/start-back-risk', body))
  },
  TIMEOUT_MS,
)

test(
  'any values in the members of a call are answered',
  async () => {
    const members = fc.record(
      { hook: nasty, hookInstance: nasty, context: nasty, prefetch: nasty, fhirServer: nasty, fhirAuthorization: nasty },
      { requiredKeys: [] },
    )
    await check(fc.tuple(validCall, members), ([call, replaced]) =>
      expectSoundAnswer(`/cds-services/${call.id}`, JSON.stringify({ ...requestOf(call), ...replaced })),
    )
  },
  TIMEOUT_MS,
)

test(
  'any few changes anywhere in a valid call are answered',
  async () => {
    await check(fc.tuple(validCall, fc.array(mutation, { minLength: 1, maxLength: 4 })), async ([call, mutations]) => {
      const request = requestOf(call)
      for (const each of mutations) mutate(request, each)
      await expectSoundAnswer(`/cds-services/${call.id}`, JSON.stringify(request))
    })
  },
  TIMEOUT_MS,
)

test(
  'any few changes inside the prefetched resources are answered',
  async () => {
    await check(fc.tuple(validCall, fc.array(mutation, { minLength: 1, maxLength: 12 })), async ([call, mutations]) => {
      const request = requestOf(call)
      for (const each of mutations) {
        const { prefetch } = request
        const keys = Object.keys(prefetch)
        const within = prefetch[keys[Math.floor((each.steps[0] ?? 0) * keys.length)] ?? '']
        mutate(within, { ...each, steps: [...each.steps.slice(1), 0.5, 0.3, 0.7] })
      }
      await expectSoundAnswer(`/cds-services/${call.id}`, JSON.stringify(request))
    })
  },
  TIMEOUT_MS,
)

test(
  'one nonsense value in the place of every value of one name is answered',
  async () => {
    await check(fc.tuple(validCall, fc.constantFrom(...ELEMENT_NAMES), nasty), async ([call, name, value]) => {
      const request = requestOf(call)
      await expectSoundAnswer(
        `/cds-services/${call.id}`,
        JSON.stringify({ ...request, prefetch: withEvery(name, value, request.prefetch) }),
      )
    })
  },
  TIMEOUT_MS,
)

test(
  'any few changes in feedback are answered',
  async () => {
    const feedback = () => ({
      feedback: [
        {
          card: '784ea9a5-3272-5193-a71e-6f4edf2944e1',
          outcome: 'accepted',
          acceptedSuggestions: [{ id: 'a92090cc-b6c8-5a39-916f-2050ffa86b02' }],
          outcomeTimestamp: '2026-03-30T10:05:00Z',
        },
        {
          card: '37649edf-0c34-5166-9e23-f02776d18aa1',
          outcome: 'overridden',
          overrideReason: { reason: { code: 'd', system: 'e', display: 'f' }, userComment: 'g' },
          outcomeTimestamp: '2026-03-30T10:05:00.123Z',
        },
      ],
    })
    await check(fc.array(mutation, { minLength: 1, maxLength: 4 }), async mutations => {
      const body = feedback()
      for (const each of mutations) mutate(body, each)
      const { status, text } = await send('/cds-services/start-back-risk/feedback', JSON.stringify(body))
      if (status !== 200 && status !== 400) throw new Error(`${status}: ${text}`)
    })
  },
  TIMEOUT_MS,
)

test(
  'any few changes in the input of $apply are answered, also when it is explained',
  async () => {
    await check(fc.tuple(validCall, fc.array(mutation, { minLength: 1, maxLength: 4 })), async ([call, mutations]) => {
      const request = requestOf(call)
      const entry = Object.values(request.prefetch).flatMap(value => ((value as Json).entry ?? []) as Json[])
      const input = {
        resourceType: 'Parameters',
        parameter: [
          { name: 'subject', valueString: `Patient/${call.person}` },
          { name: 'data', resource: { resourceType: 'Bundle', type: 'collection', entry } },
        ],
      }
      for (const each of mutations) mutate(input, each)
      for (const each of mutations) mutate(request, each)
      for (const [path, body] of [
        ['/fhir/PlanDefinition/red-flags/$apply', input],
        [`/cds-services/${call.id}/$explain`, request],
      ] as const) {
        const { status, text } = await send(path, JSON.stringify(body))
        if (status >= 500) throw new Error(`${path} ${status}: ${text}`)
      }
    })
  },
  TIMEOUT_MS,
)

describe('a body of an unusual size', () => {
  const DEPTH = 10_000
  const nested = (open: string, close: string, inside = '1') => open.repeat(DEPTH) + inside + close.repeat(DEPTH)

  test.each<[string, string]>([
    ['lists', nested('[', ']')],
    ['objects', nested('{"a":', '}')],
  ])('is answered when it is nested 10,000 levels deep: %s', async (_, deep) => {
    const [head = '', tail = ''] = JSON.stringify({ ...prefetchedCall('start-back-high', 'start-back-risk'), deep: 'HERE' }).split('"HERE"')
    await expectSoundAnswer('/cds-services/start-back-risk', deep)
    await expectSoundAnswer('/cds-services/start-back-risk', head + deep + tail)
  })

  test.each(['conditions', 'consultationResponses', 'startBackResponses', 'patient'])(
    'is answered when a resource is nested 10,000 levels deep: %s',
    async key => {
      const request = prefetchedCall('start-back-high', 'start-back-risk')
      const deepItem = nested('{"linkId":"1","answer":[{"valueBoolean":true}],"item":[', ']}', '{"linkId":"2"}')
      const deepExtension = nested('{"url":"a","extension":[', ']}', '{"url":"b"}')
      const deepened = JSON.stringify(request.prefetch[key])
        .replace(/"item":\[(?=\{"linkId":"(contact|1)")/, `"item":[${deepItem},`)
        .replaceAll(/"resourceType":"(Condition|Patient)"/g, `"resourceType":"$1","extension":[${deepExtension}]`)
      expect(deepened.length).toBeGreaterThan(2 * DEPTH)
      const [head = '', tail = ''] = JSON.stringify({ ...request, prefetch: { ...request.prefetch, [key]: 'HERE' } }).split('"HERE"')
      await expectSoundAnswer('/cds-services/start-back-risk', head + deepened + tail)
      await expectSoundAnswer('/cds-services/start-back-risk/$explain', head + deepened + tail).catch((error: Error) => {
        if (/^5\d\d/.test(error.message)) throw error
      })
    },
    TIMEOUT_MS,
  )

  test('is answered when a text in it is a million characters long', async () => {
    const long = 'x'.repeat(1_000_000)
    const request = prefetchedCall('start-back-high', 'start-back-risk')
    await expectSoundAnswer('/cds-services/start-back-risk', JSON.stringify(request).replace('"Lændesmerter"', JSON.stringify(long)))
    await expectSoundAnswer('/cds-services/start-back-risk', JSON.stringify({ ...request, hookInstance: long }))
    await expectSoundAnswer(
      '/cds-services/start-back-risk',
      JSON.stringify({ ...request, context: { ...request.context, patientId: long } }),
    )
  })

  test(
    'is answered before long when it holds thousands of records',
    async () => {
      const request = prefetchedCall('start-back-high', 'start-back-risk')
      for (const key of ['conditions', 'consultationResponses']) {
        const [first] = (request.prefetch[key] as { entry: { resource: Json }[] }).entry
        const many = Array.from({ length: key === 'conditions' ? 3_000 : 400 }, (_, index) => ({
          resource: { ...first?.resource, id: `r${index}` },
        }))
        const began = performance.now()
        await expectSoundAnswer(
          '/cds-services/start-back-risk',
          JSON.stringify({
            ...request,
            prefetch: { ...request.prefetch, [key]: { resourceType: 'Bundle', type: 'searchset', entry: many } },
          }),
        )
        // The deadline of the test service, and what comes around it.
        expect(performance.now() - began).toBeLessThan(6_000)
      }
    },
    TIMEOUT_MS,
  )
})

test('after all this the service still gives the answer it gave before', async () => {
  const fresh = await startTestService()
  const request = JSON.stringify(prefetchedCall('start-back-high', 'start-back-risk'))
  const before = await supertest(fresh.url).post('/cds-services/start-back-risk').set('content-type', 'application/json').send(request)
  await fresh.close()
  expect((await send('/cds-services/start-back-risk', request)).body).toEqual(before.body)
})
