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
      'Henvisning vedr. lænderyg. Diagnose: Rygsyndrom med smerteudstråling (L86). Symptomer siden 29.01.2026 (60 dage).',
      'Forløb: første kontakt 08.02.2026, opfølgning 28.02.2026 og 20.03.2026, ved seneste opfølgning uændret.',
      'Afprøvet behandling: træning fra 20.02.2026 til 20.03.2026, ingen effekt.',
      'Smerter: lænd, underben (venstre), udstråling under knæet, rygsmerter 4/10, bensmerter 8/10.',
      'Kliniske fund: stabil kraftnedsættelse, ingen progredierende parese; kraft (0-5): storetå venstre 4; strakt benløft positivt venstre, akillesrefleks venstre nedsat.',
      'Billeddiagnostik: MR af lænderyg 18.03.2026.',
      'Tegn på inflammatorisk rygsygdom: morgenstivhed (45 minutter), ingen natlige smerter, CRP 4 (25.03.2026).',
      'Arbejde og hverdag: sygemeldt siden 20.02.2026, væk fra arbejde, udtalt begrænsning i dagligdagen.',
      'Risiko for tab af arbejdsfunktion: verserende sag (arbejdsskadesag); STarT Back høj risiko (total 6, delscore 4), besvaret 27.03.2026.',
    ].join('\n'),
  ])
})

test('an empty record gives a letter that names what is missing once, in its last line', async () => {
  const [letter = ''] = lettersIn(insertion(await suggestionsFor([REFERRAL])))
  expect(letter.split('\n').slice(1)).toEqual([
    'Forløb: ingen opfølgning registreret.',
    'Ikke oplyst i journalen: lokalisation, tegn på inflammation, udstråling, funktion, risiko for arbejdet, kliniske fund, billeddiagnostik, anden behandling.',
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
  expect(letter).toContain('Smerter: ingen udstråling under knæet.')
  expect(letter).toContain('Risiko for tab af arbejdsfunktion: ingen sociale sager eller forsikringssager.')
  expect(letter).toContain('Kliniske fund: ingen stabil kraftnedsættelse.')
  expect(letter).toContain('Billeddiagnostik: ingen udført.')
  expect(letter).toContain('Afprøvet behandling: ingen.')
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
  expect(letter.split('\n').slice(2, 4)).toEqual([
    'Afprøvet behandling: træning, utilstrækkelig effekt.',
    'Spinalstenose: neurogen claudicatio, gangdistance 300 m, gangdistancen er faldende, betydende funktionsbegrænsning, patienten er i tvivl om operation.',
  ])
  expect(letter).toContain('Arbejde og hverdag: betydende begrænsning efter patientens eget skøn.')
  expect(letter).not.toMatch(/Ikke oplyst i journalen:.*funktion/)
})

test('a stenosis of which nothing was asked is told so; without a stenosis nothing is said of it', async () => {
  const [asked = ''] = lettersIn(insertion(await suggestionsFor([{ condition: 'SKS:DM480', onset: '60 dage siden' }, REFERRAL])))
  expect(asked).toContain(
    'Spinalstenose: ikke oplyst: claudicatio, gangdistance, gangdistancens udvikling, funktionsbegrænsning, ønske om operation.',
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
      'Diagnose: Rygsyndrom med smerteudstråling (L86). Symptomer siden 29.01.2026 (60 dage).',
    ])
    expect(letter).not.toMatch(/STarT|morgenstivhed|i journalen/)
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
    expect(letter).not.toMatch(/STarT|morgenstivhed|i journalen/)
  })

  test('tells of a stenosis, and of other findings, what is known, and each sign once', async () => {
    const [letter = ''] = await acuteLetter([
      { condition: 'SKS:DM480', onset: '20 dage siden' },
      {
        consultation: {
          'redFlag.suspectedSpinalCordAffection': 'ja',
          'redFlag.urinaryRetention': 'ja',
          'redFlag.progressiveParesis': 'nej',
          'exam.babinski': 'ja',
          'stenosis.walkingDistance': 200,
        },
      },
    ])
    expect(letter).toContain('\nSpinalstenose: gangdistance 200 m.')
    expect(letter).toContain('\nKliniske fund i øvrigt: ingen progredierende parese; Babinski positiv.')
    expect(letter.match(/urinretention/g)).toHaveLength(1)
    expect(letter).not.toMatch(/ikke oplyst/)
  })
})
