import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import type { CasePatient, ClinicalCase, Given } from '../../src/cases/format.js'

/** Clinical cases put together at random, in the words of README.md: whatever a chart, a user and a list of orders may hold together. */

export const TODAY = '2026-03-30T10:00:00+02:00'

export const ALL_SERVICES = [
  'start-back-risk',
  'low-back-pain-patient-view',
  'low-back-pain-encounter-start',
  'low-back-pain-order-select',
  'low-back-pain-order-sign',
] as const

/** Some kinds of value more often than others; a counterexample shrinks towards the first kind. */
const weighted = <T>(...choices: readonly [number, fc.Arbitrary<T>][]): fc.Arbitrary<T> =>
  fc.oneof({ withCrossShrink: true }, ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })))

/** A fact whose first key, its kind, is always said, and whose other keys may be left out. */
const fact = (kind: string, what: fc.Arbitrary<unknown>, more: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}): fc.Arbitrary<Given> =>
  fc.record({ [kind]: what, ...more }, { requiredKeys: [kind], noNullPrototype: true })

const several = (arbitrary: fc.Arbitrary<Given>, maxLength: number): fc.Arbitrary<Given[]> => fc.array(arbitrary, { maxLength })

const ago = (...days: readonly number[]) =>
  fc.constantFrom(...days.map(day => (day === 0 ? 'i dag' : `${day} ${day === 1 ? 'dag' : 'dage'} siden`)))

// The patient: the ages on either side of every limit of the guidelines.

const ages = fc.constantFrom(45, 16, 17, 18, 39, 40, 50, 51, 65, 66, 66, 70, 70)
const people: fc.Arbitrary<CasePatient> = weighted<CasePatient>(
  [20, fc.record({ age: ages }, { noNullPrototype: true })],
  [1, fc.constant({ age: 15 })],
  [1, fc.constant({})],
)

// Diagnoses: day 84 is the last of a recent pain; 3 and 6 months matter in stenosis.

const onsets = weighted<string>(
  [6, ago(20, 1, 13, 42, 43, 55, 57, 83, 84, 84, 85, 100)],
  [3, fc.constantFrom('3 måneder siden', '91 dage siden', '6 måneder siden', '190 dage siden', '13 måneder siden')],
  [1, fc.constantFrom('2026-01', '2025', 'om 1 dag')],
)

const BACK_CODES = [
  'ICPC:L03',
  'ICPC:L03',
  'SKS:DM480',
  'ICPC:L84',
  'ICPC:L86',
  'SKS:DM545',
  'SKS:DM511',
  'SKS:DM480',
  'ICD10:M54.5',
  'ICD10:M54.4',
  'ICD10:M48.0',
  'SNOMED:18347007',
  'SNOMED:279039007',
]
const OTHER_CODES = ['SKS:DM431', 'SKS:DE104', 'ICPC:T90', 'ICPC:S91', 'ICPC:A04', 'ICPC:K77', 'SNOMED:224459001', 'SNOMED:303081002']
/** Diagnoses that are a strong red flag by themselves. */
const SERIOUS_CODES = ['SKS:DC509', 'ICPC:L95', 'ICPC:T08', 'ICPC:A03', 'SKS:DR339', 'SKS:DG952', 'SKS:DG834']

const backCondition = fact('condition', fc.constantFrom(...BACK_CODES), { onset: onsets })
const anyCondition = fact(
  'condition',
  weighted([4, fc.constantFrom(...BACK_CODES)], [3, fc.constantFrom(...OTHER_CODES)], [1, fc.constantFrom(...SERIOUS_CODES)]),
  {
    onset: onsets,
    recorded: ago(5, 90),
    clinicalStatus: fc.constantFrom('active', 'active', 'recurrence', 'resolved', 'missing'),
    verificationStatus: fc.constantFrom('confirmed', 'confirmed', 'refuted'),
  },
)

// Answers of the consultation form: any question with any answer it takes.

const form = JSON.parse(
  readFileSync(new URL('../../fhir-resources/Questionnaire/low-back-consultation.json', import.meta.url), 'utf8'),
) as Questionnaire

