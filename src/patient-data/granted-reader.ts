import type { FhirAuthorization } from '../cds-hooks/types.js'
import { scopeTest, type Coverage } from '../trust/smart-scopes.js'
import type { FhirReader, ReadFailure, ReadResult } from './fhir-reader.js'

/**
 * A reader that asks only for what the client's grant covers: nothing when its token had expired before it came, no
 * type that is out of its scopes; and of a type that its scopes narrow, what comes counts as a part.
 * @param isRequired whether nothing is asked without a grant.
 */
export function withinGrant(reader: FhirReader, grant: FhirAuthorization | undefined, isRequired = false): FhirReader {
  if (!grant) return isRequired ? readerWithout('token-required') : reader
  if (grant.expires_in <= 0) return readerWithout('expired')
  const coverageOf = scopeTest(grant.scope)
  const limited = async (coverage: Coverage, read: () => Promise<ReadResult>): Promise<ReadResult> => {
    if (coverage === 'none') return { kind: 'failed', reason: 'out-of-scope' }
    const result = await read()
    return coverage === 'part' && result.kind === 'found'
      ? { kind: 'part', entries: result.entries, because: { reason: 'scope-in-part' } }
      : result
  }
  return {
    read: (query, access) => {
      const [, type = '', mark] = /^([A-Za-z]*)([/?]?)/.exec(query) ?? []
      return limited(coverageOf(type, mark === '?' ? 'search' : 'read'), () => reader.read(query, access))
    },
    readOn: (begun, access) => limited(coverageOf(begun.type, 'search'), () => reader.readOn(begun, access)),
  }
}

/** A reader that reads nothing, for one reason. */
export function readerWithout(reason: ReadFailure['reason']): FhirReader {
  const nothing = (): Promise<ReadResult> => Promise.resolve({ kind: 'failed', reason })
  return { read: nothing, readOn: nothing }
}
