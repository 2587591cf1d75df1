import { CARD_EXTENSION, type Card } from '../cds-hooks/types.js'
import { cardWords } from './card-words.js'
import { stableUuid } from './uuid.js'

/** An action whose evaluation failed. */
export interface UndecidedAction {
  plan: string
  action: string
  code: string
  points: readonly string[]
}

/**
 * The card that says that something could not be decided, so that an error never looks like "no advice".
 * @param undecided at least one action.
 * @param titles what a reader calls each plan, by canonical|version.
 */
export function undecidedCard(undecided: readonly UndecidedAction[], hookInstance: string, language: string, titles: ReadonlyMap<string, string>): Card {
  const words = cardWords(language)
  const plans = [...new Set(undecided.map(({ plan }) => plan))]
  const names = plans.map(plan => titles.get(plan) ?? plan)
  const codes = [...new Set(undecided.map(({ action, code }) => `\`${action}\` (${code})`))]
  const points = [...new Set(undecided.flatMap(each => each.points))]
  return {
    uuid: stableUuid(hookInstance, ...plans, 'undecided'),
    summary: words.undecided,
    detail: `${words.undecidedDetail}\n\n${names.map(name => `- ${name}`).join('\n')}\n\n${codes.join(', ')}`,
    indicator: 'warning',
    source: { label: names[0] ?? '' },
    extension: {
      ...(points.length > 0 && { [CARD_EXTENSION.decisionPoints]: points }),
      [CARD_EXTENSION.knowledge]: plans[0],
    },
  }
}
