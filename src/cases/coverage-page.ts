import type { Library } from 'fhir/r4.js'
import { type KnowledgeFile, ofType } from '../engine/model/knowledge-file.js'
import { isAccounted, type Coverage, type CoveredPoint, type Gaps } from './coverage.js'
import { conditionTally, neverAnswered, type ConditionCoverage } from './condition-coverage.js'
import type { CoverageWords } from './coverage-words.js'
import type { LocalReading } from './local-codes.js'
import { knownThings, referencesIn, type KnownThings, type OwnKnowledge } from './references.js'

const KINDS = ['R', 'C', 'M'] as const

const code = (text: string): string => `\`${text}\``
const codes = (texts: readonly string[]): string => texts.map(code).join(', ')
const list = (lines: readonly string[]): string => lines.map(line => `- ${line}`).join('\n') || 'none'

/** How many points of each kind are accounted for, such as `129 of 131 R, 72 of 73 C and 44 of 44 M`. */
export function tally(points: readonly CoveredPoint[]): string {
  const [r, c, m] = KINDS.map(kind => {
    const ofKind = points.filter(point => point.kind === kind)
    return `${ofKind.filter(isAccounted).length} of ${ofKind.length} ${kind}`
  })
  return `${r}, ${c} and ${m}`
}

/** Every gap in a line; none when the knowledge is covered. */
export function gapLines(gaps: Gaps): string[] {
  const points = (what: string, found: readonly CoveredPoint[]) =>
    found.length === 0 ? [] : [`${what} (${found.length}): ${found.map(nameOfGap).join(', ')}`]
  const sentences = (what: string, found: readonly string[]) => found.map(each => `${what}: ${each}`)
  return [
    ...points('Rules without an action', gaps.rulesWithoutAction),
    ...points('Rules without a case for yes', gaps.rulesWithoutYes),
    ...points('Rules without a case for no', gaps.rulesWithoutNo),
    ...points('Rules without a case for cannot tell', gaps.rulesWithoutCannotTell),
    ...points('Content and definitions not accounted for', gaps.unaccounted),
    ...sentences('Unknown point', gaps.unknownCodes),
    ...sentences('Faulty note', gaps.faultyNotes),
  ]
}

const nameOfGap = ({ code: name, actions, unreached }: CoveredPoint): string =>
  actions.length === 0 && unreached.length > 0 ? `${name} (only in ${codes(unreached)}, which no service reaches)` : name

/** The whole page, COVERAGE.md. */
export function coveragePage(
  coverage: Coverage,
  asked: ConditionCoverage,
  local: LocalReading,
  knowledge: OwnKnowledge,
  words: CoverageWords,
): string {
  const { points, gaps } = coverage
  const known = knownThings(knowledge)
  const documents = [...new Set(points.map(({ document }) => document))].sort()
  return (
    [
      '# Coverage of the source documents',
      'Written by `columna coverage`; do not edit.',
      `Accounted for: ${tally(points)} rows.`,
      'R is a rule: it needs an action that a service reaches, a case for yes, one for no and one for cannot tell, unless it is never open. C is content of another card and M is scope or definition: an action carries it, or the property `accountedFor` in `CodeSystem/decision-point` says what embodies it.',
      '## Missing',
      missing(coverage, [...gapLines(gaps), ...conditionGapLines(asked, words)]),
      ...documents.flatMap(document => documentSection(document, points, knowledge.files, known, words)),
      ...conditionSection(asked, words),
      ...localSection(local, words),
    ].join('\n\n') + '\n'
  )
}

function missing({ unreachedPlans }: Coverage, gaps: readonly string[]): string {
  const plans = unreachedPlans.length === 0 ? [] : [`Plans that no service reaches: ${codes(unreachedPlans)}`]
  return [...gaps, ...plans].map(line => `- ${line}`).join('\n') || 'Nothing.'
}

function documentSection(
  document: string,
  points: readonly CoveredPoint[],
  files: readonly KnowledgeFile[],
  known: KnownThings,
  { documents }: CoverageWords,
): string[] {
  const own = points.filter(point => point.document === document)
  const ledger = ofType<Library>(files, 'Library').find(({ resource }) => resource.id === documents[document])?.resource
  const rows = own.map(point => row(point, known))
  return [
    `## ${nameOfDocument(document, ledger)}`,
    `${tally(own)}.`,
    ['| point | kind | topic | spoken by | yes | no | cannot tell |', '|---|---|---|---|---|---|---|', ...rows].join('\n'),
  ]
}

