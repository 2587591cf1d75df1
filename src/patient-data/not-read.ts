import { CdsError, type ErrorCode } from '../errors.js'
import type { CompiledRequirement } from '../engine/knowledge/compiled.js'
import { inLanguage } from '../engine/model/localized.js'
import type { FailureReason, ReadFailure } from './fhir-reader.js'

/** Data that could not be had, or not all of it. */
export interface NotRead {
  requirement: CompiledRequirement
  /** Of data of which a part is there, `incomplete`. */
  reason: FailureReason | 'incomplete' | 'not-found' | 'unfilled'
  /** What the server answered, where it did. */
  status?: number
  /** Why the other part is not there, where that is known. */
  because?: ReadFailure
}

/** What is told of a key whose data could not be had: to a reader what it holds, to an integrator which key it is and why. */
export interface ToldNotRead {
  key: string
  /** In the language of the answer. */
  label: string
  reason: string
}

/** What is told of data that could not be had. @param language of the label. */
export const toldNotRead = (notRead: NotRead, language: string): ToldNotRead => ({
  key: notRead.requirement.key,
  label: labelOf(notRead.requirement, language),
  reason: reasonOf(notRead),
})

/** What a prefetch key holds, in the reader's words. */
export const labelOf = ({ key, label }: Pick<CompiledRequirement, 'key' | 'label'>, language: string): string =>
  inLanguage(label, language) ?? key

/** Why, in words that hold no patient data; each reason has words of its own. */
export function reasonOf({ reason, status, because }: Pick<NotRead, 'reason' | 'status' | 'because'>): string {
  const words = REASONS[reason]
  const said = typeof words === 'string' ? words : words(status ?? 0)
  return because === undefined ? said : `${said}: ${reasonOf(because)}`
}

/** The error of a call that cannot be answered without data that is lacking. */
export function missingData(lacking: readonly NotRead[]): CdsError {
  const keys = lacking.map(({ requirement }) => requirement.key).join(', ')
  const details = lacking.map(each => `Prefetch key ${each.requirement.key}: ${reasonOf(each)}.`)
  const codes = lacking.map(({ reason }) => CODES[reason])
  return new CdsError(
    codes.find(code => code !== undefined) ?? 'CDS_DATA_MISSING',
    `Data that no answer can do without is missing: ${keys}. Send these prefetch keys, or give access to a FHIR server that this service may read: those that its setting CDS_FHIR_SERVERS lists.`,
    details,
  )
}

/** Codes of reasons that an operator, or whoever builds the client, can do something about. */
const CODES: Partial<Record<NotRead['reason'], ErrorCode>> = {
  'not-allowed': 'CDS_FHIR_SERVER_NOT_ALLOWED',
  'address-refused': 'CDS_FHIR_SERVER_NOT_ALLOWED',
  'token-required': 'CDS_FHIR_TOKEN_REQUIRED',
}

const answered = (status: number): string => `the FHIR server answered ${status}`

const REASONS: Readonly<Record<NotRead['reason'], string | ((status: number) => string)>> = {
  missing: 'it is absent and there is no FHIR server to read it from',
  'not-found': 'there is no such resource',
  'reported-failed': 'the client reported that it could not be fetched, or sent something else in its place',
  'not-allowed': 'the FHIR server is not on the list of servers that may be read',
  'address-refused': 'the name of the FHIR server stands for an address that this service may not connect to',
  'token-required': 'the FHIR server is read with an access token alone, and the call brings none in fhirAuthorization',
  expired: 'the access token had expired when it came, and was not used',
  'out-of-scope': 'the scope of the access token does not cover it',
  'scope-in-part': 'the scope of the access token covers only a part of it',
  timeout: 'the FHIR server did not answer in time',
  unreachable: 'the FHIR server could not be reached',
  'circuit-open': 'the FHIR server failed several times in a row and is left alone for two seconds',
  crowded: 'too many requests wait for the FHIR server',
  exhausted: 'the call has read as much as one call may',
  refused: answered,
  forbidden: answered,
  unsupported: status => `the FHIR server does not offer this type of resource (it answered ${status})`,
  'reported-error': status => `${answered(status)} with an OperationOutcome of an error`,
  unusable: 'the FHIR server did not answer with FHIR JSON',
  'too-large': 'the answer of the FHIR server was too large',
  'too-deep': 'the answer of the FHIR server nests too deep',
  elsewhere: 'the link to the next page leads elsewhere',
  'page-limit': 'there are more pages than one search may have',
  incomplete: 'not all pages of the result could be read',
  unfilled: 'the context lacks a value that the query needs',
}
