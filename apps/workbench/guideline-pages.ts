import { pageLanguage } from '../shared/language.js'
import { ask } from '../shared/service.js'

/** A recommendation as the list of pages tells of it. */
export interface Guideline {
  plan: string
  action: string
  title: string
  path: string
  points: readonly string[]
  hooks: readonly string[]
  topic: string
  document?: string
}

/** All recommendations that have a page. @throws Refused */
export const guidelines = async (): Promise<readonly Guideline[]> =>
  (await ask<{ guidelines: readonly Guideline[] }>('GET', `/guidelines?lang=${pageLanguage()}`)).answer.guidelines

/** Where the page of a recommendation is. @param canonical of the plan it stands in. */
export function pageIn(pages: readonly Guideline[], canonical: string, action: string): string | undefined {
  const plan = canonical.split('|')[0]?.split('/').at(-1)
  const found = pages.find(each => each.plan === plan && each.action === action)
  return found && `${found.path}?lang=${pageLanguage()}`
}
