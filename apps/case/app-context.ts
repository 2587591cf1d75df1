/** The card that the page was opened from. */
export interface AskedCard {
  service: string
  hook: string
  hookInstance: string
  action: string
}

const ID = /^[A-Za-z0-9.-]{1,64}$/

/**
 * What a card's link told the EHR of the card, as the EHR gives it back: text, or what it stands for. Undefined where it
 * is none of ours.
 */
export function cardIn(appContext: unknown): AskedCard | undefined {
  const told = typeof appContext === 'string' ? parsed(appContext) : appContext
  if (typeof told !== 'object' || told === null) return undefined
  const { v, service, hook, hookInstance, action } = told as Readonly<Record<string, unknown>>
  if (v !== 1 || !isId(service) || !isId(hook) || !isId(hookInstance) || !isId(action)) return undefined
  return { service, hook, hookInstance, action }
}

const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
