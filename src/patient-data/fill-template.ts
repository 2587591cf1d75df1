import { isPublishable, readTemplate, type TemplateToken } from '../cds-hooks/prefetch-template.js'
import type { Clock } from '../engine/expression/clock.js'
import type { CompiledRequirement } from '../engine/knowledge/compiled.js'
import { madeOnce, memoised } from '../engine/model/memoised.js'
import { isObject } from '../plain-values/json.js'
import { idIn } from './references.js'

/** What tokens of a prefetch template can refer to. */
export interface TokenSource {
  context: Readonly<Record<string, unknown>>
  clock: Clock
}

/** Tells a filled query whose answer is known already. */
export type IsAnswered = (query: string) => boolean

/**
 * Fills the tokens of a prefetch template: first-level context fields, the four user identifiers and relative
 * dates. Values are escaped for a URL. Undefined when a token has no value, since the query would mean another.
 * @param isAnswered leaves out, of several ids that a reference names, those whose query is answered.
 */
export function fillTemplate(template: string, source: TokenSource, isAnswered: IsAnswered = () => false): string | undefined {
  let filled = ''
  for (const { before, place, token } of piecesOf(template)) {
    const value =
      place === '' ? '' : token && tokenValue(token, source, id => isAnswered(template.replace(place, () => encodeURIComponent(id))))
    if (value === undefined) return undefined
    filled += before + encodeURIComponent(value)
  }
  return filled
}

/** Templates are part of the knowledge: few, and the same in every call. */
const piecesOf = memoised(readTemplate)

/**
 * The queries that we run for a requirement in this call: those that only some calls can fill, as far as this one
 * can, else its template. None where it asks about somebody who is not in this call, or is answered already;
 * undefined where the context lacks a value that every call must have.
 */
export function queriesFor(requirement: Templates, source: TokenSource, isAnswered: IsAnswered = () => false): string[] | undefined {
  const { run, areOptional } = templatesRun(requirement)
  const filled = run.map(each => fillTemplate(each, source, isAnswered))
  if (!areOptional && filled[0] === undefined) return undefined
  return filled.flatMap(query => (query === undefined || isAnswered(query) ? [] : [query]))
}

type Templates = Pick<CompiledRequirement, 'template' | 'further'>

/** Whether every call can fill the template of a requirement. */
export const isForEveryCall = ({ template }: Templates): boolean => publishable(template)

const publishable = memoised(isPublishable)

/** The templates of a requirement that we run, and whether a call may lack what they need. */
const templatesRun = madeOnce(({ template, further }: Templates): { run: readonly string[]; areOptional: boolean } => {
  const optional = [template, ...further].filter(each => !isPublishable(each))
  return { run: optional.length > 0 ? optional : [template], areOptional: optional.length > 0 }
})

function tokenValue(token: TemplateToken, { context, clock }: TokenSource, leaveOut: (id: string) => boolean): string | undefined {
  switch (token.kind) {
    case 'date':
      return dateFrom(clock.today, token.days)
    case 'user':
      return userOf(context.userId, token.type)
    case 'references':
      return idsAt(context, token.path, token.type, leaveOut)
    case 'context':
      return textAt(context, token.name)
  }
}

function textAt(context: TokenSource['context'], name: string): string | undefined {
  const value = Object.hasOwn(context, name) ? context[name] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/**
 * Ids of the references at a path of the context that name a type, joined by commas; undefined when none is left.
 * Nobody has judged them yet: what is no id could ask for more than one resource, or for all of them.
 */
function idsAt(context: unknown, path: readonly string[], type: string, leaveOut: (id: string) => boolean): string | undefined {
  const found = path.reduce<unknown[]>((values, name) => values.flatMap(value => memberOf(value, name)), [context])
  const ids = found.flatMap(value => {
    return idIn((value as { reference?: unknown } | null)?.reference, type) ?? []
  })
  const asked = [...new Set(ids)].filter(id => !leaveOut(id))
  return asked.length === 0 ? undefined : asked.join(',')
}

function memberOf(value: unknown, name: string): unknown[] {
  const member = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return member === undefined || member === null ? [] : Array.isArray(member) ? (member as unknown[]) : [member]
}

function userOf(userId: unknown, type: string): string | undefined {
  const [userType, id] = typeof userId === 'string' ? userId.split('/') : []
  return userType === type ? id : undefined
}

function dateFrom(today: string, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
