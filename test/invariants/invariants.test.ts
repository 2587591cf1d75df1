// What must hold whatever a chart, a user and a list of orders hold together: no contradiction, nothing advised against,
// no reassurance beside a red flag, few cards, and the same answer to the same question.
import fc from 'fast-check'
import type { FhirResource } from 'fhir/r4.js'
import type { Card, CdsResponse } from '../../src/cds-hooks/types.js'
import { faultsOfResponse } from '../support/check-response.js'
import { ALL_SERVICES, anyCase, caseWithoutBackProblem, deceasedCase, strongRedFlagCase } from './any-case.js'
import {
  actionOf,
  contradictions,
  created,
  isAgainst,
  isObjection,
  isPressing,
  kindsOf,
  ordersAfter,
  planOf,
  proposalsOf,
  repeatedDrafts,
} from './card-contradictions.js'
import type { ClinicalCase } from '../../src/cases/format.js'
import { draftOrders } from '../../src/cases/orders.js'
import { PATIENT_ID, resourcesOf } from '../../src/cases/patient-facts.js'
import { callsOf, decisionPointsOf, language, loaded, prepareCall, reply } from '../support/cases.js'

/** Another seed finds other faults; this one makes every run the same. */
const SEED = Number(process.env.INVARIANTS_SEED ?? 20260330)
const RUNS = Number(process.env.INVARIANTS_RUNS ?? 100)
const TIMEOUT_MS = 60_000 + 1_000 * RUNS

type ServiceId = (typeof ALL_SERVICES)[number]
type Answers = Readonly<Record<ServiceId, CdsResponse>>

const PATIENT_VIEW: readonly ServiceId[] = ['start-back-risk', 'low-back-pain-patient-view']
const ORDER_SERVICES: readonly ServiceId[] = ['low-back-pain-order-select', 'low-back-pain-order-sign']

async function askAll(each: ClinicalCase, language: string): Promise<Answers> {
  const answers: [string, CdsResponse][] = []
  for (const call of callsOf(each)) answers.push([call.service.id, await reply(call, language)])
  return Object.fromEntries(answers) as Answers
}

// All properties draw the same cases from the same seed, so each case is answered once.
const remembered = new Map<string, Promise<Answers>>()

function answersTo(each: ClinicalCase, language = 'da'): Promise<Answers> {
  const key = JSON.stringify([language, each])
  const found = remembered.get(key) ?? askAll(each, language)
  remembered.set(key, found)
  return found
}

const check = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<void>) =>
  fc.assert(fc.asyncProperty(arbitrary, holds), { seed: SEED, numRuns: RUNS })

/** Cards that a user sees at once: those of both services when the chart is opened, those of one service otherwise. */
const views = (answers: Answers): Card[][] => [
  PATIENT_VIEW.flatMap(id => answers[id].cards),
  ...ALL_SERVICES.filter(id => !PATIENT_VIEW.includes(id)).map(id => answers[id].cards),
]

const allCards = (answers: Answers): Card[] => ALL_SERVICES.flatMap(id => answers[id].cards)
const calendarOf = ({ today }: ClinicalCase) => language.calendarAt(new Date(today))
const draftsOf = (each: ClinicalCase): FhirResource[] => draftOrders(each.given, calendarOf(each), language).drafts
const saysAnyOf = (ids: ReadonlySet<string>) => (card: Card) => decisionPointsOf(card).some(id => ids.has(id))
const shown = ({ indicator, summary, extension }: Card) =>
  `${indicator}: ${summary} ${JSON.stringify(extension?.['org.columna.decision-points'])}`

/** The answer of order-sign, had the case these orders. */
async function signed(
  { patient, given, today, user = 'GP', overridden = [], settings = {} }: ClinicalCase,
  drafts: FhirResource[],
): Promise<readonly Card[]> {
  const resources = resourcesOf(patient, given, language.calendarAt(new Date(today)), language)
  const { cards } = await reply(
    prepareCall('low-back-pain-order-sign', resources, new Date(today), 'prefetch', {
      orders: { drafts, selections: [] },
      overridden,
      settings,
      user,
    }),
  )
  return cards
}