const leaves = ({ item, ...rest }: QuestionnaireItem): QuestionnaireItem[] =>
  item ? item.flatMap(leaves) : rest.type === 'display' || rest.type === 'group' ? [] : [rest]

/** Numbers on either side of what the guidelines ask; the form's other numbers are read by nobody as limits. */
const NUMBERS: readonly [RegExp, number[]][] = [
  [/^exam\.strength/, [5, 4, 3]],
  [/duration$/i, [20, 84, 85]],
  [/temperature$/, [37.1, 39]],
  [/walkingDistance$/, [2000, 200]],
  [/./, [3, 8]],
]

function answerTo({ linkId, type, answerOption = [] }: QuestionnaireItem): fc.Arbitrary<unknown> {
  if (type === 'boolean') return fc.constantFrom('ja', 'nej')
  if (type === 'choice') return fc.constantFrom(...answerOption.map(({ valueCoding }) => valueCoding?.code))
  if (type === 'date') return weighted([3, ago(10, 1, 30)], [1, fc.constant('om 5 dage')])
  if (type === 'integer' || type === 'decimal') return fc.constantFrom(...(NUMBERS.find(([name]) => name.test(linkId))?.[1] ?? []))
  return fc.constant('x')
}

const answered = (item: QuestionnaireItem) => answerTo(item).map(answer => [item.linkId, answer] as const)

/** Questions of one group of the form, each as likely as the next. */
const answersIn = (group: string) =>
  fc.oneof(
    ...(form.item ?? [])
      .filter(({ linkId }) => linkId === group)
      .flatMap(leaves)
      .map(answered),
  )

/** Groups that can empty the answer of everything else are asked less often. */
const GROUPS: readonly [number, string][] = [
  [4, 'followUp'],
  [4, 'pain'],
  [3, 'stenosis'],
  [3, 'exam'],
  [3, 'function'],
  [3, 'treatment'],
  [3, 'yellowFlag'],
  [3, 'work'],
  [2, 'history'],
  [2, 'surgery'],
  [2, 'imaging'],
  [2, 'preference'],
  [2, 'medication'],
  [1, 'contact'],
  [1, 'episode'],
  [1, 'information'],
  [1, 'triage'],
  [1, 'urination'],
]

/** Answers that belong together, without which the deeper rules are seldom reached. */
const SCENES: readonly Record<string, unknown>[] = [
  { 'followUp.course': 'unchanged' },
  { 'followUp.course': 'worse', 'treatment.kind': 'exercise', 'treatment.effect': 'none', 'pain.severeDisablingPain': 'ja' },
  { 'followUp.course': 'disabling' },
  { 'followUp.course': 'improved', 'work.sickListed': 'ja', 'work.returnToWorkImminent': 'nej' },
  {
    'function.significantFunctionalLimitation': 'ja',
    'stenosis.symptomsFitStenosis': 'ja',
    'treatment.kind': 'exercise',
    'treatment.effect': 'insufficient',
    'imaging.performed': 'ja',
  },
  { 'surgery.pathwayCompleted': 'ja', 'surgery.multidisciplinaryCourseCompleted': 'ja', 'surgery.findingsAgree': 'ja' },
  { 'imaging.stabilityAssessed': 'ja', 'imaging.lumbarInstability': 'ja' },
  { 'stenosis.walkingDistanceTrend': 'strongly-declining', 'stenosis.markedSymptoms': 'ja' },
  { 'pain.belowKnee': 'ja', 'pain.radicularPattern': 'ja', 'exam.straightLegRaiseLeft': 'ja' },
  { 'pain.belowKnee': 'nej', 'work.sickListed': 'ja', 'work.sickLeaveStart': '10 dage siden' },
  { 'yellowFlag.caseType': 'work-injury', 'yellowFlag.caseStatus': 'pending', 'yellowFlag.misuse': 'ja', 'yellowFlag.worryAboutJob': 'ja' },
  {
    'pain.location': 'low-back',
    'pain.intensityBack': 8,
    'history.morningStiffness': 'ja',
    'work.sickListed': 'nej',
    'yellowFlag.caseStatus': 'none',
    'exam.muscleWeakness': 'nej',
    'imaging.performed': 'nej',
    'treatment.anyTried': 'ja',
  },
]

