import type { FhirResource } from 'fhir/r4.js'
import { clockAt } from '../../../src/engine/expression/clock.js'
import type { ScopeData } from '../../../src/engine/expression/scope.js'

/** All that an evaluation is told, as JSON. */
export interface Chart {
  now: string
  timeZone: string
  records: readonly FhirResource[]
  context: Readonly<Record<string, unknown>>
  drafts: readonly FhirResource[]
  chosen: readonly FhirResource[]
  settings: Readonly<Record<string, boolean | string | number>>
  overrides: NonNullable<ScopeData['overrides']>
}

/** A chart as a scope is opened on it; evaluation takes as long as it will. */
export function scopeData(chart: Chart): ScopeData {
  const byType = groupedByType(chart.records)
  return {
    recordsOfType: type => byType.get(type) ?? [],
    context: chart.context,
    clock: clockAt(new Date(chart.now), chart.timeZone),
    orders: { drafts: chart.drafts, chosen: chart.chosen },
    settings: chart.settings,
    overrides: chart.overrides,
    stopAt: Infinity,
  }
}

function groupedByType(records: readonly FhirResource[]): Map<string, FhirResource[]> {
  const byType = new Map<string, FhirResource[]>()
  for (const record of records) {
    const before = byType.get(record.resourceType)
    if (before) before.push(record)
    else byType.set(record.resourceType, [record])
  }
  return byType
}
