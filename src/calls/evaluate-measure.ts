import type { MeasureReport, Parameters } from 'fhir/r4.js'
import { evaluateMeasure } from '../engine/apply/evaluate-measure.js'
import { periodParameters, type MeasurePeriod } from '../engine/apply/measure-period.js'
import { countedOf, measureReport } from '../engine/apply/measure-report.js'
import { clockAt } from '../engine/expression/clock.js'
import { isDay } from '../engine/expression/dates.js'
import type { CompiledMeasure } from '../engine/knowledge/compiled.js'
import { CdsError } from '../errors.js'
import { indexOf, roomBeside } from '../patient-data/patient-record.js'
import { openGiven } from '../patient-data/given-records.js'
import { namedOwner, patientNamed } from '../patient-data/ownership.js'
import { isReferred } from '../patient-data/referred-codes.js'
import { entriesIn, type BundleEntry } from '../patient-data/read-bundle.js'
import type { Caller } from '../trust/calling-client.js'
import { endOfEvaluation, itsTurn } from './call-service.js'
import type { Arrival, CallEnvironment, NotedCall } from './environment.js'
import { defined } from '../plain-values/defined.js'

/**
 * Measure/$evaluate-measure over the FHIR API: Parameters with `periodStart`, `periodEnd` (days), `reportType` and, as `data`,
 * Bundles of the patients' records in, a MeasureReport out. The patients are those of the data, whose size is that of a
 * body: a population is measured where its export lies, by `columna measure`. Nothing is read and nothing is stored.
 * @throws CdsError CDS_PARAMETERS_INVALID when something is missing or unusable; CDS_DEADLINE_PASSED when the data takes too
 *   long; CDS_CALL_TOO_LATE when the time ran out before it began.
 */
export async function measureOperation(
  measure: CompiledMeasure,
  body: unknown,
  language: string,
  environment: CallEnvironment,
  { arrivedAt = performance.now(), caller, noteCall }: Arrival = {},
): Promise<MeasureReport> {
  const stopAt = arrivedAt + environment.deadlineMs
  const input = readMeasureParameters(body)
  noteCall?.(() => askedIn(input, caller))
  const clock = clockAt(environment.now(), environment.timeZone)
  const { knowledge } = environment
  const parameters = periodParameters(input.period)
  const counts: Record<string, number> = {}
  for (const [patientId, entries] of patientsIn(input)) {
    // Calls are answered between one patient and the next.
    await itsTurn(stopAt, environment)
    const whose = { patientId, fhirServer: input.fhirServer, forms: knowledge.forms }
    const beside = {
      context: { patientId },
      parameters,
      clock,
      settings: environment.knowledgeSettings,
      stopAt: endOfEvaluation(stopAt, environment),
    }
    const { scope } = openGiven(measure.variables, entries, whose, beside)
    for (const name of evaluateMeasure(measure, scope).flatMap(countedOf)) counts[name] = (counts[name] ?? 0) + 1
  }
  return measureReport(measure, counts, {
    period: input.period,
    date: clock.now,
    ...(input.patientId !== undefined && { subject: `Patient/${input.patientId}` }),
    language,
    names: knowledge.profile.names,
  })
}

/** What `$evaluate-measure` was asked with. */
interface MeasureInput {
  period: MeasurePeriod
  /** The one patient that is asked about; all of the data where it is undefined. */
  patientId: string | undefined
  /** The server whose patient it is, where subject says so. */
  fhirServer: string | undefined
  entries: BundleEntry[]
}

type Parameter = NonNullable<Parameters['parameter']>[number]

/** Kinds of reports, as R4 calls them when it is asked and when it answers. */
const REPORTS = { subject: ['subject', 'individual'], summary: ['population', 'summary'] } as const

function readMeasureParameters(body: unknown): MeasureInput {
  const { resourceType, parameter } = (body ?? {}) as Partial<Parameters>
  if (resourceType !== 'Parameters' || !Array.isArray(parameter)) throw invalid('The body must be a Parameters resource.')
  const all = (name: string) => (parameter as (Parameter | null)[]).filter(entry => entry?.name === name)
  const period = { start: dayIn(all('periodStart'), 'periodStart'), end: dayIn(all('periodEnd'), 'periodEnd') }
  if (period.start > period.end) throw invalid('The period ends before it begins.')
  const subject = all('subject').map(textOf)[0]
  const patient = subject === undefined ? undefined : patientNamed(subject)
  if (subject !== undefined && !patient) throw invalid('Give subject as Patient/id.')
  const kind = all('reportType').map(textOf)[0] ?? (patient ? 'subject' : 'summary')
  if (![...REPORTS.subject, ...REPORTS.summary].some(each => each === kind))
    throw invalid('reportType is summary (or population), or subject with the one patient as subject.')
  if (REPORTS.subject.some(each => each === kind) !== (patient !== undefined))
    throw invalid('Give subject for a report on one patient, and none for a summary.')
  const bundles = all('data').map(each => entriesIn(each?.resource))
  if (bundles.length === 0 || bundles.includes(undefined))
    throw invalid("Give data as Bundles of the patients' records, even if there is none; measure an export with columna measure.")
  const entries = bundles.flatMap(each => each ?? [])
  roomBeside(entries.length)
  return { period, patientId: patient?.id, fhirServer: patient?.server, entries }
}

function dayIn([parameter]: readonly (Parameter | null)[], name: string): string {
  const written = textOf(parameter ?? null)
  if (written === undefined || !isDay(written)) throw invalid(`Give ${name} as a day, such as 2026-03-30.`)
  return written
}

function textOf(parameter: Parameter | null): string | undefined {
  const value: unknown =
    parameter?.valueDate ?? parameter?.valueCode ?? parameter?.valueString ?? parameter?.valueReference?.reference ?? parameter?.valueUri
  return typeof value === 'string' ? value : undefined
}

const invalid = (what: string) => new CdsError('CDS_PARAMETERS_INVALID', `The input of $evaluate-measure is not usable. ${what}`)

/**
 * The records of each patient of whom there is a Patient, one patient after the other, since what belongs to nobody for certain
 * is among the records of each; those that nobody can be told to have are left out.
 */
function* patientsIn({ entries, patientId }: MeasureInput): Generator<[string, BundleEntry[]]> {
  const index = indexOf([entries])
  const byPatient = new Map<string, BundleEntry[]>()
  const shared: BundleEntry[] = []
  for (const entry of entries) {
    const owner = entry.resource ? namedOwner(entry.resource, index) : undefined
    if (owner?.kind === 'patient') recordsOf(owner.id).push(entry)
    else if (owner?.kind === 'identifier' || isReferred(entry.resource?.resourceType ?? '')) shared.push(entry)
  }
  for (const [id, own] of byPatient)
    if (own.some(({ resource }) => resource?.resourceType === 'Patient') && (patientId ?? id) === id) yield [id, [...own, ...shared]]

  function recordsOf(id: string): BundleEntry[] {
    const own = byPatient.get(id) ?? []
    byPatient.set(id, own)
    return own
  }
}

/** Who asks about whom, for auditors; a summary is about nobody by name. */
const askedIn = ({ patientId: patient, fhirServer }: MeasureInput, caller: Caller | undefined): Partial<NotedCall> =>
  defined({ patient, user: caller?.user, client: caller?.nameIn(defined({ fhirServer })) })
