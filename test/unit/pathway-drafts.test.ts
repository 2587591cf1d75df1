// What the drafts of the pathway hold beyond what a clinical case can ask for.
import type { FhirResource, ServiceRequest, Task } from 'fhir/r4.js'
import type { ClinicalCase, Given } from '../../src/cases/format.js'
import { answerCase } from '../support/cases.js'

async function draftsFor(given: Given[]): Promise<FhirResource[]> {
  const each: ClinicalCase = {
    name: 'kladde',
    answer: 'yes',
    today: '2026-03-30T10:00:00+02:00',
    service: 'low-back-pain-patient-view',
    patient: { age: 45 },
    given: [{ condition: 'ICPC:L03', onset: '70 dage siden' }, ...given],
  }
  const { cards, faults } = await answerCase(each)
  expect(faults).toEqual([])
  return cards
    .flatMap(({ suggestions = [] }) => suggestions)
    .flatMap(({ actions = [] }) => actions)
    .flatMap(({ resource }) => resource ?? [])
}

describe('a follow-up contact is asked for before the next fixed contact', () => {
  test.each([
    [0, '2026-04-13'],
    [14, '2026-04-13'],
    [28, '2026-04-27'],
    [56, '2026-04-13'],
  ])('day %s after the first', async (days, end) => {
    const drafts = await draftsFor([
      { 'episode of care': 'c1', start: `${days} dage siden` },
      { consultation: { 'all red flags': 'nej' }, authored: `${days} dage siden` },
    ])
    expect(drafts.flatMap(draft => (draft as Task).restriction?.period?.end ?? [])).toContain(end)
  })
})

test('an acute referral brings the letter with the findings that make it acute', async () => {
  const drafts = await draftsFor([
    {
      consultation: { 'redFlag.urinaryRetention': 'ja', 'redFlag.reducedSphincterTone': 'ja', 'redFlag.flatusIncontinence': 'nej' },
      authored: 'i dag',
    },
  ])
  const [referral] = drafts.filter((draft): draft is ServiceRequest => draft.resourceType === 'ServiceRequest')
  expect(referral?.priority).toBe('asap')
  expect(referral?.note?.[0]?.text).toMatch(
    /^AKUT HENVISNING\. Mistanke om cauda equina-syndrom\.\nTegn: urinretention, nedsat sphinctertonus\./,
  )
  expect(referral?.note?.[0]?.text.match(/sphinctertonus/g)).toHaveLength(1)
})
