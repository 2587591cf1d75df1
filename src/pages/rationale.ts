import { EXTENSION, extensionOf } from '../engine/model/extensions.js'
import { localized } from '../engine/model/localized.js'
import type { Placed } from './catalogue.js'
import type { PageContext } from './page-context.js'

/** Why a recommendation says what it says, as Markdown; undefined where the knowledge does not tell. */
export function rationaleOf({ plan, action }: Placed, { say }: PageContext): string | undefined {
  const extension = extensionOf(action.resource, EXTENSION.rationale)
  return say(localized(extension?.valueMarkdown, extension?._valueMarkdown, plan.language))
}
