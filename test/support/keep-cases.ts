import { createHash } from 'node:crypto'
import type { FoundCase } from '../../src/cases/format.js'
import { places, recordCalls, type RecordedCase, type Recording } from '../../src/cases/record.js'
import { answer, type Answered } from '../../src/cases/run.js'
import { answerCase, callsOf, cases as found, language, loaded } from './cases.js'

/** A recorded case of this repository. */
export interface KeptCase extends RecordedCase {
  /** Of the whole answer. */
  digest: string
  /** The answer when the service reads the FHIR server itself; recorded for the first case of each file. */
  fromFhirServer?: Answered
}

/** Every case with its answer, in the order in which they are read. */
export interface KeptRecording extends Recording {
  /** Minutes that the process stood behind UTC in January; fewer than none ahead of it. */
  offset: number
  cases: readonly KeptCase[]
}

/** Digests of the answers to every case in another time zone. */
export interface ZoneDigests {
  offset: number
  digests: string[]
}

const digestOf = (answered: Answered): string => createHash('sha256').update(JSON.stringify(answered)).digest('hex')

const offset = () => new Date('2026-01-05T12:00:00Z').getTimezoneOffset()

const spoken = language.vocabulary.language

/** Answers a case and tells why, the first of a file by both ways of reading. */
export async function keepCase({ case: each }: FoundCase, isFirstOfFile = false, calls = callsOf(each)): Promise<KeptCase> {
  const { answered, asked } = await recordCalls(calls, spoken)
  const kept = ({ onPages, ...others }: Answered): Answered => ({ ...others, onPages: each['page says'] ? onPages : [] })
  return {
    answered: kept(answered),
    digest: digestOf(answered),
    asked,
    ...(isFirstOfFile && { fromFhirServer: kept(await answerCase(each, 'FHIR server')) }),
  }
}

/** Runs what is asynchronous while the process stands in another time zone. */
async function standingIn<T>(timeZone: string, run: () => Promise<T>): Promise<T> {
  const own = process.env.TZ
  process.env.TZ = timeZone
  try {
    return await run()
  } finally {
    process.env.TZ = own
  }
}

/** Answers every case where the process stands, and once more elsewhere; a case is laid out once for both. */
export async function recordAll(elsewhere: string): Promise<{ recording: KeptRecording; zone: ZoneDigests }> {
  const cases: KeptCase[] = []
  const digests: string[] = []
  for (const [index, each] of found.entries()) {
    const calls = callsOf(each.case)
    cases.push(await keepCase(each, each.file !== found[index - 1]?.file, calls))
    digests.push(await standingIn(elsewhere, async () => digestOf(await answer(calls, spoken))))
  }
  return {
    recording: { offset: offset(), places: places(loaded), cases },
    zone: { offset: await standingIn(elsewhere, async () => offset()), digests },
  }
}
