import fc from 'fast-check'
import type { Questionnaire, QuestionnaireItem, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import supertest, { type Response } from 'supertest'
import type { Explanation, ToldAction } from '../../src/calls/explain-call.js'
import type { OpenQuestion, OpenQuestions } from '../../src/calls/open-questions.js'
import { createTurns } from '../../src/server/turns.js'
import { entriesOf, PEOPLE, patientView, prefetchedCall, searchset, SERVICES, type Json, type ServiceId } from '../support/hook-requests.js'
import type { Listening } from '../support/listen.js'
import { startTestService, TEST_NOW, testKnowledge, testRecord } from '../support/service.js'

const VIEW = 'low-back-pain-patient-view'
const CONSULTATION = 'https://columna.example.org/fhir/Questionnaire/low-back-consultation'

/** Questions that one screen holds. */
const ONE_SCREEN = 25

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

const url = (id: ServiceId, operation: string) => `/cds-services/${id}/${operation}`

const asked = new Map<string, Promise<Response>>()

/** The reply about a demonstration patient; asked for once, since it takes hundreds of evaluations. */
function reply(person: string, id: ServiceId = VIEW, language = 'da'): Promise<Response> {
  const key = [person, id, language].join(' ')
  const before = asked.get(key) ?? ask(prefetchedCall(person, id), id, language)
  asked.set(key, before)
  return before
}

async function ask(call: Json, id: ServiceId, language: string): Promise<Response> {
  return supertest(service.url).post(url(id, '$questions')).set('accept-language', language).send(call).expect(200)
}

/** What can be asked of a demonstration patient, or in another call. */
async function questions(person: string, id: ServiceId = VIEW, language = 'da', call?: Json): Promise<OpenQuestions> {
  const { body } = await (call ? ask(call, id, language) : reply(person, id, language))
  return body as OpenQuestions
}

const itemsIn = (items: readonly QuestionnaireItem[] = []): QuestionnaireItem[] => items.flatMap(item => [item, ...itemsIn(item.item)])

const questionsIn = ({ item }: Questionnaire) => itemsIn(item).filter(({ type }) => type !== 'group' && type !== 'display')

const FORMS = testKnowledge().knowledge.files.flatMap(({ resource }) => (resource.resourceType === 'Questionnaire' ? [resource] : []))

/** A call that brings a form too, finished now. */
function callWith(person: string, id: ServiceId, form: string, answers: Readonly<Record<string, QuestionnaireResponseItemAnswer>>): Json {
  const call = prefetchedCall(person, id)
  const key = form.endsWith('/start-back') ? 'startBackResponses' : 'consultationResponses'
  const response = {
    resourceType: 'QuestionnaireResponse',
    id: 'given-now',
    status: 'completed',
    questionnaire: form,
    subject: { reference: `Patient/${person}` },
    authored: TEST_NOW.toISOString(),
    item: Object.entries(answers).map(([linkId, answer]) => ({ linkId, answer: [answer] })),
  }
  return { ...call, prefetch: { ...call.prefetch, [key]: searchset([...entriesOf(call.prefetch, key), response]) } }
}

describe('of a patient who was asked nothing yet', () => {
  test('one screen of questions is shown at once, acute signs first', async () => {
    const { items, counted } = await questions('not-asked-yet')
    expect(counted).toMatchObject({ answered: 0, untried: 0 })
    expect(counted.shownAtOnce).toBe(items.filter(({ isBehind }) => !isBehind).length)
    expect(counted.shownAtOnce).toBeLessThanOrEqual(ONE_SCREEN)
    expect(counted.decideNothing).toBeGreaterThan(counted.asked / 2)
    const acute = items.map(({ isAcute }) => isAcute)
    expect(acute.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => true))
    expect(acute).toEqual(acute.toSorted((one, other) => Number(other) - Number(one)))
  })

  test('each question says which advice it can bring', async () => {
    const { items } = await questions('not-asked-yet')
    expect(items.find(({ linkId }) => linkId === 'redFlag.urinaryRetention')).toEqual({
      linkId: 'redFlag.urinaryRetention',
      questionnaire: CONSULTATION,
      actions: [
        {
          plan: expect.stringMatching(/\/PlanDefinition\/red-flags\|/) as string,
          action: 'acute-neurological',
          title: expect.stringMatching(/\S/) as string,
          points: expect.any(Array) as string[],
          indicator: 'critical',
        },
      ],
      isAcute: true,
    })
    for (const { actions, isOpener } of items) expect(actions.length > 0 || isOpener).toBe(true)
  })

  test('the form is that of the knowledge, cut down, with acute signs on top', async () => {
    const { items, questionnaires } = await questions('not-asked-yet')
    expect(questionnaires.map(({ url: canonical }) => canonical)).toEqual([CONSULTATION])
    const [form] = questionnaires as [Questionnaire]
    expect(new Set(questionsIn(form).map(({ linkId }) => linkId))).toEqual(new Set(items.map(({ linkId }) => linkId)))
    expect(questionsIn(form)[0]?.linkId).toBe('redFlag.progressiveParesis')
    const whole = new Map(FORMS.flatMap(({ item }) => itemsIn(item)).map(item => [item.linkId, item] as const))
    for (const item of questionsIn(form)) {
      const codes = ({ answerOption }: QuestionnaireItem) => (answerOption ?? []).map(({ valueCoding }) => valueCoding?.code)
      expect(codes(whole.get(item.linkId)!)).toEqual(expect.arrayContaining(codes(item)))
      expect(item.type).toBe(whole.get(item.linkId)?.type)
    }
  })

  test('what is shown by and by waits for questions of the same form, and a chooser of topics keeps those that open something', async () => {
    const { questionnaires, items } = await questions('not-asked-yet')
    const all = itemsIn(questionnaires[0]?.item)
    const there = new Set(all.map(({ linkId }) => linkId))
    const awaited = all.flatMap(({ enableWhen = [] }) => enableWhen)
    expect(awaited.filter(({ question }) => !there.has(question))).toEqual([])
    const chooser = items.find(({ isOpener }) => isOpener)!
    const options = all.find(({ linkId }) => linkId === chooser.linkId)?.answerOption ?? []
    const opening = new Set(awaited.filter(({ question }) => question === chooser.linkId).map(({ answerCoding }) => answerCoding?.code))
    expect(options.length).toBeGreaterThan(0)
    expect(options.filter(({ valueCoding }) => !opening.has(valueCoding?.code))).toEqual([])
  })

  test('it speaks the language of the reply and holds no other', async () => {
    const [danish, english] = [await questions('not-asked-yet'), await questions('not-asked-yet', VIEW, 'en')]
    const textOf = ({ questionnaires }: OpenQuestions) =>
      itemsIn(questionnaires[0]?.item).find(({ linkId }) => linkId === 'redFlag.urinaryRetention')?.text
    expect([textOf(danish), textOf(english)]).toEqual(['Urinretention', 'Urinary retention'])
    expect([danish, english].map(({ questionnaires }) => questionnaires[0]?.language)).toEqual(['da', 'en'])
    expect(JSON.stringify(english)).not.toMatch(/StructureDefinition\/translation|Føleforstyrrelse/)
  })
})

