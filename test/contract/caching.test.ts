import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { prefetchedCall } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

const get = (path: string) => supertest(service.url).get(path)

describe('what is the same for everybody', () => {
  const PATHS = ['/cds-services', '/fhir/metadata', '/fhir/PlanDefinition', '/fhir/NamingSystem', '/fhir/PlanDefinition/start-back']

  test.each(PATHS)('may be kept for a short while, under a tag: %s', async path => {
    const { headers } = await get(path).expect(200)
    const [, seconds] = /^public, max-age=(\d+)$/.exec(String(headers['cache-control'])) ?? []
    expect(Number(seconds)).toBeGreaterThan(0)
    expect(Number(seconds)).toBeLessThanOrEqual(300)
    expect(headers.etag).toMatch(/^W\/"[\w-]{20,}"$/)
    expect(
      String(headers.vary)
        .toLowerCase()
        .split(/\s*,\s*/),
    ).toContain('accept-encoding')
  })

  test.each(PATHS)('is not sent again to whoever has it: %s', async path => {
    const first = await get(path).expect(200)
    const again = await get(path).set('if-none-match', String(first.headers.etag)).expect(304)
    expect(again.text).toBe('')
    expect(again.headers.etag).toBe(first.headers.etag)
    await get(path).set('if-none-match', 'W/"another"').expect(200)
  })

  test('has a tag of its own where it differs', async () => {
    const tags = await Promise.all(PATHS.map(async path => String((await get(path)).headers.etag)))
    expect(new Set(tags).size).toBe(PATHS.length)
  })

  test.each(PATHS)('travels packed to those who can unpack it, and plain to others: %s', async path => {
    const plain = await get(path).set('accept-encoding', 'identity').expect(200)
    expect(plain.headers).not.toHaveProperty('content-encoding')
    const packed = await get(path).set('accept-encoding', 'gzip').expect(200)
    if (plain.text.length > 1_024) expect(packed.headers['content-encoding']).toBe('gzip')
    expect(packed.text).toBe(plain.text)
    expect(packed.headers.etag).toBe(plain.headers.etag)
  })

  test('a refusal has no tag', async () => {
    const { headers } = await get('/fhir/PlanDefinition/not-there').expect(404)
    expect(headers).not.toHaveProperty('etag')
    expect(headers['cache-control'] ?? '').not.toContain('public')
  })
})

test('cards travel as they are, without a tag', async () => {
  const { headers, text } = await supertest(service.url)
    .post('/cds-services/low-back-pain-patient-view')
    .set('accept-encoding', 'gzip')
    .send(prefetchedCall('start-back-high', 'low-back-pain-patient-view'))
    .expect(200)
  expect(text.length).toBeGreaterThan(1_024)
  expect(headers).not.toHaveProperty('content-encoding')
  expect(headers).not.toHaveProperty('etag')
})