const nameOfDocument = (document: string, ledger: Library | undefined): string =>
  document === ''
    ? 'Points of no document by name'
    : `${document}: ${ledger?.title ?? 'unknown document'}${ledger?.date === undefined ? '' : `, ${ledger.date}`}`

function row(point: CoveredPoint, known: KnownThings): string {
  const { code: name, kind, topic, cases, neverOpen } = point
  const cells = [
    name,
    kind,
    topic,
    spokenBy(point, known),
    ...[cases.yes, cases.no].map(each => `${each.length || ''}`),
    neverOpen === undefined ? `${cases['cannot-tell'].length || ''}` : `never: ${neverOpen}`,
  ]
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function spokenBy({ actions, accountedFor }: CoveredPoint, known: KnownThings): string {
  const note = accountedFor === undefined ? [] : [`not a rule: ${accountedFor}${readBy(accountedFor, known)}`]
  return [...(actions.length === 0 ? [] : [codes(actions)]), ...note].join('; ') || '**missing**'
}

/** Which facts read the items that a note names. */
function readBy(note: string, { readers }: KnownThings): string {
  const read = referencesIn(note).flatMap(({ resource, part }) => {
    const facts = readers.get(`${resource}#${part}`) ?? []
    return facts.length === 0 ? [] : [`${part} by ${codes(facts)}`]
  })
  return read.length === 0 ? '' : ` (read: ${read.join('; ')})`
}

/** Conditions that the cases do not answer both ways, and actions that no case lets speak, one a line. */
export const conditionGapLines = (
  { conditions, silentActions }: ConditionCoverage,
  { neverSpeaking, alwaysTheSameAnswer }: CoverageWords,
): string[] => [
  ...unexcepted(neverAnswered(conditions), alwaysTheSameAnswer).map(gap => `Condition that no case answers so: ${gap}`),
  ...unexcepted(silentActions, neverSpeaking).map(place => `Action that speaks in no case: ${place}`),
]

const unexcepted = (found: readonly string[], exceptions: Readonly<Record<string, string>>): string[] =>
  found.filter(each => !Object.hasOwn(exceptions, each))

function conditionSection({ conditions }: ConditionCoverage, { neverSpeaking, alwaysTheSameAnswer }: CoverageWords): string[] {
  const rows = conditionTally(conditions).map(({ plan, count, answered }) => `| ${[code(plan), count, ...answered].join(' | ')} |`)
  return [
    '## Conditions and their answers in the cases',
    `${conditions.length} conditions of the actions that services reach; a condition of a plan within others counts in each. The columns say how many were answered so by at least one case; a condition that only tests whether something is known is never open.`,
    ['| plan | conditions | yes | no | cannot tell |', '|---|---|---|---|---|', ...rows].join('\n'),
    'Every condition is answered yes and no, but for those that are missing above and these:',
    reasons(alwaysTheSameAnswer),
    'Every action speaks in some case, but for those that are missing above and these:',
    reasons(neverSpeaking),
  ]
}

const reasons = (exceptions: Readonly<Record<string, string>>): string =>
  list(Object.entries(exceptions).map(([place, reason]) => `${code(place)}: ${reason}`))

function localSection({ unpaired, pairedCount, namedInFacts, systems, formOnly, unread }: LocalReading, words: CoverageWords): string[] {
  const own = [...unpaired].map(([kind, names]) => `${code(kind)}, ${names.length} without a standard code: ${codes(names)}`)
  return [
    '## Codes of our own',
    'Where no standard code was verified, orders and results are read under a code of our own, and other facts from the consultation form alone.',
    list([...own, `codes of our own that a value set pairs with a standard code: ${pairedCount}`]),
    '**Code systems that value sets name** (number of value sets):',
    list([...systems].map(([system, count]) => `${code(system)}: ${count}`)),
    `**Code systems that facts name themselves**, without a value set${words.namedInFacts === undefined ? '' : ` (${words.namedInFacts})`}:`,
    list([...namedInFacts].map(([system, facts]) => `${code(system)}: ${codes(facts)}`)),
    `**Read from the form alone** (${formOnly.length} questions): no fact joins the answer with a code by an or. Derived, not judged: an or with a code for something related counts too.`,
    byGroup(formOnly),
    `**Read by no fact** (${unread.length} questions): kept in the record only.`,
    byGroup(unread),
  ]
}

/** Questions in a list, one line a group of the form. */
function byGroup(linkIds: readonly string[]): string {
  const groups = [...new Set(linkIds.map(groupOf))]
  return list(groups.map(group => `${group}: ${codes(linkIds.filter(linkId => groupOf(linkId) === group))}`))
}

const groupOf = (linkId: string): string => linkId.split('.')[0] ?? linkId
