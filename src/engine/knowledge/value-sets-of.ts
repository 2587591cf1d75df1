import type { FhirResource, ValueSet } from 'fhir/r4.js'
import { isCodedIn } from '../expression/functions/coded.js'
import type { Scope } from '../expression/scope.js'
import { localized, type LocalizedText } from '../model/localized.js'
import type { Knowledge } from './compile-knowledge.js'

/** A value set of the knowledge, by id and title. */
export interface NamedValueSet {
  id: string
  title: LocalizedText
}

/**
 * The value sets that a record belongs to by its code or its name, as rules ask for them.
 * @throws DeadlinePassed when the time of the scope is up.
 */
export function valueSetsOf(
  record: FhirResource,
  { files, terminology }: Pick<Knowledge, 'files' | 'terminology'>,
  scope: Scope,
): NamedValueSet[] {
  return files.flatMap(({ resource }) => {
    if (resource.resourceType !== 'ValueSet' || resource.url === undefined) return []
    const test = terminology.membership(resource.url)
    return test && isCodedIn(record, test, scope.state) ? [named(resource, terminology.language)] : []
  })
}

const named = ({ id = '', title, _title, language }: ValueSet, usual: string): NamedValueSet => ({
  id,
  title: localized(title, _title, language ?? usual),
})