const scenes = weighted<Record<string, unknown>>(
  [2, fc.constant({})],
  [3, fc.constantFrom(...SCENES)],
  [1, fc.subarray([...SCENES], { minLength: 2, maxLength: 4 }).map(several => Object.assign({}, ...several) as Record<string, unknown>)],
)

const answersOf = (questions: fc.Arbitrary<readonly [string, unknown]>, maxLength: number): fc.Arbitrary<Record<string, unknown>> =>
  fc.uniqueArray(questions, { selector: ([linkId]) => linkId, maxLength }).map(pairs => Object.fromEntries(pairs))

const routineAnswers = answersOf(
  weighted(...GROUPS.map(([weight, group]) => [weight, answersIn(group)] as [number, fc.Arbitrary<readonly [string, unknown]>])),
  14,
)

const redFlagAnswers = weighted<Record<string, unknown>>(
  [4, fc.constant({})],
  [7, fc.constant({ 'all red flags': 'nej' })],
  [1, answersOf(answersIn('redFlag'), 2).map(answers => ({ 'all red flags': 'nej', ...answers }))],
  [1, answersOf(answersIn('redFlag'), 5)],
)

const consultation = fact(
  'consultation',
  fc.tuple(redFlagAnswers, scenes, routineAnswers).map(([redFlags, scene, others]) => ({ ...redFlags, ...others, ...scene })),
  {
    authored: fc.constantFrom('i dag kl. 07:00', '1 dag siden', '15 dage siden', '30 dage siden', '57 dage siden'),
  },
)
/** Never two of the same moment: which of them is the newest nobody could tell. */
const consultations = fc.uniqueArray(consultation, { selector: ({ authored = 'i dag' }) => authored, maxLength: 2 })

// STarT Back: every total and subscore, whole and incomplete, current and old.

const startBack = fact(
  'start-back',
  fc.oneof(
    fc.record({ yes: fc.subarray([5, 6, 7, 8, 1, 2, 3, 4]), bother: fc.nat({ max: 4 }) }, { noNullPrototype: true }),
    fc.record({ yes: fc.subarray([5, 6, 7, 8]), missing: fc.constant([1, 9]) }, { noNullPrototype: true }),
  ),
  { authored: ago(1, 0, 28, 29) },
)

// The course: first contact on either side of weeks 2, 4 and 8, later contacts, this contact.

const weeks = ago(0, 1, 13, 14, 27, 28, 53, 55, 56, 90, 200)
const courseStart: fc.Arbitrary<Given[]> = weighted<Given[]>(
  [2, fc.constant([])],
  [3, fact('episode of care', fc.constant('c1'), { start: weeks }).map(each => [each])],
  [2, fact('encounter', fc.constant('c1'), { date: weeks, class: fc.constantFrom('AMB', 'VR') }).map(each => [each])],
  [1, fc.constant([{ encounter: '-', reason: 'ICPC:L03', date: '30 dage siden' }])],
)
const laterContacts = several(
  fact('encounter', fc.constant('c1'), { date: ago(1, 12, 25), status: fc.constantFrom('finished', 'planned') }),
  1,
)
const thisContact = several(
  fact('encounter', fc.constantFrom('c1', 'c2', '-'), { id: fc.constant('denne-kontakt'), class: fc.constantFrom('AMB', 'VR') }).map(
    each => ({ ...each, id: 'denne-kontakt', status: 'in-progress' }),
  ),
  1,
)

// What has been used, ordered and done.

