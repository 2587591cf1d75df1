// Whatever stands in the details of a report, what happened to which card and when is kept; and one report in many spellings is one.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseFeedback } from '../../src/cds-hooks/parse-feedback.js'
import { createMemoryFeedbackRecord } from '../../src/record/feedback-record.js'
import type { FeedbackEntry } from '../../src/record/port.js'

const outcome = fc.constantFrom('accepted', 'overridden')
/** Anything at all, and objects that look like a reason more often than chance would have it. */
const reason = fc.oneof(
  fc.jsonValue(),
  fc.record(
    { reason: fc.oneof(fc.jsonValue(), fc.record({ code: fc.jsonValue() })), userComment: fc.jsonValue(), code: fc.jsonValue() },
    { requiredKeys: [] },
  ),
)
const anyCase = (text: string) =>
  fc
    .nat()
    .map(bits => [...text].map((letter, index) => ((bits >> (index % 30)) & 1 ? letter.toUpperCase() : letter.toLowerCase())).join(''))

test('a fault in a detail never loses the entry, and none is kept that could not be read', () => {
  fc.assert(
    fc.property(fc.uuid(), outcome, reason, fc.jsonValue(), (card, how, overrideReason, acceptedSuggestions) => {
      const { feedback, faults } = parseFeedback({
        feedback: [{ card, outcome: how, outcomeTimestamp: '2026-03-30T10:05:00Z', overrideReason, acceptedSuggestions }],
      })
      expect(feedback).toEqual([expect.objectContaining({ card, outcome: how })])
      for (const fault of faults) expect(fault).toContain('kept without it')
      const [kept] = feedback
      if (kept?.overrideReason?.reason) expect(kept.overrideReason.reason.code).toMatch(/\S/)
      for (const { id } of kept?.acceptedSuggestions ?? []) expect(id).toMatch(/\S/)
    }),
    { numRuns: 500 },
  )
})

test('what is kept of an entry is small, however large its parts', () => {
  const size = fc.integer({ min: 0, max: 20_000 })
  const long = fc.tuple(fc.constantFrom('x', ' ', 'æ', '0', '\u{1F600}'), size).map(([letter, count]) => letter.repeat(count))
  const id = fc.oneof(
    fc.uuid(),
    fc.tuple(fc.uuid(), long).map(parts => parts.join('')),
    fc.tuple(long, fc.uuid()).map(parts => parts.join('')),
    long,
  )
  const timestamp = long.map(digits => `2026-03-30T10:05:00.${digits}Z`)
  const entry = fc.record(
    {
      card: id,
      outcome,
      outcomeTimestamp: fc.oneof(timestamp, fc.constant('2026-03-30T10:05:00Z')),
      acceptedSuggestions: fc.oneof(
        fc.array(fc.record({ id }), { maxLength: 5 }),
        fc.nat(300).map(count => Array.from({ length: count }, () => ({ id: '8712799b-3834-40cc-87b8-9474304f2d04' }))),
      ),
      overrideReason: fc.record(
        { reason: fc.record({ code: long, system: long, display: long }), userComment: long },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['card', 'outcome', 'outcomeTimestamp'] },
  )
  fc.assert(
    fc.property(entry, sent => {
      const { feedback, faults } = parseFeedback({ feedback: [sent] })
      expect(JSON.stringify(feedback).length).toBeLessThan(8_000)
      expect(faults.join('').length).toBeLessThan(1_000)
      for (const { card, acceptedSuggestions = [] } of feedback)
        for (const kept of [card, ...acceptedSuggestions.map(each => each.id)]) expect(kept).toHaveLength(36)
    }),
    { numRuns: 500 },
  )
})

test('spellings of one report are kept once', async () => {
  const spelled = fc.uuid().chain(card =>
    fc.record({
      cards: fc.array(anyCase(card), { minLength: 2, maxLength: 5 }),
      offsets: fc.array(fc.integer({ min: -14 * 4, max: 14 * 4 }), { minLength: 5, maxLength: 5 }),
      zeros: fc.array(fc.nat(4), { minLength: 5, maxLength: 5 }),
      instant: fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(spelled, async ({ cards, offsets, zeros, instant }) => {
      const entries = cards.map((card, index) => ({
        card,
        outcome: 'overridden',
        outcomeTimestamp: atOffset(instant, offsets[index] ?? 0, zeros[index] ?? 0),
      }))
      const kept = new Map<string, FeedbackEntry>()
      const record = createMemoryFeedbackRecord(1_000_000, kept)
      const { feedback, faults } = parseFeedback({ feedback: entries })
      expect(faults).toEqual([])
      await record.save(feedback.map(each => ({ service: 's', receivedAt: '2026-03-30T10:05:00Z', feedback: each })))
      expect(kept.size).toBe(1)
    }),
  )
})

/** An instant as a clock says it that is some quarters of an hour ahead of UTC, with zeros after its fraction. */
function atOffset(instant: Date, quarters: number, zeros: number): string {
  const [date = '', fraction = ''] = new Date(instant.getTime() + quarters * 900_000).toISOString().replace('Z', '').split('.')
  const minutes = Math.abs(quarters) * 15
  const offset = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  return `${date}.${fraction}${'0'.repeat(zeros)}${quarters === 0 ? 'Z' : (quarters < 0 ? '-' : '+') + offset}`
}
