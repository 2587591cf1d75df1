import type { Clock } from '../engine/expression/clock.js'
import { memoised } from '../engine/model/memoised.js'
import { idIn } from './references.js'

/** What tokens of a prefetch template can refer to. */
export interface TokenSource {
  context: Readonly<Record<string, unknown>>
  clock: Clock
}

/** Tells a filled query whose answer is known already. */
export type IsAnswered = (query: string) => boolean

const TOKEN = /\{\{([^{}]*)\}\}/g
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
 * @param isAnswered leaves out, of several ids that a reference names, those whose query is answered.
 */
export function fillTemplate(template: string, source: TokenSource, isAnswered: IsAnswered = () => false): string | undefined {
  let filled = ''
  for (const { before, place, token } of piecesOf(template)) {
    const value = token === undefined ? '' : tokenValue(token, source, id => isAnswered(template.replace(place, () => encodeURIComponent(id))))
    if (value === undefined) return undefined
    filled += before + encodeURIComponent(value)
  }
  return filled
}

/** A token of a template with the text before it; the last piece has none. */
interface Piece {
  before: string
  place: string
  token?: string
}

/** Templates are part of the knowledge: few, and the same in every call. */
const piecesOf = memoised((template: string): readonly Piece[] => {
  const found = [...template.matchAll(TOKEN)]
  const ends = found.map(({ 0: place, index }) => index + place.length)
  const pieces = found.map(({ 0: place, 1: token = '', index }, at) => ({ before: template.slice(ends[at - 1] ?? 0, index), place, token: token.trim() }))
  return [...pieces, { before: template.slice(ends.at(-1) ?? 0), place: '' }]
})

/**
 * The queries that we run for a requirement in this call: those that only some calls can fill, as far as this one
 * can, else its template. None where it asks about somebody who is not in this call, or is answered already;
 * undefined where the context lacks a value that every call must have.
 */
export function queriesFor({ template, further }: { template: string; further: readonly string[] }, source: TokenSource, isAnswered: IsAnswered = () => false): string[] | undefined {
  const optional = [template, ...further].filter(each => !isPublishable(each))
  const filled = (optional.length > 0 ? optional : [template]).map(each => fillTemplate(each, source, isAnswered))
  if (optional.length === 0 && filled[0] === undefined) return undefined
  return filled.flatMap(query => (query === undefined || isAnswered(query) ? [] : [query]))
}

function tokenValue(token: string, { context, clock }: TokenSource, leaveOut: (id: string) => boolean): string | undefined {
  const relative = RELATIVE_DATE.exec(token)
  if (relative) return dateFrom(clock.today, relative[1] === '-' ? -1 : 1, Number(relative[2] ?? 0))
  if (token in USER_TYPE) return userOf(context.userId, USER_TYPE[token])
  const deep = DEEP_REFERENCE.exec(token)
  if (deep) return idsAt(context, deep[1] ?? '', deep[2] ?? '', leaveOut)
  const name = token.startsWith('context.') ? token.slice('context.'.length) : undefined
  const value = name !== undefined && Object.hasOwn(context, name) ? context[name] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/**
 * Ids of the references at a path of the context that name a type, joined by commas; undefined when none is left.
 * Nobody has judged them yet: what is no id could ask for more than one resource, or for all of them.
 */
function idsAt(context: unknown, path: string, type: string, leaveOut: (id: string) => boolean): string | undefined {
  const found = path.split('.').filter(name => name !== '').reduce<unknown[]>((values, name) => values.flatMap(value => memberOf(value, name)), [context])
  const ids = found.flatMap(value => {
    return idIn((value as { reference?: unknown } | null)?.reference, type) ?? []
  })
  const asked = [...new Set(ids)].filter(id => !leaveOut(id))
  return asked.length === 0 ? undefined : asked.join(',')
}

function memberOf(value: unknown, name: string): unknown[] {
  const member = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  return member === undefined || member === null ? [] : Array.isArray(member) ? (member as unknown[]) : [member]
}

/**
 * Whether every sound call can fill the template, so that discovery may show it. It cannot where the template asks for
 * one kind of user, or for somebody whom the orders may not name.
 */
export function isPublishable(template: string): boolean {
  return piecesOf(template).every(({ token = '' }) => !(token in USER_TYPE) && !DEEP_REFERENCE.test(token))
}

function userOf(userId: unknown, type: string | undefined): string | undefined {
  const [userType, id] = typeof userId === 'string' ? userId.split('/') : []
  return userType === type ? id : undefined
}

function dateFrom(today: string, direction: number, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) + direction * days * 86_400_000).toISOString().slice(0, 10)
}
