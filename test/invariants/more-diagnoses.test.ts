// To code one more back problem never makes the answer to an order of a medicine milder (rulings, section 3).
import type { ClinicalCase, Given } from '../../src/cases/format.js'
import { answerCase } from '../support/cases.js'

const DRUGS = [
  'ATC:N02BE01',
  'ATC:M01AE01',
  'ATC:N02AX02',
  'ATC:N02AJ06',
  'ATC:N02AA05',
  'ATC:M03BX02',
  'ATC:N06AA09',
  'ATC:N02BF01',
  'ATC:N06AX21',
]

const DIAGNOSES: readonly Given[] = [
  { condition: 'ICPC:L03', onset: '20 dage siden' },
  { condition: 'ICPC:L84', onset: '200 dage siden' },
  { condition: 'ICPC:L84' },
  { condition: 'ICPC:L86', onset: '20 dage siden' },
  { condition: 'ICPC:L86', onset: '200 dage siden' },
  { condition: 'SKS:DM480', onset: '20 dage siden' },
  { condition: 'SKS:DM480', onset: '400 dage siden' },
]

const AGES = [45, 72]

const RANK = { none: 0, info: 1, warning: 2, critical: 3 } as const

/** The gravest indicator among the cards about an order of a drug, for a patient with these back problems. */
async function gravest(drug: string, age: number, diagnoses: readonly Given[]): Promise<keyof typeof RANK> {
  const each: ClinicalCase = {
    name: drug,
    answer: 'yes',
    today: '2026-03-30T10:00:00+02:00',
    service: 'low-back-pain-order-sign',
    patient: { age },
    given: [...diagnoses, { order: drug, dose: 75 }],
  }
  const { cards } = await answerCase(each)
  return cards.reduce<keyof typeof RANK>((before, { indicator }) => (RANK[indicator] > RANK[before] ? indicator : before), 'none')
}

const written = (diagnoses: readonly Given[]): string =>
  diagnoses.map(({ condition, onset = 'uden debut' }) => `${String(condition)} ${String(onset)}`).join(' + ')

test.each(DRUGS.flatMap(drug => AGES.map(age => [drug, age] as const)))(
  '%s at the age of %i: one more back problem makes no alert milder',
  async (drug, age) => {
    const alone = new Map<Given, keyof typeof RANK>()
    for (const diagnosis of DIAGNOSES) alone.set(diagnosis, await gravest(drug, age, [diagnosis]))
    const milder: string[] = []
    for (const [index, first] of DIAGNOSES.entries()) {
      for (const second of DIAGNOSES.slice(index + 1)) {
        const both = await gravest(drug, age, [first, second])
        for (const one of [first, second]) {
          const before = alone.get(one) ?? 'none'
          if (RANK[both] < RANK[before]) milder.push(`${written([one])}: ${before}; ${written([first, second])}: ${both}`)
        }
      }
    }
    expect(milder).toEqual([])
  },
  120_000,
)
