import fc from 'fast-check'

/** Values that have broken servers before. */
export const nasty: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1e308,
    0.1,
    '',
    ' ',
    'x',
    [],
    {},
    [null],
    [[]],
    [{}],
    { '': null },
    '2026-02-31',
    '2026-13-01',
    '0000-00-00',
    '99999-01-01',
    '2026-03-30T25:61:61Z',
    '2026-03-30T12:00:00+99:99',
    '24:00',
    'P1D',
    '2026',
    '2026-02',
    '\u0000',
    '\ud800',
    '\u202e',
    '<script>alert(1)</script>',
    '{{ %patient }}',
    '${7*7}',
    '[x](javascript:alert(1))',
    '%20',
    '../../etc/passwd',
    { toString: 1, valueOf: 1 },
    { length: -1 },
    { constructor: null },
    { then: 'x' },
    { toJSON: 'x' },
    { resourceType: 'Patient' },
    { resourceType: '__proto__' },
    { value: 'x', unit: 7 },
    { coding: null },
    { coding: [null] },
    { coding: {} },
    { reference: 7 },
    { start: 'x', end: {} },
  ),
  fc.jsonValue({ maxDepth: 3 }).map(value => value as unknown),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

/** A number from 0 to 1 without preference. */
export const share = fc.noBias(fc.nat({ max: 9_999 })).map(number => number / 10_000)

/** One change of a JSON value: where it is made (as shares of what there is to choose from), and how. */
export interface Mutation {
  steps: number[]
  kind: string
  name: string
  value: unknown
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  steps: fc.array(share, { minLength: 1, maxLength: 14 }),
  kind: fc.constantFrom('replace', 'delete', 'add', 'duplicate', 'wrap', 'unwrap'),
  name: fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'extension',
    'resourceType',
    'id',
    'entry',
    'item',
    'answer',
    'coding',
    '_value',
    'valueBoolean',
    'onsetDateTime',
    '',
  ),
  value: nasty,
})

/** Changes a JSON tree in place, at a depth that the steps lead to. */
export function mutate(tree: unknown, { steps, kind, name, value }: Mutation): void {
  let parent = tree as Record<string, unknown>
  for (const [index, step] of steps.entries()) {
    const keys = Object.keys(parent)
    const key = keys[Math.floor(step * keys.length)]
    if (key === undefined) return
    const child = parent[key]
    if (index < steps.length - 1 && typeof child === 'object' && child !== null && Object.keys(child).length > 0) {
      parent = child as Record<string, unknown>
      continue
    }
    change(parent, key, kind, name, value)
    return
  }
}

function change(parent: Record<string, unknown>, key: string, kind: string, name: string, value: unknown): void {
  const put = (at: string, what: unknown) =>
    Object.defineProperty(parent, at, { value: structuredClone(what), enumerable: true, configurable: true, writable: true })
  if (kind === 'delete') {
    if (Array.isArray(parent)) parent.splice(Number(key), 1)
    else delete parent[key]
  } else if (kind === 'add') put(Array.isArray(parent) ? String(parent.length) : name, value)
  else if (kind === 'duplicate') put(Array.isArray(parent) ? String(parent.length) : name, parent[key])
  else if (kind === 'wrap') put(key, [parent[key]])
  else if (kind === 'unwrap') put(key, Array.isArray(parent[key]) ? (parent[key] as unknown[])[0] : { [name]: parent[key] })
  else put(key, value)
}

/** Names of elements whose every value is worth a replacement by nonsense. */
export const ELEMENT_NAMES = [
  'resourceType',
  'id',
  'status',
  'code',
  'coding',
  'system',
  'reference',
  'subject',
  'item',
  'answer',
  'linkId',
  'authored',
  'questionnaire',
  'onsetDateTime',
  'recordedDate',
  'birthDate',
  'valueBoolean',
  'valueCoding',
  'valueInteger',
  'clinicalStatus',
  'period',
  'start',
  'entry',
  'resource',
  'category',
  'verificationStatus',
  'diagnosis',
  'class',
  'extension',
]

/** A copy of a JSON value in which every value of one name is another. */
export const withEvery = (name: string, value: unknown, tree: unknown): unknown =>
  JSON.parse(JSON.stringify(tree), (key, part: unknown) => (key === name ? value : part)) as unknown
