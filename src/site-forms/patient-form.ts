import { readFileSync } from 'node:fs'
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { CdsError } from '../errors.js'
import { isObject, type JsonObject } from '../plain-values/json.js'

/** One question as a patient reads it. */
export interface PatientQuestion {
  linkId: string
  text: string
  answers: readonly { value: boolean | string; label: string }[]
}

/** A form in the validated wording that a site has leave to use. Nothing of it tells what an answer counts. */
export interface PatientForm {
  /** `url|version` of the Questionnaire whose questions these are. */
  questionnaire: string
  language: string
  title: string
  introduction?: string
  /** The line that the owner of the wording asks for. */
  licence: string
  questions: readonly PatientQuestion[]
}

/**
 * Reads the wording that a site installed for its patients, and holds it against the form that it is of.
 * @param forms Questionnaires of the knowledge.
 * @throws CdsError CDS_SETTING_INVALID naming every fault and its place.
 */
export function readPatientForm(path: string, forms: readonly Questionnaire[]): PatientForm {
  const faults: string[] = []
  const written = parsed(path, faults)
  const form = written && formNamed(written, forms, faults)
  const read = written && form ? wordedForm(written, form, faults) : undefined
  if (faults.length > 0 || !read)
    throw new CdsError('CDS_SETTING_INVALID', `The wording for patients (CDS_START_BACK_WORDING) ${path} is wrong.`, faults)
  return read
}

function parsed(path: string, faults: string[]): JsonObject | undefined {
  try {
    const written = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as unknown
    if (isObject(written)) return written
    faults.push('It is no JSON object.')
  } catch (error) {
    faults.push(error instanceof SyntaxError ? 'It is not JSON.' : 'It cannot be read.')
  }
  return undefined
}

function formNamed({ questionnaire }: JsonObject, forms: readonly Questionnaire[], faults: string[]): Questionnaire | undefined {
  const found = forms.find(({ url }) => url !== undefined && url === questionnaire)
  if (!found) faults.push(`questionnaire: expects the canonical of a form of the knowledge: ${forms.map(({ url }) => url).join(', ')}.`)
  return found
}

/** The kinds of question that a patient is asked one a page. */
const ASKED_TYPES = ['boolean', 'choice']

/** Most characters of one text: more fits no phone. */
const LONGEST_TEXT = 1_000

function wordedForm(written: JsonObject, form: Questionnaire, faults: string[]): PatientForm {
  const textAt = (place: string, value: unknown): string => {
    if (typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TEXT) return value.trim()
    faults.push(`${place}: expects a text of at most ${LONGEST_TEXT} characters.`)
    return ''
  }
  const { language, title, introduction, licence, questions } = written
  if (typeof language !== 'string' || !/^[a-z]{2}(-[A-Z]{2})?$/.test(language)) faults.push('language: expects a code such as da.')
  const worded = isObject(questions) ? questions : {}
  const items = form.item ?? []
  const known = new Set(items.map(({ linkId }) => linkId))
  for (const linkId of Object.keys(worded)) if (!known.has(linkId)) faults.push(`questions.${linkId}: the form has no such question.`)
  return {
    questionnaire: form.version === undefined ? (form.url ?? '') : `${form.url}|${form.version}`,
    language: String(language),
    title: textAt('title', title),
    ...(introduction !== undefined && { introduction: textAt('introduction', introduction) }),
    licence: textAt('licence', licence),
    questions: items.map(item => wordedQuestion(item, worded[item.linkId], textAt, faults)),
  }
}

function wordedQuestion(
  item: QuestionnaireItem,
  written: unknown,
  textAt: (place: string, value: unknown) => string,
  faults: string[],
): PatientQuestion {
  const { linkId, type } = item
  const place = `questions.${linkId}`
  const { text, answers } = isObject(written) ? written : {}
  if (!ASKED_TYPES.includes(type)) faults.push(`${place}: a question of type ${type} cannot be asked of patients.`)
  const labels = isObject(answers) ? answers : {}
  const expected = valuesOf(item)
  for (const name of Object.keys(labels))
    if (!expected.some(each => each.name === name)) faults.push(`${place}.answers.${name}: the question has no such answer.`)
  return {
    linkId,
    text: textAt(`${place}.text`, text),
    answers: expected.map(({ name, value }) => ({ value, label: textAt(`${place}.answers.${name}`, labels[name]) })),
  }
}

/** The answers to a question, by the names under which a file words them. */
const valuesOf = ({ type, answerOption = [] }: QuestionnaireItem): { name: string; value: boolean | string }[] =>
  type === 'boolean'
    ? [
        { name: 'yes', value: true },
        { name: 'no', value: false },
      ]
    : answerOption.flatMap(({ valueCoding }) =>
        valueCoding?.code === undefined ? [] : [{ name: valueCoding.code, value: valueCoding.code }],
      )