describe('suggestions', () => {
  test(
    'no two in one answer contradict each other',
    () =>
      check(anyCase, async each => {
        const drafts = draftsOf(each)
        expect(views(await answersTo(each)).flatMap(cards => contradictions(cards, drafts))).toEqual([])
      }),
    TIMEOUT_MS,
  )

  test(
    'no card presses for an order beside one that objects to it',
    () =>
      check(anyCase, async each => {
        // With one order, all cards of an order hook are about that order.
        if (draftsOf(each).length !== 1) return
        const { cards } = (await answersTo(each))['low-back-pain-order-sign']
        expect(cards.some(isPressing) ? cards.filter(isObjection).map(shown) : []).toEqual([])
      }),
    TIMEOUT_MS,
  )

  test(
    'nothing is drafted twice in one answer, nor what is being ordered already',
    () =>
      check(anyCase, async each => {
        const drafts = draftsOf(each)
        const answers = await answersTo(each)
        expect(
          [
            repeatedDrafts(views(answers)[0] ?? []),
            ...ALL_SERVICES.slice(2).map(id => repeatedDrafts(answers[id].cards, ORDER_SERVICES.includes(id) ? drafts : [])),
          ].flat(),
        ).toEqual([])
      }),
    TIMEOUT_MS,
  )

  /** What the recommendations against speak of when a chart is opened: 001 rec. on imaging, acupuncture and drugs, 000 rec. 3 to 7, 002 on bed rest and traction. */
  const ADVISED_AGAINST: Readonly<Record<string, readonly string[]>> = {
    'LBP-03': ['order-bed-rest', 'order-sick-note'],
    'LBP-08': ['order-acupuncture'],
    'LBP-10': ['drug-paracetamol'],
    'LBP-11': ['drug-weak-opioid', 'drug-strong-opioid'],
    'LBP-12': ['drug-nsaid'],
    'LBP-06': ['order-mr-lumbar-spine', 'order-xray-lumbar-spine'],
    'RN-38': ['order-mr-lumbar-spine', 'order-xray-lumbar-spine', 'order-ct-lumbar-spine'],
    'RN-96': ['order-bed-rest'],
    'RN-122': ['order-traction'],
    'SS-06': ['order-manual-joint-mobilisation'],
    'SS-08': ['drug-paracetamol'],
    'SS-10': ['drug-nsaid'],
    'SS-12': ['drug-weak-opioid', 'drug-strong-opioid'],
    'SS-14': ['drug-muscle-relaxant'],
    'SS-16': ['drug-tricyclic-antidepressant', 'drug-gabapentinoid', 'drug-snri'],
    'RAD-16': ['order-acupuncture'],
    'RAD-20': ['order-extraforaminal-glucocorticoid-injection'],
  }

  test(
    'an opened chart gets no draft of what the same answer speaks against',
    () =>
      check(anyCase, async each => {
        const [cards = []] = views(await answersTo(each))
        const against = new Set(cards.flatMap(decisionPointsOf).flatMap(id => ADVISED_AGAINST[id] ?? []))
        expect(
          created(proposalsOf(cards))
            .filter(({ kinds }) => kinds.some(kind => against.has(kind)))
            .map(({ kinds, card }) => `${kinds.join('+')} on ${shown(card)}`),
        ).toEqual([])
      }),
    TIMEOUT_MS,
  )

  test(
    'no card that speaks against something drafts that very thing',
    () =>
      check(anyCase, async each => {
        const drafts = draftsOf(each)
        const faults = allCards(await answersTo(each))
          .filter(isAgainst)
          .flatMap(card => {
            const proposals = proposalsOf([card], drafts)
            const removed = proposals.filter(({ type }) => type === 'delete').flatMap(({ kinds }) => kinds)
            const against = [
              ...removed,
              ...decisionPointsOf(card)
                .slice(0, 1)
                .flatMap(id => ADVISED_AGAINST[id] ?? []),
            ]
            return created(proposals)
              .filter(({ kinds }) => kinds.some(kind => against.includes(kind)))
              .map(({ kinds }) => `${kinds.join('+')} on ${shown(card)}`)
          })
        expect(faults).toEqual([])
      }),
    TIMEOUT_MS,
  )

  test(
    'what an opened chart or a contact drafts can be signed without an objection',
    () =>
      check(anyCase, async each => {
        const answers = await answersTo(each)
        const proposals = created(
          proposalsOf(
            ['start-back-risk', 'low-back-pain-patient-view', 'low-back-pain-encounter-start'].flatMap(
              id => answers[id as ServiceId].cards,
            ),
          ),
        )
        const drafts = new Map(
          proposals.map(({ resource, card, description }) => [JSON.stringify(resource), { resource, card, description }]),
        )
        const faults: string[] = []
        for (const { resource, card } of drafts.values()) {
          if (!resource || !/^(Service|Medication|Device)Request$/.test(resource.resourceType)) continue
          const objecting = (await signed(each, [{ ...resource, id: 'taken' }])).filter(isObjection)
          faults.push(...objecting.map(other => `${kindsOf(resource).join('+')} of ${shown(card)} meets ${shown(other)}`))
        }
        expect(faults).toEqual([])
      }),
    TIMEOUT_MS,
  )

  // To remove an order can leave another without what it was for, so only drafts and changes are tried.
  test(
    'whoever takes a draft or a change at an order meets no new objection',
    () =>
      check(anyCase, async each => {
        const drafts = draftsOf(each)
        const { cards } = (await answersTo(each))['low-back-pain-order-sign']
        const before = new Set(cards.filter(isObjection).map(({ uuid }) => uuid))
        const faults: string[] = []
        for (const card of cards) {
          for (const { label, actions = [] } of card.suggestions ?? []) {
            if (actions.some(({ type }) => type === 'delete')) continue
            const after = (await signed(each, ordersAfter(actions, drafts))).filter(other => isObjection(other) && !before.has(other.uuid))
            faults.push(...after.map(other => `${label} of ${shown(card)} meets ${shown(other)}`))
          }
        }
        expect(faults).toEqual([])
      }),
    TIMEOUT_MS,
  )
})

