import { CdsError, type ErrorCode } from '../errors.js'
import { defined } from '../plain-values/defined.js'
import { isObject, type JsonObject } from '../plain-values/json.js'
import { baseUrl, LONGEST_URL } from '../trust/base-url.js'
import { isAbsent, isNone, withoutAbsent } from './absent.js'
import { HOOKS } from './hooks.js'
import type { FhirAuthorization, HookContext, HookRequest } from './types.js'

/** The form of a uuid, in either case. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/**
 * A FHIR id, or a longer and odder one of a client. Never empty, never a path, and nothing that a search would read
 * as two values: no white space, no control or broken characters, none of `/ ? # \ , | $`, and not dots alone.
 */
const ID = /^(?!\.+$)[^\s\p{Cc}\p{Cs}/?#\\,|$]{1,255}$/u

/**
 * Checks the body of a service call against CDS Hooks 2.0 and the definition of its hook. A member that is null is
 * absent. Unknown members are ignored; drafts inside the context are not judged.
 * @throws CdsError CDS_REQUEST_INVALID, CDS_HOOK_MISMATCH or CDS_CONTEXT_INVALID with one detail a fault.
 */
export function parseHookRequest(sent: unknown, hook: string): HookRequest {
  if (!isObject(sent)) throw new CdsError('CDS_REQUEST_INVALID', 'The body must be one JSON object.')
  const body = dropNone(sent)
  refuse('CDS_REQUEST_INVALID', 'The request is not a CDS Hooks call', requestFaults(body))
  if (body.hook !== hook) {
    throw new CdsError('CDS_HOOK_MISMATCH', `This service listens to ${hook}; the request names another hook.`)
  }
  refuse('CDS_CONTEXT_INVALID', `The context does not fit ${hook}`, contextFaults(body.context as JsonObject, hook))
  const fhirServer = typeof body.fhirServer === 'string' ? baseUrl(body.fhirServer) : undefined
  return {
    hook,
    hookInstance: (body.hookInstance as string).toLowerCase(),
    context: body.context as HookContext,
    prefetch: isObject(body.prefetch) ? body.prefetch : {},
    ...defined({ fhirServer, fhirAuthorization: body.fhirAuthorization as FhirAuthorization | undefined }),
  }
}

/** The members that are there: without null, without a server or ids of nothing, and without a grant of no token. */
function dropNone(sent: JsonObject): JsonObject {
  const { context, fhirAuthorization, fhirServer, ...members } = withoutAbsent(sent)
  return {
    ...members,
    ...(!isNone(fhirServer) && { fhirServer }),
    ...(!isAbsent(context) && { context: isObject(context) ? dropNoneInContext(context) : context }),
    ...(grantsAccess(fhirAuthorization) && {
      fhirAuthorization: isObject(fhirAuthorization) ? dropNoneInGrant(fhirAuthorization) : fhirAuthorization,
    }),
  }
}

function dropNoneInContext(context: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(withoutAbsent(context)).filter(([name, value]) => !(IDS.has(name) && isNone(value))))
}

/** Fields of the context that hold an id, which some clients send empty when there is none. */
const IDS: ReadonlySet<string> = new Set(['userId', 'patientId', 'encounterId'])

/** Whether there is a grant at all: some clients always send one, empty where their server asks for no token. */
const grantsAccess = (authorization: unknown): boolean =>
  !isAbsent(authorization) && !(isObject(authorization) && isNone(authorization.access_token))

function dropNoneInGrant(authorization: JsonObject): JsonObject {
  const { patient, expires_in, ...members } = withoutAbsent(authorization)
  return { ...members, ...(!isNone(patient) && { patient }), ...(!isAbsent(expires_in) && { expires_in: wholeSeconds(expires_in) }) }
}

/** Digits are read as the number they write. */
const wholeSeconds = (value: unknown): unknown => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value)

function refuse(code: ErrorCode, what: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new CdsError(code, `${what}: ${faults.join('; ')}.`, faults)
}

