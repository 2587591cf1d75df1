import { withoutEnd } from '../plain-values/without-end.js'

/** Path of the page that tells all of a recommendation, by the ids of its plan and its action. */
export const recommendationPath = (plan: string, action: string): string => `/guidelines/${inPath(plan)}/${inPath(action)}`

/** Address below which a path of ours is reached. @param publicUrl where readers reach the service, with or without a slash at its end. */
export const publicAddress = (publicUrl: string, path: string): string => `${withoutEnd(publicUrl, '/')}${path}`

/** A path in a language; pages are in the first language of the knowledge unless the path says otherwise. */
export function inLanguageOf(path: string, language: string, first: string): string {
  if (language === first) return path
  const [before = '', anchor] = path.split('#', 2)
  const asked = `${before}${before.includes('?') ? '&' : '?'}lang=${encodeURIComponent(language)}`
  return anchor === undefined ? asked : `${asked}#${anchor}`
}

/** An id as one segment of a path, also within the parentheses of a Markdown link. */
const inPath = (id: string): string =>
  encodeURIComponent(id).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
