// The practice report as a reader meets it over HTTP: who may read it, for when, and as what.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { INVENTED_WEEKS } from '../../src/demo/invented-weeks.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

const INVENTED = { weekly: INVENTED_WEEKS, isInvented: true }
const PRACTICE = '["Lægerne Ved Havnen",""]'
const codeOf = ({ body }: { body: { issue: { details: { coding: { code: string }[] } }[] } }) => body.issue[0]?.details.coding[0]?.code

let service: Listening
const get = (path: string) => supertest(service.url).get(path)

beforeAll(async () => {
  service = await startTestService({ quality: INVENTED })
})

afterAll(() => service.close())

describe('the practice report', () => {
  test('is a page without a script that no cache keeps, and says that its figures are invented', async () => {
    const { text, headers } = await get('/quality/').expect(200).expect('content-type', /html/)
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-language': 'da', 'referrer-policy': 'no-referrer' })
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'self'/)
    expect(text).toContain('Opdigtede tal')
    expect(text).not.toMatch(/<script|style="/)
    expect((await get('/quality?lang=en').expect(200)).text).toContain('Invented figures')
  })

  test('is of the practice and the period that are asked for, and keeps both in another language', async () => {
    const { text } = await get('/quality').query({ practice: PRACTICE, to: '2026-03-01' }).expect(200)
    expect(text).toContain('Praksisrapport: Lægerne Ved Havnen')
    expect(text).toContain('8. december 2025 – 1. marts 2026 (uge 50–9)')
    expect(text).toMatch(/href="\/quality\?practice=[^"]*to=2026-03-01[^"]*lang=en"/)
  })

  test('is a table too, with the same figures', async () => {
    const { text, headers } = await get('/quality/report.csv')
      .query({ practice: PRACTICE })
      .expect(200)
      .expect('content-type', /text\/csv/)
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-disposition': 'attachment; filename=practice-report.csv' })
    expect(text).toContain(';invented;yes')
    expect((await get('/quality').query({ practice: PRACTICE, format: 'csv' }).expect(200)).text).toBe(text)
    const values = [
      ...text.matchAll(
        /^(?:decision-point|override-reason|service);.*;(?:shown|accepted|overridden|ignored|cards|calls|refused|undecided);(\d+)\r$/gm,
      ),
    ]
    expect(values.length).toBeGreaterThan(10)
    expect(values.map(([, value]) => Number(value)).filter(value => value < 5)).toEqual([])
  })

  test.each(['from=2026-13-01', 'to=yesterday', 'to=2026-03-01&to=2026-03-02'])('refuses %s', async query => {
    expect(codeOf(await get(`/quality?${query}`).set('accept', 'application/json').expect(400))).toBe('CDS_REQUEST_INVALID')
  })

  test('says so where nothing is kept, and where the record does not answer', async () => {
    const without = await startTestService()
    const counts = () => Promise.reject(new Error('down'))
    const down = await startTestService({ quality: { weekly: { ...INVENTED_WEEKS, counts }, isInvented: false } })
    try {
      expect((await supertest(without.url).get('/quality').expect(200)).text).toContain('CDS_STORE')
      expect(codeOf(await supertest(without.url).get('/quality/report.csv').set('accept', 'application/json').expect(404))).toBe(
        'CDS_RESOURCE_UNKNOWN',
      )
      expect(codeOf(await supertest(down.url).get('/quality').set('accept', 'application/json').expect(503))).toBe('CDS_NOT_READY')
    } finally {
      await Promise.all([without.close(), down.close()])
    }
  })

  test('is shown to nobody where nobody can sign in', async () => {
    const closed = await startTestService({ quality: INVENTED, arePagesOpen: false })
    try {
      for (const path of ['/quality', '/quality/report.csv'])
        expect(codeOf(await supertest(closed.url).get(path).set('accept', 'application/json').expect(403))).toBe('CDS_PAGES_CLOSED')
    } finally {
      await closed.close()
    }
  })
})