function requestFaults(body: JsonObject): string[] {
  const { hook, hookInstance, context, prefetch, fhirServer, fhirAuthorization } = body
  return [
    ...fault(typeof hook === 'string' && hook.trim() !== '', 'hook must be the name of a hook'),
    ...fault(typeof hookInstance === 'string' && UUID.test(hookInstance), 'hookInstance must be a UUID'),
    ...fault(isObject(context), 'context must be an object'),
    ...fault(prefetch === undefined || isObject(prefetch), 'prefetch must be an object'),
    ...fault(
      fhirServer === undefined || (typeof fhirServer === 'string' && baseUrl(fhirServer) !== undefined),
      `fhirServer must be an http or https base URL of at most ${LONGEST_URL} characters, without query`,
    ),
    ...fault(fhirAuthorization === undefined || fhirServer !== undefined, 'fhirAuthorization needs fhirServer'),
    ...(fhirAuthorization === undefined ? [] : authorizationFaults(fhirAuthorization, context)),
  ]
}

function authorizationFaults(authorization: unknown, context: unknown): string[] {
  if (!isObject(authorization)) return ['fhirAuthorization must be an object']
  const { access_token, token_type, expires_in, scope, subject, patient } = authorization
  const patientId = isObject(context) ? context.patientId : undefined
  return [
    ...fault(isToken(access_token), `fhirAuthorization.access_token must be a token of at most ${LONGEST_TOKEN} characters`),
    ...fault(typeof token_type === 'string' && token_type.toLowerCase() === 'bearer', 'fhirAuthorization.token_type must be Bearer'),
    ...fault(Number.isInteger(expires_in), 'fhirAuthorization.expires_in must be a whole number of seconds'),
    ...fault(
      typeof scope === 'string' && scope.length <= LONGEST_SCOPE,
      `fhirAuthorization.scope must be a string of at most ${LONGEST_SCOPE} characters`,
    ),
    ...fault(typeof subject === 'string', 'fhirAuthorization.subject must be a string'),
    ...fault(patient === undefined || patient === patientId, 'fhirAuthorization.patient must be context.patientId'),
  ]
}

/** Most characters of an access token; HTTP servers take no more in a header. */
const LONGEST_TOKEN = 8_192

/** Most characters of all scopes; a list of every type of resource, each in every way, takes a tenth of that. */
const LONGEST_SCOPE = 65_536

const isToken = (value: unknown): boolean => typeof value === 'string' && value.length <= LONGEST_TOKEN && /^[\x21-\x7e]+$/.test(value)

function contextFaults(context: JsonObject, hook: string): string[] {
  const definition = HOOKS[hook]
  if (!definition) return []
  const { userId, patientId, encounterId } = context
  const userTypes = definition.userTypes.join(', ')
  return [
    ...fault(
      isId(patientId),
      isReference(patientId, 'Patient')
        ? 'patientId must be the id alone: of `Patient/id` send `id`'
        : 'patientId must be the id of the patient',
    ),
    ...fault(
      userId === undefined ? !definition.userRequired : isUser(userId, definition.userTypes),
      `userId must be Type/id, of ${userTypes}`,
    ),
    ...fault(
      encounterId === undefined ? !definition.encounterRequired : isId(encounterId),
      isReference(encounterId, 'Encounter')
        ? 'encounterId must be the id alone: of `Encounter/id` send `id`'
        : 'encounterId must be the id of the encounter',
    ),
    ...Object.entries(definition.required).flatMap(([name, kind]) =>
      kind === 'bundle'
        ? fault(isObject(context[name]), `${name} must be a Bundle`)
        : fault(isListOfReferences(context[name]), `${name} must be a list of at most ${MOST_REFERENCES} references`),
    ),
  ]
}

const fault = (holds: boolean, text: string): string[] => (holds ? [] : [text])

/** Whether a value can be the id of a resource. */
export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value)

/** Most references in one field of the context. */
const MOST_REFERENCES = 1_000

const isListOfReferences = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= MOST_REFERENCES && value.every(entry => typeof entry === 'string')

/** Most characters of a reference that is taken apart to see what it is. */
const LONGEST_REFERENCE = 1_000

function isUser(value: unknown, types: readonly string[]): boolean {
  const [type = '', id, ...rest] = typeof value === 'string' ? value.slice(0, LONGEST_REFERENCE).split('/') : []
  return types.includes(type) && isId(id) && rest.length === 0
}

/** Whether a client sent a reference where its id belongs, which is a mistake that many make. */
const isReference = (value: unknown, type: string): boolean =>
  typeof value === 'string' && value.slice(0, LONGEST_REFERENCE).split('/').includes(type)
