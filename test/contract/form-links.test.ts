// One-time links to the form for patients, and the wording that a site installs: what is kept, who is told, and what is refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { OperationOutcome } from 'fhir/r4.js'
import supertest from 'supertest'
import { createLinkDesk } from '../../src/calls/form-links.js'
import type { CdsError } from '../../src/errors.js'
import { createMemoryFormLinks } from '../../src/record/form-links.js'
import { readPatientForm } from '../../src/site-forms/patient-form.js'
import { inventedWording, START_BACK_FORM } from '../support/invented-wording.js'
import { captureLog } from '../support/captured-log.js'
import type { Listening } from '../support/listen.js'
import { startTestService, TEST_NOW } from '../support/service.js'

const SEALED = 'c2VhbGVkLWFuc3dlcnMtb2Ytc29tZWJvZHktaW52ZW50ZWQ'
const LINKS = '/start-back/links'
const DAY = 86_400_000

const log = captureLog()
let now = TEST_NOW
let service: Listening

beforeAll(async () => {
  service = await startTestService({ now: () => now, log: log.log })
})
beforeEach(() => {
  now = TEST_NOW
})
afterAll(() => service.close())

const ask = (method: 'get' | 'post' | 'put', path: string, body?: object) => {
  const request = supertest(service.url)[method](path)
  return body === undefined ? request : request.send(body)
}
const codeOf = ({ body }: { body: unknown }) => (body as OperationOutcome).issue[0]?.details?.coding?.[0]?.code

async function openLink(): Promise<{ path: string; collector: string; expires: string }> {
  const { body, status } = await ask('post', LINKS, {})
  expect(status).toBe(200)
  const { id, collector, expires } = body as { id: string; collector: string; expires: string }
  return { path: `${LINKS}/${id}`, collector, expires }
}

