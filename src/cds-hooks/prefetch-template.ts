/**
 * The tokens of prefetch templates: the grammar of CDS Hooks 1.0, which every client knows, and two forms of the 3.0
 * ballot that only we fill (relative dates, and references anywhere in the context, narrowed to one type).
 */
export type TemplateToken =
  /** A field of the context. */
  | { kind: 'context'; name: string }
  /** Today, so many days from now. */
  | { kind: 'date'; days: number }
  /** The id of the user, where it is of this type. */
  | { kind: 'user'; type: string }
  /** Ids of the references at a path of the context that name a type. */
  | { kind: 'references'; path: readonly string[]; type: string }

/** A token of a template with the text before it; the last piece has none. */
export interface TemplatePiece {
  before: string
  /** The token as it stands in the template, braces and all. */
  place: string
  token?: TemplateToken
  /** The text of a token that is none. */
  unknown?: string
}

const PLACE = /\{\{([^{}]*)\}\}/g

const FORMS: readonly (readonly [RegExp, (found: readonly string[]) => TemplateToken])[] = [
  [/^context\.([A-Za-z]+)$/, ([, name = '']) => ({ kind: 'context', name })],
  [/^today\(\)(?: ([-+]) (\d+) days?)?$/, ([, sign, days = '0']) => ({ kind: 'date', days: sign === '-' ? -Number(days) : Number(days) })],
  [/^user(Practitioner|PractitionerRole|Patient|RelatedPerson)Id$/, ([, type = '']) => ({ kind: 'user', type })],
  [
    /^context((?:\.\w+)+)\.resolve\(\)\.ofType\((\w+)\)\.id$/,
    ([, path = '', type = '']) => ({ kind: 'references', path: path.split('.').slice(1), type }),
  ],
]

function readToken(text: string): TemplateToken | undefined {
  for (const [form, read] of FORMS) {
    const found = form.exec(text)
    if (found) return read(found)
  }
  return undefined
}

/** Takes a template apart at its tokens. */
export function readTemplate(template: string): readonly TemplatePiece[] {
  const found = [...template.matchAll(PLACE)]
  const ends = found.map(({ 0: place, index }) => index + place.length)
  const pieces = found.map(({ 0: place, 1: text = '', index }, at): TemplatePiece => {
    const token = readToken(text)
    return { before: template.slice(ends[at - 1] ?? 0, index), place, ...(token ? { token } : { unknown: text }) }
  })
  return [...pieces, { before: template.slice(ends.at(-1) ?? 0), place: '' }]
}

/**
 * Whether every sound call can fill the template, so that discovery may show it. It cannot where the template asks for
 * one kind of user, or for somebody whom the orders may not name.
 */
export const isPublishable = (template: string): boolean =>
  readTemplate(template).every(({ token }) => token?.kind !== 'user' && token?.kind !== 'references')
