import { CdsError, type ErrorCode } from '../errors.js'
import { HOOKS } from './hook-definitions.js'
import type { FhirAuthorization, HookContext, HookRequest } from './types.js'

type JsonObject = Readonly<Record<string, unknown>>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/**
 * A FHIR id, or a longer and odder one of a client. Never empty, never a path, and nothing that a search would read
 * as two values: no white space, no control or broken characters, none of `/ ? # \ , | $`, and not dots alone.
 */
const ID = /^(?!\.+$)[^\s\p{Cc}\p{Cs}/?#\\,|$]{1,255}$/u

/**
 * Checks the body of a service call against CDS Hooks 2.0 and the definition of its hook. Unknown members are
 * ignored; drafts inside the context are not judged.
 * @throws CdsError CDS_REQUEST_INVALID, CDS_HOOK_MISMATCH or CDS_CONTEXT_INVALID with one detail a fault.
 */
export function parseHookRequest(body: unknown, hook: string): HookRequest {
  if (!isObject(body)) throw new CdsError('CDS_REQUEST_INVALID', 'The body must be one JSON object.')
  refuse('CDS_REQUEST_INVALID', 'The request is not a CDS Hooks call', requestFaults(body))
  if (body.hook !== hook) {
    throw new CdsError('CDS_HOOK_MISMATCH', `This service listens to ${hook}; the request names another hook.`)
  }
  refuse('CDS_CONTEXT_INVALID', `The context does not fit ${hook}`, contextFaults(body.context as JsonObject, hook))
  return {
    hook,
    hookInstance: (body.hookInstance as string).toLowerCase(),
    context: body.context as HookContext,
    prefetch: isObject(body.prefetch) ? body.prefetch : {},
    ...(body.fhirServer !== undefined && { fhirServer: body.fhirServer as string }),
    ...(body.fhirAuthorization !== undefined && { fhirAuthorization: body.fhirAuthorization as FhirAuthorization }),
  }
}

function refuse(code: ErrorCode, what: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new CdsError(code, `${what}: ${faults.join('; ')}.`, faults)
}

function requestFaults(body: JsonObject): string[] {
  const { hook, hookInstance, context, prefetch, fhirServer, fhirAuthorization } = body
  return [
    ...fault(typeof hook === 'string' && hook.trim() !== '', 'hook must be the name of a hook'),
    ...fault(typeof hookInstance === 'string' && UUID.test(hookInstance), 'hookInstance must be a UUID'),
    ...fault(isObject(context), 'context must be an object'),
    ...fault(prefetch === undefined || prefetch === null || isObject(prefetch), 'prefetch must be an object'),
    ...fault(fhirServer === undefined || isBaseUrl(fhirServer), 'fhirServer must be an http or https base URL'),
    ...fault(fhirAuthorization === undefined || fhirServer !== undefined, 'fhirAuthorization needs fhirServer'),
    ...(fhirAuthorization === undefined ? [] : authorizationFaults(fhirAuthorization, context)),
  ]
}

function authorizationFaults(authorization: unknown, context: unknown): string[] {
  if (!isObject(authorization)) return ['fhirAuthorization must be an object']
  const { access_token, token_type, expires_in, scope, subject, patient } = authorization
  const patientId = isObject(context) ? context.patientId : undefined
  return [
    ...fault(typeof access_token === 'string' && /^[\x21-\x7e]+$/.test(access_token), 'fhirAuthorization.access_token must be a token'),
    ...fault(token_type === 'Bearer', 'fhirAuthorization.token_type must be Bearer'),
    ...fault(Number.isInteger(expires_in), 'fhirAuthorization.expires_in must be a whole number of seconds'),
    ...fault(typeof scope === 'string', 'fhirAuthorization.scope must be a string'),
    ...fault(typeof subject === 'string', 'fhirAuthorization.subject must be a string'),
    ...fault(patient === undefined || patient === patientId, 'fhirAuthorization.patient must be context.patientId'),
  ]
}

function contextFaults(context: JsonObject, hook: string): string[] {
  const definition = HOOKS[hook]
  if (!definition) return []
  const { userId, patientId, encounterId } = context
  const userTypes = definition.userTypes.join(', ')
  return [
    ...fault(isId(patientId), 'patientId must be the id of the patient'),
    ...fault(userId === undefined ? !definition.userRequired : isUser(userId, definition.userTypes), `userId must be Type/id, of ${userTypes}`),
    ...fault(encounterId === undefined || encounterId === null ? !definition.encounterRequired : isId(encounterId), 'encounterId must be the id of the encounter'),
    ...Object.entries(definition.required).flatMap(([name, kind]) =>
      kind === 'bundle'
        ? fault(isObject(context[name]), `${name} must be a Bundle`)
        : fault(Array.isArray(context[name]) && context[name].every(entry => typeof entry === 'string'), `${name} must be a list of references`)),
  ]
}

const fault = (holds: boolean, text: string): string[] => (holds ? [] : [text])

/** Whether a value can be the id of a resource. */
export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value)

function isUser(value: unknown, types: readonly string[]): boolean {
  const [type = '', id, ...rest] = typeof value === 'string' ? value.split('/') : []
  return types.includes(type) && isId(id) && rest.length === 0
}

/** Whether a path can be put behind the value, so that it must hold neither query nor fragment. */
function isBaseUrl(value: unknown): boolean {
  if (typeof value !== 'string' || /[?#]/.test(value) || !URL.canParse(value)) return false
  return ['http:', 'https:'].includes(new URL(value).protocol)
}

/** Tells a JSON object from arrays, null and plain values. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
