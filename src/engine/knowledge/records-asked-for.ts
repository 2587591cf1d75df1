import type { Coding, DataRequirement, DataRequirementCodeFilter, DataRequirementDateFilter } from 'fhir/r4.js'
import { elementModel, type ElementModel } from '../model/r4-model.js'

/** The records that a DataRequirement asks for, as an expression: those of its type, with its codes and within its dates. */
export function recordsAskedFor({ type, codeFilter = [], dateFilter = [] }: DataRequirement): string {
  const criteria = [
    ...codeFilter.flatMap(filter => codeCriterion(type, filter)),
    ...dateFilter.flatMap(filter => dateCriterion(type, filter)),
  ]
  return `%${type}${criteria.map(criterion => `.where(${criterion})`).join('')}`
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

function codeCriterion(type: string, { path, valueSet, code = [] }: DataRequirementCodeFilter): string[] {
  if (path === undefined) return []
  const choice = modelAt(type, path)?.choices.includes('CodeableConcept') ? `${path}.ofType(CodeableConcept)` : path
  const inSet = valueSet === undefined ? [] : [`${choice}.memberOf(${quoted(valueSet)})`]
  const coded = code.map(each => codeTest(choice, modelAt(type, path), each))
  const tests = [...inSet, ...coded]
  return tests.length === 0 ? [] : [tests.join(' or ')]
}

function codeTest(path: string, model: ElementModel | undefined, { system, code = '' }: Coding): string {
  if (model && ['code', 'string', 'uri', 'boolean'].includes(model.type)) return `${path} = ${quoted(code)}`
  const codings = model?.type === 'Coding' ? path : `${path}.coding`
  const ofSystem = system === undefined ? '' : `system = ${quoted(system)} and `
  return `${codings}.where(${ofSystem}code = ${quoted(code)}).exists()`
}

const WORDS: Readonly<Record<string, string>> = {
  a: 'years',
  mo: 'months',
  wk: 'weeks',
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
}

function dateCriterion(type: string, { path, valueDateTime, valuePeriod, valueDuration }: DataRequirementDateFilter): string[] {
  const at = path === undefined ? undefined : dateOf(path, modelAt(type, path))
  if (at === undefined) return []
  const from = valueDateTime ?? valuePeriod?.start
  const unit = WORDS[valueDuration?.code ?? 'd']
  return [
    ...(from === undefined ? [] : [`${at} >= @${from}`]),
    ...(valuePeriod?.end === undefined ? [] : [`${at} <= @${valuePeriod.end}`]),
    ...(valueDuration?.value === undefined || unit === undefined ? [] : [`${at} >= now() - ${valueDuration.value} ${unit}`]),
  ]
}

const DATES = ['dateTime', 'date', 'instant']

/** The expression of the one date that a path leads to; a period begins with it. */
function dateOf(path: string, model: ElementModel | undefined): string | undefined {
  if (!model) return undefined
  if (model.choices.length === 0) return model.type === 'Period' ? `${path}.start` : DATES.includes(model.type) ? path : undefined
  const choices = model.choices.map(choice => choice.charAt(0).toLowerCase() + choice.slice(1))
  const plain = DATES.filter(date => choices.includes(date)).map(date => `${path}.ofType(${date})`)
  const all = [...plain, ...(choices.includes('period') ? [`${path}.ofType(Period).start`] : [])]
  return all.length === 0 ? undefined : `(${all.join(' | ')})`
}

/** The element that a path of plain names leads to. */
function modelAt(type: string, path: string): ElementModel | undefined {
  const names = path.split('.')
  return names.reduce<ElementModel | undefined>(
    (above, name, index) => (index > 0 && !above ? undefined : elementModel(above?.type ?? type, name)),
    undefined,
  )
}