describe('red flags', () => {
  /** Rules and contents of the decision points that reassure, advise or treat as a routine, or ask for the risk: rows of kind R and C with hook patient-view or order, direction for. */
  const ROUTINE = new Set([
    'LBP-03',
    'LBP-04',
    'LBP-05',
    'LBP-07',
    'LBP-09',
    'RAD-08',
    'RAD-09',
    'RAD-10',
    'RAD-11',
    'RAD-12',
    'RAD-13',
    'RAD-14',
    'RAD-15',
    'RAD-30',
    'RAD-32',
    'SS-02',
    'SS-03',
    'SS-07',
    'SS-22',
    'SS-23',
    'RN-05',
    'RN-27',
    'RN-30',
    'RN-31',
    'RN-32',
    'RN-33',
    'RN-47',
    'RN-48',
    'RN-49',
    'RN-56',
    'RN-57',
    'RN-60',
    'RN-61',
    'RN-68',
    'RN-94',
    'RN-97',
    'RN-98',
    'RN-99',
    'RN-111',
    'RN-112',
    'RN-113',
    'RN-114',
    'RN-115',
    'RN-116',
    'RN-117',
    'RN-128',
    'RN-130',
    'RN-159',
  ])
  /** Rows that show a strong red flag as positive. */
  const STRONG = new Set(['RN-15', 'RN-16', 'RN-55', 'RN-134', 'RN-135', 'RN-136', 'RN-148', 'RN-149', 'RN-151', 'RAD-25'])
  /** Rows that object to imaging as a routine. */
  const IMAGING = new Set(['LBP-06', 'RN-38', 'RAD-17'])
  const TREATMENT = [
    'order-supervised-exercise',
    'order-manual-joint-mobilisation',
    'order-physiotherapy',
    'order-chiropractic',
    'order-cognitive-behavioural-therapy',
    'order-patient-education',
    'order-supervised-rehabilitation',
    'order-referral-municipal-rehabilitation',
  ]

  const routineIn = (cards: readonly Card[]): string[] => [
    ...cards.filter(saysAnyOf(ROUTINE)).map(shown),
    ...created(proposalsOf(cards))
      .filter(({ kinds }) => kinds.some(kind => TREATMENT.includes(kind)))
      .map(({ kinds, card }) => `draft ${kinds.join('+')} on ${shown(card)}`),
  ]

  test(
    'no reassurance, risk group or routine treatment stands beside one that is positive',
    () =>
      check(anyCase, async each => {
        const found = views(await answersTo(each))
          .filter(cards => cards.some(saysAnyOf(STRONG)))
          .flatMap(routineIn)
        expect(found).toEqual([])
      }),
    TIMEOUT_MS,
  )

  test(
    'each is shown when the chart is opened, and silences routine advice, routine treatment and objections to imaging on every hook',
    () =>
      check(strongRedFlagCase, async each => {
        const answers = await answersTo(each)
        expect(answers['low-back-pain-patient-view'].cards.filter(saysAnyOf(STRONG)).map(({ indicator }) => indicator)).toEqual([
          expect.stringMatching(/^(critical|warning)$/),
        ])
        expect(answers['start-back-risk'].cards.map(shown)).toEqual([])
        expect(views(answers).flatMap(routineIn)).toEqual([])
        expect(allCards(answers).filter(saysAnyOf(IMAGING)).map(shown)).toEqual([])
      }),
    TIMEOUT_MS,
  )
})

