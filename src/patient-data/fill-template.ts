import type { Clock } from '../expression/clock.js'
import { idIn } from './references.js'

/** What tokens of a prefetch template can refer to. */
export interface TokenSource {
  context: Readonly<Record<string, unknown>>
  clock: Clock
}

const TOKEN = /\{\{\s*(.*?)\s*\}\}/g
/** References anywhere in the context, narrowed to one type: a form of CDS Hooks 3.0 that only we fill. */
const DEEP_REFERENCE = /^context((?:\.\w+)+)\.resolve\(\)\.ofType\((\w+)\)\.id$/
const RELATIVE_DATE = /^today\(\)(?:\s*([+-])\s*(\d+)\s+days?)?$/
const USER_TYPE: Readonly<Record<string, string>> = {
  userPractitionerId: 'Practitioner',
  userPractitionerRoleId: 'PractitionerRole',
  userPatientId: 'Patient',
  userRelatedPersonId: 'RelatedPerson',
}

/**
 * Fills the tokens of a prefetch template: first-level context fields, the four user identifiers and relative
 * dates. Values are escaped for a URL. Undefined when a token has no value, since the query would mean another.
 */
export function fillTemplate(template: string, source: TokenSource): string | undefined {
  let isComplete = true
  const filled = template.replace(TOKEN, (_, token: string) => {
    const value = tokenValue(token, source)
    if (value === undefined) isComplete = false
    return encodeURIComponent(value ?? '')
  })
  return isComplete ? filled : undefined
}

function tokenValue(token: string, { context, clock }: TokenSource): string | undefined {
  const relative = RELATIVE_DATE.exec(token)
  if (relative) return dateFrom(clock.today, relative[1] === '-' ? -1 : 1, Number(relative[2] ?? 0))
  if (token in USER_TYPE) return userOf(context.userId, USER_TYPE[token])
  const deep = DEEP_REFERENCE.exec(token)
  if (deep) return idsAt(context, deep[1] ?? '', deep[2] ?? '')
  const name = token.startsWith('context.') ? token.slice('context.'.length) : undefined
  const value = name !== undefined && Object.hasOwn(context, name) ? context[name] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/**
 * Ids of the references at a path of the context that name a type, joined by commas; undefined when there is none.
 * Nobody has judged them yet: what is no id could ask for more than one resource, or for all of them.
 */
function idsAt(context: unknown, path: string, type: string): string | undefined {
  const found = path.split('.').filter(name => name !== '').reduce<unknown[]>((values, name) => values.flatMap(value => memberOf(value, name)), [context])
  const ids = found.flatMap(value => {
    return idIn((value as { reference?: unknown } | null)?.reference, type) ?? []
  })
  return ids.length === 0 ? undefined : [...new Set(ids)].join(',')
}

function memberOf(value: unknown, name: string): unknown[] {
  const member = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  return member === undefined || member === null ? [] : Array.isArray(member) ? (member as unknown[]) : [member]
}

/** Whether a token may have no value in a sound call: another kind of user, or orders that name nobody. */
export function isOptionalTemplate(template: string): boolean {
  return [...template.matchAll(TOKEN)].some(([, token = '']) => token in USER_TYPE || DEEP_REFERENCE.test(token))
}

/** Whether every client can fill the template, so that discovery may show it. */
export function isPublishable(template: string): boolean {
  return [...template.matchAll(TOKEN)].every(([, token = '']) => !DEEP_REFERENCE.test(token))
}

function userOf(userId: unknown, type: string | undefined): string | undefined {
  const [userType, id] = typeof userId === 'string' ? userId.split('/') : []
  return userType === type ? id : undefined
}

function dateFrom(today: string, direction: number, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) + direction * days * 86_400_000).toISOString().slice(0, 10)
}
