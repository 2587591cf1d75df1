// The referral letter that a draft is completed with: every item from the record, item by item, and what is missing.
import type { CommunicationRequest, ServiceRequest } from 'fhir/r4.js'
import type { Suggestion } from '../../src/cds-hooks/types.js'
import type { ClinicalCase, Given } from '../../src/cases/format.js'
import { answerCase } from '../support/cases.js'

const BACK: Given = { condition: 'ICPC:L86', text: 'Rygsyndrom med smerteudstråling', onset: '60 dage siden' }
const REFERRAL: Given = { order: 'order-kind:referral-back-clinic' }

const RECORD: Given[] = [
  { 'episode of care': 'c1', start: '50 dage siden' },
  { encounter: 'c1', date: '30 dage siden' },
  {
    consultation: {
      'followUp.course': 'unchanged',
      'pain.location': ['low-back', 'lower-leg'],
      'pain.side': 'left',
      'pain.belowKnee': 'ja',
      'pain.intensityBack': 4,
      'pain.intensityLeg': 8,
      'pain.night': 'nej',
      'history.morningStiffness': 'ja',
      'history.morningStiffnessMinutes': 45,
      'work.sickListed': 'ja',
      'work.sickLeaveStart': '2026-02-20',
      'function.dailyLife': 'marked',
      'function.job': 'off-work',
      'yellowFlag.caseStatus': 'pending',
      'yellowFlag.caseType': 'work-injury',
      'exam.muscleWeakness': 'ja',
      'exam.strengthFirstToeLeft': 4,
      'exam.straightLegRaiseLeft': 'ja',
      'exam.achillesReflexLeft': 'reduced',
      'redFlag.progressiveParesis': 'nej',
      'treatment.kind': 'exercise',
      'treatment.from': '2026-02-20',
      'treatment.to': '2026-03-20',
      'treatment.effect': 'none',
    },
    authored: '10 dage siden',
  },
  { 'start-back': { yes: [1, 2, 5, 6, 7], bother: 3 }, authored: '3 dage siden' },
  { observation: 'NPU:NPU19748', value: 4, date: '5 dage siden' },
  { 'diagnostic report': 'LOINC:24968-0', date: '12 dage siden' },
]

/** What is suggested once the user has decided to refer, whatever the pathway says. */
const suggestionsFor = async (given: Given[], user = 'GP'): Promise<Suggestion[]> => {
  const each: ClinicalCase = {
    name: 'brev',
    answer: 'yes',
    today: '2026-03-30T10:00:00+02:00',
    service: 'low-back-pain-order-sign',
    patient: { age: 45 },
    given: [BACK, ...given],
    user,
    overridden: ['RN-72', 'RN-76'],
  }
  const { cards, faults } = await answerCase(each)
  expect(faults).toEqual([])
  return cards.flatMap(({ suggestions = [] }) => suggestions)
}

const insertion = (suggestions: readonly Suggestion[]) => suggestions.find(({ label }) => label === 'Indsæt henvisningsteksten i kladden')

const lettersIn = (suggestion: Suggestion | undefined): string[] =>
  (suggestion?.actions ?? []).flatMap(({ resource }) => (resource as ServiceRequest).note?.map(({ text }) => text) ?? [])

test('a complete record gives a complete letter', async () => {
  const suggestion = insertion(await suggestionsFor([...RECORD, REFERRAL]))
  expect(suggestion?.actions?.map(({ type }) => type)).toEqual(['update'])
  expect(suggestion?.actions?.[0]?.resource).toMatchObject({
    resourceType: 'ServiceRequest',
    id: 'draft-1',
    status: 'draft',
    intent: 'order',
  })
  expect(lettersIn(suggestion)).toEqual([
    [
      'Henvisning vedr. lænderyg. Diagnose: Rygsyndrom med smerteudstråling (L86).',
      'Forløb: første kontakt 08.02.2026; opfølgende kontakter: 28.02.2026, 20.03.2026; udvikling ved seneste opfølgning: uændret.',
      '1. Lokalisation: lænd, underben (venstre).',
      '2. Varighed: symptomer siden 29.01.2026 (60 dage).',
      '3. Tegn på inflammatorisk rygsygdom: morgenstivhed: ja (45 minutter), natlige smerter: nej, psoriasis: ikke oplyst, HLA-B27: ikke oplyst, CRP: 4 (25.03.2026).',
      '4. Udstrålende smerter: ja, under knæet, rygsmerte 4/10, bensmerte 8/10.',
      '5. Sygemelding og funktion: sygemeldt: ja, siden 20.02.2026, dagligdag: udtalt begrænsning, arbejde: væk fra arbejde.',
      '6. Risiko for tab af arbejdsfunktion: sociale sager og forsikringssager: verserende (arbejdsskadesag), STarT Back: total 6, delscore 4 (høj risiko), besvaret 27.03.2026.',
      '7. Kliniske fund: stabil kraftnedsættelse, ingen progredierende parese; kraft (0-5): storetå venstre 4; strakt benløft positivt venstre, akillesrefleks venstre nedsat.',
      '8. Billeddiagnostik: MR af lænderyg 18.03.2026.',
      '9. Anden behandling: træning fra 20.02.2026 til 20.03.2026, ingen effekt.',
    ].join('\n'),
  ])
})

