import fc from 'fast-check'
import { hookCall, prefetchedCall, searchset, SERVICES, type Json, type ServiceId } from '../support/hook-requests.js'
import { ELEMENT_NAMES, mutate, mutation, nasty, share, withEvery } from '../support/mutations.js'
import { bytesOf, MARKER, post, type FuzzCall } from './fuzz-call.js'

/** What makes a request: drawn first, built only when it is sent. */
export type Recipe = (surroundings: Surroundings) => FuzzCall

/** What a request may name of the running service. */
export interface Surroundings {
  /** Base URL of a FHIR server that may be read. */
  fhirServer: string
}

const PEOPLE = [
  'start-back-high',
  'start-back-incomplete',
  'red-flag-cauda-equina',
  'red-flag-cancer',
  'recent-pain',
  'changed-urination',
  'root-affection',
  'no-back-problem',
  'not-asked-yet',
]
const PATIENT = `${MARKER}-patient`

interface ValidCall {
  id: ServiceId
  person: string
}

/** Most calls go to the service whose evaluation is the cheapest; all see all kinds. */
const service = fc.oneof(
  { weight: 4, arbitrary: fc.constant<ServiceId>('start-back-risk') },
  ...SERVICES.map(id => ({ weight: 1, arbitrary: fc.constant<ServiceId>(id) })),
)
const validCall: fc.Arbitrary<ValidCall> = fc.record({ id: service, person: fc.constantFrom(...PEOPLE) })

const TOKEN = { access_token: `${MARKER}.token`, token_type: 'Bearer', expires_in: 300, scope: 'patient/*.read', subject: 'columna' }
/** Words that only a patient's record would hold. */
const PARTICULARS = {
  name: [{ family: `${MARKER}hansen`, given: [`${MARKER}-given`] }],
  telecom: [{ value: `${MARKER}-telephone` }],
  address: [{ text: `${MARKER}-street` }],
}

const fresh = new Map<string, string>()

/** A valid call with everything prefetched, in which patient, user and record are planted words. */
function planted({ id, person }: ValidCall): Json & { context: Json; prefetch: Json } {
  const key = `${id} ${person}`
  const text = fresh.get(key) ?? JSON.stringify(prefetchedCall(person, id)).replaceAll(person, PATIENT)
  fresh.set(key, text)
  const call = JSON.parse(text) as Json & { context: Json; prefetch: Json }
  const { patient, ...prefetch } = call.prefetch
  return {
    ...call,
    context: { ...call.context, userId: `Practitioner/${MARKER}-user` },
    prefetch: { ...prefetch, patient: { ...(patient as Json), ...PARTICULARS } },
  }
}

/** A valid call that lets the service read, with a grant. */
const reading = ({ id, person }: ValidCall, { fhirServer }: Surroundings): Json => ({
  ...hookCall(person, id),
  fhirServer,
  fhirAuthorization: TOKEN,
})

const feedbackBody = (): Json => ({
  feedback: [
    {
      card: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
      outcome: 'accepted',
      acceptedSuggestions: [{ id: '0b6f5e0a-4f83-4c52-8d51-0f6f0f5d6c11' }],
      outcomeTimestamp: '2026-03-30T10:05:00Z',
    },
    {
      card: '5f2d7f0e-9f0b-4a55-8f5c-5f7f0c1f7a21',
      outcome: 'overridden',
      overrideReason: { reason: { code: MARKER, system: `urn:${MARKER}`, display: MARKER }, userComment: `${MARKER} words of a clinician` },
      outcomeTimestamp: '2026-03-30T10:05:00.123Z',
    },
  ],
})

const parametersOf = (call: ValidCall): Json => {
  const entry = Object.values(planted(call).prefetch).flatMap(value => ((value as Json).entry ?? []) as Json[])
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'subject', valueString: `Patient/${PATIENT}` },
      { name: 'data', resource: { resourceType: 'Bundle', type: 'collection', entry } },
    ],
  }
}

/** What a request says and where it goes, before it is spoilt. */
interface Plain {
  target: string
  body: unknown
}

type PlainRecipe = (surroundings: Surroundings) => Plain

const call = validCall.map((made): PlainRecipe => () => ({ target: `/cds-services/${made.id}`, body: planted(made) }))
const readingCall = validCall.map((made): PlainRecipe => surroundings => ({
  target: `/cds-services/${made.id}`,
  body: reading(made, surroundings),
}))
const explained = fc.constantFrom(...PEOPLE).map((person): PlainRecipe => () => ({
  target: '/cds-services/start-back-risk/$explain',
  body: planted({ id: 'start-back-risk', person }),
}))
const feedback = service.map((id): PlainRecipe => () => ({ target: `/cds-services/${id}/feedback`, body: feedbackBody() }))
const applied = validCall.chain(made =>
  fc
    .constantFrom('red-flags', 'start-back', 'nowhere')
    .map((plan): PlainRecipe => () => ({ target: `/fhir/PlanDefinition/${plan}/$apply`, body: parametersOf(made) })),
)

