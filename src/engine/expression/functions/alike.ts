import { plain, type Collection } from '../values.js'
import { conceptOf, type Coding, type Concept } from './concepts.js'
import type { ValueSetTest } from './value-set-test.js'

/** Items that say the same of what they are, one of which is held against a value set for all. */
export interface Alike {
  /** One of them, as plain JSON. */
  readonly one: unknown
  /** The value set that they were asked of last, and whether they belong to it. */
  test: ValueSetTest | undefined
  isIn: boolean
}

const alikeTo = (one: unknown): Alike => ({ one, test: undefined, isIn: false })

/** Concepts whose first code is the same that are compared with one another; with what comes after them none is. */
const MOST_COMPARED = 16

/** For each item of a list those of it that are like it. */
export function alikeIn(items: Collection): readonly Alike[] {
  const byCode = new Map<unknown, { concept: Concept; alike: Alike }[]>()
  const silent = alikeTo(undefined)
  return items.map(item => {
    const value = plain(item)
    const concept = conceptOf(value)
    if (concept === undefined) return silent
    if (!isCoded(concept)) return alikeTo(value)
    const code = concept.coding[0]?.code
    const compared = byCode.get(code) ?? []
    for (const before of compared) if (isSame(before.concept, concept)) return before.alike
    const alike = alikeTo(value)
    if (compared.length === 0) byCode.set(code, compared)
    if (compared.length < MOST_COMPARED) compared.push({ concept, alike })
    return alike
  })
}

type Coded = Concept & { coding: readonly (Coding | null)[] }

const isCoded = (concept: unknown): concept is Coded =>
  typeof concept === 'object' && concept !== null && Array.isArray((concept as Concept).coding)

/** Whether two concepts are told apart by nothing that a value set asks. */
function isSame({ text, coding = [] }: Concept, other: Concept): boolean {
  const { coding: others = [] } = other
  if (text !== other.text || coding.length !== others.length) return false
  for (let index = 0; index < coding.length; index += 1) if (!isSameCoding(coding[index], others[index])) return false
  return true
}

function isSameCoding(one: Coding | null | undefined, other: Coding | null | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  return one.code === other.code && one.system === other.system && one.display === other.display
}