describe('few cards', () => {
  const GUIDELINES = new Set([
    'spinal-stenosis-guideline',
    'root-affection-guideline',
    'recent-onset-low-back-pain',
    'long-lasting-pain-guideline',
  ])
  const kindOf = (card: Card): string =>
    GUIDELINES.has(planOf(card)) ? 'guideline' : planOf(card) === 'start-back' ? 'risk' : 'red flags or next step'

  test(
    'an opened chart gets one critical card at most, one about risk, one about red flags or the next step, one guideline',
    () =>
      check(anyCase, async each => {
        const [cards = []] = views(await answersTo(each))
        const perKind = ['guideline', 'risk', 'red flags or next step'].map(kind => cards.filter(card => kindOf(card) === kind).map(shown))
        expect(perKind.filter(({ length }) => length > 1)).toEqual([])
        expect(cards.filter(({ indicator }) => indicator === 'critical').length).toBeLessThanOrEqual(1)
      }),
    TIMEOUT_MS,
  )

  test(
    'no card is shown twice, and no two cards about orders have the same decision point as their headline',
    () =>
      check(anyCase, async each => {
        const answers = await answersTo(each)
        const twice = (list: readonly (string | undefined)[]) =>
          list.filter((item, index) => item !== undefined && list.indexOf(item) !== index)
        expect(views(answers).flatMap(cards => twice(cards.map(({ summary }) => summary)))).toEqual([])
        expect(ORDER_SERVICES.flatMap(id => twice(answers[id].cards.map(card => headlineOf(card))))).toEqual([])
      }),
    TIMEOUT_MS,
  )

  /** The decision point that a card is headed by; undefined where the card is headed by none. */
  const headlineOf = (card: Card): string | undefined =>
    (actionOf(card)?.resource.code ?? []).length > 0 ? decisionPointsOf(card)[0] : undefined

  test.each([
    ['the patient is dead', deceasedCase],
    ['there is no back problem, no STarT Back answer and no red flag', caseWithoutBackProblem],
  ])(
    'there is none on any hook when %s',
    (_, cases) =>
      check(cases, async each => {
        expect(allCards(await answersTo(each)).map(shown)).toEqual([])
      }),
    TIMEOUT_MS,
  )
})

describe('the guideline that is not in force', () => {
  const isRetired = (id: string) => id.startsWith('RAD-')
  /** Whether a card itself rests on it; what only the page says of a point that the card lists is labelled there. */
  const restsOnRetired = (card: Card) => isRetired(decisionPointsOf(card)[0] ?? '') || (card.detail ?? '').includes('NKR rodpåvirkning')

  test(
    'never is the only ground of a warning or a critical card',
    () =>
      check(anyCase, async each => {
        const resting = allCards(await answersTo(each)).filter(
          card => decisionPointsOf(card).length > 0 && decisionPointsOf(card).every(isRetired),
        )
        expect(resting.filter(({ indicator }) => indicator !== 'info').map(shown)).toEqual([])
      }),
    TIMEOUT_MS,
  )

  // Some of these cards ask for a rare chart, so the knowledge is asked as well as the answers.
  test('heads no action above info', () => {
    const headed = loaded.knowledge.plans
      .flatMap(({ actions }) => actions)
      .filter(({ resource }) => isRetired(resource.code?.[0]?.coding?.[0]?.code ?? ''))
    expect(headed.length).toBeGreaterThan(0)
    expect(headed.filter(({ resource }) => ![undefined, 'routine'].includes(resource.priority)).map(({ where }) => where)).toEqual([])
  })

  test(
    'is labelled so wherever it speaks, and is silent where the deployment hides it',
    () =>
      check(anyCase, async each => {
        const speaking = allCards(await answersTo(each)).filter(card => decisionPointsOf(card).some(isRetired))
        const isLabelled = ({ detail = '' }: Card) => detail.includes('IKKE GÆLDENDE')
        expect(speaking.filter(card => restsOnRetired(card) && !isLabelled(card)).map(shown)).toEqual([])
        // What RAD-25 says of cauda equina is carried by RN-151, which holds.
        if (each.settings?.showRetired === false)
          expect(speaking.filter(card => decisionPointsOf(card).some(id => isRetired(id) && id !== 'RAD-25')).map(shown)).toEqual([])
      }),
    TIMEOUT_MS,
  )
})

