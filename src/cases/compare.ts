import type { Card, Suggestion } from '../cds-hooks/types.js'
import { saidUnder, type ClinicalCase } from './format.js'
import type { CaseLanguage } from './language.js'
import { decisionPointsOf, type Answered } from './run.js'
import type { ExpectedMember } from './vocabulary.js'

/** Every way in which the cards differ from what the case expects, each in a sentence; empty when they agree. */
export function differences(
  each: ClinicalCase,
  { cards, pointsOnPages, onPages, notUsable }: Pick<Answered, 'cards' | 'pointsOnPages' | 'onPages' | 'notUsable'>,
  language: CaseLanguage,
): string[] {
  const said = new Set([...cards.flatMap(decisionPointsOf), ...pointsOnPages])
  const text = cards.map(textOf).join('\n')
  const suggestions = cards.flatMap(card => card.suggestions ?? [])
  const isThere = (wanted: string) => suggestions.some(suggestion => isThat(suggestion, wanted, language))
  return [
    ...(each.recommends ?? []).filter(id => !said.has(id)).map(id => `should recommend ${id}`),
    ...(each['does not recommend'] ?? []).filter(id => said.has(id)).map(id => `should not recommend ${id}`),
    ...(each['cannot tell'] ?? []).filter(id => said.has(id)).map(id => `should not answer ${id}, which is open`),
    ...unequal('number of cards', each.cards, cards.length),
    ...(each.indicator === undefined ? [] : unequal('indicator', each.indicator, cardOf(each, cards)?.indicator)),
    ...Object.entries(language.vocabulary.expects).flatMap(([word, where]) => otherMembers(word, saidUnder(each, word), where, cards)),
    ...(each.suggests ?? []).filter(wanted => !isThere(wanted)).map(wanted => `should suggest ${wanted}`),
    ...(each['does not suggest'] ?? []).filter(isThere).map(wanted => `should not suggest ${wanted}`),
    ...(each.says ?? []).filter(part => !text.includes(part)).map(part => `should say "${part}"`),
    ...(each['does not say'] ?? []).filter(part => text.includes(part)).map(part => `should not say "${part}"`),
    ...(each['page says'] ?? []).flatMap(part => notOnlyOnPage(part, text, onPages)),
    ...unequal('keys not usable', (each['not usable'] ?? []).join(', '), notUsable.join(', ')),
  ]
}

/** What is wrong where a page, and no card, is to say something. */
function notOnlyOnPage(part: string, onCards: string, onPages: readonly string[]): string[] {
  if (onCards.includes(part)) return [`only a page should say "${part}", and a card says it`]
  return onPages.some(line => line.includes(part)) ? [] : [`a page should say "${part}"`]
}

/** How the first extension of a kind differs from what a case expects of its members. */
function otherMembers(
  word: string,
  wanted: unknown,
  { extension: name, member, absent, members = {} }: ExpectedMember,
  cards: readonly Card[],
): string[] {
  if (wanted === undefined) return []
  const found = (cards.find(({ extension }) => extension?.[name] !== undefined)?.extension?.[name] ?? {}) as Readonly<
    Record<string, unknown>
  >
  if (member !== undefined) return unequal(word, wanted, found[member] ?? absent)
  return Object.entries(members).flatMap(([part, of]) => unequal(part, (wanted as Readonly<Record<string, unknown>>)[part], found[of]))
}

/** The card that a case is about: the one with the first decision point it recommends, else the first. */
function cardOf({ recommends: [first] = [] }: ClinicalCase, cards: readonly Card[]): Card | undefined {
  return cards.find(card => first !== undefined && decisionPointsOf(card).includes(first)) ?? cards[0]
}

const textOf = ({ summary, detail = '', suggestions = [] }: Card): string =>
  [summary, detail, ...suggestions.map(({ label }) => label)].join('\n')

function unequal<T>(what: string, wanted: T | undefined, found: T | undefined): string[] {
  return wanted === undefined || wanted === found ? [] : [`${what} should be ${String(wanted)} and is ${String(found)}`]
}

interface Concept {
  coding?: { system?: string; code?: string }[]
}

/** What a suggestion proposes: R4 calls the code of a service, of a medicine and of a device by other names. */
interface Proposed {
  resourceType?: string
  code?: Concept
  medicationCodeableConcept?: Concept
  codeCodeableConcept?: Concept
  input?: { valueCanonical?: string }[]
  reasonReference?: { reference?: string }[]
}

/**
 * Whether a suggestion is the one asked for by its label, by its type and a code, with ` for c1` behind
 * it where the condition that is its reason matters, or by `Task` and the id of the form it asks for.
 */
function isThat({ label, actions = [] }: Suggestion, wanted: string, { coding }: CaseLanguage): boolean {
  if (label === wanted) return true
  const [, type, what, reason] = /^([A-Z][A-Za-z]+) (\S+)(?: for (\S+))?$/.exec(wanted) ?? []
  if (what === undefined) return false
  return actions.some(({ resource }) => {
    const { resourceType, input, reasonReference = [], ...named } = (resource ?? {}) as Proposed
    const concept = named.code ?? named.medicationCodeableConcept ?? named.codeCodeableConcept
    if (resourceType !== type) return false
    if (reason !== undefined && reasonReference.map(({ reference }) => reference).join() !== `Condition/${reason}`) return false
    if (!what.includes(':'))
      return (input ?? []).some(({ valueCanonical }) => valueCanonical?.split('|')[0]?.endsWith(`/Questionnaire/${what}`))
    const { system, code: wantedCode } = coding(what)
    return (concept?.coding ?? []).some(each => each.system === system && each.code === wantedCode)
  })
}