describe('what is answered', () => {
  test('is not asked again while the answer counts', async () => {
    const call = callWith('not-asked-yet', VIEW, CONSULTATION, {
      'redFlag.urinaryRetention': { valueBoolean: false },
      'pain.belowKnee': { valueBoolean: true },
    })
    const { items, counted } = await questions('not-asked-yet', VIEW, 'da', call)
    const asked = new Map(items.map(item => [item.linkId, item] as const))
    expect([...asked.keys()]).not.toEqual(expect.arrayContaining(['redFlag.urinaryRetention']))
    expect([...asked.keys()]).not.toEqual(expect.arrayContaining(['pain.belowKnee']))
    expect(counted.answered).toBe(2)
    expect(asked.has('redFlag.flatusIncontinence')).toBe(true)
  })

  test('opens what waits for it', async () => {
    const opened = async (answer: boolean) => {
      const call = callWith('not-asked-yet', VIEW, CONSULTATION, { 'redFlag.cancerDiagnosis': { valueBoolean: answer } })
      const { items } = await questions('not-asked-yet', VIEW, 'da', call)
      return items.filter(({ linkId, isBehind }) => linkId === 'redFlag.affectedGeneralCondition' && !isBehind).length
    }
    expect([await opened(true), await opened(false)]).toEqual([1, 0])
  })

  test('is asked again when it is too old to count', async () => {
    const old = callWith('not-asked-yet', VIEW, CONSULTATION, { 'redFlag.urinaryRetention': { valueBoolean: false } })
    for (const response of entriesOf(old.prefetch as Json, 'consultationResponses')) response.authored = '2026-01-02T10:00:00+01:00'
    const { items } = await questions('not-asked-yet', VIEW, 'da', old)
    expect(items.map(({ linkId }) => linkId)).toEqual(expect.arrayContaining(['redFlag.urinaryRetention']))
  })

  test('leaves nothing to ask where nothing is undecided', async () => {
    const { items, questionnaires, counted } = await questions('no-back-problem')
    expect({ items, questionnaires, shownAtOnce: counted.shownAtOnce }).toEqual({ items: [], questionnaires: [], shownAtOnce: 0 })
  })
})