/** Every route that takes a body, the cheap ones more often. */
const anyPlain = fc.oneof(
  { weight: 40, arbitrary: call },
  { weight: 6, arbitrary: readingCall },
  { weight: 24, arbitrary: feedback },
  { weight: 8, arbitrary: applied },
  { weight: 1, arbitrary: explained },
)

/** A few changes anywhere in the JSON. */
const changedJson = fc
  .tuple(anyPlain, fc.array(mutation, { minLength: 1, maxLength: 5 }))
  .map(([plain, mutations]): Recipe => surroundings => {
    const { target, body } = plain(surroundings)
    const tree = structuredClone(body)
    for (const each of mutations) mutate(tree, each)
    return post('changed JSON', target, JSON.stringify(tree))
  })

const members = fc.record(
  {
    hook: nasty,
    hookInstance: nasty,
    context: nasty,
    prefetch: nasty,
    fhirServer: nasty,
    fhirAuthorization: nasty,
    feedback: nasty,
    parameter: nasty,
    resourceType: nasty,
  },
  { requiredKeys: [] },
)
const replacedMembers = fc.tuple(anyPlain, members).map(([plain, replaced]): Recipe => surroundings => {
  const { target, body } = plain(surroundings)
  return post('replaced members', target, JSON.stringify({ ...(body as Json), ...replaced }))
})

/** Members of the context of a call, one by one. */
const context = fc.record(
  { patientId: nasty, userId: nasty, encounterId: nasty, draftOrders: nasty, selections: nasty, medications: nasty },
  { requiredKeys: [] },
)
const replacedContext = fc.tuple(validCall, context).map(([made, replaced]): Recipe => () => {
  const request = planted(made)
  return post('replaced context', `/cds-services/${made.id}`, JSON.stringify({ ...request, context: { ...request.context, ...replaced } }))
})

const everyOneName = fc.tuple(anyPlain, fc.constantFrom(...ELEMENT_NAMES), nasty).map(([plain, name, value]): Recipe => surroundings => {
  const { target, body } = plain(surroundings)
  return post('one name everywhere', target, JSON.stringify(withEvery(name, value, body)))
})

/** One change of bytes: at a share of their length, how many, and what comes there. */
const byteChange = fc.record({
  at: share,
  length: fc.nat({ max: 60 }),
  kind: fc.constantFrom('cut off', 'delete', 'insert', 'overwrite', 'repeat'),
  bytes: fc.string({ unit: 'binary', maxLength: 12 }).map(bytesOf),
})
type ByteChange = typeof byteChange extends fc.Arbitrary<infer T> ? T : never

function spoil(bytes: string, { at, length, kind, bytes: others }: ByteChange): string {
  const index = Math.floor(at * bytes.length)
  const [before, within, after] = [bytes.slice(0, index), bytes.slice(index, index + length), bytes.slice(index + length)]
  if (kind === 'cut off') return before
  if (kind === 'delete') return before + after
  if (kind === 'insert') return before + others + within + after
  if (kind === 'overwrite') return before + others + after
  return before + within.repeat(40) + after
}

const changedBytes = fc
  .tuple(anyPlain, fc.array(byteChange, { minLength: 1, maxLength: 3 }))
  .map(([plain, changes]): Recipe => surroundings => {
    const { target, body } = plain(surroundings)
    const made = post('changed bytes', target, JSON.stringify(body))
    return { ...made, body: changes.reduce(spoil, made.body) }
  })

const TARGETS = [
  ...SERVICES.flatMap(id => [`/cds-services/${id}`, `/cds-services/${id}/feedback`, `/cds-services/${id}/$explain`]),
  '/fhir/PlanDefinition/red-flags/$apply',
]
const anyTarget = fc.constantFrom(...TARGETS)

const anyBody = fc.tuple(anyTarget, fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.string())).map(
  ([target, text]): Recipe =>
    () =>
      post('any body', target, text),
)

