import type { Clock } from '../expression/clock.js'

/** What tokens of a prefetch template can refer to. */
export interface TokenSource {
  context: Readonly<Record<string, unknown>>
  clock: Clock
}

const TOKEN = /\{\{\s*(.*?)\s*\}\}/g
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
  const name = token.startsWith('context.') ? token.slice('context.'.length) : undefined
  const value = name !== undefined && Object.hasOwn(context, name) ? context[name] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function userOf(userId: unknown, type: string | undefined): string | undefined {
  const [userType, id] = typeof userId === 'string' ? userId.split('/') : []
  return userType === type ? id : undefined
}

function dateFrom(today: string, direction: number, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) + direction * days * 86_400_000).toISOString().slice(0, 10)
}
