import { readFileSync } from 'node:fs'
import type { Questionnaire, QuestionnaireItem, QuestionnaireResponseItem, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import type { CaseCalendar } from './calendar.js'

const ANSWER_SYSTEM = 'https://columna.example.org/fhir/CodeSystem/consultation-answer'

const form = JSON.parse(readFileSync(new URL('../../fhir-resources/Questionnaire/low-back-consultation.json', import.meta.url), 'utf8')) as Questionnaire

/** Stands for every yes/no item of the red-flag group and pain on percussion. */
const ALL_RED_FLAGS = 'all red flags'

const redFlags = [
  ...(form.item ?? []).filter(({ linkId }) => linkId === 'redFlag').flatMap(({ item = [] }) => item).filter(({ type }) => type === 'boolean').map(({ linkId }) => linkId),
  'exam.percussionPain',
]

/** The answered items of a consultation form, in the groups of the Questionnaire, or all at the top where `isFlat`. */
export function consultationItems(answers: Readonly<Record<string, unknown>>, calendar: CaseCalendar, isFlat = false): QuestionnaireResponseItem[] {
  const { [ALL_RED_FLAGS]: all, ...single } = answers
  const asked = new Map(Object.entries({ ...(all !== undefined && Object.fromEntries(redFlags.map(linkId => [linkId, all]))), ...single }))
  const fill = (item: QuestionnaireItem): QuestionnaireResponseItem[] => {
    if (item.type === 'group') {
      const inside = (item.item ?? []).flatMap(fill)
      if (isFlat || inside.length === 0) return inside
      return [{ linkId: item.linkId, item: inside }]
    }
    if (!asked.has(item.linkId)) return []
    const written = asked.get(item.linkId)
    asked.delete(item.linkId)
    return [{ linkId: item.linkId, answer: [written].flat().map(value => answerOf(item, value, calendar)) }]
  }
  const items = (form.item ?? []).flatMap(fill)
  if (asked.size > 0) throw new Error(`The consultation form has no question ${[...asked.keys()].join(', ')}.`)
  return items
}

const YES_NO: Readonly<Record<string, boolean>> = { ja: true, nej: false }

function answerOf({ linkId, type, answerOption = [] }: QuestionnaireItem, written: unknown, calendar: CaseCalendar): QuestionnaireResponseItemAnswer {
  const wrong = (wanted: string) => new Error(`${linkId}: '${String(written)}' is not ${wanted}.`)
  if (type === 'boolean') {
    const answer = YES_NO[String(written)]
    if (answer === undefined) throw wrong('ja or nej')
    return { valueBoolean: answer }
  }
  if (type === 'choice') {
    if (!answerOption.some(({ valueCoding }) => valueCoding?.code === written)) throw wrong('an answer of that question')
    return { valueCoding: { system: ANSWER_SYSTEM, code: String(written) } }
  }
  if (type === 'integer' || type === 'decimal') {
    if (typeof written !== 'number') throw wrong('a number')
    return type === 'integer' ? { valueInteger: written } : { valueDecimal: written }
  }
  return type === 'date' ? { valueDate: calendar.date(String(written)) } : { valueString: String(written) }
}
