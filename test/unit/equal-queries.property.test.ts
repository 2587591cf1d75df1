// Two keys that ask alike are one question: it is asked once, and its answer, of whatever kind and from wherever it
// came, is the answer to both.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CdsError } from '../../src/errors.js'
import { clockAt } from '../../src/engine/expression/clock.js'
import type { CompiledRequirement } from '../../src/engine/knowledge/compiled.js'
import type { FhirReader, ReadResult } from '../../src/patient-data/fhir-reader.js'
import { gatherPatientData, type GatherOptions } from '../../src/patient-data/gather-patient-data.js'
import { outcome, patientView, searchset, type HookCall } from '../support/hook-requests.js'
import { TEST_NOW, TEST_READING, testKnowledge } from '../support/service.js'
import type { HookRequest } from '../../src/cds-hooks/types.js'

const SERVER = 'http://127.0.0.1:1/fhir'
const CONDITION = { resourceType: 'Condition', id: 'c', code: { text: 'x' }, subject: { reference: 'Patient/p' } }

const requirement = (key: string, essential: boolean): CompiledRequirement => ({
  requirement: { type: 'Condition' },
  key,
  type: 'Condition',
  template: 'Condition?patient={{context.patientId}}',
  further: [],
  essential,
  whereSupported: false,
  label: new Map(),
})

interface Asked {
  reader: FhirReader
  queries: string[]
}

function readerWith(result: ReadResult): Asked {
  const queries: string[] = []
  const answer = (query: string) => {
    queries.push(query)
    return Promise.resolve(result)
  }
  return { queries, reader: { read: answer, readOn: ({ next }) => answer(next) } }
}

const options = (reader: FhirReader): GatherOptions => ({
  reader,
  clock: clockAt(TEST_NOW, 'Europe/Copenhagen'),
  timeLimit: 5_000,
  fairWaitMs: 5_000,
  limits: TEST_READING,
  forms: testKnowledge().knowledge.forms,
})

/** What becomes of each key: `there`, or why it is not; and how many of its records the call has. */
async function gathered(
  keys: readonly CompiledRequirement[],
  prefetch: HookCall['prefetch'],
  { reader }: Asked,
  fhirServer: string | undefined = SERVER,
) {
  const request = {
    ...patientView('p'),
    prefetch: prefetch ?? {},
    ...(fhirServer !== undefined && { fhirServer }),
  } as unknown as HookRequest
  try {
    const { record, notRead } = await gatherPatientData(request, keys, options(reader))
    return {
      conditions: record.ofType('Condition').length,
      reasons: keys.map(({ key }) => notRead.find(each => each.requirement.key === key)?.reason ?? 'there'),
    }
  } catch (error) {
    if (!(error instanceof CdsError)) throw error
    return {
      lacking: keys.filter(({ key }) => error.details.some(detail => detail.startsWith(`Prefetch key ${key}:`))).map(({ key }) => key),
    }
  }
}

const results: readonly ReadResult[] = [
  { kind: 'found', entries: [{ resource: CONDITION, sent: CONDITION } as never] },
  { kind: 'found', entries: [] },
  { kind: 'part', entries: [{ resource: CONDITION, sent: CONDITION } as never] },
  { kind: 'failed', reason: 'refused', status: 500 },
  { kind: 'failed', reason: 'timeout' },
]

test('asked by several keys it is asked once, and all of them fare alike', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...results), fc.array(fc.boolean(), { minLength: 2, maxLength: 4 }), async (result, essential) => {
      const keys = essential.map((each, index) => requirement(`key${index}`, each))
      const asked = readerWith(result)
      const { conditions, reasons, lacking } = await gathered(keys, {}, asked)
      expect(asked.queries).toEqual(['Condition?patient=p'])
      if (result.kind === 'failed' && essential.includes(true))
        expect(lacking).toEqual(keys.filter(key => key.essential).map(({ key }) => key))
      else {
        expect(new Set(reasons)).toEqual(
          new Set([result.kind === 'failed' ? result.reason : result.kind === 'part' ? 'incomplete' : 'there']),
        )
        expect(conditions).toBe('entries' in result ? result.entries.length : 0)
      }
    }),
  )
})

const GIVEN: Readonly<Record<string, unknown>> = {
  complete: searchset([CONDITION]),
  empty: searchset([]),
  none: null,
  part: searchset([CONDITION], { total: 2 }),
  failed: outcome('error'),
  nonsense: 'no resource',
}
const REASON: Readonly<Record<string, string>> = {
  complete: 'there',
  empty: 'there',
  none: 'there',
  part: 'incomplete',
  failed: 'reported-failed',
  nonsense: 'reported-failed',
}

test('given for one key it is asked for under no other, and all fare as that one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(GIVEN)),
      fc.boolean(),
      fc.constantFrom(SERVER, undefined),
      async (kind, isFirst, server) => {
        const keys = ['given', 'other'].map(key => requirement(key, false))
        const asked = readerWith({ kind: 'found', entries: [] })
        const { conditions, reasons } = await gathered(isFirst ? keys : keys.toReversed(), { given: GIVEN[kind] }, asked, server)
        expect(asked.queries).toEqual([])
        expect(reasons).toEqual([REASON[kind], REASON[kind]])
        expect(conditions).toBe(kind === 'complete' || kind === 'part' ? 1 : 0)
      },
    ),
  )
})

test('of what was given for several the most telling counts for those that failed or are absent', async () => {
  const keys = ['failed', 'absent', 'given'].map(key => requirement(key, true))
  const asked = readerWith({ kind: 'failed', reason: 'unreachable' })
  expect(await gathered(keys, { failed: outcome('error'), given: searchset([CONDITION]) }, asked)).toEqual({
    conditions: 1,
    reasons: ['there', 'there', 'there'],
  })
  expect(await gathered(keys, { failed: outcome('error') }, asked)).toEqual({ lacking: ['failed', 'absent', 'given'] })
  expect(asked.queries).toEqual([])
})

test('begun for one key it is followed once, for all', async () => {
  const keys = ['begun', 'other'].map(key => requirement(key, true))
  const begun = searchset([CONDITION], { link: [{ relation: 'next', url: `${SERVER}/Condition?page=2` }] })
  const found = readerWith({ kind: 'found', entries: [] })
  expect(await gathered(keys, { begun }, found)).toEqual({ conditions: 1, reasons: ['there', 'there'] })
  expect(found.queries).toEqual([`${SERVER}/Condition?page=2`])
  expect(await gathered(keys, { begun }, readerWith({ kind: 'part', entries: [], because: { reason: 'timeout' } }))).toEqual({
    conditions: 1,
    reasons: ['incomplete', 'incomplete'],
  })
})
