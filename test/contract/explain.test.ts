import { gzipSync } from 'node:zlib'
import supertest from 'supertest'
import { readSettings } from '../../src/settings.js'
import type { Explanation, ToldAction, ToldCondition } from '../../src/calls/explain-call.js'
import { entriesOf, PEOPLE, patientView, prefetchedCall, searchset, SERVICES, type ServiceId } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'
import { startStubFhirServer } from '../support/stub-fhir-server.js'

const ID = 'start-back-risk'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

async function explain(person: string, id: ServiceId = ID, query = '', language = 'da'): Promise<Explanation> {
  const { status, body } = await supertest(service.url)
    .post(`/cds-services/${id}/$explain${query}`)
    .set('accept-language', language)
    .send(prefetchedCall(person, id))
  expect(status).toBe(200)
  return body as Explanation
}

const NOTHING_ASKED: Pick<ToldCondition, 'facts'> = { facts: [] }

const actionsOf = ({ plans }: Explanation): ToldAction[] => plans.flatMap(({ actions }) => actions)

describe('an explanation', () => {
  test.each(SERVICES)('holds the very answer of a call, with each of its cards at the action it came from: %s', async id => {
    const explanation = await explain('start-back-high', id)
    const { body } = await supertest(service.url).post(`/cds-services/${id}`).send(prefetchedCall('start-back-high', id))
    expect(explanation.response).toEqual(body)
    const cards = actionsOf(explanation).flatMap(({ card }) => card ?? [])
    expect(cards.toSorted()).toEqual((body as Explanation['response']).cards.map(({ uuid }) => uuid).toSorted())
  })

  test('gives each action a card or the reason why it has none', async () => {
    for (const action of actionsOf(await explain('start-back-high'))) {
      expect([action.card, action.noCardBecause].filter(part => part !== undefined)).toHaveLength(1)
      if (action.card) expect(action.applies).toBe('yes')
      else expect(action.noCardBecause).toMatch(/\S/)
    }
  })

  test('gives each condition its sentence, its expression and one of the answers', async () => {
    const conditions = SERVICES.map(async id => actionsOf(await explain('recent-pain', id)).flatMap(({ conditions }) => conditions))
    for (const condition of (await Promise.all(conditions)).flat()) {
      expect(condition.description).toMatch(/\S/)
      expect(condition.expression).toMatch(/\S/)
      expect(['yes', 'no', 'cannot-tell', 'error']).toContain(condition.answer)
    }
  })

  test('names the facts behind a condition with their values, and the resources they came from', async () => {
    const { facts, ...explanation } = await explain('start-back-high', ID, '?all')
    const action = actionsOf(explanation as Explanation).find(({ card }) => card !== undefined)
    const reached = new Set<string>()
    const follow = (name: string): void => {
      if (reached.has(name)) return
      reached.add(name)
      facts[name]!.uses.forEach(follow)
    }
    action?.conditions.forEach(condition => condition.facts.forEach(follow))
    expect(reached.size).toBeGreaterThan(0)
    for (const name of reached) {
      expect(name).toMatch(/^[a-zA-Z]\w*$/)
      expect(facts[name]).toMatchObject({ name, description: expect.stringMatching(/\S/) as string, value: expect.any(Array) as unknown[] })
    }
    expect([...reached].flatMap(name => facts[name]!.resources)).toContain('QuestionnaireResponse/start-back-high-start-back')
  })

  test('says what an action is: title, decision points, grade, source, and how many of its conditions are met', async () => {
    const action = actionsOf(await explain('start-back-high')).find(({ card }) => card !== undefined)
    expect(action).toMatchObject({
      title: 'STarT Back høj risiko (…/9, delscore …/5): …',
      points: expect.arrayContaining([expect.any(String)]) as string[],
      grade: { direction: 'for', strength: expect.any(String) as string },
      source: { document: expect.stringMatching(/\S/) as string },
      applies: 'yes',
    })
    // The pathway bears no date; the national guidelines do.
    const ofGuidelines = actionsOf(await explain('recent-pain', 'low-back-pain-patient-view'))
    expect(ofGuidelines.map(({ source }) => source?.year)).toContain('2016')
    expect(action?.met).toBe(action?.of)
    expect(action?.of).toBe(action?.conditions.length)
  })

  test('speaks the language of the reply', async () => {
    const { plans, response } = await explain('start-back-high', ID, '', 'en')
    const action = plans[0]?.actions.find(({ card }) => card !== undefined)
    expect([plans[0]?.title, action?.title, response.cards[0]?.summary]).toEqual([
      'STarT Back: risk of a long course',
      'STarT Back high risk (…/9, sub-score …/5): …',
      expect.stringContaining('high risk'),
    ])
  })

  const everyAction = ({ plans }: Explanation): ToldAction[] => {
    const within = (action: ToldAction): ToldAction[] => [action, ...action.actions.flatMap(within)]
    return plans.flatMap(({ actions }) => actions.flatMap(within))
  }

  test('leaves out what stands below actions that do not apply, unless all is asked for', async () => {
    const [some, all] = [
      await explain('start-back-high', 'low-back-pain-patient-view'),
      await explain('start-back-high', 'low-back-pain-patient-view', '?all'),
    ]
    for (const { applies, actions, leftOut } of everyAction(some))
      if (applies !== 'yes') expect({ actions, isCounted: leftOut !== 0 }).toEqual({ actions: [], isCounted: true })
    expect(everyAction(some).some(({ leftOut = 0 }) => leftOut > 0)).toBe(true)
    expect(everyAction(all).every(({ leftOut }) => leftOut === undefined)).toBe(true)
    expect(everyAction(all).length).toBeGreaterThan(everyAction(some).length)
    expect(all.response).toEqual(some.response)
  })

  test('may be of one action alone, with what stands around it and below it', async () => {
    const whole = await explain('recent-pain', 'low-back-pain-patient-view', '?all')
    const path = (actions: readonly ToldAction[], wanted: ToldAction): ToldAction[] | undefined => {
      for (const action of actions) {
        const rest = action === wanted ? [] : path(action.actions, wanted)
        if (rest) return [action, ...rest]
      }
      return undefined
    }
    const wanted = everyAction(whole).find(action => !whole.plans.some(({ actions }) => actions.includes(action)))!
    const way = whole.plans
      .map(({ actions }) => path(actions, wanted))
      .find(found => found !== undefined)!
      .map(({ id }) => id)
    const one = await explain('recent-pain', 'low-back-pain-patient-view', `?action=${wanted.id}`)
    const told = everyAction(one)
    expect(told.filter(({ id }) => way.includes(id)).map(({ id }) => id)).toEqual(expect.arrayContaining(way))
    expect(told.length).toBeLessThan(everyAction(whole).length / 2)
    expect(Object.keys(one.facts).length).toBeLessThan(Object.keys(whole.facts).length)
    for (const { conditions } of told)
      for (const { facts } of conditions) expect(Object.keys(one.facts)).toEqual(expect.arrayContaining(facts))
    expect(one.response).toEqual(whole.response)
  })

  test.each([
    ['?action=no-such-action', 404, 'CDS_RESOURCE_UNKNOWN'],
    ['?action=', 400, 'CDS_REQUEST_INVALID'],
    ['?action=a&action=b', 400, 'CDS_REQUEST_INVALID'],
  ])('cannot be of an action that is not there: %s', async (query, status, code) => {
    const { text } = await supertest(service.url)
      .post(`/cds-services/${ID}/$explain${query}`)
      .send(prefetchedCall('start-back-high', ID))
      .expect(status)
    expect(text).toContain(code)
    expect(text).not.toContain('no-such-action')
  })

  describe('is small enough to be read at once', () => {
    /** Bytes that any explanation may have. */
    const MOST_BYTES = 200_000
    const MOST_PACKED_BYTES = 25_000

    test.each(SERVICES)('of whomever: %s', async id => {
      for (const person of PEOPLE) {
        const { text } = await supertest(service.url)
          .post(`/cds-services/${id}/$explain`)
          .send(prefetchedCall(person, id))
          .expect(200)
          .expect('content-encoding', 'gzip')
        const [bytes, packed] = [Buffer.byteLength(text), gzipSync(text).byteLength]
        expect({ person, bytes, isSmall: bytes <= MOST_BYTES, packed, isPackedSmall: packed <= MOST_PACKED_BYTES }).toMatchObject({
          isSmall: true,
          isPackedSmall: true,
        })
      }
    })

    test('since it leaves to who asks for all: facts behind facts, conditions of what never has a card here, and what is told before', async () => {
      const id = 'low-back-pain-patient-view'
      const [all, short] = [await explain('work-injury', id, '?all'), await explain('work-injury', id)]
      expect(short.response).toEqual(all.response)
      const told = new Map(everyAction(short).map(action => [action.id, action] as const))
      const again = everyAction(short).filter(({ toldAt }) => toldAt !== undefined)
      expect(again.length).toBeGreaterThan(0)
      for (const { id: action, toldAt } of again) {
        const there = everyAction(all).find(each => each.id === action)!.actions
        expect({ action, below: told.get(toldAt!)!.actions.map(each => each.id) }).toEqual({ action, below: there.map(each => each.id) })
      }
      for (const { conditions, of, listensToHook, shownOn } of everyAction(short))
        expect(conditions).toHaveLength(listensToHook && shownOn === undefined ? of : 0)
      for (const { conditions, of } of everyAction(all)) expect(conditions).toHaveLength(of)
      const named = everyAction(short).flatMap(({ conditions, onlyOnPage = NOTHING_ASKED }) =>
        [...conditions, onlyOnPage].flatMap(({ facts }) => facts),
      )
      expect(Object.keys(short.facts).toSorted()).toEqual([...new Set(named)].toSorted())
      expect(Object.keys(short.facts).length).toBeLessThan(Object.keys(all.facts).length)
    })

    test('and one action is told with all of its conditions and the facts behind its facts', async () => {
      const [id, short] = ['low-back-pain-patient-view', await explain('work-injury', 'low-back-pain-patient-view')] as const
      const onPage = everyAction(short).find(({ shownOn, of }) => shownOn !== undefined && of > 0)!
      const one = await explain('work-injury', id, `?action=${onPage.id}`)
      expect(everyAction(one).find(action => action.id === onPage.id)!.conditions).toHaveLength(onPage.of)
      expect(Object.keys(one.facts)).toEqual(expect.arrayContaining(Object.values(one.facts).flatMap(({ uses }) => uses)))
    })

    test('and no fact is told twice, nor one that nobody used', async () => {
      const { facts, plans } = await explain('follow-up-week-four', 'low-back-pain-order-sign', '?all')
      const used = new Set([
        ...Object.values(facts).flatMap(({ uses }) => uses),
        ...everyAction({ plans } as Explanation).flatMap(({ conditions, onlyOnPage = NOTHING_ASKED }) =>
          [...conditions, onlyOnPage].flatMap(condition => condition.facts),
        ),
      ])
      expect(Object.keys(facts).toSorted()).toEqual([...used].toSorted())
    })

    test('also for a chart of thousands of records', async () => {
      const call = prefetchedCall('follow-up-week-four', 'low-back-pain-order-sign')
      const [condition] = entriesOf(call.prefetch, 'conditions')
      const conditions = searchset(Array.from({ length: 3_000 }, (_, index) => ({ ...condition, id: `c${index}` })))
      const { text, body } = await supertest(service.url)
        .post('/cds-services/low-back-pain-order-sign/$explain')
        .send({ ...call, prefetch: { ...call.prefetch, conditions } })
        .expect(200)
      expect(Buffer.byteLength(text)).toBeLessThan(2 * MOST_BYTES)
      const cut = Object.values((body as Explanation).facts).filter(
        ({ moreValues = 0, moreResources = 0 }) => moreValues > 0 || moreResources > 0,
      )
      expect(cut.length).toBeGreaterThan(0)
      for (const { value, resources, moreValues, moreResources } of cut)
        expect(moreValues === undefined ? resources.length : value.length).toBe(
          moreValues === undefined && moreResources === undefined ? 0 : 50,
        )
    })
  })

  test('tells the clock and the plans it rests on', async () => {
    const { clock, plans, notRead, service: id } = await explain('no-back-problem')
    expect({ id, clock, notRead }).toEqual({ id: ID, clock: { now: '2026-03-30T12:00:00.000+02:00', today: '2026-03-30' }, notRead: [] })
    expect(plans.map(({ plan }) => plan)).toEqual([
      expect.stringMatching(/^https:\/\/columna\.example\.org\/fhir\/PlanDefinition\/start-back\|\d/),
    ])
  })

  test('reads from the server of the client once', async () => {
    const fhir = await startStubFhirServer()
    await supertest(service.url)
      .post(`/cds-services/${ID}/$explain`)
      .send(patientView('start-back-high', { fhirServer: fhir.url }))
      .expect(200)
    await fhir.close()
    expect(fhir.requests).toHaveLength(10)
  })

  test('refuses what a call refuses', async () => {
    await supertest(service.url).post(`/cds-services/${ID}/$explain`).send({}).expect(400)
    await supertest(service.url).post(`/cds-services/${ID}/$explain`).send(patientView('start-back-high')).expect(412)
  })
})

