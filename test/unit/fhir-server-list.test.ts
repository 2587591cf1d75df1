import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'
import { faultOfServers, type ServerEntry } from '../../src/trust/listed-servers.js'
import { addressTest, isAddressRefused, isNetwork } from '../../src/trust/networks.js'

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

test('of several entries the closest says how a server is read: the longest path, then the one that names the port', () => {
  const list: ServerEntry[] = [
    'https://ehr.example.org:*/fhir',
    { url: 'https://ehr.example.org/fhir', tokenRequired: true },
    { url: 'https://ehr.example.org/fhir/north', networks: ['10.1.0.0/16'] },
  ]
  const { serverOf } = fhirServerList(list)
  expect(
    ['/fhir/Patient', '/fhir/north/Patient', '/fhir/northern', '/other'].map(path => serverOf(`https://ehr.example.org${path}`)),
  ).toEqual([list[1], list[2], list[1], undefined])
  expect(serverOf('https://ehr.example.org:8443/fhir')).toEqual({ url: 'https://ehr.example.org:*/fhir' })
})

describe('an address that a name stands for', () => {
  const HOST = { hostname: 'ehr.example.org' }

  test.each(['10.1.2.3', '172.16.0.1', '192.168.1.1', '100.64.0.1', '193.0.0.1', 'fd12:3456::1', '2a00:1450::1', '::ffff:10.1.2.3'])(
    'is connected to where servers usually are: %s',
    address => {
      expect(addressTest(HOST)(address)).toBe(true)
    },
  )

  const SPECIAL: readonly (readonly [address: string, network: string])[] = [
    ['127.0.0.1', '127.0.0.0/8'],
    ['::1', '::1/128'],
    ['169.254.7.7', '169.254.0.0/16'],
    ['fe80::1', 'fe80::/10'],
    ['169.254.169.254', '169.254.169.254/32'],
    ['100.100.100.200', '100.100.100.200/32'],
    ['168.63.129.16', '168.63.129.16/32'],
    ['fd00:ec2::254', 'fd00:ec2::254/128'],
    ['224.0.0.1', '224.0.0.0/4'],
    ['ff02::1', 'ff00::/8'],
    ['192.0.0.192', '192.0.0.192/32'],
    ['198.18.0.1', '198.18.0.0/15'],
    ['240.0.0.1', '240.0.0.0/4'],
    ['2001:db8::1', '2001:db8::/32'],
    ['64:ff9b::7f00:1', '64:ff9b::/96'],
    ['2002:7f00:1::', '2002::/16'],
    ['fec0::1', 'fec0::/10'],
    ['::7f00:1', '::7f00:0/112'],
  ]

  test.each(SPECIAL)('is connected to only where its network is named: %s', (address, network) => {
    const isReached = (networks?: string[]) => addressTest({ ...HOST, networks })(address)
    expect([isReached(), isReached(['0.0.0.0/0', '::/0', '10.0.0.0/8', 'fd00::/8']), isReached([network])]).toEqual([false, false, true])
  })

  test.each(['0.0.0.0', '::', '0.1.2.3', '255.255.255.255', '::ffff:0.0.0.0', '', 'ehr.example.org', '127.0.0.1:80'])(
    'is none, whatever is named: %s',
    address => {
      expect(addressTest({ ...HOST, networks: ['0.0.0.0/0', '0.0.0.0/8', '::/0', '::/128', '255.255.255.255/32'] })(address)).toBe(false)
    },
  )

  test('is of the networks that are named, and of no others', () => {
    const isReached = addressTest({ ...HOST, networks: ['10.20.0.0/16', 'fd12:3456::/32'] })
    expect(['10.20.1.1', '::ffff:10.20.1.1', 'fd12:3456::9', '10.21.0.1', 'fd12:3457::9', '193.0.0.1', '127.0.0.1'].map(isReached)).toEqual(
      [true, true, true, false, false, false, false],
    )
  })

  test('may be of this machine where its name says so', () => {
    for (const hostname of ['localhost', '127.0.0.1', '[::1]'])
      expect(['127.0.0.1', '::1', '169.254.169.254', '0.0.0.0'].map(addressTest({ hostname }))).toEqual([true, true, false, false])
    expect(addressTest({ hostname: 'localhost', networks: ['10.0.0.0/8'] })('127.0.0.1')).toBe(false)
  })
})

describe('a host that is written as an address', () => {
  const hostOf = (text: string) => new URL(`http://${text}/`).hostname
  const METADATA_SPELT = ['169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '169.0xfea9fe']
  test.each([
    ...METADATA_SPELT,
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '0',
    '0x0',
    '[::]',
    '[fe80::1]',
    '224.0.0.1',
    '[::7f00:1]',
  ])('is refused, however it is spelt: %s', text => {
    expect(isAddressRefused({ hostname: hostOf(text) })).toBe(true)
    expect(faultOfServers([`http://${text}/fhir`], [])).toMatch(/must be named/)
  })

  test('of this machine names it, in any form but that of another address', () => {
    expect(['127.0.0.1', '2130706433', '0177.1', '[::1]', 'localhost'].map(text => isAddressRefused({ hostname: hostOf(text) }))).toEqual(
      Array.from({ length: 5 }, () => false),
    )
    expect(isAddressRefused({ hostname: hostOf('[::ffff:127.0.0.1]') })).toBe(true)
  })

  test('of a link is refused in all forms that a URL may give IPv4', () => {
    const part = fc.nat(0xffff)
    fc.assert(
      fc.property(part, fc.constantFrom(10, 16, 8), (low, radix) => {
        const address = 0xa9fe0000 + low
        const digits = address.toString(radix)
        const host = hostOf({ 10: digits, 16: `0x${digits}`, 8: `0${digits}` }[radix] ?? '')
        expect([isAddressRefused({ hostname: host }), isAddressRefused({ hostname: hostOf(`[::ffff:${host}]`) })]).toEqual([true, true])
      }),
      { numRuns: 50 },
    )
  })
})

test('a list of servers is wrong where a network of it is none, or a server lies outside of its own', () => {
  const fault = (url: string, ...networks: string[]) => faultOfServers([{ url, networks }], [])
  expect(fault('https://ehr.example.org', '10.0.0.0/8', 'fd12::/16')).toBeUndefined()
  for (const network of ['10.0.0.1', '10/8', '10.0.0.0/33', '::ffff:10.0.0.0/104', 'fe80::%1/10', 'ehr', '', '*'])
    expect([isNetwork(network), fault('https://ehr.example.org', network)]).toEqual([false, expect.stringMatching(/CIDR/)])
  expect(fault('http://10.1.2.3/fhir', '10.2.0.0/16')).toMatch(/outside of its networks/)
  expect(fault('http://169.254.169.254/fhir', '169.254.169.254/32')).toBeUndefined()
})
