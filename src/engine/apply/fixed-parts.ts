import type { Extension, RelatedArtifact, RequestGroupAction } from 'fhir/r4.js'
import { defined } from '../../plain-values/defined.js'
import type { CompiledAction, CompiledDynamicValue, LocalizedTemplate } from '../knowledge/compiled.js'
import { EXTENSION } from '../model/extensions.js'
import { inLanguage } from '../model/localized.js'
import { madeOncePerLanguage } from '../model/memoised.js'
import { PAGE } from '../model/names.js'
import type { Terminology } from '../terminology/terminology.js'
import { citing } from './cited-source.js'
import { templateIn } from './render-text.js'

/** What an action says of every patient, in one language. Answers share it, so that nothing may write to it. */
export interface FixedParts {
  /** Grade, topic, override reasons, and what no rule of ours reads. */
  extensions: Extension[]
  /** Members in the order of R4: those before the texts, between them and the participants, and after these. */
  beforeTexts: Partial<RequestGroupAction>
  afterTexts: Partial<RequestGroupAction>
  behaviours: Partial<RequestGroupAction>
  valuesOnAction: readonly CompiledDynamicValue[]
  valuesOnResource: readonly CompiledDynamicValue[]
  /** Whether that is all of it: nothing in it is computed, so that it is the same action whenever it applies. */
  isWhole: boolean
  /** The action itself, where that is so and it has applied before. */
  whole?: RequestGroupAction
}

/** The parts of an action that no patient changes, made once a language. */
export const fixedPartsOf = madeOncePerLanguage((action: CompiledAction, language, terminology: Terminology): FixedParts => {
  const { resource, dynamicValues } = action
  return {
    extensions: extensionsOf(action, language, terminology),
    beforeTexts: defined({ prefix: resource.prefix }),
    afterTexts: {
      ...defined({ priority: resource.priority, code: resource.code }),
      ...(resource.documentation && { documentation: documentationOf(action, language, terminology) }),
      ...(action.startAndStop.length > 0 && { condition: [...action.startAndStop] }),
      ...(resource.relatedAction && { relatedAction: resource.relatedAction }),
      ...timingOf(resource),
    },
    behaviours: behavioursOf(resource),
    valuesOnAction: dynamicValues.filter(({ on }) => on === 'action'),
    valuesOnResource: dynamicValues.filter(({ on }) => on === 'resource'),
    isWhole: isWhole(action, language),
  }
})

function isWhole(action: CompiledAction, language: string): boolean {
  const { texts, resource, definition, orders, onlyOnPageWhen, actions, dynamicValues, cardExtensions, notCarried } = action
  const isFixed = (text: LocalizedTemplate) => templateIn(text, language)?.every(part => typeof part === 'string') ?? true
  return (
    [texts.title, texts.description, texts.textEquivalent].every(isFixed) &&
    !definition &&
    !orders &&
    !onlyOnPageWhen &&
    [actions, dynamicValues, cardExtensions, notCarried, resource.goalId ?? [], resource.participant ?? []].every(
      ({ length }) => length === 0,
    )
  )
}

function extensionsOf({ resource, overrideReasons }: CompiledAction, language: string, terminology: Terminology): Extension[] {
  const own = resource.extension ?? []
  const { names } = terminology
  const read = new Set<string>([...Object.values(EXTENSION), ...Object.values<string>({ ...names.extension })])
  return [
    ...[EXTENSION.strength, EXTENSION.direction, EXTENSION.quality]
      .flatMap(url => own.filter(extension => extension.url === url))
      .map(extension => graded(extension, language, terminology)),
    ...own.filter(({ url }) => url === names.extension.cardTopic).map(extension => topic(extension, language, terminology)),
    ...own.filter(({ url, valueCode }) => (url === names.extension.shownOn && valueCode === PAGE) || !read.has(url)),
    ...overrideReasons.map(({ code, system, display }) => ({
      url: names.extension.overrideReasons,
      valueCoding: { system, code, display: inLanguage(display, language) ?? code },
    })),
  ]
}

const documentationOf = ({ resource, sources }: CompiledAction, language: string, { names }: Terminology): RelatedArtifact[] =>
  (resource.documentation ?? []).map((artifact, index) => citing(artifact, sources[index], language, names))

/** The family of a card with what a reader calls it. */
function topic({ url, valueCoding = {} }: Extension, language: string, terminology: Terminology): Extension {
  const displays = terminology.display(valueCoding.system, valueCoding.code)
  const display = displays && inLanguage(displays, language)
  return { url, valueCoding: { ...valueCoding, ...(display !== undefined && { display }) } }
}

/** A grade with what a reader calls it. */
function graded(extension: Extension, language: string, terminology: Terminology): Extension {
  const coding = extension.valueCodeableConcept?.coding ?? []
  const displays = coding.flatMap(({ system, code }) => {
    const display = terminology.display(system, code)
    return display ? (inLanguage(display, language) ?? []) : []
  })
  const text = displays.at(-1)
  return text === undefined ? extension : { ...extension, valueCodeableConcept: { ...extension.valueCodeableConcept, text } }
}

const behavioursOf = (definition: CompiledAction['resource']): Partial<RequestGroupAction> => ({
  ...(definition.type && { type: definition.type }),
  ...(definition.groupingBehavior && { groupingBehavior: definition.groupingBehavior }),
  ...(definition.selectionBehavior && { selectionBehavior: definition.selectionBehavior }),
  ...(definition.requiredBehavior && { requiredBehavior: definition.requiredBehavior }),
  ...(definition.precheckBehavior && { precheckBehavior: definition.precheckBehavior }),
  ...(definition.cardinalityBehavior && { cardinalityBehavior: definition.cardinalityBehavior }),
})

function timingOf(definition: CompiledAction['resource']): Partial<RequestGroupAction> {
  const { timingDateTime, timingAge, timingPeriod, timingDuration, timingRange } = definition
  const isTimed = timingDateTime ?? timingAge ?? timingPeriod ?? timingDuration ?? timingRange
  // What is proposed again and again is to be done so.
  const timingTiming =
    definition.timingTiming ??
    (isTimed === undefined
      ? definition.trigger?.find(({ type, timingTiming: timing }) => type === 'periodic' && timing)?.timingTiming
      : undefined)
  return {
    ...(timingDateTime && { timingDateTime }),
    ...(timingAge && { timingAge }),
    ...(timingPeriod && { timingPeriod }),
    ...(timingDuration && { timingDuration }),
    ...(timingRange && { timingRange }),
    ...(timingTiming && { timingTiming }),
  }
}