describe('what is asked is what can change the advice', () => {
  /** Whether each action applies, by where it stands. */
  async function applied(id: ServiceId, call: Json): Promise<ReadonlyMap<string, ToldAction['applies']>> {
    const { body } = await supertest(service.url).post(url(id, '$explain')).set('accept-encoding', 'identity').send(call).expect(200)
    const found = new Map<string, ToldAction['applies']>()
    const look = (actions: readonly ToldAction[], path: string): void =>
      actions.forEach(action => {
        if (action.shownOn === 'page' || !action.listensToHook) return
        found.set(`${path}/${action.id}`, action.applies)
        look(action.actions, `${path}/${action.id}`)
      })
    for (const { plan, actions } of (body as Explanation).plans) look(actions, plan)
    return found
  }

  const answersTo = ({ type, answerOption = [] }: QuestionnaireItem): QuestionnaireResponseItemAnswer[] => {
    if (type === 'boolean') return [{ valueBoolean: true }, { valueBoolean: false }]
    if (type === 'choice') return answerOption.map(({ valueCoding }) => ({ valueCoding: valueCoding! }))
    if (type === 'integer') return [0, 1, 2, 3, 4, 5, 6, 8, 10, 42, 84, 90].map(valueInteger => ({ valueInteger }))
    if (type === 'decimal') return [0, 36.5, 38, 38.5, 100, 500].map(valueDecimal => ({ valueDecimal }))
    if (type === 'date') return ['2026-03-30', '2026-03-15', '2026-01-01', '2026-04-10'].map(valueDate => ({ valueDate }))
    return [{ valueString: 'Noget' }]
  }

  async function effects(
    person: string,
    id: ServiceId,
    form: string,
    item: QuestionnaireItem,
  ): Promise<{ brought: string[]; decided: string[] }> {
    const before = await applied(id, callWith(person, id, form, {}))
    const undecided = [...before].filter(([, answer]) => answer === 'cannot-tell').map(([where]) => where)
    const found = { brought: [] as string[], decided: [] as string[] }
    for (const answer of answersTo(item)) {
      const after = await applied(id, callWith(person, id, form, { [item.linkId]: answer }))
      for (const where of undecided) {
        if (after.get(where) === 'yes') found.brought.push(where)
        if (['yes', 'no'].includes(after.get(where) ?? '')) found.decided.push(where)
      }
    }
    return found
  }

  const ANY_OF_ALL = fc.record({
    person: fc.constantFrom(...PEOPLE),
    id: fc.constantFrom(...SERVICES),
    form: fc.constantFrom(...FORMS.map((_, place) => place)),
    place: fc.nat(),
  })

  test('no answer to a question that is left out and unanswered brings advice that was undecided', async () => {
    await fc.assert(
      fc.asyncProperty(ANY_OF_ALL, async ({ person, id, form: which, place }) => {
        const form = FORMS[which]!
        const { items } = await questions(person, id)
        const asked = new Set(items.map(({ linkId }) => linkId))
        const answered = JSON.stringify(prefetchedCall(person, id).prefetch)
        const left = questionsIn(form).filter(({ linkId }) => !asked.has(linkId) && !answered.includes(`"linkId":"${linkId}"`))
        const item = left[place % left.length]
        if (!item) return
        expect({ linkId: item.linkId, brought: (await effects(person, id, form.url!, item)).brought }).toEqual({
          linkId: item.linkId,
          brought: [],
        })
      }),
      { numRuns: 12 },
    )
  }, 120_000)

  test('some answer to each question that is asked decides what was undecided', async () => {
    await fc.assert(
      fc.asyncProperty(ANY_OF_ALL, async ({ person, id, form: which, place }) => {
        const form = FORMS[which]!
        const { items } = await questions(person, id)
        const worth = (item: OpenQuestion) => !item.isOpener && !item.isUntried && item.questionnaire === form.url
        const asked = new Set(items.filter(worth).map(({ linkId }) => linkId))
        const left = questionsIn(form).filter(({ linkId }) => asked.has(linkId))
        const item = left[place % left.length]
        if (!item) return
        const { decided } = await effects(person, id, form.url!, item)
        expect({ linkId: item.linkId, decides: decided.length > 0 }).toEqual({ linkId: item.linkId, decides: true })
      }),
      { numRuns: 12 },
    )
  }, 120_000)
})

