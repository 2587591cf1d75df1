import { describe, expect, test } from '@jest/globals'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'

const isAllowed = fhirServerList([
  'https://ehr.example.org/fhir',
  'http://127.0.0.1:*',
  'http://[::1]:8080/fhir/',
  'https://other.example.org:8443/a/b',
])

describe('allows', () => {
  test.each([
    'https://ehr.example.org/fhir',
    'https://ehr.example.org/fhir/',
    'https://ehr.example.org/fhir/Patient/p1',
    'https://ehr.example.org:443/fhir/Patient?x=y',
    'https://EHR.example.org/fhir/metadata',
    'http://127.0.0.1:3001/fhir/Patient',
    'http://127.0.0.1/anything',
    'http://127.0.0.1:65535',
    'http://[::1]:8080/fhir/Patient',
    'http://[0:0:0:0:0:0:0:1]:8080/fhir',
    'https://other.example.org:8443/a/b/c',
    'https://ehr.example.org./fhir',
    ' https://ehr.example.org/fhir ',
  ])('%s', url => {
    expect(isAllowed(url)).toBe(true)
  })
})

describe('refuses', () => {
  test.each([
    ['another host', 'https://evil.example.org/fhir'],
    ['a host that begins alike', 'https://ehr.example.org.evil.example/fhir'],
    ['a host that ends alike', 'https://evilehr.example.org/fhir'],
    ['the host as a user', 'https://ehr.example.org@evil.example/fhir'],
    ['the host as a user with a password', 'https://ehr.example.org:443@evil.example/fhir'],
    ['credentials', 'https://user:secret@ehr.example.org/fhir'],
    ['an empty user', 'https://:@evil.example/fhir'],
    ['the host behind a backslash', 'https://evil.example\\@ehr.example.org/fhir'],
    ['the host in a fragment', 'https://evil.example#@ehr.example.org/fhir'],
    ['a path that begins alike', 'https://ehr.example.org/fhir-evil/Patient'],
    ['the path above', 'https://ehr.example.org/'],
    ['a path that climbs out', 'https://ehr.example.org/fhir/../admin'],
    ['a path that climbs out in disguise', 'https://ehr.example.org/fhir/%2e%2e/admin'],
    ['an escaped slash', 'https://ehr.example.org/fhir/..%2fadmin'],
    ['an escaped backslash', 'https://ehr.example.org/fhir/..%5Cadmin'],
    ['another case of the path', 'https://ehr.example.org/FHIR'],
    ['another protocol', 'http://ehr.example.org/fhir'],
    ['another port', 'https://ehr.example.org:8443/fhir'],
    ['another port of IPv6', 'http://[::1]:8081/fhir'],
    ['IPv4 within IPv6', 'http://[::ffff:127.0.0.1]:3001/fhir'],
    ['any port on another protocol', 'https://127.0.0.1:3001/'],
    ['another loopback address', 'http://127.0.0.2:3001/'],
    ['a name for the address', 'http://localhost:3001/'],
    ['files', 'file:///etc/passwd'],
    ['what is no URL', 'ehr.example.org/fhir'],
    ['nothing', ''],
  ])('%s', (_, url) => {
    expect(isAllowed(url)).toBe(false)
  })

  test('everything when the list is empty', () => {
    expect(fhirServerList([])('https://ehr.example.org/fhir')).toBe(false)
  })
})