describe('a link', () => {
  test('is open for seven days, takes one answer, gives it as often as it is fetched, and is gone when its maker is done', async () => {
    const { path, collector, expires } = await openLink()
    expect(expires).toBe('2026-04-06T10:00:00.000Z')
    expect((await ask('get', path)).body).toEqual({ expires, isAnswered: false })
    expect((await ask('post', `${path}/collect`, { collector })).body).toEqual({})
    expect((await ask('put', path, { answers: SEALED })).status).toBe(200)
    expect((await ask('get', path)).body).toEqual({ expires, isAnswered: true })
    const again = await ask('put', path, { answers: SEALED.toLowerCase() })
    expect([again.status, codeOf(again)]).toEqual([409, 'CDS_LINK_USED'])
    for (let time = 0; time < 2; time += 1) {
      const fetched = await ask('post', `${path}/collect`, { collector })
      expect([fetched.body, fetched.headers['cache-control']]).toEqual([{ answers: SEALED }, 'no-store'])
    }
    for (let time = 0; time < 2; time += 1) {
      const ended = await ask('post', `${path}/forget`, { collector })
      expect([ended.status, ended.body]).toEqual([200, {}])
    }
    for (const gone of [ask('get', path), ask('post', `${path}/collect`, { collector }), ask('put', path, { answers: SEALED })])
      expect(codeOf(await gone)).toBe('CDS_LINK_UNKNOWN')
  })

  test('is of no use after seven days', async () => {
    const { path, collector } = await openLink()
    await ask('put', path, { answers: SEALED })
    now = new Date(TEST_NOW.getTime() + 7 * DAY - 1)
    expect((await ask('get', path)).status).toBe(200)
    now = new Date(TEST_NOW.getTime() + 7 * DAY)
    expect(codeOf(await ask('get', path))).toBe('CDS_LINK_UNKNOWN')
    expect(codeOf(await ask('post', `${path}/collect`, { collector }))).toBe('CDS_LINK_UNKNOWN')
  })

  test('that its maker ends before it was answered cannot be answered any more', async () => {
    const { path, collector } = await openLink()
    await ask('post', `${path}/forget`, { collector })
    expect(codeOf(await ask('put', path, { answers: SEALED }))).toBe('CDS_LINK_UNKNOWN')
  })

  test('gives its answers to nobody but who made it, and keeps them', async () => {
    const [{ path, collector }, other] = [await openLink(), await openLink()]
    await ask('put', path, { answers: SEALED })
    for (const wrong of [other.collector, '', undefined, 7, 'x'.repeat(5_000)])
      for (const what of ['collect', 'forget'])
        expect(codeOf(await ask('post', `${path}/${what}`, { collector: wrong }))).toBe('CDS_LINK_UNKNOWN')
    expect((await ask('post', `${path}/collect`, { collector })).body).toEqual({ answers: SEALED })
  })

  test.each([
    ['nothing', {}],
    ['answers that are not sealed', { answers: '{"1":true,"2":false,"3":true,"4":true,"5":true}' }],
    ['too much', { answers: 'a'.repeat(6_001) }],
    ['a list', { answers: [SEALED] }],
  ])('takes no %s', async (_, body) => {
    const { path } = await openLink()
    expect(codeOf(await ask('put', path, body))).toBe('CDS_REQUEST_INVALID')
    expect((await ask('get', path)).body).toMatchObject({ isAnswered: false })
  })

  test('takes one of two answers that come at once', async () => {
    const { path } = await openLink()
    const answers = await Promise.all([SEALED, `${SEALED}2`].map(each => ask('put', path, { answers: each })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
  })

  test('that nobody made is unknown, whatever it is called', async () => {
    for (const id of ['A'.repeat(22), 'x', '%2E%2E', "' or 1=1"])
      expect(codeOf(await ask('get', `${LINKS}/${encodeURIComponent(id)}`))).toBe('CDS_LINK_UNKNOWN')
  })

  test('stands in no line of the log, nor do its answers', async () => {
    const { path, collector } = await openLink()
    await ask('put', path, { answers: SEALED })
    await ask('post', `${path}/collect`, { collector })
    expect(log.lines().some(({ route }) => route === '/start-back/links/:id/collect')).toBe(true)
    for (const secret of [path.split('/').at(-1) ?? '', collector, SEALED]) expect(log.text()).not.toContain(secret)
  })
})

test('a store that does not answer is told, and which link it was about is not', async () => {
  const broken = () => Promise.reject(new Error('secret'))
  const links = { open: broken, find: broken, answer: broken, collect: broken, forget: broken }
  const failing = await startTestService({ links: createLinkDesk(links, () => TEST_NOW) })
  const answer = await supertest(failing.url).post(LINKS).send({})
  await failing.close()
  expect([answer.status, answer.headers['retry-after'], codeOf(answer)]).toEqual([503, '60', 'CDS_LINK_NOT_KEPT'])
  expect(answer.text).not.toContain('secret')
})

test('links are made at the rate of a clinic, not of a program', async () => {
  const own = await startTestService()
  const statuses = []
  for (let count = 0; count < 130; count += 1) statuses.push((await supertest(own.url).post(LINKS).send({})).status)
  await own.close()
  expect(statuses[0]).toBe(200)
  expect(statuses.includes(429) || statuses.includes(503)).toBe(true)
})

describe('many questions', () => {
  const GUESSES = 700
  const guessed = (at: number) => String(at).padStart(22, 'A')
  const desks = () => {
    const links = createMemoryFormLinks()
    return [createLinkDesk(links, () => TEST_NOW), createLinkDesk(links, () => TEST_NOW)] as const
  }
  const codesOf = async (asked: readonly Promise<unknown>[]) =>
    (await Promise.allSettled(asked)).map(each => (each.status === 'fulfilled' ? 'found' : (each.reason as CdsError).code))

  test('about links that nobody made are refused after a while, and leave links answerable that were made here', async () => {
    const [desk] = desks()
    const { id, collector } = await desk.open()
    const refused = await codesOf(Array.from({ length: GUESSES }, (_, at) => desk.find(guessed(at), '192.0.2.1')))
    expect([refused[0], refused.at(-1)]).toEqual(['CDS_LINK_UNKNOWN', 'CDS_RATE_EXCEEDED'])
    await desk.answer(id, { answers: SEALED }, '192.0.2.1')
    expect(await desk.collect(id, { collector }, '192.0.2.1')).toEqual({ answers: SEALED })
  })

  test('from one address leave links answerable from another that were made in another process', async () => {
    const [desk, other] = desks()
    const { id } = await other.open()
    await codesOf(Array.from({ length: GUESSES }, (_, at) => desk.find(guessed(at), '192.0.2.1')))
    expect(await codesOf([desk.find(id, '192.0.2.1'), desk.find(id, '192.0.2.2'), desk.find(id, '192.0.2.1')])).toEqual([
      'CDS_RATE_EXCEEDED',
      'found',
      'CDS_RATE_EXCEEDED',
    ])
    await desk.answer(id, { answers: SEALED }, '192.0.2.1')
  })

  test('about a link from whoever has it leave its answers to who made it, and other links alone', async () => {
    const [desk] = desks()
    const [{ id, collector }, other] = [await desk.open(), await desk.open()]
    await desk.answer(id, { answers: SEALED })
    expect((await codesOf(Array.from({ length: 200 }, () => desk.find(id)))).at(-1)).toBe('CDS_RATE_EXCEEDED')
    expect(await desk.collect(id, { collector })).toEqual({ answers: SEALED })
    expect(await codesOf([desk.find(other.id)])).toEqual(['found'])
  })

  test('about links that are there count as no guesses, whoever made them', async () => {
    const [desk, other] = desks()
    for (let made = 0; made < GUESSES; made += 100) {
      const opened = await Promise.all(Array.from({ length: 10 }, () => other.open()))
      for (const { id } of opened) expect(await codesOf([desk.find(id, '192.0.2.1')])).toEqual(['found'])
    }
    expect((await codesOf(Array.from({ length: 600 }, (_, at) => desk.find(guessed(at), '192.0.2.1')))).at(-1)).toBe('CDS_LINK_UNKNOWN')
  })
})

describe('the wording for patients', () => {
  const folder = mkdtempSync(join(tmpdir(), 'columna-wording-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const written = (wording: object): string => {
    const path = join(folder, 'wording.json')
    writeFileSync(path, JSON.stringify(wording))
    return path
  }
  const faultsOf = (wording: object): readonly string[] => {
    try {
      readPatientForm(written(wording), [START_BACK_FORM])
      return []
    } catch (error) {
      return (error as { details: readonly string[] }).details
    }
  }

  test('is what patients are asked in, question by question, without anything of how it counts', async () => {
    const patientForm = readPatientForm(written(inventedWording()), [START_BACK_FORM])
    const own = await startTestService({ patientForm })
    const { body, text } = await supertest(own.url).get('/start-back/wording')
    await own.close()
    expect(body).toEqual({ form: patientForm })
    expect(patientForm.questions.map(({ linkId }) => linkId)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9'])
    expect(patientForm.questions[0]?.answers.map(({ value }) => value)).toEqual([true, false])
    expect(text).not.toMatch(/score|ordinal|risk/i)
  })

  test('is nothing where none is installed', async () => {
    expect((await ask('get', '/start-back/wording')).body).toEqual({ form: null })
  })

  test.each<[string, (wording: ReturnType<typeof inventedWording>) => void, string]>([
    ['another form', wording => void (wording.questionnaire = 'https://example.org/other'), 'questionnaire: expects the canonical'],
    [
      'a question without text',
      wording => void (wording.questions['3'] = { text: ' ', answers: { yes: 'x', no: 'y' } }),
      'questions.3.text:',
    ],
    ['a question that is missing', wording => void delete wording.questions['4'], 'questions.4.text:'],
    ['a question that the form lacks', wording => void (wording.questions['10'] = wording.questions['1']), 'questions.10: the form has no'],
    ['an answer that is missing', wording => void delete wording.questions['9']?.answers['bother-2'], 'questions.9.answers.bother-2:'],
    [
      'an answer that the question lacks',
      wording => void ((wording.questions['1'] ?? { answers: {} as Record<string, string> }).answers.maybe = 'x'),
      'questions.1.answers.maybe:',
    ],
    ['no licence', wording => void (wording.licence = ''), 'licence:'],
    ['no language', wording => void (wording.language = 'dansk'), 'language:'],
  ])('is refused for %s, with its place', (_, damage, place) => {
    const wording = inventedWording()
    damage(wording)
    expect(faultsOf(wording)).toEqual(expect.arrayContaining([expect.stringContaining(place)]))
  })

  test('is refused where the file is no JSON, or is not there', () => {
    const path = join(folder, 'half.json')
    writeFileSync(path, '{"questionnaire":')
    for (const [file, why] of [
      [path, 'It is not JSON.'],
      [join(folder, 'none.json'), 'It cannot be read.'],
    ] as const)
      expect(() => readPatientForm(file, [START_BACK_FORM])).toThrow(
        expect.objectContaining({ code: 'CDS_SETTING_INVALID', details: [why] }) as unknown as Error,
      )
  })
})