/** Deep, wide and odd JSON around or within a valid request; all of it small enough to be sent often. */
const oddShape = fc
  .tuple(
    anyPlain,
    fc.constantFrom('[', '{"a":', '{"item":[', '{"extension":[', '{"__proto__":', '{"resource":{"contained":['),
    fc.constantFrom(1, 99, 101, 3_000),
    share,
    fc.boolean(),
  )
  .map(([plain, opening, levels, at, closes]): Recipe => surroundings => {
    const { target, body } = plain(surroundings)
    const closing = [...opening]
      .reverse()
      .map(each => ({ '[': ']', '{': '}' })[each] ?? '')
      .join('')
    const odd = opening.repeat(levels) + '1' + (closes ? closing.repeat(levels) : '')
    const text = JSON.stringify(body)
    const places = [...text.matchAll(/:(?=["[{])/g)]
    const index = (places[Math.floor(at * places.length)]?.index ?? 0) + 1
    return post('odd shape', target, `${text.slice(0, index)}${odd},"x":${text.slice(index)}`)
  })

const wide = fc
  .tuple(
    anyTarget,
    fc.constantFrom('0,', '"",', '{},', '[],', 'null,', '{"card":0},', '"a":1,'),
    fc.constantFrom('feedback', 'prefetch', 'parameter', 'context'),
    fc.nat({ max: 20_000 }),
  )
  .map(
    ([target, one, member, times]): Recipe =>
      () =>
        post('wide', target, one.startsWith('"a"') ? `{"${member}":{${one.repeat(times)}"b":1}}` : `{"${member}":[${one.repeat(times)}0]}`),
  )

/** Headers that Node lets a client send; the rest is sent as raw bytes. */
const headerValue = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    ',',
    ';',
    '*',
    '*/*;q=x',
    'da-DK,en;q=0.1,*;q=0',
    'da;q=1;q=2',
    'x'.repeat(4_000),
    'gzip',
    'gzip, gzip',
    'br',
    'identity;q=0',
    'application/json; charset=utf-7',
    'application/fhir+json;;',
    'multipart/form-data',
    'application/json; charset="utf-8',
    '-1',
    '1e9',
    '0x10',
    `Bearer ${MARKER}`,
    `http://${MARKER}.example`,
    'null',
    '100-continue',
    '"',
    '\\',
    '=',
    `${MARKER}; ${MARKER}=${MARKER}`,
  ),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map(code => String.fromCharCode(code)), maxLength: 60 }),
)
const headers = fc.dictionary(
  fc.constantFrom(
    'accept',
    'accept-language',
    'accept-encoding',
    'content-type',
    'content-encoding',
    'origin',
    'authorization',
    'cookie',
    'x-request-id',
    'x-forwarded-for',
    'x-forwarded-proto',
    'forwarded',
    'if-none-match',
    'if-modified-since',
    'range',
    'access-control-request-method',
    'access-control-request-headers',
    'x-http-method-override',
    'te',
    'prefer',
    'traceparent',
  ),
  headerValue,
  { minKeys: 1, maxKeys: 5 },
)
const oddHeaders = fc.tuple(fc.oneof(call, feedback), headers).map(([plain, added]): Recipe => surroundings => {
  const { target, body } = plain(surroundings)
  return post('odd headers', target, JSON.stringify(body), added)
})

