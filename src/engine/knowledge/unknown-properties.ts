import type { CodeSystem, CodeSystemConcept } from 'fhir/r4.js'
import { SILENT_DAYS } from '../model/names.js'
import type { FaultList } from '../model/faults.js'
import type { KnowledgeFile } from '../model/knowledge-file.js'
import { nearestName } from '../model/nearest-name.js'
import type { Terminology } from '../terminology/terminology.js'
import { overrideReasons } from './vocabulary.js'

/**
 * Tells of properties that say nothing: of a code, one that its code system does not declare; of decision points, days of silence after
 * what no user can answer. Whoever misspells one would else have a card silent for as long as others are.
 */
export function reportUnknownProperties(files: readonly KnowledgeFile[], terminology: Terminology, faults: FaultList): void {
  for (const { file, resource } of files) {
    if (resource.resourceType !== 'CodeSystem') continue
    const { url, property = [], concept } = resource as CodeSystem
    if (url === terminology.names.decisionPoints) reportUnknownAnswers(file, property, answersTo(files, terminology), faults)
    const declared = new Set(property.map(({ code }) => code))
    for (const [element, { code, property: said = [] }] of conceptsOf(concept, 'CodeSystem.concept'))
      for (const [index, { code: name }] of said.entries())
        if (!declared.has(name))
          faults.add(
            'PROPERTY_UNKNOWN',
            file,
            `${element}.property[${index}]`,
            `${code} says ${name}, which CodeSystem.property does not declare${meant(name, [...declared])}.`,
          )
  }
}

/** What users can answer to a card: an outcome, or a reason to override it. */
const answersTo = (files: readonly KnowledgeFile[], terminology: Terminology): readonly string[] => [
  'overridden',
  'accepted',
  ...overrideReasons(files, terminology),
]

function reportUnknownAnswers(
  file: string,
  properties: NonNullable<CodeSystem['property']>,
  answers: readonly string[],
  faults: FaultList,
): void {
  for (const [index, { code }] of properties.entries()) {
    const answer = code.slice(SILENT_DAYS.length)
    if (!code.startsWith(SILENT_DAYS) || answers.includes(answer)) continue
    const message = `No user answers a card with "${answer}"${meant(answer, answers)}. What there is: ${answers.join(', ')}.`
    faults.add('PROPERTY_UNKNOWN', file, `CodeSystem.property[${index}]`, message)
  }
}

function meant(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest === undefined ? '' : `; ${nearest} may be meant`
}

function* conceptsOf(concepts: readonly CodeSystemConcept[] = [], element: string): Generator<[string, CodeSystemConcept]> {
  for (const [index, concept] of concepts.entries()) {
    const own = `${element}[${index}]`
    yield [own, concept]
    yield* conceptsOf(concept.concept, `${own}.concept`)
  }
}
