import type { FhirResource } from 'fhir/r4.js'
import type { PlanAnswer } from '../engine/cards/plan-answer.js'
import { hidesCritical } from '../engine/cards/held-back.js'
import { actionsFor, restsOnNewer } from '../engine/apply/newer-data.js'
import { speaksAgainOn } from '../engine/apply/silence-rule.js'
import { clockAt, type Clock } from '../engine/expression/clock.js'
import { datesSoFar, isAfter, type Moment } from '../engine/expression/functions/dates.js'
import type { Scope } from '../engine/expression/scope.js'
import { DeadlinePassed } from '../engine/expression/steps.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import { lazily } from '../engine/model/memoised.js'
import { CdsError } from '../errors.js'
import type { CdsService } from '../knowledge-files/services.js'
import type { Override } from '../record/port.js'

/** An answer to a card by which its recommendation is silent. */
export interface Silence extends Override {
  /** Calendar day of the answer, `YYYY-MM-DD`. */
  since: string
  /** Calendar day on which the recommendation speaks again, if nothing opens it before. */
  until: string
}

/** What is silent in the answer to a call, with what applies without any silence, and with it. */
export interface Silencing {
  by: readonly Silence[]
  loud: readonly PlanAnswer[]
  quiet: readonly PlanAnswer[]
}

/** What silence asks of a call. */
export interface CallToSilence {
  service: CdsService
  /** Opens the call with some silences, as if it came without some of its records. */
  open: (by: readonly Silence[], isExplained?: boolean, without?: ReadonlySet<FhirResource>) => Scope
  apply: (scope: Scope) => readonly PlanAnswer[]
}

/**
 * The answers to cards of a service that the knowledge lets silence their recommendations on the day of a call. What was
 * answered at one service silences nothing at another.
 */
export function standingSilences(
  answers: readonly Override[],
  { id }: Pick<CdsService, 'id'>,
  { today, timeZone }: Clock,
  { terminology }: Pick<Knowledge, 'terminology'>,
): Silence[] {
  return answers.flatMap(answer => {
    if (answer.service !== id) return []
    const since = clockAt(new Date(answer.at), timeZone).today
    const until = speaksAgainOn(answer, since, terminology)
    // What a client's clock put ahead would else be silent for longer than the knowledge lets it.
    return until !== undefined && since <= today && today < until ? [{ ...answer, since, until }] : []
  })
}

/**
 * What of some silences holds in a call: those that no newer data opens and for which no critical card stays away; none
 * where the time of the call runs out before all that is known.
 */
export function silencing(standing: readonly Silence[], call: CallToSilence): Silencing {
  const scope = call.open([])
  const loud = call.apply(scope)
  const speaking: Silencing = { by: [], loud, quiet: loud }
  if (isLate(loud)) return speaking
  const heard = (by: readonly Silence[]): Silencing | 'late' | 'hides' => {
    if (by.length === 0) return speaking
    const quiet = call.apply(call.open(by))
    if (isLate(quiet)) return 'late'
    return hidesCritical(loud, quiet) ? 'hides' : { by, loud, quiet }
  }
  const by = standingStill(standing, scope, call)
  const all = heard(by)
  if (typeof all === 'object') return all
  if (all === 'late' || by.length === 1) return speaking
  const some = heard(by.filter(silence => typeof heard([silence]) === 'object'))
  return typeof some === 'object' ? some : speaking
}

const TOO_LATE = 'CDS_DEADLINE_PASSED'

const isLate = (answers: readonly PlanAnswer[]): boolean => answers.some(({ undecided }) => undecided.some(({ code }) => code === TOO_LATE))

/** Those silences that no newer data opens; none where there is no time to tell. */
function standingStill(standing: readonly Silence[], scope: Scope, call: CallToSilence): readonly Silence[] {
  try {
    const isOpened = opening(scope, call)
    return standing.filter(silence => !isOpened(silence))
  } catch (error) {
    if (error instanceof DeadlinePassed || (error instanceof CdsError && error.code === TOO_LATE)) return []
    throw error
  }
}

/** Tells of each silence whether newer data opens it. What is asked for all of them is asked once. @param scope of the call without any silence. */
function opening({ state }: Scope, { service, open }: CallToSilence): (silence: Silence) => boolean {
  const dates = typesOf(service).flatMap(type => state.recordsOfType(type).flatMap(record => datesSoFar(record, state)))
  const explained = lazily(() => open([], true))
  return ({ point, at, since }) => {
    const moment: Moment = { instant: Date.parse(at), day: since }
    // Most calls bring nothing newer, so that nothing need be explained.
    if (!dates.some(date => isAfter(date, moment))) return false
    return service.plans.some(plan =>
      actionsFor(point, plan, explained(), service.hook).some(action =>
        restsOnNewer(action, moment, explained(), records => open([], true, records)),
      ),
    )
  }
}

const typesOf = ({ requirements }: CdsService): string[] => [...new Set(['Patient', ...requirements.map(({ type }) => type)])]