test('an empty record gives a letter that names what is missing', async () => {
  const [letter = ''] = lettersIn(insertion(await suggestionsFor([REFERRAL])))
  expect(letter.split('\n').slice(1)).toEqual([
    'Forløb: første kontakt ikke oplyst; opfølgende kontakter: ingen registreret; udvikling ved seneste opfølgning: ikke oplyst.',
    '1. Lokalisation: ikke oplyst.',
    '2. Varighed: symptomer siden 29.01.2026 (60 dage).',
    '3. Tegn på inflammatorisk rygsygdom: ikke oplyst.',
    '4. Udstrålende smerter: under knæet ikke oplyst.',
    '5. Sygemelding og funktion: ikke oplyst.',
    '6. Risiko for tab af arbejdsfunktion: ikke oplyst.',
    '7. Kliniske fund: parese ikke oplyst.',
    '8. Billeddiagnostik: ikke oplyst.',
    '9. Anden behandling: ikke oplyst.',
    'Mangler i journalen: 1 lokalisation, 3 tegn på inflammatorisk rygsygdom, 4 udstråling, 5 sygemelding og funktion, 6 risiko for tab af arbejdsfunktion, 7 kliniske fund, 8 billeddiagnostik, 9 anden behandling.',
  ])
})

test('what is denied is said as denied, not as missing', async () => {
  const denied = {
    consultation: {
      'imaging.performed': 'nej',
      'treatment.anyTried': 'nej',
      'exam.muscleWeakness': 'nej',
      'pain.belowKnee': 'nej',
      'yellowFlag.caseStatus': 'none',
    },
  }
  const [letter = ''] = lettersIn(insertion(await suggestionsFor([denied, REFERRAL])))
  expect(letter).toContain('4. Udstrålende smerter: nej, ikke under knæet.')
  expect(letter).toContain('sociale sager og forsikringssager: ingen, STarT Back: intet gældende svar.')
  expect(letter).toContain('7. Kliniske fund: ingen stabil kraftnedsættelse.')
  expect(letter).toContain('8. Billeddiagnostik: ingen udført.')
  expect(letter).toContain('9. Anden behandling: ingen afprøvet.')
})

test('the letter on a stenosis tells claudication, walking distance and its trend, limitation and the wish', async () => {
  const stenosis: Given[] = [
    { condition: 'SKS:DM480', text: 'Lumbal spinalstenose', onset: '60 dage siden' },
    {
      consultation: {
        'stenosis.neurogenicClaudication': 'ja',
        'stenosis.walkingDistance': 300,
        'stenosis.walkingDistanceTrend': 'declining',
        'function.significantFunctionalLimitation': 'ja',
        'preference.surgery': 'undecided',
        'treatment.kind': 'exercise',
        'treatment.effect': 'insufficient',
      },
    },
  ]
  const [letter = ''] = lettersIn(insertion(await suggestionsFor([...stenosis, REFERRAL])))
  expect(letter).toContain(
    'Spinalstenose: neurogen claudicatio: ja, gangdistance: 300 m, udvikling i gangdistance: faldende, betydende funktionsbegrænsning: ja, udtalte symptomer: ikke oplyst, patientens ønske om operation: i tvivl. Afprøvet behandling: se punkt 9.',
  )
  expect(letter).toContain(
    '5. Sygemelding og funktion: sygemeldt: ikke oplyst, dagligdag: ikke oplyst, arbejde: ikke oplyst, betydende begrænsning efter patientens eget skøn: ja.',
  )
  expect(letter).toContain('9. Anden behandling: træning, utilstrækkelig effekt.')
  expect(letter).not.toMatch(/Mangler i journalen:.*5 sygemelding og funktion/)
})

test('a stenosis of which nothing was asked is told so; without a stenosis nothing is said of it', async () => {
  const [asked = ''] = lettersIn(insertion(await suggestionsFor([{ condition: 'SKS:DM480', onset: '60 dage siden' }, REFERRAL])))
  expect(asked).toContain(
    'Spinalstenose: neurogen claudicatio: ikke oplyst, gangdistance: ikke oplyst, udvikling i gangdistance: ikke oplyst, betydende funktionsbegrænsning: ikke oplyst, udtalte symptomer: ikke oplyst, patientens ønske om operation: ikke oplyst.',
  )
  const [other = ''] = lettersIn(insertion(await suggestionsFor([REFERRAL])))
  expect(other).not.toContain('Spinalstenose')
})

test("the clinician's own text stands before the letter", async () => {
  const [letter = ''] = lettersIn(insertion(await suggestionsFor([{ ...REFERRAL, note: 'Ring gerne til mig.' }])))
  expect(letter).toMatch(/^Ring gerne til mig\.\n\nHenvisning vedr\. lænderyg/)
})