const DRUGS = [
  'ATC:N02BE01',
  'ATC:M01AE01',
  'ATC:N02AX02',
  'ATC:N02AJ06',
  'ATC:N02AA01',
  'ATC:N02AA05',
  'ATC:M03BX02',
  'ATC:N06AA09',
  'ATC:N06AA10',
  'ATC:N02BF01',
  'ATC:N02BF02',
  'ATC:N06AX21',
  'ATC:A02BC01',
  'ATC:M01AB55',
  'ATC:M01AE52',
  'ATC:C07AB02',
]
const REFERRALS = [
  'SNOMED:308447003',
  'SNOMED:308449000',
  'order-kind:referral-back-clinic',
  'order-kind:referral-hospital',
  'order-kind:referral-spine-surgeon',
  'order-kind:referral-social-medicine',
  'order-kind:referral-occupational-medicine',
  'order-kind:referral-misuse-centre',
  'order-kind:referral-municipal-rehabilitation',
]
const TREATMENTS = [
  'SNOMED:229065009',
  'order-kind:manual-joint-mobilisation',
  'SNOMED:44868003',
  'order-kind:traction',
  'order-kind:tens',
  'order-kind:laser',
  'order-kind:massage',
  'order-kind:yoga',
  'order-kind:reflexology',
  'order-kind:heat-pack',
  'order-kind:cold-pack',
  'order-kind:bed-rest',
  'order-kind:sick-note',
  'SNOMED:311401005',
  'SNOMED:228557008',
  'order-kind:lumbar-corset',
  'order-kind:insoles',
  'order-kind:extraforaminal-glucocorticoid-injection',
  'order-kind:supervised-rehabilitation',
  'order-kind:multidisciplinary-course',
]
const OPERATIONS = ['SNOMED:427752004', 'SNOMED:50172003', 'order-kind:lumbar-disc-prosthesis', 'SNOMED:178618008']
const EXAMINATIONS = [
  'LOINC:24968-0',
  'LOINC:24972-2',
  'LOINC:24963-1',
  'order-kind:standing-xray-lumbar-spine',
  'order-kind:back-pain-lab-panel',
]

const history: fc.Arbitrary<Given[]> = fc
  .tuple(
    several(
      fact('medication', fc.constantFrom(...DRUGS), { date: ago(5, 40, 200), status: fc.constantFrom('active', 'completed', 'stopped') }),
      2,
    ),
    several(
      fact('service request', fc.constantFrom(...REFERRALS, ...TREATMENTS, ...EXAMINATIONS), {
        date: ago(5, 40, 200),
        status: fc.constantFrom('active', 'completed', 'revoked'),
      }),
      2,
    ),
    several(fact('procedure', fc.constantFrom(...OPERATIONS, ...TREATMENTS), { date: ago(5, 40, 170, 200) }), 1),
    several(fact('imaging study', fc.constantFrom(...EXAMINATIONS.slice(0, 4)), { date: ago(5, 100) }), 1),
    several(
      fact('observation', fc.constantFrom('NPU:NPU19748', 'LOINC:4821-5', 'observation-kind:ecg'), {
        interpretation: fc.constantFrom('N', 'N', 'A', 'H'),
        date: ago(3),
      }),
      1,
    ),
    several(fact('care plan', fc.constant('order-kind:multidisciplinary-course'), { start: ago(150), end: ago(20) }), 1),
  )
  .map(facts => facts.flat())

// Orders: of every kind, for the back or for something else, within and beyond what the guidelines frame.

const ROLES = ['GP', 'hospital doctor', 'chiropractor', 'physiotherapist'] as const
const roles = weighted<string>([3, fc.constant('GP')], [1, fc.constantFrom(...ROLES)])
const reasons = weighted<string>([6, fc.constant('c1')], [3, fc.constantFrom('c2', 'ICPC:L03', 'SKS:DM480')], [1, fc.constant('ICPC:K77')])
const INDICATIONS = [
  'suspected-cancer',
  'surgical-assessment-planned',
  'stability-assessment',
  'medicine-resistant-pain',
  'other-specific-indication',
]

