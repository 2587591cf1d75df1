import type { Items } from '../model/items.js'

/** Functions whose first argument must be true, false or nothing. */
const ASK_FOR_TRUTH: ReadonlySet<string> = new Set(['where', 'exists', 'all', 'iif'])

/** Functions that must be called on true, false or nothing. */
const ASKED_OF_TRUTH: ReadonlySet<string> = new Set(['not', 'knownTrue', 'notKnownTrue'])

const TRUTH_TYPES: ReadonlySet<string> = new Set(['boolean', 'Boolean'])

/** One sentence for what a function asks for true or false and that can never be either. @param input what it is called on. */
export function criterionFault(name: string, [criterion]: readonly Items[], input: Items): string | undefined {
  const asked = ASK_FOR_TRUTH.has(name) ? criterion : ASKED_OF_TRUTH.has(name) ? input : undefined
  return asked && truthFault(`${name}()`, asked)
}

/** One sentence for what stands where only true, false or nothing can; undefined where it may be one of these. @param asker such as `and`. */
export function truthFault(asker: string, { types }: Items): string | undefined {
  if (types === 'any' || types.size === 0 || [...types].some(type => TRUTH_TYPES.has(type))) return undefined
  return `${asker} asks for true or false, and ${[...types].join(' or ')} is neither; write .exists(), or compare it`
}