test('of two referrals only the one without a text of its own is written to', async () => {
  const orders: Given[] = [{ ...REFERRAL, note: 'Min egen tekst.' }, { order: 'order-kind:referral-spine-surgeon' }]
  const suggestion = insertion(await suggestionsFor(orders))
  expect(suggestion?.actions?.map(({ resource }) => resource?.id)).toEqual(['draft-2'])
  expect(lettersIn(suggestion)[0]).toMatch(/^Henvisning vedr\. lænderyg/)
})

test('a chiropractor is offered the letter as a message to the GP, and the removal of the referral', async () => {
  const suggestions = await suggestionsFor([REFERRAL], 'chiropractor')
  const message = suggestions
    .flatMap(({ actions = [] }) => actions)
    .map(({ resource }) => resource)
    .find(resource => resource?.resourceType === 'CommunicationRequest') as CommunicationRequest | undefined
  expect(message?.payload?.[0]?.contentString).toMatch(/^Henvisning vedr\. lænderyg/)
  expect(suggestions.find(({ label }) => label === 'Fjern henvisningen')?.actions).toMatchObject([
    { type: 'delete', resourceId: 'ServiceRequest/draft-1' },
  ])
  expect(insertion(suggestions)).toBeUndefined()
})

describe('the acute letter', () => {
  const acuteLetter = async (given: Given[]): Promise<string[]> => {
    const each: ClinicalCase = {
      name: 'akut brev',
      answer: 'yes',
      today: '2026-03-30T10:00:00+02:00',
      service: 'low-back-pain-patient-view',
      patient: { age: 45 },
      given,
    }
    const { cards, faults } = await answerCase(each)
    expect(faults).toEqual([])
    return cards
      .flatMap(({ suggestions = [] }) => suggestions)
      .filter(({ label }) => label.includes('rygkirurg'))
      .flatMap(lettersIn)
  }

  test('begins with the suspicion, the signs and since when, and leaves out STarT Back and inflammation', async () => {
    const signs: Given = {
      consultation: {
        'redFlag.saddleSensoryDisturbance': 'ja',
        'redFlag.urinaryRetention': 'ja',
        'pain.belowKnee': 'ja',
        'history.morningStiffness': 'ja',
      },
      authored: '2 dage siden',
    }
    const [letter = ''] = await acuteLetter([BACK, signs, { 'start-back': { yes: [1, 2, 5, 6, 7], bother: 3 } }])
    expect(letter.split('\n').slice(0, 4)).toEqual([
      'AKUT HENVISNING. Mistanke om cauda equina-syndrom.',
      'Tegn: urinretention, føleforstyrrelse i ridebukseområdet.',
      'Siden: først noteret 28.03.2026.',
      'Henvisning vedr. lænderyg. Diagnose: Rygsyndrom med smerteudstråling (L86).',
    ])
    expect(letter).not.toMatch(/STarT|morgenstivhed|Mangler i journalen|^\d\. /m)
  })

  test('a paresis alone is not called a suspected cauda equina syndrome', async () => {
    const [letter = ''] = await acuteLetter([BACK, { consultation: { 'redFlag.progressiveParesis': 'ja' } }])
    expect(letter.split('\n').slice(0, 2)).toEqual(['AKUT HENVISNING. Mistanke om tiltagende lammelse.', 'Tegn: tiltagende lammelse.'])
  })

  test('without a coded back problem, and of a code without a date', async () => {
    const [letter = ''] = await acuteLetter([{ condition: 'SKS:DG834' }])
    expect(letter).toMatch(
      /^AKUT HENVISNING\. Mistanke om cauda equina-syndrom\.\nTegn: kodet cauda equina-syndrom\.\nSiden: ikke oplyst\.\n.*Diagnose: ikke kodet/,
    )
  })

  test('is what a hastened referral is completed with, after the text that stands there', async () => {
    const signs: Given = { consultation: { 'redFlag.saddleSensoryDisturbance': 'ja', 'history.morningStiffness': 'ja' } }
    const [letter = ''] = lettersIn(
      insertion(
        await suggestionsFor([signs, { order: 'order-kind:referral-spine-surgeon', priority: 'asap', note: 'Ringet til vagthavende.' }]),
      ),
    )
    expect(letter).toMatch(
      /^Ringet til vagthavende\.\n\nAKUT HENVISNING\. Mistanke om cauda equina-syndrom\.\nTegn: føleforstyrrelse i ridebukseområdet\./,
    )
    expect(letter).not.toMatch(/STarT|morgenstivhed|Mangler i journalen|^\d\. /m)
  })

  test('has no numbers, so none is referred to', async () => {
    const [letter = ''] = await acuteLetter([
      { condition: 'SKS:DM480', onset: '20 dage siden' },
      { consultation: { 'redFlag.suspectedSpinalCordAffection': 'ja' } },
    ])
    expect(letter).toContain('Spinalstenose:')
    expect(letter).not.toContain('punkt')
  })
})
