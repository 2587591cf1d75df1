// null means absent, in every member of a request: the same call without the member is read the same, or refused the same.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseHookRequest } from '../../src/cds-hooks/parse-hook-request.js'
import { CdsError } from '../../src/errors.js'

type Json = Record<string, unknown>

const HOOK = 'encounter-start'
const sound: Json = {
  hook: HOOK,
  hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
  context: { userId: 'Practitioner/1', patientId: 'p', encounterId: 'e', other: 'x' },
  prefetch: { patient: { resourceType: 'Patient', id: 'p' } },
  fhirServer: 'https://ehr.example.org/fhir',
  fhirAuthorization: {
    access_token: 'abc',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'patient/*.read',
    subject: 'columna',
    patient: 'p',
  },
  extension: { 'org.example': 1 },
}

/** Members of the request, of its context and of its grant, as paths. */
const PATHS = [
  ...Object.keys(sound),
  ...Object.keys(sound.context as Json).map(name => `context.${name}`),
  ...Object.keys(sound.fhirAuthorization as Json).map(name => `fhirAuthorization.${name}`),
]

/** The sound call with members replaced; undefined leaves them out. */
function replaced(paths: readonly string[], value: unknown): Json {
  const call = structuredClone(sound)
  for (const path of paths) {
    const [name = '', member] = path.split('.')
    const [object, key] = member === undefined ? [call, name] : [call[name] as Json | null | undefined, member]
    if (!object) continue
    if (value === undefined) delete object[key]
    else object[key] = value
  }
  return call
}

/** What becomes of a call: as it is read, or why it is refused. */
function outcome(call: Json): unknown {
  try {
    return parseHookRequest(call, HOOK)
  } catch (error) {
    if (!(error instanceof CdsError)) throw error
    return { code: error.code, details: error.details }
  }
}

/** From the inside out, so that members are replaced before what holds them. */
const paths = fc.subarray(PATHS.toSorted((one, other) => other.split('.').length - one.split('.').length))

test('null in any members is the same as leaving them out', () => {
  fc.assert(
    fc.property(paths, chosen => expect(outcome(replaced(chosen, null))).toEqual(outcome(replaced(chosen, undefined)))),
    { numRuns: 500 },
  )
})

test('empty text is the same where clients send it for none', () => {
  const sentEmpty = [
    'context.userId',
    'context.patientId',
    'context.encounterId',
    'fhirAuthorization.access_token',
    'fhirAuthorization.patient',
  ]
  fc.assert(
    fc.property(fc.subarray(sentEmpty), chosen => expect(outcome(replaced(chosen, ''))).toEqual(outcome(replaced(chosen, undefined)))),
  )
})

test('what is read holds no null', () => {
  fc.assert(
    fc.property(paths, chosen => {
      const read = outcome(replaced(chosen, null)) as Json
      expect(JSON.stringify({ ...read, prefetch: undefined })).not.toContain('null')
    }),
  )
})
