import type { CodeSystem, CodeSystemConcept } from 'fhir/r4.js'
import type { CompiledAction, CompiledPlan } from '../engine/knowledge/compiled.js'
import { ofType, type KnowledgeFile } from '../engine/model/knowledge-file.js'
import type { LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import type { CoverageWords } from './coverage-words.js'
import { ANSWERS, LISTED_UNDER, type FoundCase } from './format.js'
import { faultsOfNote, knownThings, type KnownThings } from './references.js'

/** A decision point of the source documents, as the CodeSystem describes it. */
export interface DecisionPoint {
  code: string
  /** Its topic, in English. */
  topic: string
  /** Number of the source document, such as `001`; empty where the point does not say. */
  document: string
  /** R is a rule, which goes without saying; C is content of another card, M is scope or definition. */
  kind: string
  /** What embodies a point that is not a rule. */
  accountedFor: string | undefined
}

export type Answer = (typeof ANSWERS)[number]

/** A decision point with what speaks for it and the cases that ask for it. */
export interface CoveredPoint extends DecisionPoint {
  /** `plan/action` of every action that carries it, in plans that some service reaches. */
  actions: readonly string[]
  /** The same in plans that no service reaches. */
  unreached: readonly string[]
  /** Cases by the answer they give to this point, each as `folder: name`. */
  cases: Readonly<Record<Answer, readonly string[]>>
  /** Why no case can be open; undefined where one can. */
  neverOpen: string | undefined
}

/** What is missing; nothing is missing when every list is empty. */
export interface Gaps {
  /** Rules that no action carries. */
  rulesWithoutAction: readonly CoveredPoint[]
  /** Rules with an action, but without a case for yes. */
  rulesWithoutYes: readonly CoveredPoint[]
  /** Rules with an action, but without a case for no. */
  rulesWithoutNo: readonly CoveredPoint[]
  /** Rules with an action, but without a case for cannot tell, although one is thinkable. */
  rulesWithoutCannotTell: readonly CoveredPoint[]
  /** Content and definitions with neither action nor note. */
  unaccounted: readonly CoveredPoint[]
  /** `plan/action: code` where an action names a point that does not exist. */
  unknownCodes: readonly string[]
  /** What is wrong with a note, in a sentence. */
  faultyNotes: readonly string[]
}

export interface Coverage {
  points: readonly CoveredPoint[]
  gaps: Gaps
  /** Plans that no service reaches. */
  unreachedPlans: readonly string[]
}

/** Looks up for every decision point what speaks for it and which cases ask for it. @param words what the guideline excepts, if anything. */
export function coverageOf(
  loaded: LoadedKnowledge,
  cases: readonly FoundCase[],
  { neverOpen }: Pick<CoverageWords, 'neverOpen'> = { neverOpen: {} },
): Coverage {
  const { knowledge, services } = loaded
  const reached = carriersIn([...services.values()].flatMap(({ plans }) => plans))
  const all = carriersIn(knowledge.plans)
  const points = decisionPoints(loaded).map(point => ({
    ...coveredPoint(point, reached.byPoint, all.byPoint, cases),
    neverOpen: neverOpen[point.code],
  }))
  return {
    points,
    gaps: gapsIn(points, all.byPoint, knownThings(knowledge), neverOpen),
    unreachedPlans: [...all.plans].filter(plan => !reached.plans.has(plan)).sort(),
  }
}

/** The CodeSystem of the decision points; undefined where the knowledge has none. */
export const decisionPointFile = ({ knowledge: { files, profile } }: LoadedKnowledge): KnowledgeFile<CodeSystem> | undefined =>
  ofType<CodeSystem>(files, 'CodeSystem').find(({ resource }) => resource.url === profile.names.decisionPoints)

/** The decision points, in the order of the CodeSystem. */
export const decisionPoints = (loaded: LoadedKnowledge): DecisionPoint[] =>
  (decisionPointFile(loaded)?.resource.concept ?? []).map(decisionPoint)

function decisionPoint(concept: CodeSystemConcept): DecisionPoint {
  const property = (code: string) => concept.property?.find(each => each.code === code)?.valueString
  const english = concept.designation?.find(({ language }) => language === 'en')?.value
  return {
    code: concept.code,
    topic: english ?? concept.display ?? '',
    document: property('document') ?? '',
    kind: property('kind') ?? 'R',
    accountedFor: property('accountedFor'),
  }
}

type ByPoint = ReadonlyMap<string, ReadonlySet<string>>

/** Actions by the points they carry, and the ids of the plans walked, in plans and all plans within them. */
export function carriersIn(plans: readonly CompiledPlan[]): { byPoint: ByPoint; plans: ReadonlySet<string> } {
  const byPoint = new Map<string, Set<string>>()
  const walked = new Set<string>()
  const walkAction = (plan: string, { id, points, definition, actions }: CompiledAction): void => {
    for (const code of points) byPoint.set(code, (byPoint.get(code) ?? new Set()).add(`${plan}/${id}`))
    if (definition?.kind === 'plan') walkPlan(definition.plan)
    actions.forEach(action => walkAction(plan, action))
  }
  const walkPlan = ({ resource: { id = '' }, actions }: CompiledPlan): void => {
    if (walked.has(id)) return
    walked.add(id)
    actions.forEach(action => walkAction(id, action))
  }
  plans.forEach(walkPlan)
  return { byPoint, plans: walked }
}

function coveredPoint(point: DecisionPoint, reached: ByPoint, all: ByPoint, cases: readonly FoundCase[]): Omit<CoveredPoint, 'neverOpen'> {
  const actions = reached.get(point.code) ?? new Set()
  return {
    ...point,
    actions: [...actions].sort(),
    unreached: [...(all.get(point.code) ?? [])].filter(action => !actions.has(action)).sort(),
    cases: casesAbout(point.code, cases),
  }
}

/** Cases that give each answer to a point: those in its folder, and those that list it. */
export function casesAbout(point: string, cases: readonly FoundCase[]): Record<Answer, string[]> {
  const giving = (answer: Answer): string[] =>
    cases
      .filter(({ about, case: each }) => (about === point && each.answer === answer) || each[LISTED_UNDER[answer]]?.includes(point))
      .map(({ about, case: { name } }) => `${about}: ${name}`)
  return { yes: giving('yes'), no: giving('no'), 'cannot-tell': giving('cannot-tell') }
}

/** The answers that no case gives to a point, although one could. */
export const unaskedAnswers = ({ cases, neverOpen }: Pick<CoveredPoint, 'cases' | 'neverOpen'>): Answer[] =>
  ANSWERS.filter(answer => cases[answer].length === 0 && (answer !== 'cannot-tell' || neverOpen === undefined))

/** Whether a rule has an action and a case for each of its answers, or anything else an action or a note. */
export const isAccounted = (point: CoveredPoint): boolean =>
  point.kind === 'R'
    ? point.actions.length > 0 && unaskedAnswers(point).length === 0
    : point.actions.length > 0 || point.accountedFor !== undefined

function gapsIn(points: readonly CoveredPoint[], carriers: ByPoint, known: KnownThings, neverOpen: Readonly<Record<string, string>>): Gaps {
  const rules = points.filter(({ kind }) => kind === 'R')
  const spoken = rules.filter(({ actions }) => actions.length > 0)
  const codes = new Set(points.map(({ code }) => code))
  const unasked = (answer: Answer) => spoken.filter(point => unaskedAnswers(point).includes(answer))
  return {
    rulesWithoutAction: rules.filter(({ actions }) => actions.length === 0),
    rulesWithoutYes: unasked('yes'),
    rulesWithoutNo: unasked('no'),
    rulesWithoutCannotTell: unasked('cannot-tell'),
    unaccounted: points.filter(point => point.kind !== 'R' && !isAccounted(point)),
    unknownCodes: [...carriers]
      .flatMap(([code, actions]) => (codes.has(code) ? [] : [...actions].map(action => `${action}: ${code}`)))
      .sort(),
    faultyNotes: [
      ...points.flatMap(({ code, kind, accountedFor }) => noteFaults(kind, accountedFor, known).map(fault => `${code} ${fault}`)),
      ...Object.keys(neverOpen).flatMap(code => exceptionFaults(code, points)),
    ],
  }
}

/** What is wrong with a rule that is said to be never open. */
function exceptionFaults(code: string, points: readonly CoveredPoint[]): string[] {
  const point = points.find(each => each.code === code)
  if (point?.kind !== 'R') return [`${code} is said to be never open, but is no rule.`]
  return point.cases['cannot-tell'].length > 0 ? [`${code} is said to be never open, but a case says that it is.`] : []
}

/** Faults of the note of one point; a rule is accounted for by actions and cases alone. */
function noteFaults(kind: string, note: string | undefined, known: KnownThings): string[] {
  if (note === undefined) return []
  return kind === 'R' ? ['is a rule and may not be accounted for by a note.'] : faultsOfNote(note, known)
}