describe('answers', () => {
  test(
    'choosing an order and signing it get the same cards',
    () =>
      check(anyCase, async each => {
        const [chosen, signing] = ORDER_SERVICES.map(async id =>
          (await answersTo(each))[id].cards.map(card => ({
            shown: shown(card),
            detail: card.detail,
            suggestions: card.suggestions?.map(({ label }) => label),
          })),
        )
        expect(await chosen).toEqual(await signing)
      }),
    TIMEOUT_MS,
  )

  test(
    'keep every rule of CDS Hooks, name their decision points, and leave nothing undecided',
    () =>
      check(anyCase, async each => {
        const answers = await answersTo(each)
        expect(ALL_SERVICES.flatMap(id => faultsOfResponse(answers[id], { patientId: PATIENT_ID }))).toEqual([])
        // Beside its cards an answer lists decision points that only pages show, what of overridden cards stays away, and nothing else.
        const beside = ALL_SERVICES.flatMap(id => Object.keys(answers[id].extension ?? {}))
        const told = ['.decision-points', ...((each.overridden ?? []).length > 0 ? ['.held-back'] : [])]
        expect(beside.filter(name => !told.some(end => name.endsWith(end)))).toEqual([])
        expect(
          allCards(answers)
            .filter(card => decisionPointsOf(card).length === 0)
            .map(shown),
        ).toEqual([])
      }),
    TIMEOUT_MS,
  )

  test(
    'in English are the same cards in other words',
    () =>
      check(anyCase, async each => {
        const [danish, english] = [await answersTo(each), await answersTo(each, 'en')]
        const bones = (answers: Answers) =>
          allCards(answers).map(({ uuid, indicator, extension, suggestions = [] }) => ({
            uuid,
            indicator,
            extension,
            suggestions: suggestions.map(suggestion => suggestion.uuid),
          }))
        expect(bones(english)).toEqual(bones(danish))
        expect(ALL_SERVICES.flatMap(id => faultsOfResponse(english[id], { patientId: PATIENT_ID }))).toEqual([])
        expect(allCards(english).flatMap(danishLeft)).toEqual([])
      }),
    TIMEOUT_MS,
  )

  /** Names of places, and the words stamped on a document, keep their Danish letters in English. */
  const NAMES = /IKKE GÆLDENDE|Farsø/g

  /** Texts of an English card in which a Danish letter is left. */
  const danishLeft = ({ summary, detail = '', source, suggestions = [], overrideReasons = [] }: Card): string[] =>
    [
      summary,
      ...detail.split('\n'),
      source.label,
      source.topic?.display ?? '',
      ...overrideReasons.map(({ display }) => display ?? ''),
      ...suggestions.flatMap(({ label, actions = [] }) => [label, ...actions.map(({ description }) => description)]),
    ].filter(text => /[æøåÆØÅ]/.test(text.replaceAll(NAMES, '')))

  test(
    'to the same question are the same bytes, and the question is left as it was',
    () =>
      check(anyCase, async each => {
        const calls = callsOf(each)
        const asked = JSON.stringify(calls.map(({ request }) => request))
        const again = await Promise.all(calls.map(call => reply(call)))
        expect(JSON.stringify(again)).toBe(JSON.stringify(Object.values(await answersTo(each))))
        expect(JSON.stringify(calls.map(({ request }) => request))).toBe(asked)
      }),
    TIMEOUT_MS,
  )

  test(
    'do not depend on the order in which the chart lists its facts',
    () =>
      check(anyCase, async each => {
        const { overridden = [], settings = {}, user = 'GP' } = each
        const surroundings = { orders: draftOrders(each.given, calendarOf(each), language), overridden, settings, user }
        const backwards = resourcesOf(each.patient, each.given, calendarOf(each), language).reverse()
        const answers = await answersTo(each)
        for (const id of ALL_SERVICES) {
          expect((await reply(prepareCall(id, backwards, new Date(each.today), 'prefetch', surroundings))).cards).toEqual(answers[id].cards)
        }
      }),
    TIMEOUT_MS,
  )
})
