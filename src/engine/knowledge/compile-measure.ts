import type { Measure, MeasureGroup } from 'fhir/r4.js'
import { lackingLanguages, localized } from '../model/localized.js'
import { compileCriteria, type PlanContext } from './compile-plan.js'
import {
  POPULATION_CODES,
  type CompiledCondition,
  type CompiledMeasure,
  type CompiledMeasureGroup,
  type PopulationCode,
} from './compiled.js'
import type { Cited } from './resource-index.js'

/** Populations without which a group is no proportion. */
const NEEDED: readonly PopulationCode[] = ['initial-population', 'denominator', 'numerator']

/**
 * Compiles a measure of quality: a proportion whose populations are conditions on one patient. Everything else that R4
 * calls a measure is a fault, since a number would come of it that means something else.
 * @returns undefined where it is none.
 */
export function compileMeasure(file: Cited<Measure>, context: PlanContext): CompiledMeasure | undefined {
  const { resource } = file
  let isProportion = true
  const fault = (element: string, message: string): void => {
    isProportion = false
    context.faults.add('MEASURE_INVALID', file.file, element, message)
  }
  if (resource.scoring?.coding?.[0]?.code !== 'proportion') fault('Measure.scoring', 'The scoring must be proportion.')
  if (!resource.group?.length) fault('Measure.group', 'A measure needs a group at least, with the populations of a proportion.')
  const compiler = compileCriteria(file, context)
  const groups = (resource.group ?? []).map((group, index) => compileGroup(group, `Measure.group[${index}]`))
  const ids = groups.map(({ id }) => id)
  if (new Set(ids).size < ids.length) fault('Measure.group', 'Each group needs an id of its own, by which its figures are told apart.')
  const ground = compiler.ground()
  return isProportion ? { resource, canonical: file.canonical, groups, ...ground } : undefined

  function compileGroup({ id = '', description, _description, population = [] }: MeasureGroup, element: string): CompiledMeasureGroup {
    const words = localized(description, _description, resource.language ?? context.profile.languages[0])
    const lacking = description ? lackingLanguages(words, context.profile.languages) : []
    if (lacking.length > 0)
      context.faults.add('TRANSLATION_MISSING', file.file, element, `The description is missing in ${lacking.join(', ')}.`)
    const criteria = new Map<PopulationCode, CompiledCondition>()
    for (const [index, { code, criteria: written }] of population.entries()) {
      const place = `${element}.population[${index}]`
      const name = POPULATION_CODES.find(each => each === code?.coding?.[0]?.code)
      if (!name) fault(`${place}.code`, `A population of a proportion is one of ${POPULATION_CODES.join(', ')}.`)
      else if (criteria.has(name)) fault(`${place}.code`, `The group has the population ${name} twice.`)
      else criteria.set(name, compiler.criterion(written, `${place}.criteria`))
    }
    const missing = NEEDED.filter(name => !criteria.has(name))
    if (missing.length > 0) fault(`${element}.population`, `A proportion needs the population ${missing.join(', ')}, too.`)
    return { id, description: words, criteria }
  }
}
