import type { FhirResource } from 'fhir/r4.js'
import { gatherCall, scopeFor } from '../../../src/calls/call-service.js'
import type { PreparedCall } from '../../../src/cases/run.js'
import { readCases } from '../../../src/cli/read-cases.js'
import { demoPeople } from '../../../src/demo/people.js'
import { RESOURCE_TYPES } from '../../../src/engine/model/r4-model.js'
import type { LoadedKnowledge } from '../../../src/knowledge-files/load-knowledge.js'
import type { Chart } from './chart.js'

/** The instant of charts that say no other. */
const NOW = '2026-03-30T12:00:00+02:00'

/** A chart of each clinical case: of that of its calls for which the service gathers most. @param isWanted a case by its place; all unless given. */
export async function caseCharts(loaded: LoadedKnowledge, isWanted: (index: number) => boolean = () => true): Promise<Chart[]> {
  const { runner, cases } = readCases(undefined, undefined, loaded)
  const charts: Chart[] = []
  for (const each of cases.filter((_, index) => isWanted(index)))
    charts.push(largestOf(await Promise.all(runner.callsOf(each.case).map(chartOf))))
  return charts
}

const sizeOf = ({ records, drafts }: Chart): number => records.length + drafts.length

const largestOf = (charts: readonly Chart[]): Chart => charts.reduce((largest, each) => (sizeOf(each) > sizeOf(largest) ? each : largest))

async function chartOf({ service, request, environment, arrival }: PreparedCall): Promise<Chart> {
  const gathered = await gatherCall(service, request, environment, arrival)
  const { recordsOfType, context, clock, orders, settings, overrides } = scopeFor(gathered, environment).state
  return {
    now: clock.now,
    timeZone: clock.timeZone,
    records: RESOURCE_TYPES.flatMap(type => recordsOfType(type)),
    context,
    drafts: orders?.drafts ?? [],
    chosen: orders?.chosen ?? [],
    settings: settings ?? {},
    overrides: overrides ?? [],
  }
}

/** Charts of the people of the demonstration. */
export function demoCharts(): Chart[] {
  const all = demoPeople(new Date(NOW)) as FhirResource[]
  const isOfNobody = (record: FhirResource): boolean => !JSON.stringify(record).includes('Patient/') && record.resourceType !== 'Patient'
  return all
    .filter(({ resourceType }) => resourceType === 'Patient')
    .map(({ id = '' }) => {
      const names = `"Patient/${id}"`
      return {
        now: NOW,
        timeZone: 'Europe/Copenhagen',
        records: all.filter(record => record.id === id || JSON.stringify(record).includes(names) || isOfNobody(record)),
        context: { patientId: id, userId: 'Practitioner/demo' },
        drafts: [],
        chosen: [],
        settings: {},
        overrides: [],
      }
    })
}
