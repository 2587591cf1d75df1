import type { Card, Suggestion } from '../../src/cds-hooks/types.js'
import type { ClinicalCase } from './case-format.js'
import { coding } from './codes.js'
import { decisionPointsOf, type Answered } from './runner.js'

interface StartBackExtension {
  total?: number
  distressSubscore?: number
  risk?: string
}

/** Every way in which the cards differ from what the case expects, each in a sentence; empty when they agree. */
export function differences(each: ClinicalCase, { cards, notUsable }: Pick<Answered, 'cards' | 'notUsable'>): string[] {
  const said = new Set(cards.flatMap(decisionPointsOf))
  const text = cards.map(textOf).join('\n')
  const suggestions = cards.flatMap(card => card.suggestions ?? [])
  const [startBack] = cards.flatMap(({ extension }) => (extension?.['org.columna.start-back'] as StartBackExtension | undefined) ?? [])
  return [
    ...(each.recommends ?? []).filter(id => !said.has(id)).map(id => `should recommend ${id}`),
    ...(each['does not recommend'] ?? []).filter(id => said.has(id)).map(id => `should not recommend ${id}`),
    ...(each['cannot tell'] ?? []).filter(id => said.has(id)).map(id => `should not answer ${id}, which is open`),
    ...unequal('number of cards', each.cards, cards.length),
    ...(each.indicator === undefined ? [] : unequal('indicator', each.indicator, cardOf(each, cards)?.indicator)),
    ...(each.risk === undefined ? [] : unequal('risk', each.risk, startBack?.risk ?? 'none')),
    ...unequal('total', each.score?.total, startBack?.total),
    ...unequal('subscore', each.score?.subscore, startBack?.distressSubscore),
    ...(each.suggests ?? []).filter(wanted => !suggestions.some(suggestion => isThat(suggestion, wanted))).map(wanted => `should suggest ${wanted}`),
    ...(each['does not suggest'] ?? []).filter(wanted => suggestions.some(suggestion => isThat(suggestion, wanted))).map(wanted => `should not suggest ${wanted}`),
    ...(each.says ?? []).filter(part => !text.includes(part)).map(part => `should say "${part}"`),
    ...(each['does not say'] ?? []).filter(part => text.includes(part)).map(part => `should not say "${part}"`),
    ...unequal('keys not usable', (each['not usable'] ?? []).join(', '), notUsable.join(', ')),
  ]
}

/** The card that a case is about: the one with the first decision point it recommends, else the first. */
function cardOf({ recommends: [first] = [] }: ClinicalCase, cards: readonly Card[]): Card | undefined {
  return cards.find(card => first !== undefined && decisionPointsOf(card).includes(first)) ?? cards[0]
}

const textOf = ({ summary, detail = '', suggestions = [] }: Card): string => [summary, detail, ...suggestions.map(({ label }) => label)].join('\n')

function unequal<T>(what: string, wanted: T | undefined, found: T | undefined): string[] {
  return wanted === undefined || wanted === found ? [] : [`${what} should be ${String(wanted)} and is ${String(found)}`]
}

interface Proposed {
  resourceType?: string
  code?: { coding?: { system?: string; code?: string }[] }
  input?: { valueCanonical?: string }[]
  reasonReference?: { reference?: string }[]
}

/**
 * Whether a suggestion is the one asked for by its label, by `ServiceRequest SNOMED:229065009`, with ` for c1` behind
 * it where the condition that is its reason matters, or by `Task start-back`.
 */
function isThat({ label, actions = [] }: Suggestion, wanted: string): boolean {
  if (label === wanted) return true
  const [, type, what, reason] = /^([A-Z][A-Za-z]+) (\S+)(?: for (\S+))?$/.exec(wanted) ?? []
  if (what === undefined) return false
  return actions.some(({ resource }) => {
    const { resourceType, code, input, reasonReference = [] } = (resource ?? {}) as Proposed
    if (resourceType !== type) return false
    if (reason !== undefined && reasonReference.map(({ reference }) => reference).join() !== `Condition/${reason}`) return false
    if (!what.includes(':')) return (input ?? []).some(({ valueCanonical }) => valueCanonical?.split('|')[0]?.endsWith(`/Questionnaire/${what}`))
    const { system, code: wantedCode } = coding(what)
    return (code?.coding ?? []).some(each => each.system === system && each.code === wantedCode)
  })
}
