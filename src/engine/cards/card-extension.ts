import type { CodeableConcept, Extension, RequestGroupAction } from 'fhir/r4.js'
import { extensionsOf } from '../model/extensions.js'
import { madeOnce } from '../model/memoised.js'
import { decisionPointsOf, type KnowledgeNames } from '../model/names.js'
import type { CardContext } from './card-context.js'

/** What an integrator reads of a card beyond CDS Hooks: decision points, the plan, and what the plan computes. */
export function cardExtension(action: RequestGroupAction, { plan, names }: CardContext): Record<string, unknown> {
  const points = [...new Set(decisionPointsWithin(action, names))]
  return {
    ...(points.length > 0 && { [names.card.decisionPoints]: points }),
    [names.card.knowledge]: plan,
    ...computedMembers(action, names),
  }
}

/** What the plan computes for an integrator, by the name under which a card has it. */
export function computedMembers(action: RequestGroupAction, names: KnowledgeNames): Record<string, unknown> {
  return Object.fromEntries(
    extensionsOf(action, names.extension.cardExtension).map(({ extension = [] }) => {
      const name = extension.find(({ url }) => url === 'name')?.valueString ?? ''
      return [name, membersOf(extension.filter(({ url }) => url !== 'name'))] as const
    }),
  )
}

/** Computed members by name; a name with several values becomes a list. */
function membersOf(parts: readonly Extension[]): Record<string, unknown> {
  const names = [...new Set(parts.map(({ url }) => url))]
  return Object.fromEntries(
    names.map(name => {
      const values = parts.filter(({ url }) => url === name).map(writtenValue)
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
}

const writtenValue = ({ valueBoolean, valueInteger, valueDecimal, valueString }: Extension) =>
  valueBoolean ?? valueInteger ?? valueDecimal ?? valueString

/** Decision points of an action and all below it, shown on its card or on its page, the action's own first. */
export function decisionPointsWithin({ code, action }: RequestGroupAction, names: KnowledgeNames, found: string[] = []): string[] {
  if (code) found.push(...pointsIn(code, names))
  action?.forEach(child => decisionPointsWithin(child, names, found))
  return found
}

const pointsIn = madeOnce((code: CodeableConcept[], names: KnowledgeNames): readonly string[] =>
  decisionPointsOf({ code }, names).flatMap(point => point.code ?? []),
)