const segment = fc.oneof(
  fc.constantFrom(
    'cds-services',
    'fhir',
    'health',
    'live',
    'ready',
    'metrics',
    'feedback',
    '$explain',
    '$apply',
    'PlanDefinition',
    'Questionnaire',
    'metadata',
    'start-back-risk',
    '..',
    '.',
    '%2e%2e',
    '%00',
    '%',
    '%E0%A4%A',
    '%ff',
    ';',
    '*',
    ':id',
    '__proto__',
    'constructor',
    'toString',
    '$',
    '[',
    '{',
    MARKER,
    `${MARKER}%20x`,
    'x'.repeat(3_000),
  ),
  fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map(code => String.fromCharCode(code)), maxLength: 12 }).map(encodeOddly),
)
const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '?',
      '?url',
      `?url=${MARKER}`,
      '?url[]=1&url[x]=2',
      '?a[__proto__][b]=1',
      `?${'a[b]'.repeat(40)}=1`,
      '?view=summary',
      '?action=x&all',
      '?_id=..',
      '?%',
      `?${'x&'.repeat(1_500)}`,
    ),
  },
)
const oddPath = fc
  .tuple(fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'), fc.array(segment, { maxLength: 5 }), query)
  .map(([method, segments, asked]): Recipe => () => ({
    ...post('odd path', `/${segments.join('/')}${asked}`, '{}'),
    method,
    ...(method === 'POST' ? {} : { body: '', headers: {} }),
  }))

/** Node's client refuses blanks and controls in a path; everything else goes as it is. */
function encodeOddly(text: string): string {
  return text.replaceAll(/[ #?/]/g, each => encodeURIComponent(each))
}

const rawLine = fc.constantFrom(
  'POST /cds-services HTTP/1.1',
  'POST /cds-services/start-back-risk HTTP/1.1',
  `GET /${MARKER} HTTP/1.1`,
  'GET / HTTP/1.0',
  'GET  / HTTP/1.1',
  'get / http/1.1',
  'PRI * HTTP/2.0',
  'CONNECT x:1 HTTP/1.1',
  'GET http://elsewhere.example/ HTTP/1.1',
  '\u0016\u0003\u0001',
  '',
)
const rawHeader = fc.constantFrom(
  'host: x',
  'host: x\r\nhost: y',
  'content-length: 5',
  'content-length: -1',
  'content-length: 5\r\ncontent-length: 6',
  'content-length: 99999999999999999999',
  'transfer-encoding: chunked',
  'transfer-encoding: chunked\r\ncontent-length: 3',
  'transfer-encoding: gzip, chunked',
  ' folded: x',
  `x: ${MARKER}\r\n y`,
  'x\u0000: y',
  'x: \u0000',
  ': x',
  'x',
  `authorization: Bearer ${MARKER}`,
  'expect: 100-continue',
  'upgrade: websocket\r\nconnection: upgrade',
  'content-type: application/json',
)
const rawBody = fc.constantFrom(
  '',
  '{}',
  '{"a":',
  '5\r\nhello\r\n0\r\n\r\n',
  'zz\r\nhello\r\n',
  'ffffffffffffffff\r\n',
  '0\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
)
const rawBytes = fc
  .tuple(rawLine, fc.array(rawHeader, { maxLength: 5 }), rawBody, fc.string({ unit: 'binary-ascii', maxLength: 8 }), fc.nat({ max: 9 }))
  .map(([line, lines, body, noise, where]): Recipe => () => {
    const parts = [line, '\r\n', ...lines.map(each => `${each}\r\n`), '\r\n', body]
    if (where < parts.length) parts[where] += noise
    return { ...post('raw bytes', '/', ''), raw: parts.join('') }
  })

/** A caller that goes away in the middle of what it sends, or before it hears the answer. */
const hangingUp = fc.tuple(call, share).map(([plain, at]): Recipe => surroundings => {
  const { target, body } = plain(surroundings)
  return { ...post('hung up', target, JSON.stringify(body)), hangsUpAt: at > 0.7 ? 1 : at }
})

/** Few, since each is a load of its own: close to the limits of size. */
const large = fc
  .tuple(
    anyTarget,
    fc.constantFrom('[', '0,', '{"a":', '"', '////', '\\u0000', '{"card":"x"},', '1e999,'),
    fc.integer({ min: 100_000, max: 1_900_000 }),
    fc.constantFrom('', '{"fhirServer":"http://h/', '{"feedback":[', '{"prefetch":{"conditions":{"resourceType":"Bundle","entry":['),
  )
  .map(
    ([target, unit, bytes, head]): Recipe =>
      () =>
        post('large', target, head + unit.repeat(Math.floor(bytes / unit.length))),
  )

/** A sound call with as many records, or parts within a record, as fit into the size. */
const largeRecord = fc
  .tuple(
    validCall,
    fc.constantFrom('conditions', 'encounters', 'observations', 'consultationResponses', 'startBackResponses'),
    fc.integer({ min: 200_000, max: 3_900_000 }),
    fc.boolean(),
  )
  .map(([made, key, bytes, within]): Recipe => () => {
    const request = planted(made)
    const [first] = ((request.prefetch[key] as { entry?: { resource: Json }[] } | undefined)?.entry ?? []).map(({ resource }) => resource)
    const record = first ?? {
      resourceType: 'Observation',
      status: 'final',
      subject: { reference: `Patient/${PATIENT}` },
      valueQuantity: { value: 48, unit: 'mg/L' },
    }
    const parts = Array.isArray(record.item) ? (record.item as unknown[]) : [record]
    const times = Math.floor(bytes / JSON.stringify(within ? parts : record).length)
    const records = within
      ? [{ ...record, item: Array.from({ length: times }, () => parts).flat() }]
      : Array.from({ length: times }, (_, index) => ({ ...record, id: `r${index}` }))
    return post(
      'large record',
      `/cds-services/${made.id}`,
      JSON.stringify({ ...request, prefetch: { ...request.prefetch, [key]: searchset(records) } }),
    )
  })

/** Any request of any kind; most are cheap for the service to refuse, and about a third are evaluated. */
export const arbitraryRecipe: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 300, arbitrary: changedJson },
  { weight: 110, arbitrary: replacedMembers },
  { weight: 60, arbitrary: replacedContext },
  { weight: 60, arbitrary: everyOneName },
  { weight: 160, arbitrary: changedBytes },
  { weight: 80, arbitrary: anyBody },
  { weight: 50, arbitrary: oddShape },
  { weight: 20, arbitrary: wide },
  { weight: 60, arbitrary: oddHeaders },
  { weight: 70, arbitrary: oddPath },
  { weight: 30, arbitrary: rawBytes },
  { weight: 10, arbitrary: hangingUp },
  { weight: 1, arbitrary: large },
  { weight: 1, arbitrary: largeRecord },
)
