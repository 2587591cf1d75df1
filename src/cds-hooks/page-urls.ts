import { withoutEnd } from '../plain-values/without-end.js'

/** Path of the page that tells all of a recommendation, by the ids of its plan and its action. */
export const recommendationPath = (plan: string, action: string): string => `/guidelines/${inPath(plan)}/${inPath(action)}`

/** Address of that page. @param publicUrl where readers reach the service, with or without a slash at its end. */
export const recommendationUrl = (publicUrl: string, plan: string, action: string): string =>
  `${withoutEnd(publicUrl, '/')}${recommendationPath(plan, action)}`

/** An id as one segment of a path, also within the parentheses of a Markdown link. */
const inPath = (id: string): string =>
  encodeURIComponent(id).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
