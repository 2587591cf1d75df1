// How pages ask a FHIR server: in whose name, and what is written once, without a browser.
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Bundle, QuestionnaireResponse } from 'fhir/r4.js'
import { clinicianAt } from '../../apps/shared/clinician.js'
import { fhirClient } from '../../apps/shared/fhir.js'
import { formWriter } from '../../apps/shared/write-once.js'
import type { PageSettings } from '../../src/server/routes.js'
import { createDemoFhirServer } from '../../src/demo/fhir-server.js'
import { listen, type Listening } from '../support/listen.js'

const FORM: QuestionnaireResponse = {
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  questionnaire: 'https://example.org/form|1',
}
const answered = (text: string): QuestionnaireResponse => ({ ...FORM, item: [{ linkId: '1', answer: [{ valueString: text }] }] })

const real = globalThis.fetch
const opened: Listening[] = []

afterEach(async () => {
  globalThis.fetch = real
  for (const each of opened.splice(0)) await each.close()
})

async function client() {
  const server = await listen(
    createDemoFhirServer({ resources: [{ resourceType: 'Practitioner', id: 'first' }], now: () => new Date('2026-03-30T12:00:00Z') }),
  )
  opened.push(server)
  return fhirClient(server.url)
}

/** Has the next reply to a POST be lost: what it did is done. */
function loseNextReply(): void {
  globalThis.fetch = async (url, init) => {
    const reply = await real(url, init)
    if (init?.method !== 'POST') return reply
    globalThis.fetch = real
    throw new TypeError('the reply was lost')
  }
}

const held = async ({ read }: Awaited<ReturnType<typeof client>>) =>
  (await read<Bundle<QuestionnaireResponse>>('QuestionnaireResponse?_count=50')).entry ?? []

describe('a form', () => {
  test('whose reply was lost is no second one when it is sent again, and holds what was answered last', async () => {
    const [server, writer] = [await client(), formWriter()]
    loseNextReply()
    await expect(writer.write(server, answered('before'))).rejects.toMatchObject({ status: 0 })
    const saved = await writer.write(server, answered('after'))
    const found = await held(server)
    expect(found.map(({ resource }) => [resource?.id, resource?.item?.[0]?.answer?.[0]?.valueString])).toEqual([[saved.id, 'after']])
    expect(found[0]?.resource?.identifier?.value).toMatch(/^urn:uuid:/)
  })

  test('is written over where only what came after it failed, and is another one after that is done', async () => {
    const [server, writer] = [await client(), formWriter()]
    const [one, again] = [await writer.write(server, answered('one')), await writer.write(server, answered('one'))]
    writer.forget()
    const other = await writer.write(server, answered('two'))
    expect([again.id, other.id === one.id]).toEqual([one.id, false])
    expect(await held(server)).toHaveLength(2)
  })

  test('that was a draft keeps its id and its identifier', async () => {
    const [server, writer] = [await client(), formWriter()]
    const draft = await writer.write(server, { ...answered('draft'), status: 'in-progress' })
    const done = await formWriter().write(server, { ...draft, status: 'completed' })
    expect([done.id, done.identifier]).toEqual([draft.id, draft.identifier])
    expect(await held(server)).toHaveLength(1)
  })
})

describe('who works in a page', () => {
  const settings = (user?: Omit<NonNullable<PageSettings['user']>, 'id'>) =>
    ({ ...(user && { user: { id: 'Person/anna', ...user } }) }) as PageSettings

  test('is, where nobody signs in, the first practitioner of the server', async () => {
    expect(await clinicianAt(await client(), settings())).toBe('Practitioner/first')
  })

  test('is who signed in, as this server refers to them', async () => {
    const server = await client()
    for (const [fhirUser, reference] of [
      ['Practitioner/anna', 'Practitioner/anna'],
      [`${server.base}/PractitionerRole/anna-here`, 'PractitionerRole/anna-here'],
    ] as const)
      expect(await clinicianAt(server, settings({ name: 'Anna', fhirUser }))).toBe(reference)
  })

  test('is nobody of this server where they are known to another one, or to none', async () => {
    const server = await client()
    for (const user of [{ name: 'Anna' }, { fhirUser: 'https://other.example/fhir/Practitioner/anna' }])
      expect(await clinicianAt(server, settings(user))).toBe('Practitioner/unknown')
  })
})