describe('for a client', () => {
  test('nothing is remembered of it', async () => {
    const noted: string[] = []
    const record = {
      ...testRecord(),
      answered: async () => void noted.push('answered'),
      shown: async () => void noted.push('shown'),
    }
    const own = await startTestService({ record, letIn: async () => ({ nameIn: () => 'known' }) })
    await supertest(own.url).post(url(VIEW, '$questions')).send(prefetchedCall('not-asked-yet', VIEW)).expect(200)
    await own.close()
    expect(noted).toEqual([])
  })

  test('what a call refuses is refused, and where explanations are off there is nothing at its path', async () => {
    const path = url(VIEW, '$questions')
    await supertest(service.url).post(path).send({}).expect(400)
    await supertest(service.url).post(path).send(patientView('not-asked-yet')).expect(412)
    const off = await startTestService({ explain: false })
    const { status, text } = await supertest(off.url).post(path).send(prefetchedCall('not-asked-yet', VIEW))
    await off.close()
    expect([status, text.includes('CDS_PATH_UNKNOWN')]).toEqual([404, true])
  })

  test('what its user answered to a card before leaves as much time to try answers', async () => {
    const override = { service: VIEW, point: 'LBP-10', outcome: 'overridden', at: '2026-03-30T09:00:00Z' } as const
    const record = { ...testRecord(), recall: async () => ({ isTokenNew: true, overrides: [override], shownOn: () => undefined }) }
    const own = await startTestService({ record, letIn: async () => ({ nameIn: () => 'known' }) })
    const { body } = await supertest(own.url).post(url(VIEW, '$questions')).send(prefetchedCall('not-asked-yet', VIEW)).expect(200)
    await own.close()
    const { items, counted } = body as OpenQuestions
    expect([counted.untried, items.some(({ isAcute }) => isAcute)]).toEqual([0, true])
  })

  test('questions that there was no time to try stay, and say so', async () => {
    const deadlineMs = 1_500
    const turns = createTurns()
    let taken = 0
    // However fast the machine, the time has run out when the twelfth turn comes.
    const take = async (arrivedAt?: number) => {
      taken += 1
      if (taken === 12) await new Promise(resolve => setTimeout(resolve, deadlineMs))
      await turns.take(arrivedAt)
    }
    const hurried = await startTestService({ turns: { ...turns, take }, explainDeadlineMs: deadlineMs })
    const { body } = await supertest(hurried.url).post(url(VIEW, '$questions')).send(prefetchedCall('not-asked-yet', VIEW)).expect(200)
    await hurried.close()
    const { items, counted } = body as OpenQuestions
    expect(counted.untried).toBeGreaterThan(0)
    expect(items.filter(({ isUntried }) => isUntried)).toHaveLength(counted.untried)
    expect(counted.asked).toBe(
      items.length - items.filter(({ isOpener, isUntried }) => isOpener && !isUntried).length + counted.decideNothing + counted.answered,
    )
  })

  test('it is packed, and small enough for a page to open at once', async () => {
    for (const person of PEOPLE) {
      const { text, headers } = await reply(person)
      expect(Buffer.byteLength(text)).toBeLessThan(200_000)
      if (text.length > 1_024) expect(headers['content-encoding']).toBe('gzip')
    }
  })
})
