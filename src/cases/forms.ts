import type { Questionnaire, QuestionnaireItem, QuestionnaireResponseItem, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import type { CaseCalendar } from './calendar.js'
import { refuseUnknown } from './format.js'
import type { CaseLanguage } from './language.js'
import type { FormWords } from './vocabulary.js'

type Answers = Readonly<Record<string, unknown>>

/** The answered items of a form, in the groups of its Questionnaire, or all at the top where `isFlat`. */
export function answeredItems(
  words: FormWords,
  answers: Answers,
  language: CaseLanguage,
  calendar: CaseCalendar,
  isFlat = false,
): QuestionnaireResponseItem[] {
  const form = language.form(words.questionnaire)
  const asked = new Map(Object.entries(spelledOut(words, form, answers)))
  const fill = (item: QuestionnaireItem): QuestionnaireResponseItem[] => {
    if (item.type === 'group') {
      const inside = (item.item ?? []).flatMap(fill)
      return isFlat || inside.length === 0 ? inside : [{ linkId: item.linkId, item: inside }]
    }
    if (!asked.has(item.linkId)) return []
    const written = asked.get(item.linkId)
    asked.delete(item.linkId)
    return [{ linkId: item.linkId, answer: [written].flat().map(value => answerOf(item, value, language, calendar)) }]
  }
  const items = (form.item ?? []).flatMap(fill)
  if (asked.size > 0) throw new Error(`The form ${words.questionnaire} has no question ${[...asked.keys()].join(', ')}.`)
  return items
}

/** Answers by linkId: words that stand for many questions come first, so that a question named by itself has its own answer. */
function spelledOut({ together = {} }: FormWords, form: Questionnaire, answers: Answers): Answers {
  const many = Object.entries(together).filter(([word]) => answers[word] !== undefined)
  const spelled = many.flatMap(([word, { groups = [], and = [] }]) =>
    [...yesNoQuestions(form, groups), ...and].map(linkId => [linkId, answers[word]] as const),
  )
  return {
    ...Object.fromEntries(spelled),
    ...Object.fromEntries(Object.entries(answers).filter(([word]) => !Object.hasOwn(together, word))),
  }
}

/** LinkIds of the yes/no questions directly within some groups at the top of a form. */
const yesNoQuestions = ({ item = [] }: Questionnaire, groups: readonly string[]): string[] =>
  item
    .filter(({ linkId }) => groups.includes(linkId))
    .flatMap(group => group.item ?? [])
    .filter(({ type }) => type === 'boolean')
    .map(({ linkId }) => linkId)

function answerOf(
  item: QuestionnaireItem,
  written: unknown,
  { vocabulary: { answers } }: CaseLanguage,
  calendar: CaseCalendar,
): QuestionnaireResponseItemAnswer {
  const { linkId, type } = item
  const wrong = (wanted: string) => new Error(`${linkId}: '${String(written)}' is not ${wanted}.`)
  if (type === 'boolean') {
    if (![answers.yes, answers.no].includes(String(written))) throw wrong(`${answers.yes} or ${answers.no}`)
    return { valueBoolean: String(written) === answers.yes }
  }
  if (type === 'choice') return chosen(item, String(written))
  if (type === 'integer' || type === 'decimal') {
    if (typeof written !== 'number') throw wrong('a number')
    return type === 'integer' ? { valueInteger: written } : { valueDecimal: written }
  }
  return type === 'date' ? { valueDate: calendar.date(String(written)) } : { valueString: String(written) }
}

/** The answer to a question with options, without their words. */
function chosen({ linkId, answerOption = [] }: QuestionnaireItem, code: string): QuestionnaireResponseItemAnswer {
  const option = answerOption.find(({ valueCoding }) => valueCoding?.code === code)?.valueCoding
  if (option === undefined) throw new Error(`${linkId}: '${code}' is not an answer of that question.`)
  return { valueCoding: { ...(option.system !== undefined && { system: option.system }), code } }
}

interface ScaleAnswers {
  yes?: readonly unknown[]
  missing?: readonly unknown[]
  repeated?: readonly unknown[]
}

/** Whether a list of a case holds a linkId, which a case may write as a number. */
const lists = (list: readonly unknown[], linkId: string): boolean => list.some(each => String(each) === linkId)

/** The answered items of a scale: yes to the statements listed, no to the others, nothing to those missing, a second and other answer to those repeated. */
export function scaleItems(
  name: string,
  words: FormWords,
  answers: ScaleAnswers & Answers,
  language: CaseLanguage,
): QuestionnaireResponseItem[] {
  const { questionnaire, statements = [], graded = {} } = words
  const { yes = [], missing = [], repeated = [], ...rest } = answers
  refuseUnknown(rest, new Set(Object.keys(graded)), name)
  const { item: items = [] } = language.form(questionnaire)
  return [
    ...statements.filter(linkId => !lists(missing, linkId)).map(linkId => ({ linkId, answer: [{ valueBoolean: lists(yes, linkId) }] })),
    ...repeated.map(String).map(linkId => ({ linkId, answer: [{ valueBoolean: !lists(yes, linkId) }] })),
    ...Object.entries(graded).flatMap(([word, { linkId, code }]) => {
      const grade = rest[word]
      if ((grade === undefined) !== lists(missing, linkId)) throw new Error(`${name}: say ${word}, or that ${linkId} is missing.`)
      const item = items.find(each => each.linkId === linkId)
      return grade === undefined || item === undefined ? [] : [{ linkId, answer: [chosen(item, `${code}${String(grade)}`)] }]
    }),
  ]
}