describe('as if the clock were another', () => {
  const LATER = '2026-06-30T12:00:00+02:00'
  const asked = (at: string) => `?now=${encodeURIComponent(at)}`
  const call = prefetchedCall('start-back-high', ID)
  const ask = async (url: string, path: string) => {
    const { status, body, text } = await supertest(url).post(`/cds-services/${ID}${path}`).send(call)
    return {
      status,
      code: /CDS_[A-Z_]+/.exec(status === 200 ? '' : text)?.[0],
      today: (body as Partial<Explanation>).clock?.today,
      body: body as Explanation,
    }
  }

  test('an explanation of the demonstration is of that day, and its answer too', async () => {
    const demonstration = await startTestService({ isDemonstration: true })
    const [now, later] = [await ask(demonstration.url, '/$explain'), await ask(demonstration.url, `/$explain${asked(LATER)}`)]
    const questions = await ask(demonstration.url, `/$questions${asked(LATER)}`)
    await demonstration.close()
    expect([now.today, later.today, questions.today]).toEqual(['2026-03-30', '2026-06-30', '2026-06-30'])
    expect(later.body.response).not.toEqual(now.body.response)
  })

  test('so it is for who signed in to a page of ours', async () => {
    const signedIn = await startTestService({ letIn: async () => ({ nameIn: () => undefined, user: 'Practitioner/1' }) })
    const { status, today } = await ask(signedIn.url, `/$explain${asked(LATER)}`)
    await signedIn.close()
    expect({ status, today }).toEqual({ status: 200, today: '2026-06-30' })
  })

  test.each([
    ['/$explain', 403, 'CDS_CLOCK_REFUSED'],
    ['/$questions', 403, 'CDS_CLOCK_REFUSED'],
  ])('nobody else is answered so: %s', async (path, status, code) => {
    expect(await ask(service.url, `${path}${asked(LATER)}`)).toMatchObject({ status, code })
  })

  test.each(['', '/$explain?view=summary'])('no call and no dry run is, wherever it is asked: %s', async path => {
    const demonstration = await startTestService({ isDemonstration: true })
    const answer = await ask(demonstration.url, `${path}${path === '' ? '?' : '&'}now=${encodeURIComponent(LATER)}`)
    await demonstration.close()
    expect(answer).toMatchObject({ status: 403, code: 'CDS_CLOCK_REFUSED' })
  })

  test.each(['tomorrow', '2026-06-30', '2026-06-30T12:00:00', '2026-13-30T12:00:00Z', `${LATER}&now=${LATER}`])(
    'and only for an instant: %s',
    async at => {
      const demonstration = await startTestService({ isDemonstration: true })
      const answer = await ask(demonstration.url, `/$explain?now=${at.includes('&') ? at : encodeURIComponent(at)}`)
      await demonstration.close()
      expect(answer).toMatchObject({ status: 400, code: 'CDS_REQUEST_INVALID' })
    },
  )
})

describe('in production', () => {
  test('explanations are off unless a setting turns them on', () => {
    expect(readSettings({ NODE_ENV: 'production' }).explain).toBe(false)
    expect(readSettings({ NODE_ENV: 'production', CDS_EXPLAIN: 'on' }).explain).toBe(true)
    expect(readSettings({}).explain).toBe(true)
  })

  test('where they are off there is nothing at their path', async () => {
    const production = await startTestService({ explain: false })
    const { status, text } = await supertest(production.url)
      .post(`/cds-services/${ID}/$explain`)
      .send(prefetchedCall('start-back-high', ID))
    await production.close()
    expect(status).toBe(404)
    expect(text).toContain('CDS_PATH_UNKNOWN')
  })
})
