// One FHIR server has one spelling, whatever a client writes; what differs in more than spelling stays apart.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { baseUrl } from '../../src/trust/base-url.js'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
const server = fc.record({
  scheme: fc.constantFrom('http', 'https'),
  host: fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.')),
  port: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
  path: fc.array(fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/), { maxLength: 3 }).map(parts => parts.map(part => `/${part}`).join('')),
})
type Server = typeof server extends fc.Arbitrary<infer T> ? T : never

const DEFAULT_PORT: Readonly<Record<string, number>> = { http: 80, https: 443 }

/** Each letter in upper or lower case, as the numbers tell. */
const inCase = (text: string, bits: number) =>
  [...text].map((letter, index) => ((bits >> (index % 30)) & 1 ? letter.toUpperCase() : letter)).join('')

interface Spelling {
  caseOfScheme: number
  caseOfHost: number
  dot: boolean
  writesDefaultPort: boolean
  slashes: number
  before: string
  after: string
}

const space = fc.stringMatching(/^[ \t\n]{0,3}$/)
const spelling: fc.Arbitrary<Spelling> = fc.record({
  caseOfScheme: fc.nat(),
  caseOfHost: fc.nat(),
  dot: fc.boolean(),
  writesDefaultPort: fc.boolean(),
  slashes: fc.nat(3),
  before: space,
  after: space,
})

function spell(
  { scheme, host, port, path }: Server,
  { caseOfScheme, caseOfHost, dot, writesDefaultPort, slashes, before, after }: Spelling,
): string {
  const written = port ?? (writesDefaultPort ? DEFAULT_PORT[scheme] : undefined)
  return `${before}${inCase(scheme, caseOfScheme)}://${inCase(host, caseOfHost)}${dot ? '.' : ''}${written === undefined ? '' : `:${written}`}${path}${'/'.repeat(slashes)}${after}`
}

function plain({ scheme, host, port, path }: Server): string {
  return `${scheme}://${host}${port === undefined || port === DEFAULT_PORT[scheme] ? '' : `:${port}`}${path}`
}

test('all spellings of one server are one', () => {
  fc.assert(
    fc.property(server, spelling, (each, how) => expect(baseUrl(spell(each, how))).toBe(plain(each))),
    { numRuns: 500 },
  )
})

test('the one spelling of a spelling is itself, and is allowed where any other is', () => {
  fc.assert(
    fc.property(server, spelling, spelling, (each, listed, asked) => {
      const base = baseUrl(spell(each, asked)) ?? ''
      expect(baseUrl(base)).toBe(base)
      expect(fhirServerList([spell(each, listed)])(`${base}/Patient/1`)).toBe(true)
    }),
  )
})

test('two servers are two, however they are written', () => {
  fc.assert(
    fc.property(server, server, spelling, spelling, (one, other, how, otherwise) => {
      fc.pre(plain(one) !== plain(other))
      expect(baseUrl(spell(one, how))).not.toBe(baseUrl(spell(other, otherwise)))
    }),
  )
})

describe('is no base URL', () => {
  test.each([
    '',
    ' ',
    'ehr.example.org/fhir',
    'localhost:3001/fhir',
    '/fhir',
    '//ehr.example.org/fhir',
    'ftp://ehr.example.org',
    'file:///etc',
    'http://',
    'https://a.example/fhir?',
    'https://a.example/fhir#',
    'https://a.example/fhir?x=y',
    'http://a b/',
  ])('%j', text => {
    expect(baseUrl(text)).toBeUndefined()
  })

  test('what is longer than any server', () => {
    expect(baseUrl(`https://a.example/${'x'.repeat(2_030)}`)).toHaveLength(2_048)
    expect(baseUrl(`https://a.example/${'x'.repeat(2_031)}`)).toBeUndefined()
  })
})
