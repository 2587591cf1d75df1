import { failureOf } from '../../../src/engine/expression/facts.js'
import { isNode, plain, resourceOf, toJson, typeOf, type Collection, type Item } from '../../../src/engine/expression/values.js'

/** What an evaluation came to: its items, or the code of the error that it ended with. */
export type Outcome = { items: Collection; error?: undefined } | { items?: undefined; error: string }

/** Runs an evaluation to its end. */
export function outcomeOf(evaluate: () => unknown): Outcome {
  try {
    const value = evaluate()
    return { items: Array.isArray(value) ? (value as Collection) : value === undefined || value === null ? [] : [value] }
  } catch (error) {
    return { error: failureOf(error, 'an expression').code }
  }
}

/** Whether two evaluations came to the same: as many items, in order, of equal type and content, of the same record; or the same error. */
export const areSame = (one: Outcome, other: Outcome): boolean =>
  one.items && other.items ? areEqual(one.items, other.items) : one.error === other.error

const areEqual = (one: Collection, other: Collection): boolean =>
  one.length === other.length && one.every((item, index) => isSame(item, other[index]))

const isSame = (one: Item, other: Item): boolean =>
  one === other ||
  (kindOf(one) === kindOf(other) &&
    recordOf(one) === recordOf(other) &&
    isSameJson(shadowOf(one), shadowOf(other)) &&
    (plain(one) === plain(other) || isSameJson(toJson(one), toJson(other))))

const recordOf = (item: Item): unknown => (isNode(item) ? resourceOf(item) : undefined)

/** The element that stands beside a primitive; of a text there fhirpath.js takes a letter for each value of a list. */
const shadowOf = (item: Item): unknown => (isNode(item) && typeof item.shadow === 'object' ? item.shadow : null)

/** Whether an item is a text, number or truth value of something that FHIR does not describe, such as a setting. */
const isUntypedPrimitive = (item: Item): boolean => isNode(item) && item.type === null && typeof plain(item) !== 'object'

const kindOf = (item: Item): string | undefined => typeOf(isUntypedPrimitive(item) ? plain(item) : item)

const isSameJson = (one: unknown, other: unknown): boolean => one === other || JSON.stringify(one) === JSON.stringify(other)

/** An outcome in words. */
export const writtenOutcome = ({ items, error }: Outcome): string =>
  items ? `[${items.map(item => `${kindOf(item) ?? 'untyped'} ${writtenItem(item)}`).join(', ')}]` : `fails: ${error}`

const writtenItem = (item: Item): string => {
  const shadow = shadowOf(item)
  const beside = shadow === null ? '' : ` beside ${JSON.stringify(shadow)}`
  return `${JSON.stringify(toJson(item))}${beside}`
}