const medicineOrder = fact('order', fc.constantFrom(...DRUGS), {
  reason: reasons,
  requester: roles,
  dose: fc.constantFrom(10, 50, 600, 900),
  'times a day': fc.constantFrom(1, 4),
  'stop date': fc.constant('om 10 dage'),
})
const serviceOrder = (codes: readonly string[], more: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fact('order', fc.constantFrom(...codes), { reason: reasons, requester: roles, ...more })

const order = weighted<Given>(
  [8, fact('order', fc.constantFrom(...DRUGS, ...TREATMENTS, ...REFERRALS, ...EXAMINATIONS, ...OPERATIONS))],
  [4, medicineOrder],
  [
    3,
    serviceOrder(TREATMENTS, {
      sessions: fc.constantFrom(5, 9, 20),
      weeks: fc.constantFrom(6, 12, 20),
      'group size': fc.constantFrom(8, 12),
    }),
  ],
  [
    3,
    serviceOrder(REFERRALS, {
      requisition: fc.constant('r1'),
      priority: fc.constantFrom('routine', 'urgent', 'asap'),
      note: fc.constant('x'),
    }),
  ],
  [2, serviceOrder(EXAMINATIONS, { indication: fc.constantFrom(...INDICATIONS), insurance: fc.constant('x') })],
  [2, serviceOrder(OPERATIONS, { requisition: fc.constant('r1'), indication: fc.constantFrom(...INDICATIONS) })],
)

// Put together.

/** All of a case but its diagnoses and who the patient is. */
const surroundings = fc
  .tuple(
    consultations,
    several(startBack, 1),
    courseStart,
    laterContacts,
    thisContact,
    weighted<Given[]>([1, fc.constant([])], [1, history]),
    weighted<Given[]>([1, fc.constant([])], [1, several(order, 2)], [3, fc.array(order, { maxLength: 8, size: 'max' })]),
  )
  .map(facts => facts.flat())

const deployment = fc.record(
  {
    user: roles,
    overridden: weighted<string[]>(
      [4, fc.constant([])],
      [
        1,
        fc.subarray(['LBP-10', 'LBP-11', 'LBP-12', 'SS-08', 'SS-10', 'SS-12', 'SS-16', 'RN-104', 'LBP-06', 'LBP-08', 'RN-38', 'SS-06'], {
          maxLength: 2,
        }),
      ],
    ),
    settings: fc.record(
      { region: fc.constantFrom('nordjylland', 'none'), showRetired: fc.constantFrom(true, true, false), conditionalOffers: fc.boolean() },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  { noNullPrototype: true },
)

/** A case for all services, whatever it is about. */
const caseOf = (
  patient: CasePatient,
  given: Given[],
  { user, overridden, settings }: { user: string; overridden: string[]; settings: object },
): ClinicalCase => ({
  name: 'any',
  answer: 'yes',
  today: TODAY,
  service: [...ALL_SERVICES],
  patient,
  given,
  user,
  overridden,
  settings: settings as Record<string, boolean | string>,
})

const diagnoses = fc
  .tuple(
    backCondition,
    weighted<Given[]>([3, fc.constant([])], [1, several(backCondition, 1)]),
    weighted<Given[]>([3, fc.constant([])], [1, several(anyCondition, 2)]),
  )
  .map(([first, second, others]) => [first, ...second, ...others])

/** One patient in the middle of each population of the guidelines, where most rules speak. */
const POPULATIONS: readonly (readonly [number, Given[]])[] = [
  [45, [{ condition: 'ICPC:L03', onset: '20 dage siden' }]],
  [45, [{ condition: 'ICPC:L86', onset: '20 dage siden' }]],
  [45, [{ condition: 'SKS:DM511', onset: '60 dage siden' }]],
  [70, [{ condition: 'SKS:DM480', onset: '100 dage siden' }]],
  [
    70,
    [
      { condition: 'SKS:DM480', onset: '100 dage siden' },
      { condition: 'ICPC:L03', onset: '20 dage siden' },
    ],
  ],
  [50, [{ condition: 'SKS:DM480', onset: '100 dage siden' }]],
  [45, [{ condition: 'ICPC:L84', onset: '100 dage siden' }]],
  [45, [{ condition: 'ICPC:L86', onset: '100 dage siden' }]],
]

/** Anybody with a back problem; now and then its diagnosis turns out to be resolved or refuted. */
const patients = weighted<readonly [CasePatient, Given[]]>(
  [9, fc.tuple(people, diagnoses)],
  [1, fc.tuple(people, several(anyCondition, 2))],
  [10, fc.constantFrom(...POPULATIONS).map(([age, conditions]) => [{ age }, conditions] as const)],
)

export const anyCase: fc.Arbitrary<ClinicalCase> = fc
  .tuple(patients, surroundings, deployment)
  .map(([[patient, conditions], others, deployed]) => caseOf(patient, [...conditions, ...others], deployed))

/** Somebody who is dead, by flag or by date. */
export const deceasedCase: fc.Arbitrary<ClinicalCase> = fc
  .tuple(anyCase, fc.constantFrom<boolean | string>(true, 'i dag', '3 dage siden'))
  .map(([each, deceased]) => ({ ...each, patient: { ...each.patient, deceased } }))

const inactiveBackCondition = backCondition.chain(each =>
  fc
    .constantFrom(
      { clinicalStatus: 'resolved' },
      { clinicalStatus: 'inactive' },
      { verificationStatus: 'refuted' },
      { verificationStatus: 'entered-in-error' },
    )
    .map(status => ({ ...each, ...status })),
)

/** A cauda equina syndrome is a back problem; every other diagnosis here is not. */
const otherCondition = fact('condition', fc.constantFrom(...OTHER_CODES, ...SERIOUS_CODES.filter(code => code !== 'SKS:DG834')), {
  onset: onsets,
})

/** Answers that make nobody a back patient: a yes to any red flag, recent or to be asked again, may do so, as severe weakness does. */
const hasNoFlag = (answers: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(answers).every(
    ([linkId, answer]) =>
      !((/^redFlag\.|percussionPain$/.test(linkId) && answer === 'ja') || (linkId.startsWith('exam.strength') && Number(answer) <= 3)),
  )

/** A patient operated for stenosis within half a year still has a back problem, though the diagnosis is resolved. */
const isNoBackProblem = (given: Given): boolean =>
  !('start-back' in given) && given.procedure !== 'SNOMED:427752004' && hasNoFlag((given.consultation ?? {}) as Record<string, unknown>)

/** Somebody without a back problem that is known and active, without a STarT Back answer and without a red flag that was answered yes. */
export const caseWithoutBackProblem: fc.Arbitrary<ClinicalCase> = fc
  .tuple(people, several(fc.oneof(inactiveBackCondition, otherCondition), 3), surroundings, deployment)
  .map(([patient, conditions, others, deployed]) => caseOf(patient, [...conditions, ...others.filter(isNoBackProblem)], deployed))

/** Facts of which each makes a strong red flag positive, and which nothing else in a case takes back. */
export const STRONG_RED_FLAGS: readonly Given[] = [
  ...[
    'progressiveParesis',
    'severeParesis',
    'saddleSensoryDisturbance',
    'urinaryRetention',
    'flatusIncontinence',
    'sphincterDisturbance',
    'reducedSphincterTone',
    'suspectedSpinalCordAffection',
    'suspectedRootIncarceration',
    'relevantTrauma',
    'unexplainedWeightLoss',
    'fever',
    'raisedCrp',
    'raisedEsr',
    'raisedAlp',
  ].map(name => ({ consultation: { [`redFlag.${name}`]: 'ja' }, authored: 'i dag kl. 09:00' })),
  { consultation: { 'exam.percussionPain': 'ja' }, authored: 'i dag kl. 09:00' },
  { consultation: { 'exam.strengthAnkleLeft': 2 }, authored: 'i dag kl. 09:00' },
  { condition: 'SKS:DR339', onset: 'i dag' },
  { condition: 'SKS:DS320', onset: '2 år siden' },
  { condition: 'SKS:DM464', onset: '2 år siden' },
  { observation: 'NPU:NPU19748', interpretation: 'H', date: 'i dag' },
]

/** Somebody alive with an active back problem and at least one positive strong red flag. */
export const strongRedFlagCase: fc.Arbitrary<ClinicalCase> = fc
  .tuple(anyCase, fact('condition', fc.constantFrom(...BACK_CODES), { onset: ago(20, 84, 100) }), fc.constantFrom(...STRONG_RED_FLAGS))
  .map(([each, back, flag]) => ({ ...each, given: [...each.given, back, flag] }))
