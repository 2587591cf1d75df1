import type { JsonObject } from '../plain-values/json.js'
import type { Context } from './context.js'
import { draftShape } from './draft.js'
import { factsShape, isLeaflet, leafletShape, sourceShape } from './library.js'
import { formShape } from './form.js'
import { measureShape } from './measure.js'
import { planShape } from './plan.js'
import { codeSystemShape, namingSystemShape, propertiesOf, valueSetShape, writtenProperties } from './terminology.js'
import type { Shape } from './thing.js'
import { isMap, type Written } from './written.js'

/** A word at the top of a file of the source: what kind of resources stand beneath it, by id. */
export interface Section {
  name: string
  type: string
  /** Folder of fhir-resources/ that holds them. */
  folder: string
  /** Whether it holds a resource of its folder; all of them unless given. */
  holds?: (resource: JsonObject, context: Pick<Context, 'names'>) => boolean
  /** @param resource what is written of the resource, or the resource. */
  shapeOf: (context: Context, resource: Written | JsonObject) => Shape
}

const section = (name: string, type: string, shapeOf: Section['shapeOf'], folder = type): Section => ({ name, type, folder, shapeOf })

/** Sections in the order in which they stand in a file. */
export const SECTIONS: readonly Section[] = [
  section('plans', 'PlanDefinition', planShape),
  { ...section('leaflets', 'Library', leafletShape), holds: isLeaflet },
  section('facts', 'Library', factsShape),
  section('drafts', 'ActivityDefinition', draftShape),
  section('forms', 'Questionnaire', formShape),
  section('measures', 'Measure', measureShape),
  section('value-sets', 'ValueSet', valueSetShape),
  section('code-systems', 'CodeSystem', (_, resource) =>
    codeSystemShape(isMap(resource as Written) ? writtenProperties(resource as Written) : propertiesOf(resource as JsonObject)),
  ),
  section('naming-systems', 'NamingSystem', namingSystemShape),
  section('sources', 'Library', sourceShape, 'sources'),
]

/** The section of the resources of no other: FHIR as it is, by `folder/id`. */
export const OTHERS = 'others'
