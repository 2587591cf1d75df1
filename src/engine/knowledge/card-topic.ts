import type { Coding } from 'fhir/r4.js'
import { extensionOf } from '../model/extensions.js'
import type { KnowledgeNames } from '../model/names.js'
import type { CompiledAction, CompiledPlan } from './compiled.js'

/** The family of the card of an action as it is written: its own, else that of the plan; undefined where neither has one. */
export const cardTopicOf = (
  { resource: action }: Pick<CompiledAction, 'resource'>,
  { resource: plan }: Pick<CompiledPlan, 'resource'>,
  { extension }: Pick<KnowledgeNames, 'extension'>,
): Coding | undefined => extensionOf(action, extension.cardTopic)?.valueCoding ?? plan.topic?.[0]?.coding?.[0]
