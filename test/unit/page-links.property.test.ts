// However a server writes the link to another page, the same page is asked for, and never at another origin.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { laterPages, pageUrl } from '../../src/patient-data/page-links.js'
import { fhirServerList } from '../../src/trust/fhir-server-list.js'

const segment = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}$/)
const server = fc.record({
  origin: fc
    .record({
      scheme: fc.constantFrom('http', 'https'),
      host: fc.stringMatching(/^[a-z][a-z0-9]{0,8}\.example$/),
      port: fc.option(fc.integer({ min: 1024, max: 65_535 }), { nil: undefined }),
    })
    .map(({ scheme, host, port }) => `${scheme}://${host}${port === undefined ? '' : `:${port}`}`),
  path: fc.array(segment, { maxLength: 3 }).map(parts => parts.map(part => `/${part}`).join('')),
})
const page = fc.record({
  type: segment,
  query: fc
    .array(fc.tuple(segment, segment), { minLength: 1, maxLength: 3 })
    .map(pairs => pairs.map(([name, value]) => `${name}=${value}`).join('&')),
})

test('relative, absolute and behind a gateway: one page', () => {
  fc.assert(
    fc.property(server, server, page, segment, ({ origin, path }, elsewhere, { type, query }, first) => {
      const base = `${origin}${path}`
      const near = `${base}/${type}?${first}=1`
      const links = [
        `${base}/${type}?${query}`,
        `${path}/${type}?${query}`,
        `${type}?${query}`,
        `?${query}`,
        `./${type}?${query}`,
        `${elsewhere.origin}${path}/${type}?${query}`,
        ` ${base}/${type}?${query} `,
      ]
      expect(new Set(links.map(link => pageUrl(link, near, base)))).toEqual(new Set([`${base}/${type}?${query}`]))
    }),
  )
})

test('whatever the link is, it is followed at the origin of the server or not at all', () => {
  const link = fc.oneof(
    fc.string(),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc
      .tuple(fc.constantFrom('//', '/\\', '\\\\', 'http:', 'https:/', '/%2e%2e/', 'javascript:', 'http://user:secret@'), fc.webPath())
      .map(parts => parts.join('')),
  )
  fc.assert(
    fc.property(server, link, ({ origin, path }, each) => {
      const url = pageUrl(each, `${origin}${path}/Condition?patient=p`, `${origin}${path}`)
      if (url === undefined) return
      expect(new URL(url).origin).toBe(new URL(origin).origin)
      expect(`${new URL(url).username}${new URL(url).password}`).toBe('')
    }),
    { numRuns: 1_000 },
  )
})

test('whatever the link is, it is followed below the base of the server or one listed for it, or not at all', () => {
  const step = fc.oneof(segment, fc.constantFrom('..', '.', '', '%2e%2e', '%2e', '..;', '%2f..', '\\..', '%5c..', '?x=', '#'))
  const path = fc.array(step, { maxLength: 6 }).map(steps => steps.join('/'))
  fc.assert(
    fc.property(server, path, fc.boolean(), fc.option(segment, { nil: undefined }), ({ origin, path: own }, steps, isAbsolute, listed) => {
      const bases = listed === undefined ? [] : [`/${listed}`]
      const url = pageUrl(isAbsolute ? `${origin}${own}/${steps}` : steps, `${origin}${own}/Condition?patient=p`, `${origin}${own}`, bases)
      if (url === undefined) return
      const { pathname } = new URL(url)
      expect([own, ...bases].some(base => pathname === base || pathname.startsWith(`${base}/`))).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

describe('tenants of one host', () => {
  const own = 'https://a.example/fhir/one'
  const pageOf = (link: string, list: readonly string[]) =>
    pageUrl(link, `${own}/Condition?patient=p`, own, fhirServerList(list).basesOf(own))

  test.each([
    'https://a.example/fhir/two/Condition?page=2',
    '/fhir/two/Condition?page=2',
    '../two/Condition?page=2',
    '/fhir/one-more/Condition',
    '/fhir/one/../two',
    'https://gateway.example/fhir/two/Condition',
  ])('do not get what is meant for another: %s', link => {
    expect(pageOf(link, ['https://a.example/fhir/one', 'https://a.example/fhir/two'])).toBeUndefined()
    expect(pageOf(link, ['https://a.example'])).toBeUndefined()
    expect(pageOf(link, ['https://a.example:*'])).toBeUndefined()
  })

  test('may share the address of their pages, where it is listed as the base of them all', () => {
    expect(pageOf('/fhir?_getpages=x', ['https://a.example/fhir'])).toBe('https://a.example/fhir?_getpages=x')
    expect(pageOf('/fhir?_getpages=x', ['https://a.example/fhir/one'])).toBeUndefined()
    expect(pageOf('/other?_getpages=x', ['https://a.example/fhir'])).toBeUndefined()
  })

  test.each(['https://a.example/fhir/one/..;/two', 'https://a.example/fhir/one/%2e%2e;x=1/two', 'https://a.example/fhir/one/..%2ftwo'])(
    'are not reached by a step that servers read in different ways: %s',
    url => {
      expect(fhirServerList([own])(url)).toBe(false)
    },
  )
})

test('another server is another server where its path lies elsewhere', () => {
  fc.assert(
    fc.property(server, server, page, (one, other, { type, query }) => {
      fc.pre(one.origin !== other.origin && one.path !== '' && !`${other.path}/${type}`.startsWith(`${one.path}/`))
      expect(
        pageUrl(`${other.origin}${other.path}/${type}?${query}`, `${one.origin}${one.path}/${type}`, `${one.origin}${one.path}`),
      ).toBeUndefined()
    }),
  )
})

describe('pages that can be told from the first', () => {
  const counters = ['_getpagesoffset', '_offset', 'offset', '_skip']

  test('are exactly those that the links would lead to', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...counters),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 5_000 }),
        (name, size, total) => {
          const at = (offset: number) => `https://a.example/Condition?x=1&${name}=${offset}&_count=${size}`
          const linked = Array.from({ length: Math.ceil(total / size) }, (_, index) => at(index * size)).slice(2)
          expect(laterPages({ next: at(size), total, size }, 10_000)).toEqual(linked)
        },
      ),
    )
  })

  test('are no more than the limit', () => {
    expect(laterPages({ next: 'https://a.example/Condition?page=2', total: 1_000, size: 10 }, 3)).toEqual(
      [3, 4, 5].map(number => `https://a.example/Condition?page=${number}`),
    )
  })

  test.each([
    ['no total', { next: 'https://a.example/?_offset=20', total: undefined, size: 20 }],
    ['an empty page', { next: 'https://a.example/?_offset=20', total: 100, size: 0 }],
    ['an offset that is not the size', { next: 'https://a.example/?_offset=25', total: 100, size: 20 }],
    ['a number that is not of the second page', { next: 'https://a.example/?page=7', total: 100, size: 20 }],
    ['a token', { next: 'https://a.example/?ct=abc', total: 100, size: 20 }],
    ['two pages', { next: 'https://a.example/?_offset=20', total: 30, size: 20 }],
  ])('are none with %s', (_, first) => {
    expect(laterPages(first, 10)).toEqual([])
  })
})
