import supertest from 'supertest'
import { faultsOfResponse } from '../support/check-response.js'
import { PEOPLE, prefetchedCall, SERVICES } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

describe.each(SERVICES)('%s', id => {
  test.each(PEOPLE)('every answer keeps all rules of a response: %s', async person => {
    for (const language of ['da', 'en']) {
      const { status, body } = await supertest(service.url)
        .post(`/cds-services/${id}`)
        .set('accept-language', language)
        .send(prefetchedCall(person, id))
      expect(status).toBe(200)
      expect(faultsOfResponse(body, { patientId: person })).toEqual([])
    }
  })
})
