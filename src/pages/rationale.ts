import { extensionOf } from '../engine/model/extensions.js'
import { localized } from '../engine/model/localized.js'
import type { Placed } from './catalogue.js'
import type { PageContext } from './page-context.js'

/** On an action: why it is recommended. Only the page shows it. */
const RATIONALE = 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-rationale'

/** Why a recommendation says what it says, as Markdown; undefined where the knowledge does not tell. */
export function rationaleOf({ plan, action }: Placed, { say }: PageContext): string | undefined {
  const extension = extensionOf(action.resource, RATIONALE)
  return say(localized(extension?.valueMarkdown, extension?._valueMarkdown, plan.language))
}
