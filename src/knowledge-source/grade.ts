import { EXTENSION } from '../engine/model/extensions.js'
import { isObject, type JsonObject } from '../plain-values/json.js'
import type { Context } from './context.js'
import { nearest } from './nearest.js'
import { concept } from './resource.js'
import { codingToFhir, codingToSource, onlyCoding } from './references.js'
import type { Word } from './thing.js'
import { extension, only } from './words.js'
import { WordFault, textOf } from './written.js'

const QUALITY = 'http://terminology.hl7.org/CodeSystem/evidence-quality'

/** `weak-for, moderate`: strength with its direction by the name that shared.yaml gives them, then the certainty of the evidence. */
export const gradeWord: Word = {
  name: 'grade',
  parts: [extension(EXTENSION.strength), extension(EXTENSION.direction), extension(EXTENSION.quality)],
  toSource: (parts, context) => {
    const [strength, direction, quality] = gradeWord.parts.map(part => only(parts[part])?.['valueCodeableConcept'])
    const name = nameOfGrade(codesOf(strength, context), codesOf(direction, context), context)
    if (name === undefined) return undefined
    return quality === undefined ? name : `${name}, ${String(onlyCoding(quality)?.['code'])}`
  },
  toFhir: (written, context) => {
    const [name = '', certainty] = textOf(written).split(/,\s*/)
    const grade = context.shared.grades.get(name)
    if (!grade) throw new WordFault(`There is no grade ${name}; ${nearest(name, [...context.shared.grades.keys()])}.`)
    const stated = (url: string, value: unknown) => ({ [extension(url)]: [{ url, valueCodeableConcept: value }] })
    return {
      ...stated(EXTENSION.strength, codingsToFhir(grade.strength, context)),
      ...stated(EXTENSION.direction, codingsToFhir(grade.direction, context)),
      ...(certainty !== undefined && stated(EXTENSION.quality, concept(QUALITY, certainty))),
    }
  },
}

/** Stands between the codes of a strength that has one in several systems. */
const AND = ' + '

function codesOf(concept: unknown, context: Context): string {
  const codings = isObject(concept) && Array.isArray(concept['coding']) ? (concept['coding'] as unknown[]) : []
  return codings.map(coding => codingToSource(coding, context) ?? '').join(AND)
}

const codingsToFhir = (written: string, context: Context): JsonObject => ({
  coding: written.split(AND).map(each => codingToFhir(each, context)),
})

const nameOfGrade = (strength: string, direction: string, { shared }: Context): string | undefined =>
  [...shared.grades].find(([, grade]) => grade.strength === strength && grade.direction === direction)?.[0]
